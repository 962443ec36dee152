"""Stand-in for a server that keeps no stills."""

from __future__ import annotations

from telemed.care.identity import Identity, Staff
from telemed.care.stills.ports import StillReader
from telemed.care.stills.records import NewStill, StillRecord
from telemed.care.stills.words import StillPart
from telemed.errors import NotFound


class NoStills:
    """Fulfils `care.stills.ports.StillUploads` and `StillShelf`."""

    async def check_begin(self, who: Identity, session_id: str) -> None:
        """Raises NotFound."""
        raise NotFound

    async def create(self, who: Identity, session_id: str, wanted: NewStill) -> StillRecord:
        """Raises NotFound."""
        raise NotFound

    async def check(self, who: Identity, session_id: str, still_id: str) -> None:
        """Raises NotFound."""
        raise NotFound

    async def received(self, who: Identity, session_id: str, still_id: str) -> tuple[StillRecord, int]:
        """Raises NotFound."""
        raise NotFound

    async def append(
        self, who: Identity, session_id: str, still_id: str, offset: int, piece: bytes
    ) -> tuple[StillRecord, int]:
        """Raises NotFound."""
        raise NotFound

    async def cancel(self, who: Identity, session_id: str, still_id: str) -> None:
        """Raises NotFound."""
        raise NotFound

    async def put_thumbnail(self, who: Identity, session_id: str, still_id: str, data: bytes) -> None:
        """Raises NotFound."""
        raise NotFound

    async def open(
        self, who: Identity, session_id: str, still_id: str, part: StillPart
    ) -> tuple[StillRecord, StillReader]:
        """Raises NotFound."""
        raise NotFound

    async def erase(self, actor: Staff, session_id: str, still_id: str, reason: str) -> None:
        """Raises NotFound."""
        raise NotFound
