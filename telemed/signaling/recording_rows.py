"""What the tables say about recording one visit, read in one go, and what follows from it for the visit's own page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord, UnrecordedReason
from telemed.care.recording.words import OPEN, RecordingState
from telemed.care.repositories import Transaction

_SHOWN = OPEN | {RecordingState.FINALISING}


@dataclass(frozen=True, slots=True)
class RecordingRows:
    """Rows of one visit. Changed ones are put in by `replace`; nothing here is written."""

    recordings: tuple[RecordingRecord, ...] = ()  # every take, oldest first
    events: tuple[ConsentEvent, ...] = ()
    bystanders: tuple[Bystander, ...] = ()
    unrecorded: tuple[UnrecordedReason, ...] = ()

    @property
    def open(self) -> RecordingRecord | None:
        """The take people are asked for or captured in; there is at most one."""
        return next((one for one in reversed(self.recordings) if one.state in OPEN), None)

    @property
    def current(self) -> RecordingRecord | None:
        """The take a page shows: the open one, or else the last while it is being made ready."""
        last = self.recordings[-1] if self.recordings else None
        return self.open or (last if last is not None and last.state in _SHOWN else None)

    def find(self, recording_id: str) -> RecordingRecord | None:
        """A take of this visit."""
        return next((one for one in self.recordings if one.id == recording_id), None)

    def with_recording(self, recording: RecordingRecord) -> RecordingRows:
        """The same with this take new or changed."""
        others = tuple(recording if one.id == recording.id else one for one in self.recordings)
        is_new = self.find(recording.id) is None
        return replace(self, recordings=(*others, recording) if is_new else others)


async def read_rows(tx: Transaction, session_id: str) -> RecordingRows:
    """Read what there is about a visit."""
    return RecordingRows(
        tuple(await tx.recordings.of_session(session_id)),
        tuple(await tx.consents.of_session(session_id)),
        tuple(await tx.consents.bystanders(session_id)),
        tuple(await tx.consents.unrecorded(session_id)),
    )
