"""When somebody who did not want to be recorded could be heard: of these times no sound of anybody is in the finished recording,
unless who records chose otherwise.

Live capture stops all sound within a second; the finaliser cuts at the very moment. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord
from telemed.care.recording.spans import AgreedSpan
from telemed.care.recording.words import ConsentAct
from telemed.care.records import ParticipantEventRecord, ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import IN_CALL

_NO = frozenset({ConsentAct.REFUSED, ConsentAct.WITHDRAWN})
_YES = frozenset({ConsentAct.AGREED, ConsentAct.UNABLE})


def refused_spans(
    recording: RecordingRecord,
    seats: Sequence[ParticipantRecord],
    moves: Iterable[ParticipantEventRecord],
    events: Iterable[ConsentEvent],
    bystanders: Iterable[Bystander],
) -> tuple[AgreedSpan, ...]:
    """Return the times within the recording in which a refuser was within earshot, in order, overlapping ones as one."""
    begin, end = recording.started_at, recording.stopped_at
    if begin is None:
        return ()
    against = _against(events)
    present = _present([seat for seat in seats if seat.role is not Role.OBSERVER], moves)
    present |= {one.id: [AgreedSpan(one.created_at, one.gone_at)] for one in bystanders}
    common = [both for person in against for first in against[person] for both in _common(first, present.get(person, []))]
    return _joined(_common(AgreedSpan(begin, end), common))


def _against(events: Iterable[ConsentEvent]) -> dict[str, list[AgreedSpan]]:
    """Person -> times in which it said no."""
    found: dict[str, list[AgreedSpan]] = {}
    since: dict[str, datetime] = {}
    for event in sorted(events, key=lambda event: event.sequence):
        if event.act in _NO:
            since.setdefault(event.person_id, event.at)
        elif event.act in _YES and event.person_id in since:
            found.setdefault(event.person_id, []).append(AgreedSpan(since.pop(event.person_id), event.at))
    for person, at in since.items():
        found.setdefault(person, []).append(AgreedSpan(at, None))
    return found


def _present(
    seats: Sequence[ParticipantRecord], moves: Iterable[ParticipantEventRecord]
) -> dict[str, list[AgreedSpan]]:
    """Seat -> times in which it was in the call and not on hold. A seat of staff begins in the call, without an event."""
    found: dict[str, list[AgreedSpan]] = {seat.id: [] for seat in seats}
    since = {seat.id: seat.admitted_at for seat in seats if seat.user_id is not None and seat.admitted_at is not None}
    for move in sorted(moves, key=lambda move: move.at):
        is_in = move.to_state in IN_CALL
        if move.participant_id not in found:
            continue
        if is_in:
            since.setdefault(move.participant_id, move.at)
        elif move.participant_id in since:
            found[move.participant_id].append(AgreedSpan(since.pop(move.participant_id), move.at))
    for seat_id, at in since.items():
        found[seat_id].append(AgreedSpan(at, None))
    return found


def _common(one: AgreedSpan, others: Iterable[AgreedSpan]) -> list[AgreedSpan]:
    """What `one` shares with each of the others."""
    cut = (AgreedSpan(max(one.since, other.since), _earlier(one.until, other.until)) for other in others)
    return [span for span in cut if span.until is None or span.until > span.since]


def _joined(spans: Iterable[AgreedSpan]) -> tuple[AgreedSpan, ...]:
    joined: list[AgreedSpan] = []
    for span in sorted(spans, key=lambda span: span.since):
        last = joined[-1] if joined else None
        if last is not None and (last.until is None or span.since <= last.until):
            until = None if last.until is None or span.until is None else max(last.until, span.until)
            joined[-1] = AgreedSpan(last.since, until)
        else:
            joined.append(span)
    return tuple(joined)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
