"""What is known of recording one visit now: the rows of the last commit, and what only lives in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from telemed.care.policies import ClinicPolicies
from telemed.care.ports import Json
from telemed.care.recording import consent
from telemed.care.recording.call_view import RecordingScene, recording_view
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import RUNNING, RecordingFault, Standing
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.views import is_staff
from telemed.media.control import RecordedTrack, Source
from telemed.signaling.media_room import track_id
from telemed.signaling.recording_faults import Faults
from telemed.signaling.recording_rows import RecordingRows

NOBODY: Mapping[str, frozenset[Source]] = {}


@dataclass(slots=True)
class LiveRecording:
    """`withdrawn`: seats that said no and whose act may not be committed yet; they count as not agreed from that moment.
    `saying_no`: how many of these acts of a seat are under way."""

    policies: Callable[[], ClinicPolicies]
    rows: RecordingRows = field(default_factory=RecordingRows)
    withdrawn: set[str] = field(default_factory=set)
    saying_no: Counter[str] = field(default_factory=Counter)
    faults: Faults = field(default_factory=Faults)  # of the open take

    @property
    def fault(self) -> RecordingFault:
        """What is wrong with the open take now."""
        return self.faults.worst

    @property
    def current(self) -> RecordingRecord | None:
        """The take that a page shows."""
        return self.rows.current

    def take(self, rows: RecordingRows) -> None:
        """What was committed. Who agrees anew is captured again; another take begins without the faults of the one before."""
        before = self.rows.open
        standings = consent.standing(rows.events[len(self.rows.events) :])
        agreed = {person for person, now in standings.items() if now is Standing.AGREED}
        self.withdrawn -= {person for person in agreed if not self.saying_no[person]}  # else its yes is not the last word
        self.rows = rows
        if rows.open is None or before is None or rows.open.id != before.id:
            self.faults = Faults()

    @contextmanager
    def without(self, participant_id: str) -> Iterator[None]:
        """While somebody's no is written down, and after it until the person agrees anew, nothing of it is captured."""
        self.withdrawn.add(participant_id)
        self.saying_no[participant_id] += 1
        try:
            yield
        finally:
            self.saying_no[participant_id] -= 1

    def captured(self, seats: Mapping[str, ParticipantRecord]) -> Mapping[str, frozenset[Source]]:
        """Whose sources may be written now."""
        recording = self.rows.open
        if recording is None or recording.state not in RUNNING:
            return NOBODY
        allowed = consent.capture(
            recording, consent.standing(self.rows.events), list(seats.values()), self.rows.bystanders
        )
        return {person: sources for person, sources in allowed.items() if sources and person not in self.withdrawn}

    def view(self, session: SessionRecord, seats: Mapping[str, ParticipantRecord], viewer: ParticipantRecord) -> Json | None:
        """What a seat is told of it."""
        scene = RecordingScene(
            self.policies(),
            session,
            tuple(seats.values()),
            self.rows.recordings,
            self.rows.current,
            self.rows.events,
            self.rows.bystanders,
            self.rows.unrecorded,
            self.captured(seats),
            self.fault,
        )
        return recording_view(scene, viewer, is_staff(viewer))

    def tracks(self, seats: Mapping[str, ParticipantRecord]) -> tuple[RecordedTrack, ...]:
        """The same as the worker is told: every track these people may send, whether they send it now or not."""
        return tuple(
            RecordedTrack(track_id(person, source), person, source)
            for person, sources in sorted(self.captured(seats).items())
            for source in Source
            if source in sources
        )
