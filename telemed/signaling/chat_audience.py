"""Which lines of chat a seat may read: staff all; others what was said while they were in the call, not before and not on hold,
and what is for them alone.

Two clinicians who talk before they admit somebody, or while somebody is on hold, talk among themselves for good: coming back,
a reload or a restart of the server does not show it later. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from telemed.care.records import MessageRecord, ParticipantEventRecord, ParticipantRecord
from telemed.care.states import ParticipantEvent
from telemed.care.views import is_staff

_ENDS_HOLD = frozenset({ParticipantEvent.RESUMED, ParticipantEvent.REINVITED, ParticipantEvent.SENT_BACK})


class ChatAudience:
    """When each seat of a visit was on hold."""

    __slots__ = ("_holds",)

    def __init__(self, events: Iterable[ParticipantEventRecord] = ()) -> None:
        self._holds: dict[str, list[tuple[datetime, datetime | None]]] = {}
        for event in events:
            if event.event is ParticipantEvent.HELD:
                self._begin(event.participant_id, event.at)
            elif event.event in _ENDS_HOLD:
                self._end(event.participant_id, event.at)

    def follow(self, before: Mapping[str, ParticipantRecord], after: Mapping[str, ParticipantRecord]) -> None:
        """Take note of holds that began or ended in a commit; a state's `since` is when it did."""
        for participant_id, seat in after.items():
            held_before = participant_id in before and before[participant_id].held
            if seat.held and not held_before:
                self._begin(participant_id, seat.since)
            elif held_before and not seat.held:
                self._end(participant_id, seat.since)

    def lines_for(self, viewer: ParticipantRecord, lines: Sequence[MessageRecord]) -> list[MessageRecord]:
        """The lines `viewer` may read, in order."""
        return list(lines) if is_staff(viewer) else [line for line in lines if self._may_read(viewer, line)]

    def was_there(self, viewer: ParticipantRecord, at: datetime) -> bool:
        """Whether the viewer had been let in by then and was not on hold."""
        if viewer.admitted_at is None or at < viewer.admitted_at:
            return False
        holds = self._holds.get(viewer.id, ())
        return not any(begin <= at and (end is None or at < end) for begin, end in holds)

    def _may_read(self, viewer: ParticipantRecord, line: MessageRecord) -> bool:
        if line.participant_id == viewer.id:
            return True
        if line.to_participant_id is not None:
            return line.to_participant_id == viewer.id
        return self.was_there(viewer, line.at)

    def _begin(self, participant_id: str, at: datetime) -> None:
        self._holds.setdefault(participant_id, []).append((at, None))

    def _end(self, participant_id: str, at: datetime) -> None:
        holds = self._holds.get(participant_id)
        if holds and holds[-1][1] is None:
            holds[-1] = (holds[-1][0], at)
