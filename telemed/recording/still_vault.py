"""Stills for the rest of the server: the files' work in threads of its own, one upload at a time each.

Few threads: a picture of 25 MiB is worked on whole in memory (it comes in, is stripped, and goes out sealed: some 80 MiB for a
moment), and what comes beyond waits its turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from telemed.care.stills.records import KeptPicture
from telemed.care.stills.words import StillPart
from telemed.errors import ConfigError, NotFound, Unavailable
from telemed.recording.keys import KeyUnreadable
from telemed.recording.sealed_file import SealedFileBroken, SealedReader
from telemed.recording.still_files import StillFiles

THREADS = 2
MAX_READ_BYTES = 1024 * 1024
UNREADABLE = "The picture cannot be reached now."
T = TypeVar("T")


class OpenedStill:
    """Fulfils `care.stills.ports.StillReader`."""

    def __init__(self, reader: SealedReader, run: Callable[..., asyncio.Future[bytes]]) -> None:
        self._reader = reader
        self._run = run

    @property
    def size(self) -> int:
        """Bytes in clear."""
        return self._reader.size

    async def read(self, offset: int, length: int) -> bytes:
        """Up to MAX_READ_BYTES from `offset` on. Raises SealedFileBroken, Unavailable."""
        return await self._run(self._reader.read, offset, min(length, MAX_READ_BYTES))

    async def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


@dataclass(slots=True)
class _Lane:
    """Who works on one still, and how many want to."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class FileStillVault:
    """Fulfils `care.stills.ports.StillVault`. `takes_more`: whether the disk has room."""

    def __init__(self, files: StillFiles, takes_more: Callable[[], bool]) -> None:
        self._files = files
        self._takes_more = takes_more
        self._threads = ThreadPoolExecutor(THREADS, "stills")
        self._lanes: dict[str, _Lane] = {}  # of those somebody works on now; never more than requests are under way

    def close(self) -> None:
        """End the threads; what runs is waited for."""
        self._threads.shutdown(cancel_futures=True)

    def has_room(self) -> bool:
        """Whether the disk takes new ones."""
        return self._takes_more()

    async def begin(self, still_id: str) -> None:
        """Make place and key."""
        await self._alone(still_id, self._files.begin, still_id)

    async def received(self, still_id: str) -> int:
        """How many bytes are there."""
        return await self._alone(still_id, self._files.received, still_id)

    async def append(self, still_id: str, offset: int, piece: bytes) -> int:
        """Take a piece. Raises WrongOffset."""
        return await self._alone(still_id, self._files.append, still_id, offset, piece)

    async def finish(self, still_id: str) -> KeptPicture:
        """Strip and seal what came."""
        return await self._alone(still_id, self._files.finish, still_id)

    async def keep(self, still_id: str, data: bytes) -> None:
        """Seal a picture that is here as a whole."""
        await self._alone(still_id, self._files.keep, still_id, data)

    async def put_thumbnail(self, still_id: str, data: bytes) -> None:
        """Strip and seal a small picture."""
        await self._alone(still_id, self._files.put_thumbnail, still_id, data)

    async def open(self, still_id: str, part: StillPart) -> OpenedStill:
        """A picture, to be read anywhere."""
        return OpenedStill(await self._run(self._files.open, still_id, part), self._run)

    async def discard(self, still_id: str) -> bool:
        """Destroy key and files."""
        return await self._alone(still_id, self._files.discard, still_id)

    async def settle(self, still_id: str) -> None:
        """Remove the upload beside the finished picture."""
        await self._alone(still_id, self._files.settle, still_id)

    async def ids(self) -> Collection[str]:
        """Everything on the disk."""
        return await self._run(self._files.ids)

    async def _alone(self, still_id: str, work: Callable[..., T], *arguments: object) -> T:
        """One at a time for each still; a caller who goes away does not let the next one in early."""
        return await asyncio.shield(asyncio.ensure_future(self._locked(still_id, work, *arguments)))

    async def _locked(self, still_id: str, work: Callable[..., T], *arguments: object) -> T:
        lane = self._lanes.setdefault(still_id, _Lane())
        lane.users += 1
        try:
            async with lane.lock:
                return await self._work(work, *arguments)
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[still_id]

    def _run(self, work: Callable[..., T], *arguments: object) -> asyncio.Future[T]:
        return asyncio.ensure_future(self._work(work, *arguments))

    async def _work(self, work: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, lambda: work(*arguments))
        except FileNotFoundError as error:
            raise NotFound from error
        except (OSError, KeyUnreadable, ConfigError, SealedFileBroken) as error:
            raise Unavailable(UNREADABLE) from error
