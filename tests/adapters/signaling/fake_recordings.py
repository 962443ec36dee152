"""Recordings kept in memory: a key for each, faults on order, and what was handed to the finaliser."""

from __future__ import annotations

import base64
from pathlib import Path

from telemed.care.recording.ports import Take
from telemed.care.recording.words import Basis, RecordingFault
from telemed.errors import Unavailable


class FakeRecordings:
    """Implements telemed.care.recording.ports.RecordingWork."""

    def __init__(self) -> None:
        self.refused = RecordingFault.NONE  # why nothing new may begin
        self.broken = RecordingFault.NONE  # what `prepare` meets
        self.lost = RecordingFault.NONE  # what a look at the key of one in progress meets
        self.policies: dict[str, str | int] = {"recording_scheduled": "optional"}
        self.prepared: dict[str, Basis] = {}
        self.finalised: list[str] = []
        self.discarded: list[str] = []

    def refusal(self) -> RecordingFault:
        return self.refused

    async def prepare(self, recording_id: str, basis: Basis) -> Take:
        if self.broken is not RecordingFault.NONE:
            raise Unavailable("There is no place for it.", code=f"recording_{self.broken.value}")
        self.prepared[recording_id] = basis
        return Take(Path("/srv/recordings") / recording_id, base64.b64encode(recording_id.encode().ljust(32, b"k")[:32]).decode())

    async def trouble(self, recording_id: str) -> RecordingFault:
        assert recording_id in self.prepared
        return self.lost

    def finalise(self, recording_id: str) -> None:
        self.finalised.append(recording_id)

    async def discard(self, recording_id: str) -> None:
        self.discarded.append(recording_id)
