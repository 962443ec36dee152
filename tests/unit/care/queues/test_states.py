"""Walk the entry's table, then check what must hold along any path through it."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.audit_actions import AuditAction
from telemed.care.queues.presence import presence_event
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.states import RULES, TABLE, apply, due_at, is_asked, is_unacknowledged
from telemed.care.queues.words import IN_HAND, IN_LINE, EntryEvent, EntryState
from telemed.care.states import Cause, ParticipantState
from telemed.errors import Conflict
from tests.unit.care.builders import a_seat
from tests.unit.care.queues.builders import NOW, an_entry

S, E = EntryState, EntryEvent
STEPS = st.lists(st.tuples(st.sampled_from(E), st.sampled_from(Cause)), max_size=30)
OVER = {S.NO_SHOW, S.DONE, S.REMOVED}


def walk(steps: list[tuple[E, Cause]]) -> list[EntryRecord]:
    """All stations of a path; steps the table refuses change nothing."""
    stations = [an_entry()]
    for event, cause in steps:
        try:
            stations.append(apply(stations[-1], event, cause, NOW)[0])
        except Conflict:
            continue
    return stations


@pytest.mark.parametrize("state", list(S), ids=str)
def test_every_cell_is_a_row_or_a_conflict(state: S) -> None:
    for event, cause in itertools.product(E, Cause):
        row = TABLE.get((state, event))
        if row is not None and cause in row.causes:
            after, audit = apply(an_entry(state=state), event, cause, NOW + timedelta(seconds=1))
            assert after.state is row.next_state and audit is row.audit
            assert (after.state_since == NOW) == (after.state is state)
            assert audit is not None or after.state is state, "what moves an entry is audited"
        else:
            with pytest.raises(Conflict):
                apply(an_entry(state=state), event, cause, NOW)


def test_every_state_has_a_rule_is_reached_and_its_words_are_known() -> None:
    reached = {S.WAITING}
    for _ in S:
        reached |= {row.next_state for (state, _), row in TABLE.items() if state in reached}
    assert reached == set(S) == set(RULES)
    assert {row.audit for row in TABLE.values()} <= set(AuditAction) | {None}
    assert all(rule.self_sees and rule.staff_see for rule in RULES.values())


def test_only_staff_answer_hold_hand_on_give_up_and_remove() -> None:
    for event in (E.ANSWERED, E.HELD, E.RESUMED, E.PUT_BACK, E.TRANSFERRED, E.NO_SHOW, E.REMOVED):
        assert {cause for (_, name), row in TABLE.items() if name is event for cause in row.causes} == {Cause.STAFF}


@pytest.mark.parametrize("state", sorted(IN_HAND))
def test_who_answers_second_is_told_that_somebody_else_has(state: S) -> None:
    with pytest.raises(Conflict) as refused:
        apply(an_entry(state=state), E.ANSWERED, Cause.STAFF, NOW)
    assert refused.value.code == "entry_taken"


@pytest.mark.parametrize("state", sorted(OVER | {S.LEFT}))
def test_nobody_answers_who_is_gone(state: S) -> None:
    with pytest.raises(Conflict) as refused:
        apply(an_entry(state=state), E.ANSWERED, Cause.STAFF, NOW)
    assert refused.value.code == "entry_over"


@given(STEPS)
def test_what_is_over_stays_over(steps: list[tuple[E, Cause]]) -> None:
    stations = walk(steps)
    first = next((number for number, one in enumerate(stations) if one.state in OVER), len(stations))
    assert len({one.state for one in stations[first:]}) <= 1


@given(STEPS)
def test_the_place_in_line_is_never_lost_while_somebody_may_come_back(steps: list[tuple[E, Cause]]) -> None:
    assert {one.joined_at for one in walk(steps)} == {NOW}


@given(STEPS)
def test_an_end_is_noted_exactly_for_those_who_are_gone(steps: list[tuple[E, Cause]]) -> None:
    for one in walk(steps):
        assert (one.ended_at is not None) == (one.state in OVER | {S.LEFT})
        assert one.state not in IN_LINE or (one.called_at, one.taken_by) == (None, None)


def test_a_called_person_has_five_minutes_before_staff_are_asked() -> None:
    called = an_entry(state=S.BEING_SEEN, called_at=NOW, held_until=NOW + timedelta(minutes=5))
    assert not is_asked(called, NOW + timedelta(minutes=4, seconds=59))
    assert is_asked(called, NOW + timedelta(minutes=5))
    assert not is_asked(an_entry(state=S.WAITING), NOW + timedelta(days=1))


def test_who_left_may_come_back_for_a_quarter_of_an_hour() -> None:
    left, _ = apply(an_entry(), E.LEFT, Cause.SELF, NOW)
    assert due_at(left) == (NOW + timedelta(minutes=15)).timestamp()
    back, _ = apply(left, E.RETURNED, Cause.SELF, NOW + timedelta(minutes=1))
    assert (back.state, back.ended_at, due_at(back)) == (S.WAITING, None, None)


def test_an_arrival_sounds_until_somebody_takes_note_or_answers() -> None:
    assert is_unacknowledged(an_entry())
    assert is_unacknowledged(an_entry(state=S.ASLEEP))
    assert not is_unacknowledged(an_entry(acknowledged_at=NOW))
    assert not is_unacknowledged(an_entry(state=S.BEING_SEEN))


P = ParticipantState


@pytest.mark.parametrize(
    ("state", "seat", "phone", "event"),
    [
        (S.WAITING, P.WAITING, "", None),
        (S.WAITING, P.ASLEEP, "", E.FELL_ASLEEP),
        (S.ASLEEP, P.WAITING, "", E.WOKE),
        (S.WAITING, P.LEFT, "", E.LEFT),
        (S.ASLEEP, P.LOST, "", E.LEFT),
        (S.ASLEEP, P.LOST, "+49305550199", None),
        (S.WAITING, P.ADMITTED, "", E.ANSWERED),
        (S.WAITING, P.REMOVED, "", E.REMOVED),
        (S.BEING_SEEN, P.ON_HOLD, "", E.HELD),
        (S.ON_HOLD, P.CONNECTED, "", E.RESUMED),
        (S.BEING_SEEN, P.LEFT, "", None),
        (S.LEFT, P.WAITING, "", E.RETURNED),
        (S.LEFT, P.CHECKING, "", None),
        (S.REMOVED, P.REMOVED, "", None),
    ],
)
def test_what_the_seat_says_about_the_entry(state: S, seat: P, phone: str, event: E | None) -> None:
    assert presence_event(an_entry(state=state, phone=phone), a_seat(state=seat)) is event


@given(st.sampled_from(S), st.sampled_from(P), st.sampled_from(["", "+49305550199"]))
def test_whatever_the_seat_does_the_table_has_a_row_for_it(state: S, seat: P, phone: str) -> None:
    event = presence_event(an_entry(state=state, phone=phone), a_seat(state=seat))
    assert event is None or (state, event) in TABLE or state in OVER
