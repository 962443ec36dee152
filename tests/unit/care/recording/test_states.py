"""Walk the recording's state machine: every state with every event by everybody, what it says, and when it moves by itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest

from telemed.care.audit_actions import AuditAction as A
from telemed.care.recording.states import RULES, TABLE, apply, due_at, transition
from telemed.care.recording.words import KEPT, OPEN, OVER, RUNNING, Basis, RecordingFault
from telemed.care.recording.words import RecordingCause as C
from telemed.care.recording.words import RecordingEvent as E
from telemed.care.recording.words import RecordingState as S
from telemed.errors import Conflict
from tests.unit.care.recording.builders import NOW, a_recording

LATER = NOW + timedelta(minutes=5)

# state: event next (causes). R who records, O privacy officer, S the server. Written by hand, not taken from the table.
EXPECTED = """
asking      began recording RS, cancelled cancelled RS, stopped cancelled RS, failed cancelled S, timed_out cancelled S
recording   began recording RS, resumed recording R, paused paused R, stopped finalising RS, timed_out finalising S
paused      paused paused R, resumed recording R, stopped finalising RS, timed_out finalising S
finalising  stopped finalising RS, finalised ready S, failed failed S, cancelled cancelled S, part_withdrawn finalising S
finalising  erased erased S
ready       stopped ready RS, finalised ready S, part_withdrawn finalising S, erased erased OS
failed      stopped failed RS, failed failed S, tried_again finalising RS, part_withdrawn finalising S, erased erased OS
cancelled   stopped cancelled RS, cancelled cancelled RS
erased      erased erased OS
"""
LETTERS = {"R": C.RECORDER, "O": C.OFFICER, "S": C.SYSTEM}


def expected() -> Iterator[tuple[S, E, C, S]]:
    for line in EXPECTED.strip().splitlines():
        state, rest = line.split(maxsplit=1)
        for entry in rest.split(", "):
            event, after, causes = entry.split()
            for letter in causes:
                yield S(state), E(event), LETTERS[letter], S(after)


def test_the_table_is_the_one_written_by_hand() -> None:
    wanted = {(state, event, cause): after for state, event, cause, after in expected()}
    for state, event, cause in itertools.product(S, E, C):
        after = wanted.get((state, event, cause))
        if after is not None:
            assert transition(state, event, cause).next_state is after
            continue
        with pytest.raises(Conflict) as refused:
            transition(state, event, cause)
        assert refused.value.code == "recording_over"


def test_every_change_is_in_the_trail_and_nothing_else() -> None:
    for row in TABLE.values():
        assert (row.audit is None) is (row.next_state is row.state), row


def test_media_is_written_in_one_state_only() -> None:
    assert {state for state in S if RULES[state].writes} == {S.RECORDING}
    assert set(RULES) == set(S) and all(rule.people_see for rule in RULES.values())


def test_everything_ends_and_nothing_comes_back_from_erasing() -> None:
    reached = {S.ASKING}
    while new := {row.next_state for row in TABLE.values() if row.state in reached} - reached:
        reached |= new
    assert reached == set(S)
    assert {row.next_state for row in TABLE.values() if row.state is S.ERASED} == {S.ERASED}
    assert {row.next_state for row in TABLE.values() if row.state is S.CANCELLED} == {S.CANCELLED}
    for state in S:
        on_its_own = RULES[state].time_out is not None or state is S.FINALISING or state in OVER
        assert on_its_own, "a recording nobody touches comes to an end"
    assert OPEN.isdisjoint(OVER) and RUNNING < OPEN and RUNNING < KEPT and S.ERASED not in KEPT


def test_times_are_taken_where_something_begins_and_ends() -> None:
    asked = a_recording(state=S.ASKING, started_at=None)
    begun, audit = apply(asked, E.BEGAN, C.SYSTEM, NOW)
    assert (begun.started_at, begun.state_since, audit) == (NOW, NOW, A.RECORDING_BEGAN)
    paused, _ = apply(begun, E.PAUSED, C.RECORDER, NOW)
    resumed, _ = apply(paused, E.RESUMED, C.RECORDER, LATER)
    assert (resumed.started_at, resumed.state_since) == (NOW, LATER)
    stopped, _ = apply(resumed, E.STOPPED, C.RECORDER, LATER)
    assert (stopped.stopped_at, stopped.state) == (LATER, S.FINALISING)
    ready, _ = apply(stopped, E.FINALISED, C.SYSTEM, LATER)
    assert ready.ready_at == LATER
    again, _ = apply(ready, E.PART_WITHDRAWN, C.SYSTEM, LATER + timedelta(days=1))
    assert again.stopped_at == LATER, "finalising once more does not make it longer"
    assert apply(ready, E.STOPPED, C.SYSTEM, LATER) == (ready, None)


def test_an_emergency_is_called_one_in_the_trail() -> None:
    asked = a_recording(state=S.ASKING, started_at=None, basis=Basis.EMERGENCY)
    assert apply(asked, E.BEGAN, C.RECORDER, NOW)[1] is A.RECORDING_EMERGENCY


def test_nothing_is_due_about_an_erased_one() -> None:
    held = a_recording(state=S.READY, size_bytes=7, expires_at=NOW, decide_by=NOW, fault=RecordingFault.NONE)
    erased, audit = apply(held, E.ERASED, C.OFFICER, LATER)
    assert (erased.erased_at, erased.size_bytes, erased.expires_at, erased.decide_by) == (LATER, 0, None, None)
    assert audit is A.RECORDING_ERASED


@pytest.mark.parametrize(("state", "seconds"), [(S.ASKING, 3600), (S.RECORDING, 43200), (S.PAUSED, 7200), (S.READY, None)])
def test_time_outs(state: S, seconds: int | None) -> None:
    recording = a_recording(state=state)
    assert due_at(recording) == (None if seconds is None else NOW.timestamp() + seconds)
    assert (S(state), E.TIMED_OUT) in TABLE or seconds is None
