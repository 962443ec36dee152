"""When each person could be captured: what the manifest says of consent, and what the finaliser leaves out.

Live capture stops within a second of a withdrawal; the finaliser cuts at the very moment, and takes out what is to be destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from telemed.care.recording.records import ConsentEvent, RecordingRecord
from telemed.care.recording.words import Basis, ConsentAct

_YES = frozenset({ConsentAct.AGREED, ConsentAct.UNABLE})
_NO = frozenset({ConsentAct.REFUSED, ConsentAct.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class AgreedSpan:
    """A time in which a person could be captured."""

    since: datetime
    until: datetime | None  # None: still


@dataclass(slots=True)
class _Person:
    """One person while its acts are read in order."""

    spans: list[AgreedSpan]
    since: datetime | None  # of the agreement that stands
    earlier: int | None = None  # how many spans there were at the last withdrawal

    def agree(self, at: datetime) -> None:
        if self.since is None:
            self.since = at

    def refuse(self, at: datetime) -> None:
        if self.since is not None and at > self.since:
            self.spans.append(AgreedSpan(self.since, at))
        self.since = None
        self.earlier = len(self.spans)

    def destroy_all(self) -> None:
        """Said when the recording was over: everything in it is earlier."""
        self.spans.clear()
        self.since = self.earlier = None

    def destroy(self) -> None:
        del self.spans[: self.earlier or 0]
        self.earlier = None


def agreed_spans(events: Iterable[ConsentEvent], recording: RecordingRecord) -> dict[str, tuple[AgreedSpan, ...]]:
    """Return for each participant who said anything when it could be captured, within the recording and without what is to be
    destroyed. Who never said anything is not in it: see `default_span`."""
    begin = recording.started_at
    if begin is None:
        return {}
    people: dict[str, _Person] = {}
    for event in sorted(events, key=lambda event: event.sequence):
        if event.participant_id is None or _is_said_too_late(event, recording):
            continue
        _take(_person(people, event.participant_id, recording), event, recording)
    return {person_id: _inside(_ended(person, recording), recording) for person_id, person in people.items()}


def default_span(recording: RecordingRecord) -> tuple[AgreedSpan, ...]:
    """When somebody who never said anything could be captured: never, but in an emergency all the time."""
    if recording.basis is not Basis.EMERGENCY or recording.started_at is None:
        return ()
    return (AgreedSpan(recording.started_at, recording.stopped_at),)


def is_in(person_id: str, at: datetime, events: Iterable[ConsentEvent], recording: RecordingRecord) -> bool:
    """Whether this person could be captured at that moment, and that part is not to be destroyed."""
    spans = agreed_spans(events, recording).get(person_id, default_span(recording))
    return any(span.since <= at and (span.until is None or at <= span.until) for span in spans)


def _person(people: dict[str, _Person], person_id: str, recording: RecordingRecord) -> _Person:
    if person_id not in people:
        in_emergency = recording.basis is Basis.EMERGENCY
        people[person_id] = _Person([], recording.started_at if in_emergency else None)
    return people[person_id]


def _take(person: _Person, event: ConsentEvent, recording: RecordingRecord) -> None:
    """One act. A choice about the earlier part of another take says nothing of this one."""
    if event.act in _YES:
        person.agree(event.at)
    elif event.act in _NO:
        person.refuse(event.at)
    elif event.act is ConsentAct.DESTROY_EARLIER and event.recording_id in (None, recording.id):
        if recording.stopped_at is not None and event.at >= recording.stopped_at:
            person.destroy_all()
        else:
            person.destroy()


def _is_said_too_late(event: ConsentEvent, recording: RecordingRecord) -> bool:
    """Yes and no after the end change nothing of what was written; a choice to destroy it does."""
    return recording.stopped_at is not None and event.at > recording.stopped_at and event.act in _YES | _NO


def _ended(person: _Person, recording: RecordingRecord) -> list[AgreedSpan]:
    """The spans and the one that stands at the end."""
    return [*person.spans, AgreedSpan(person.since, recording.stopped_at)] if person.since is not None else person.spans


def _inside(spans: list[AgreedSpan], recording: RecordingRecord) -> tuple[AgreedSpan, ...]:
    """The parts within the recording."""
    begin = recording.started_at
    assert begin is not None
    cut = [AgreedSpan(max(span.since, begin), span.until) for span in spans]
    return tuple(span for span in cut if span.until is None or span.until > span.since)
