"""Walk the incident's table: every cell is a row or a conflict, every state is reached, staff alone end and open again."""

from __future__ import annotations

import itertools

import pytest

from telemed.care.incidents.states import RULES, TABLE, transition
from telemed.care.incidents.words import OVER, IncidentCause, IncidentEvent, IncidentState
from telemed.errors import Conflict

S, E, C = IncidentState, IncidentEvent, IncidentCause


@pytest.mark.parametrize("state", list(S), ids=str)
def test_every_cell_is_a_row_or_a_conflict(state: S) -> None:
    for event, cause in itertools.product(E, C):
        row = TABLE.get((state, event))
        if row is not None and cause in row.causes:
            after = transition(state, event, cause)
            assert (after.next_state is state) == (after.audit is None)
        else:
            with pytest.raises(Conflict):
                transition(state, event, cause)


def test_every_state_says_what_each_side_sees_and_when_it_ends_by_itself() -> None:
    assert set(RULES) == set(S)
    assert all(rule.staff_see and rule.caller_sees and rule.time_out for rule in RULES.values())
    assert {state for state, rule in RULES.items() if rule.time_out == "none"} == OVER
    assert all((state, E.SESSION_OVER) in TABLE for state in S), "the end of a visit finds every state prepared"


def test_every_state_is_reached_and_every_event_but_the_first_moves_something() -> None:
    reached = {S.NEW}
    for _ in S:
        reached |= {row.next_state for (state, _), row in TABLE.items() if state in reached}
    assert reached == set(S)
    assert {event for _, event in TABLE} == set(E) - {E.MADE}


def test_nobody_but_staff_ends_or_opens_again() -> None:
    for (state, event), row in TABLE.items():
        if row.next_state in OVER and state not in OVER and event is not E.SESSION_OVER:
            assert row.causes == {C.STAFF}
        if state in OVER and row.next_state not in OVER:
            assert (row.next_state, row.causes) == (S.REOPENED, {C.STAFF})


def test_an_accident_from_the_call_to_the_crew() -> None:
    state = S.NEW
    for event, cause in (
        (E.SENT, C.SYSTEM),
        (E.OPENED, C.CALLER),
        (E.SEEN, C.SYSTEM),
        (E.SENT, C.SYSTEM),  # the report of the gateway comes late
        (E.HANDED_OVER, C.STAFF),
        (E.TAKEN_BACK, C.STAFF),
        (E.CLOSED, C.STAFF),
        (E.SESSION_OVER, C.SYSTEM),
    ):
        state = transition(state, event, cause).next_state
    assert state is S.CLOSED
