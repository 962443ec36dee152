"""What happened in a visit, laid onto the clock of one recording: 0 is when it began, in whole milliseconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemed.care.ports import Json
from telemed.care.quality_views import Heard, Seen, heard, seen
from telemed.care.recording.ports import RecordingContents
from telemed.care.recording.records import SpeakingSpan
from telemed.care.records import MessageRecord, ParticipantEventRecord, QualityMinute
from telemed.care.states import ParticipantState as S

MINUTE_MS = 60_000
_MS = timedelta(milliseconds=1)
_INSIDE = frozenset({S.CONNECTED, S.RECONNECTING, S.ON_HOLD})
_OUTSIDE = frozenset({S.LEFT, S.LOST, S.DENIED, S.REMOVED})
# What a minute was like, when it was worth a mark; the words clients get.
_HEARD = {Heard.GAPS: "sound_gaps", Heard.POOR: "sound_poor"}
_SEEN = {Seen.UNSTEADY: "picture_unsteady", Seen.PAUSED: "picture_paused"}
# For plots: the worse of what could be heard and seen.
_GRADES: Mapping[str, str] = {"sound_gaps": "fair", "sound_poor": "poor", "picture_unsteady": "fair", "picture_paused": "poor"}
_WORST_FIRST = ("poor", "fair", "good", "unknown")


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a recording."""

    started_at: datetime
    duration_ms: int

    def at(self, moment: datetime) -> int:
        """Milliseconds since the beginning; negative before it."""
        return (moment - self.started_at) // _MS

    def clip(self, start_ms: int, end_ms: int) -> tuple[int, int] | None:
        """The part of a span that lies within the recording; None when nothing does."""
        start, end = max(start_ms, 0), min(end_ms, self.duration_ms)
        return (start, end) if start < end else None


def joins(clock: Clock, events: Iterable[ParticipantEventRecord]) -> list[Json]:
    """Who came, went, waited and returned. Those in the call when the recording began joined at 0."""
    states: dict[str, S] = {}
    lines: list[Json] = []
    began = False
    for event in events:
        at_ms = clock.at(event.at)
        if at_ms > clock.duration_ms:
            break
        if at_ms > 0 and not began:
            lines, began = _present(states), True
        what, states[event.participant_id] = _step(states.get(event.participant_id), event.to_state)
        if what is not None and began:
            lines.append({"participant_id": event.participant_id, "at_ms": at_ms, "what": what})
    return lines if began else _present(states)


def _present(states: Mapping[str, S]) -> list[Json]:
    lines: list[Json] = []
    for participant_id, state in states.items():
        if state not in _INSIDE:
            continue
        lines.append({"participant_id": participant_id, "at_ms": 0, "what": "joined"})
        if state is not S.CONNECTED:
            word = "held" if state is S.ON_HOLD else "reconnecting"
            lines.append({"participant_id": participant_id, "at_ms": 0, "what": word})
    return lines


def _step(before: S | None, after: S) -> tuple[str | None, S]:
    """What a change of state means to those who watch, and the state to go on from: who comes off hold is in the call again
    though the media connect a moment later."""
    inside = before in _INSIDE
    if after is S.ADMITTED:
        return ("resumed", S.CONNECTED) if before is S.ON_HOLD else (None, before if inside and before else after)
    if after is S.CONNECTED:
        words = {S.RECONNECTING: "back", S.ON_HOLD: "resumed", S.CONNECTED: None}
        return (words[before] if inside and before else "joined"), after
    if after in (S.RECONNECTING, S.ON_HOLD):
        word = "held" if after is S.ON_HOLD else "reconnecting"
        return (word if inside and before is not after else None), after
    return ("left" if inside and after in _OUTSIDE else None), after


def speaking(clock: Clock, spans: Iterable[SpeakingSpan]) -> list[Json]:
    """Who spoke when."""
    return [
        {"participant_id": span.participant_id, "start_ms": found[0], "end_ms": found[1]}
        for span in spans
        if (found := clock.clip(span.start_ms, span.end_ms)) is not None
    ]


def chat(clock: Clock, messages: Iterable[MessageRecord]) -> list[Json]:
    """Lines written while it was recorded."""
    return [
        {"at_ms": at_ms, "participant_id": message.participant_id, "name": message.name, "body": message.body}
        for message in messages
        if 0 <= (at_ms := clock.at(message.at)) <= clock.duration_ms
    ]


def quality(clock: Clock, minutes: Iterable[QualityMinute]) -> list[Json]:
    """Where somebody heard or saw less well than one should; minutes that follow each other are one span."""
    open_spans: dict[tuple[str, str], Json] = {}
    lines: list[Json] = []
    for minute in minutes:
        start = clock.at(minute.minute)
        found = clock.clip(start, start + MINUTE_MS)
        if found is None:
            continue
        for what in dips(minute):
            last = open_spans.get((minute.participant_id, what))
            if last is not None and last["end_ms"] == found[0]:
                last["end_ms"] = found[1]
                continue
            line: Json = {"participant_id": minute.participant_id, "start_ms": found[0], "end_ms": found[1], "what": what}
            open_spans[minute.participant_id, what] = line
            lines.append(line)
    return lines


def dips(minute: QualityMinute) -> list[str]:
    """What was wrong in a minute."""
    return [word for word in (_HEARD.get(heard(minute)), _SEEN.get(seen(minute))) if word is not None]


def consent(clock: Clock, contents: RecordingContents, present: Mapping[str, Sequence[tuple[int, int]]]) -> list[Json]:
    """When each person was captured, as the manifest says, and when one was there and was not."""
    captured: dict[str, list[tuple[int, int]]] = {}
    for span in contents.consent:
        found = clock.clip(span.from_us // 1000, span.to_us // 1000)
        if found is not None:
            captured.setdefault(span.person_id, []).append(found)
    lines: list[Json] = []
    for person_id in {**present, **captured}:
        kept = _merged(captured.get(person_id, ()))
        lines += [_consent_line(person_id, span, "captured") for span in kept]
        lines += [_consent_line(person_id, span, "not_captured") for span in _without(present.get(person_id, ()), kept)]
    return sorted(lines, key=lambda line: (line["start_ms"], line["participant_id"]))


def presence(clock: Clock, lines: Iterable[Json]) -> dict[str, list[tuple[int, int]]]:
    """From `joins`: when each person was in the call."""
    since: dict[str, int] = {}
    found: dict[str, list[tuple[int, int]]] = {}
    for line in lines:
        person_id, at_ms = line["participant_id"], line["at_ms"]
        if line["what"] == "joined":
            since.setdefault(person_id, at_ms)
        elif line["what"] == "left" and person_id in since:
            found.setdefault(person_id, []).append((since.pop(person_id), at_ms))
    for person_id, start in since.items():
        found.setdefault(person_id, []).append((start, clock.duration_ms))
    return found


def gaps(clock: Clock, contents: RecordingContents) -> list[Json]:
    """What is missing of each source, and why."""
    return [
        {"participant_id": gap.participant_id, "source": gap.source, "start_ms": found[0], "end_ms": found[1], "why": gap.why}
        for gap in contents.gaps
        if (found := clock.clip(gap.from_us // 1000, gap.to_us // 1000)) is not None
    ]


def plots(clock: Clock, spans: Sequence[SpeakingSpan], minutes: Iterable[QualityMinute]) -> Json:
    """-> {speaking, minutes}: seconds each person spoke, in all and in each minute of the clock on the wall, and how each
    fared."""
    totals: dict[str, int] = {}
    table: dict[int, dict[str, Json]] = {}
    first = clock.at(clock.started_at.replace(second=0, microsecond=0))  # where the minute began in which the recording did
    for span in spans:
        found = clock.clip(span.start_ms, span.end_ms)
        for start, length in _by_minute(first, *found) if found is not None else ():
            totals[span.participant_id] = totals.get(span.participant_id, 0) + length
            cell = _cell(table, start, span.participant_id)
            cell["speaking"] += length
    for minute in minutes:
        at_ms = clock.at(minute.minute)
        if clock.clip(at_ms, at_ms + MINUTE_MS) is not None:
            _cell(table, at_ms, minute.participant_id)["quality"] = _grade(minute)
    rows = [{"at_ms": max(at, 0), "participants": [_rounded(cell) for cell in table[at].values()]} for at in sorted(table)]
    return {"speaking": [{"participant_id": who, "seconds": round(ms / 1000, 1)} for who, ms in totals.items()], "minutes": rows}


def _by_minute(first: int, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Cut a span at full minutes: (beginning of the minute, milliseconds of the span in it)."""
    while start < end:
        minute = first + (start - first) // MINUTE_MS * MINUTE_MS
        stop = min(end, minute + MINUTE_MS)
        yield minute, stop - start
        start = stop


def _cell(table: dict[int, dict[str, Json]], minute: int, participant_id: str) -> Json:
    blank: Json = {"participant_id": participant_id, "speaking": 0, "quality": "unknown"}
    return table.setdefault(minute, {}).setdefault(participant_id, blank)


def _rounded(cell: Json) -> Json:
    return {**cell, "speaking": round(cell["speaking"] / 1000, 1)}


def _grade(minute: QualityMinute) -> str:
    if heard(minute) is Heard.UNKNOWN and seen(minute) is Seen.UNKNOWN:
        return "unknown"
    return min((_GRADES[what] for what in dips(minute)), key=_WORST_FIRST.index, default="good")


def _consent_line(person_id: str, span: tuple[int, int], what: str) -> Json:
    return {"participant_id": person_id, "start_ms": span[0], "end_ms": span[1], "what": what}


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch or overlap joined."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _without(spans: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of `spans` when `taken` (merged) is cut out."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        for from_, to in taken:
            if to <= start or from_ >= end:
                continue
            if from_ > start:
                found.append((start, from_))
            start = max(start, to)
        if start < end:
            found.append((start, end))
    return found
