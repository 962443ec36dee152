"""Everything about recordings, in one value for the handlers."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.web.deps import WebDeps
from telemed.web.recordings.door import RecordingDoor
from telemed.web.recordings.erasing import RecordingErasing
from telemed.web.recordings.export import RecordingExports
from telemed.web.recordings.figures import RecordingFigures
from telemed.web.recordings.frames import RecordingFrames
from telemed.web.recordings.markers import RecordingMarkers
from telemed.web.recordings.media import RecordingMedia
from telemed.web.recordings.own import OwnRecordings
from telemed.web.recordings.reading import RecordingReading
from telemed.web.recordings.review import RecordingReview
from telemed.web.recordings.stills import RecordingStills
from telemed.web.recordings.verifying import RecordingVerifier
from telemed.web.recordings.watching import Watching
from telemed.web.recordings.withdrawing import RecordingWithdrawing


@dataclass(frozen=True, slots=True)
class RecordingDesk:
    """The parts; `verifier` is ended with the application."""

    reading: RecordingReading
    media: RecordingMedia
    stills: RecordingStills
    frames: RecordingFrames
    markers: RecordingMarkers
    review: RecordingReview
    verifier: RecordingVerifier
    exports: RecordingExports
    erasing: RecordingErasing
    own: OwnRecordings
    withdrawing: RecordingWithdrawing
    figures: RecordingFigures

    @classmethod
    def of(cls, deps: WebDeps) -> RecordingDesk:
        """Wire the parts."""
        store, clock, vault = deps.store, deps.clock, deps.vault
        door = RecordingDoor(store, clock)
        watching = Watching(door, clock)
        return cls(
            RecordingReading(store, clock, door, vault),
            RecordingMedia(door, vault, watching),
            RecordingStills(door, deps.still_vault, watching),
            RecordingFrames(door, deps.still_vault, watching),
            RecordingMarkers(door),
            RecordingReview(door),
            RecordingVerifier(door, vault),
            RecordingExports(door, vault, clock),
            RecordingErasing(door, vault, deps.notifier, deps.settings.base_url),
            OwnRecordings(store, clock),
            RecordingWithdrawing(store, clock, door),
            RecordingFigures(store, vault, deps.live),
        )
