"""Recordings as a worker writes them, and what came back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from telemed.media.control import Source
from telemed.media.journal.ports import JournalCodec, JournalHead
from telemed.media.journal.records import PacketRecord
from telemed.recording.journal_reader import RecordedJournals, read_journals

KEY = bytes(range(32))
RECORDING = "rec_one"
DEADLINE = 30.0  # seconds: a busy machine with a slow disk
VP8 = JournalCodec("vp8", 96, 90_000, 1)
OPUS = JournalCodec("opus", 111, 48_000, 2, "minptime=10;useinbandfec=1")


def head(track: str = "trk_1", participant: str = "par_1", source: Source = Source.CAMERA) -> JournalHead:
    """What a journal is about, begun now."""
    codec = OPUS if source in (Source.MICROPHONE, Source.SCREEN_AUDIO) else VP8
    return JournalHead(track, participant, source, codec, (), time.time_ns() // 1000, time.monotonic_ns() // 1000)


def numbered(number: int, size: int = 1000) -> bytes:
    """A packet that says which it is."""
    return number.to_bytes(8, "big") + bytes(size - 8)


def numbers(directory: Path, track: str = "trk_1") -> list[int]:
    """The numbers of the packets that can be read back, in order."""
    found = read(directory)
    records = (record for one in found.tracks if one.track_id == track for record in one.records())
    return [int.from_bytes(record.data[:8], "big") for record in records if isinstance(record, PacketRecord)]


def read(directory: Path) -> RecordedJournals:
    return read_journals(directory, RECORDING, KEY)


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.02)


def sealed_bytes(directory: Path) -> Iterable[bytes]:
    """Every file below a directory."""
    return [path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()]


def modes(directory: Path) -> dict[str, int]:
    """Who may do what, by ending of the name, or the name itself."""
    return {path.suffix or path.name: path.stat().st_mode & 0o777 for path in directory.rglob("*")}
