"""Where stills meet the adapters: who keeps the bytes, and who answers for the rules."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from telemed.care.identity import Identity, Staff
from telemed.care.stills.records import KeptPicture, NewStill, StillRecord
from telemed.care.stills.words import StillPart
from telemed.errors import Conflict, NotFound, Unavailable


class WrongOffset(Conflict):
    """A piece that does not go on where the last one ended; `offset`: where that is."""

    code = "wrong_offset"

    def __init__(self, offset: int) -> None:
        super().__init__("The upload goes on elsewhere.")
        self.offset = offset


class StillReader(Protocol):
    """A picture in clear, range by range."""

    @property
    def size(self) -> int:
        """Bytes in clear."""
        ...

    async def read(self, offset: int, length: int) -> bytes: ...
    async def close(self) -> None: ...


class StillVault(Protocol):
    """Keeps uploads and pictures, sealed. Raises NotFound for what is not there, Unavailable for disk and key.

    All methods may be called again after a fault or a kill: they go on where they were.
    """

    def has_room(self) -> bool:
        """Whether the disk takes new ones."""
        ...

    async def begin(self, still_id: str) -> None:
        """Make place and key; nothing for one that has them."""
        ...

    async def received(self, still_id: str) -> int:
        """How many bytes are there."""
        ...

    async def append(self, still_id: str, offset: int, piece: bytes) -> int:
        """Take a piece; how many bytes are there then. Raises WrongOffset."""
        ...

    async def finish(self, still_id: str) -> KeptPicture:
        """Strip and seal what came. Raises the faults of `media.pictures`."""
        ...

    async def keep(self, still_id: str, data: bytes) -> None:
        """Make place and key, and seal a picture that is here as a whole, as it is."""
        ...

    async def put_thumbnail(self, still_id: str, data: bytes) -> None:
        """Strip and seal a small picture. Raises the faults of `media.pictures`, TooLarge."""
        ...

    async def open(self, still_id: str, part: StillPart) -> StillReader: ...
    async def discard(self, still_id: str) -> bool:
        """Destroy key and files; whether there was a key."""
        ...

    async def settle(self, still_id: str) -> None:
        """Remove what the upload left behind beside the finished picture."""
        ...

    async def ids(self) -> Collection[str]:
        """Everything that lies on the disk."""
        ...


class StillUploads(Protocol):
    """Uploads, as HTTP asks for them. Every method raises NotFound for what is not this visit's or not this person's,
    NotAllowed for what the permission table refuses."""

    async def check_begin(self, who: Identity, session_id: str) -> None:
        """Raise what `create` would for somebody who may send nothing here now."""
        ...

    async def create(self, who: Identity, session_id: str, wanted: NewStill) -> StillRecord:
        """A new upload, or the one the same command began. Raises Conflict `too_many_stills`, `still_over`, Unavailable."""
        ...

    async def check(self, who: Identity, session_id: str, still_id: str) -> None:
        """Raise what the others would for somebody whose upload it is not, or who may send nothing now."""
        ...

    async def received(self, who: Identity, session_id: str, still_id: str) -> tuple[StillRecord, int]:
        """The own upload and how far it is. Raises Gone `still_over` when nothing more is taken."""
        ...

    async def append(self, who: Identity, session_id: str, still_id: str, offset: int, piece: bytes) -> tuple[StillRecord, int]:
        """Take a piece of the own upload; the last one makes it a picture. Raises WrongOffset and the faults of pictures."""
        ...

    async def cancel(self, who: Identity, session_id: str, still_id: str) -> None: ...
    async def put_thumbnail(self, who: Identity, session_id: str, still_id: str, data: bytes) -> None: ...


class StillShelf(Protocol):
    """What is kept, as HTTP asks for it; refuses as uploads do."""

    async def open(self, who: Identity, session_id: str, still_id: str, part: StillPart) -> tuple[StillRecord, StillReader]:
        """For who sees it in the call, and staff of the session afterwards. A picture's opening is audited."""
        ...

    async def erase(self, actor: Staff, session_id: str, still_id: str, reason: str) -> None: ...


class NoStillVault:
    """Stand-in for a server that keeps none."""

    def has_room(self) -> bool:
        """Nothing begins."""
        return False

    async def begin(self, still_id: str) -> None:
        """There is no place."""
        raise Unavailable("Pictures are not kept here.", code="stills_off")

    async def received(self, still_id: str) -> int:
        """Nothing came."""
        raise NotFound

    async def append(self, still_id: str, offset: int, piece: bytes) -> int:
        """Nothing is taken."""
        raise NotFound

    async def finish(self, still_id: str) -> KeptPicture:
        """Nothing came."""
        raise NotFound

    async def keep(self, still_id: str, data: bytes) -> None:
        """There is no place."""
        raise Unavailable("Pictures are not kept here.", code="stills_off")

    async def put_thumbnail(self, still_id: str, data: bytes) -> None:
        """Nothing is taken."""
        raise NotFound

    async def open(self, still_id: str, part: StillPart) -> StillReader:
        """Nothing is there."""
        raise NotFound

    async def discard(self, still_id: str) -> bool:
        """Nothing is there."""
        return False

    async def settle(self, still_id: str) -> None:
        """Nothing is there."""

    async def ids(self) -> Collection[str]:
        """Nothing is there."""
        return ()
