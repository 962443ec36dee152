"""What people did beside talking (cards, drawings, stills, handovers ...), on the clock of a recording. Pure. The rules:

* Each stands where it happened, also where nothing was written: the gap is on the people's rows.
* What began before the recording and still held when it began stands at 0; everything else before it or after it is left out
  and counted, so that nobody takes the list for the whole visit.
* A still is shown of people in the recording, at the moment they were in it. Who refused, withdrew, or had the own part destroyed
  has no still here, though the visit may keep it. One that was deleted since says so. So with the picture of a drawing.
* Words of a handover and of a call for who is on duty are for those who read the chat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from telemed.care.incidents import frames
from telemed.care.incidents.cards import CARDS
from telemed.care.incidents.records import FrameRecord, InstructionRecord
from telemed.care.incidents.words import InstructionKind
from telemed.care.oncall import vitals
from telemed.care.oncall.records import Handover, Vital
from telemed.care.oncall.words import HandoverState
from telemed.care.ports import Json
from telemed.care.recording import spans
from telemed.care.recording.records import ConsentEvent, RecordingRecord
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillState
from telemed.care.times import iso_utc
from telemed.web.recordings.act_lines import end_of, line_of
from telemed.web.recordings.acts import Acts
from telemed.web.recordings.ring_acts import rings
from telemed.web.recordings.silences import silence_lines
from telemed.web.recordings.timeline_view import Clock

# A picture is taken just before its upload begins. What a device's clock says beyond that is another clock, or an old picture.
CLOCKS_APART = timedelta(seconds=60)
_THERE = frozenset({StillState.KEPT, StillState.ERASED})


def acts(clock: Clock, recording: RecordingRecord, rows: Acts, reads_chat: bool) -> Json:
    """-> {acts, acts_outside}: in order of time, and how many more there were before and after."""
    found = [*_all(clock, recording, rows, reads_chat)]
    inside = [placed for line in found if (placed := _placed(clock, line)) is not None]
    inside.sort(key=lambda line: (line["at_ms"], line["id"]))
    return {"acts": inside, "acts_outside": len(found) - len(inside)}


def shows_still(still: StillRecord | None, recording: RecordingRecord, said: Sequence[ConsentEvent]) -> bool:
    """Whether a still of the recorded visit belongs to the recording. `said`: all acts of consent of the visit."""
    if still is None or still.session_id != recording.session_id or still.state not in _THERE:
        return False
    return spans.is_in(still.participant_id, taken_at(still), said, recording)


def shows_frame(frame: FrameRecord | None, recording: RecordingRecord, said: Sequence[ConsentEvent]) -> bool:
    """Whether a frozen picture belongs to the recording: it is kept, and its person was in the recording when it was frozen."""
    if frame is None or frame.session_id != recording.session_id or frame.size == 0:
        return False
    return spans.is_in(frame.participant_id, frame.shown_at, said, recording)


def taken_at(still: StillRecord) -> datetime:
    """When a picture was taken, by our clock: the device's word where it fits to when it was asked for and came."""
    said, came = still.taken_at, still.kept_at or still.state_since
    if said is not None and still.created_at - CLOCKS_APART <= said <= came:
        return said
    return still.created_at


def _all(clock: Clock, recording: RecordingRecord, rows: Acts, reads_chat: bool) -> Iterator[Json]:
    for instruction in rows.instructions:
        yield _instruction(clock, instruction)
    for frame in rows.frames:
        yield _frame(clock, frame, shows_frame(frame, recording, rows.said))
    for still in rows.stills:
        if shows_still(still, recording, rows.said):
            yield _still(clock, still)
    for handover in rows.handovers:
        yield from _handover(clock, handover, reads_chat)
    for vital in rows.vitals:
        yield _vital(clock, vital)
    for page in rows.pages:
        yield from rings(clock, page, reads_chat)
    yield from silence_lines(clock, rows.silences)


def _placed(clock: Clock, line: Json) -> Json | None:
    """The line within the recording; None when it is not in it. `lasts`: it has an end, or holds until the visit's."""
    lasts, at, end = line.pop("lasts"), line["at_ms"], line["end_ms"]
    holds = lasts and at < 0 and (end is None or end > 0)
    if at > clock.duration_ms or (at < 0 and not holds):
        return None
    return {**line, "at_ms": max(at, 0), "end_ms": None if end is None else min(max(end, 0), clock.duration_ms)}


def _instruction(clock: Clock, one: InstructionRecord) -> Json:
    """From when the caller's page showed it; from the click where it never said so."""
    card = CARDS.get(one.card_id) if one.kind is InstructionKind.CARD else None
    at = one.shown_at or one.given_at
    end = None if one.cleared_at is None else max(one.cleared_at, at)
    return line_of(
        clock,
        one.id,
        "instruction",
        one.kind.value,
        at,
        end_ms=end_of(clock, end),
        lasts=True,
        participant_id=one.participant_id,
        name=one.given_by_name,
        value=one.value or one.card_id or None,
        words=dict(card.words) if card is not None else {},
        pictogram=card.pictogram if card is not None else "",
        seen=one.shown_at is not None,
    )


def _frame(clock: Clock, frame: FrameRecord, is_shown: bool) -> Json:
    shapes = frames.lines_view(frame.lines)
    picture = {"id": frame.id, "width": frame.width, "height": frame.height, "at": iso_utc(frame.shown_at), "shapes": shapes}
    more: Json = {"participant_id": frame.participant_id, "name": frame.by_name, "value": frame.shapes}
    more["drawing"] = picture if is_shown else None
    return line_of(clock, frame.id, "drawing", "frozen", frame.shown_at, end_ms=end_of(clock, frame.ended_at), lasts=True, **more)


def _still(clock: Clock, still: StillRecord) -> Json:
    is_kept = still.state is StillState.KEPT
    picture = {
        "id": still.id,
        "number": still.number,
        "at": iso_utc(taken_at(still)),
        "size": still.size,
        "sha256": still.sha256,
        "width": still.width,
        "height": still.height,
        "thumbnail": still.has_thumbnail,
    }
    more = {"participant_id": still.participant_id, "still": picture if is_kept else None}
    return line_of(clock, still.id, "still", "kept" if is_kept else "deleted", taken_at(still), **more)


def _handover(clock: Clock, one: Handover, reads_chat: bool) -> Iterable[Json]:
    """Each step by itself: offered, answered, released."""
    people = {"name": one.from_name, "to": one.to_name, "text": one.brief if reads_chat else ""}
    yield line_of(clock, f"{one.id}:offered", "handover", "offered", one.offered_at, **people)
    if one.answered_at is not None:
        what = HandoverState.ACCEPTED if one.state is HandoverState.RELEASED else one.state
        yield line_of(clock, f"{one.id}:answered", "handover", what.value, one.answered_at, **{**people, "text": ""})
    if one.released_at is not None:
        yield line_of(clock, f"{one.id}:released", "handover", "released", one.released_at, **{**people, "text": ""})


def _vital(clock: Clock, one: Vital) -> Json:
    second = None if one.second is None else vitals.told(one.kind, one.second)
    told = {"value": vitals.told(one.kind, one.value), "second": second, "unit": vitals.RANGES[one.kind].unit}
    return line_of(clock, one.id, "vital", one.kind.value, one.at, name=one.name, **told)
