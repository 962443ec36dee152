"""Walk the seat's table, then check what must hold along any path through it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.audit_actions import AuditAction
from telemed.care.identity_check import IdentityCheck, IdentityHow
from telemed.care.participant_states import RULES, TABLE, apply, due_at, next_state
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import IN_CALL, IN_WAITING, Cause, ParticipantEvent, ParticipantState
from telemed.errors import Conflict
from tests.unit.care.builders import NOW, a_seat, a_staff_seat

S, E = ParticipantState, ParticipantEvent
STEPS = st.lists(st.tuples(st.sampled_from(E), st.sampled_from(Cause)), max_size=40)


def walk(seat: ParticipantRecord, steps: list[tuple[E, Cause]]) -> list[ParticipantRecord]:
    """All stations of a path; steps the table refuses change nothing."""
    stations = [seat]
    for event, cause in steps:
        try:
            seat, _ = apply(seat, event, cause, NOW)
        except Conflict:
            continue
        stations.append(seat)
    return stations


def run(seat: ParticipantRecord, *steps: tuple[E, Cause]) -> ParticipantRecord:
    """The end of a path on which every step is possible."""
    for event, cause in steps:
        seat, _ = apply(seat, event, cause, NOW)
    return seat


@pytest.mark.parametrize("state", list(S), ids=str)
def test_every_cell_is_a_row_or_a_conflict(state: S) -> None:
    seat = a_seat(state=state)
    for event, cause in itertools.product(E, Cause):
        row = TABLE.get((state, event))
        if row is not None and cause in row.causes:
            after, audit = apply(seat, event, cause, NOW)
            assert after.state in S
            assert audit is row.audit
            assert (after.state is state) == (audit is None), "a row that moves a seat is audited, one that does not is not"
        else:
            with pytest.raises(Conflict):
                next_state(seat, event, cause)


def test_states_with_a_time_out_have_the_row_for_it_and_no_others() -> None:
    assert set(RULES) == set(S)
    timed = {state for state, rule in RULES.items() if rule.time_out is not None}
    assert timed == {state for state, event in TABLE if event is E.TIMED_OUT}
    assert all(TABLE[state, E.TIMED_OUT].causes == {Cause.SYSTEM} for state in timed)
    assert all(rule.self_sees and rule.staff_see and rule.others_see for rule in RULES.values())


def test_every_state_is_reached_and_every_audit_word_is_one() -> None:
    reached = {S.INVITED}
    for _ in S:
        reached |= {row.next_state for (state, _), row in TABLE.items() if state in reached}
    assert reached == set(S)
    assert {row.audit for row in TABLE.values()} <= set(AuditAction) | {None}


def test_only_staff_send_away_admit_hold_and_invite_again() -> None:
    for event in (E.DENIED, E.HELD, E.RESUMED, E.REMOVED, E.REINVITED, E.SENT_BACK):
        assert {cause for (_, name), row in TABLE.items() if name is event for cause in row.causes} == {Cause.STAFF}
    by_itself = {state for (state, name), row in TABLE.items() if name is E.ADMITTED and Cause.STAFF not in row.causes}
    by_server = {state for (state, name), row in TABLE.items() if name is E.ADMITTED and Cause.SYSTEM in row.causes}
    assert (by_itself, by_server) == (set(), {S.WAITING}), "the caller of an incident"
    assert all(Cause.SELF not in row.causes for (_, name), row in TABLE.items() if name is E.ADMITTED)


def test_a_visit_from_the_link_to_the_end() -> None:
    seat = run(a_seat(state=S.INVITED), (E.LINK_OPENED, Cause.SELF), (E.ENTERED_WAITING, Cause.SELF))
    assert seat.state is S.WAITING
    seat = run(seat, (E.ADMITTED, Cause.STAFF), (E.MEDIA_CONNECTED, Cause.SYSTEM))
    assert (seat.state, seat.admitted_at) == (S.CONNECTED, NOW)
    seat = run(seat, (E.MEDIA_LOST, Cause.SYSTEM), (E.MEDIA_CONNECTED, Cause.SYSTEM))
    assert seat.state is S.CONNECTED
    assert run(seat, (E.SESSION_ENDED, Cause.STAFF)).state is S.LEFT


def test_a_silent_page_is_asleep_for_fifteen_minutes_then_lost_and_waits_again_when_it_wakes() -> None:
    seat = run(a_seat(state=S.WAITING), (E.PAGE_SILENT, Cause.SYSTEM))
    assert seat.state is S.ASLEEP
    assert due_at(seat) == (NOW + timedelta(minutes=15)).timestamp()
    lost = run(seat, (E.TIMED_OUT, Cause.SYSTEM))
    assert lost.state is S.LOST
    assert run(lost, (E.PAGE_AWAKE, Cause.SELF)).state is S.WAITING
    assert run(seat, (E.PAGE_AWAKE, Cause.SELF)).state is S.WAITING


@pytest.mark.parametrize("state", [S.CHECKING, S.ADMITTED, S.ON_HOLD])
def test_time_runs_only_while_the_page_is_silent(state: S) -> None:
    seat = a_seat(state=state)
    assert due_at(seat) is None
    silent, _ = apply(seat, E.PAGE_SILENT, Cause.SYSTEM, NOW)
    again, _ = apply(silent, E.PAGE_SILENT, Cause.SYSTEM, NOW + timedelta(minutes=5))
    assert due_at(again) == (NOW + timedelta(minutes=15)).timestamp(), "a second silence does not start the time anew"
    assert due_at(run(again, (E.PAGE_AWAKE, Cause.SELF))) is None


@pytest.mark.parametrize("way_out", [(E.LEFT, Cause.SELF), (E.TIMED_OUT, Cause.SYSTEM)], ids=["left", "lost"])
@pytest.mark.parametrize("back", [(E.LINK_OPENED, Cause.SELF), (E.PAGE_AWAKE, Cause.SELF)], ids=["link", "page"])
def test_who_was_admitted_comes_back_without_being_admitted_again(way_out: tuple[E, Cause], back: tuple[E, Cause]) -> None:
    seat = run(a_seat(), (E.ADMITTED, Cause.STAFF), (E.MEDIA_CONNECTED, Cause.SYSTEM), (E.MEDIA_LOST, Cause.SYSTEM), way_out)
    assert seat.state in (S.LEFT, S.LOST)
    assert run(seat, back).state is S.ADMITTED


def test_who_vanishes_on_hold_is_lost_after_fifteen_minutes_and_comes_back_on_hold() -> None:
    seat = run(a_seat(), (E.ADMITTED, Cause.STAFF), (E.HELD, Cause.STAFF), (E.PAGE_SILENT, Cause.SYSTEM))
    assert due_at(seat) == (NOW + timedelta(minutes=15)).timestamp()
    lost = run(seat, (E.TIMED_OUT, Cause.SYSTEM))
    assert lost.state is S.LOST
    assert run(lost, (E.PAGE_AWAKE, Cause.SYSTEM)).state is S.ON_HOLD


def test_who_left_before_admission_starts_at_the_device_check() -> None:
    assert run(a_seat(), (E.LEFT, Cause.SELF), (E.LINK_OPENED, Cause.SELF)).state is S.CHECKING


def test_staff_come_back_into_the_call() -> None:
    assert run(a_staff_seat(), (E.LEFT, Cause.SELF), (E.LINK_OPENED, Cause.SELF)).state is S.ADMITTED


def test_a_new_link_lets_a_removed_person_start_over() -> None:
    seat = run(a_seat(), (E.ADMITTED, Cause.STAFF), (E.HELD, Cause.STAFF), (E.REMOVED, Cause.STAFF), (E.REINVITED, Cause.STAFF))
    assert (seat.state, seat.admitted_at, seat.held) == (S.INVITED, None, False)


def test_who_is_sent_back_waits_as_if_never_admitted() -> None:
    seat = run(a_seat(), (E.ADMITTED, Cause.STAFF), (E.HELD, Cause.STAFF), (E.SENT_BACK, Cause.STAFF))
    assert (seat.state, seat.admitted_at, seat.held) == (S.WAITING, None, False)


def test_who_somebody_is_holds_until_the_seat_begins_anew() -> None:
    check = IdentityCheck("usr_1", "Dr. Weiss", NOW, IdentityHow.SAID)
    seat = replace(run(a_seat(), (E.ADMITTED, Cause.STAFF)), identity=check)
    assert run(seat, (E.LEFT, Cause.SELF), (E.LINK_OPENED, Cause.SELF)).identity == check
    assert run(seat, (E.SENT_BACK, Cause.STAFF)).identity is None
    assert run(seat, (E.REMOVED, Cause.STAFF)).identity == check, "it was so"
    assert run(seat, (E.REMOVED, Cause.STAFF), (E.REINVITED, Cause.STAFF)).identity is None


def test_who_is_called_while_away_comes_back_into_the_call() -> None:
    lost = run(a_seat(state=S.WAITING), (E.PAGE_SILENT, Cause.SYSTEM), (E.TIMED_OUT, Cause.SYSTEM), (E.ADMITTED, Cause.STAFF))
    assert lost.state is S.LOST
    assert run(lost, (E.PAGE_AWAKE, Cause.SYSTEM)).state is S.ADMITTED


@given(STEPS)
def test_nobody_enters_the_call_without_staff_having_admitted_them(steps: list[tuple[E, Cause]]) -> None:
    uninvited = [(event, cause) for event, cause in steps if event is not E.ADMITTED]
    for station in walk(a_seat(state=S.INVITED), uninvited):
        assert station.state not in IN_CALL and station.state is not S.ON_HOLD


@given(STEPS)
def test_nothing_but_staff_ends_a_hold(steps: list[tuple[E, Cause]]) -> None:
    held = run(a_seat(), (E.ADMITTED, Cause.STAFF), (E.MEDIA_CONNECTED, Cause.SYSTEM), (E.HELD, Cause.STAFF))
    for station in walk(held, [step for step in steps if step[0] not in (E.RESUMED, E.REINVITED, E.SENT_BACK)]):
        assert station.state not in IN_CALL


@given(STEPS, st.sampled_from([S.DENIED, S.REMOVED]))
def test_who_was_sent_away_stays_away(steps: list[tuple[E, Cause]], state: S) -> None:
    for station in walk(a_seat(state=state), [step for step in steps if step[0] is not E.REINVITED]):
        assert station.state in (S.DENIED, S.REMOVED)


@given(STEPS)
def test_after_the_end_nobody_is_in_the_call_or_waiting(steps: list[tuple[E, Cause]]) -> None:
    for station in walk(a_seat(Role.GUEST, S.INVITED), steps):
        after, _ = apply(station, E.SESSION_ENDED, Cause.STAFF, NOW)
        assert after.state not in IN_CALL | IN_WAITING | {S.CHECKING, S.ON_HOLD}


@given(STEPS)
def test_since_changes_exactly_when_the_state_does(steps: list[tuple[E, Cause]]) -> None:
    seat = a_seat(state=S.INVITED)
    for number, (event, cause) in enumerate(steps, 1):
        try:
            after, _ = apply(seat, event, cause, NOW + timedelta(seconds=number))
        except Conflict:
            continue
        assert (after.since == seat.since) == (after.state is seat.state)
        assert not after.held or after.admitted_at is not None
        seat = after
