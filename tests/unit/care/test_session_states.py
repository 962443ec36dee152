"""Walk the session's table, its timers and what the seats say about it."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.session_states import RULES, TABLE, apply, due_at, next_state, occupancy_event
from telemed.care.states import Cause, ParticipantState, SessionEvent, SessionState
from telemed.errors import Conflict
from tests.unit.care.builders import NOW, a_seat, a_session, a_staff_seat

S, E = SessionState, SessionEvent
OVER = {S.ENDED, S.SEALED, S.CANCELLED, S.EXPIRED, S.FAILED}


@pytest.mark.parametrize("state", list(S), ids=str)
def test_every_cell_is_a_row_or_a_conflict(state: S) -> None:
    session = a_session(state)
    for event, cause in itertools.product(E, Cause):
        row = TABLE.get((state, event))
        if row is not None and cause in row.causes:
            after, audit = apply(session, event, cause, NOW)
            assert after.state is row.next_state
            assert (after.state is state) == (audit is None)
            assert (after.ended_at is not None) == (after.state in OVER - {S.SEALED} and after.state is not state)
        else:
            with pytest.raises(Conflict):
                next_state(state, event, cause)


def test_timed_states_have_the_row_and_no_others() -> None:
    assert set(RULES) == set(S)
    assert {state for state, rule in RULES.items() if rule.time_out} == {state for state, event in TABLE if event is E.TIMED_OUT}
    assert all(rule.staff_see and rule.guests_see for rule in RULES.values())


def test_every_state_is_reached() -> None:
    reached = {S.CREATED}
    for _ in S:
        reached |= {row.next_state for (state, _), row in TABLE.items() if state in reached}
    assert reached == set(S)


def test_a_consultation_from_creation_to_the_seal() -> None:
    session = a_session(S.CREATED)
    for event, cause in (
        (E.OPENED, Cause.STAFF),
        (E.CALL_STARTED, Cause.SYSTEM),
        (E.EVERYONE_LEFT, Cause.SYSTEM),
        (E.SOMEONE_RETURNED, Cause.SYSTEM),
    ):
        session, _ = apply(session, event, cause, NOW)
    assert (session.state, session.started_at) == (S.ACTIVE, NOW)
    session, _ = apply(session, E.ENDED, Cause.STAFF, NOW + timedelta(minutes=20))
    assert session.ended_at == NOW + timedelta(minutes=20)
    assert due_at(session) == (NOW + timedelta(minutes=20, hours=24)).timestamp()
    sealed, _ = apply(session, E.TIMED_OUT, Cause.SYSTEM, NOW + timedelta(days=2))
    assert (sealed.state, sealed.sealed_at, sealed.ended_at) == (S.SEALED, NOW + timedelta(days=2), session.ended_at)


def test_an_empty_session_ends_after_fifteen_minutes() -> None:
    empty, _ = apply(a_session(S.ACTIVE), E.EVERYONE_LEFT, Cause.SYSTEM, NOW)
    assert due_at(empty) == (NOW + timedelta(minutes=15)).timestamp()
    assert apply(empty, E.TIMED_OUT, Cause.SYSTEM, NOW)[0].state is S.ENDED


def test_a_planned_visit_expires_a_day_after_its_start() -> None:
    start = NOW + timedelta(days=7)
    assert due_at(a_session(S.CREATED, starts_at=start)) == (start + timedelta(days=1)).timestamp()
    assert due_at(a_session(S.ACTIVE)) is None


@given(st.lists(st.tuples(st.sampled_from(E), st.sampled_from(Cause)), max_size=30))
def test_what_is_over_never_lives_again(steps: list[tuple[E, Cause]]) -> None:
    session, over = a_session(S.CREATED), False
    for event, cause in steps:
        try:
            session, _ = apply(session, event, cause, NOW)
        except Conflict:
            continue
        assert not over or session.state in OVER
        over = session.state in OVER


def test_the_seats_say_when_the_call_starts_and_empties() -> None:
    doctor, patient = a_staff_seat(), a_seat(state=ParticipantState.CONNECTED)
    waiting, held = a_seat(state=ParticipantState.WAITING), a_seat(state=ParticipantState.ON_HOLD)
    assert occupancy_event(S.OPEN, [doctor, waiting]) is None
    assert occupancy_event(S.OPEN, [doctor, patient]) is E.CALL_STARTED
    assert occupancy_event(S.OPEN, [doctor, a_staff_seat(id="par_2", user_id="usr_2")]) is E.CALL_STARTED
    assert occupancy_event(S.ACTIVE, [patient]) is None, "the patient stays when the last clinician drops"
    assert occupancy_event(S.ACTIVE, [held]) is None
    assert occupancy_event(S.ACTIVE, [waiting]) is E.EVERYONE_LEFT
    assert occupancy_event(S.EMPTY, [waiting]) is None
    assert occupancy_event(S.EMPTY, [patient]) is E.SOMEONE_RETURNED
    assert occupancy_event(S.ENDED, [patient]) is None
