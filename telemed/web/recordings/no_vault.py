"""Stand-in for a server that keeps no recordings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from telemed.care.recording.ports import RecordingContents, SegmentReader, VerifyResult
from telemed.errors import NotFound, Unavailable


class NoVault:
    """Holds nothing. Fulfils `care.recording.ports.RecordingVault`."""

    async def contents(self, recording_id: str) -> RecordingContents:
        """Raises NotFound."""
        raise NotFound()

    async def open_segment(self, recording_id: str, segment_id: str) -> SegmentReader:
        """Raises NotFound."""
        raise NotFound()

    async def verify(self, recording_id: str) -> VerifyResult:
        """Raises Unavailable."""
        raise Unavailable()

    async def export(self, recording_id: str) -> AsyncIterator[bytes]:
        """Raises Unavailable when it is read."""
        raise Unavailable()
        yield b""

    async def erase(self, recording_id: str) -> bool:
        """There is nothing to destroy."""
        return False

    async def sizes(self) -> Mapping[str, int]:
        """Nothing is there."""
        return {}
