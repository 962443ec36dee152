"""Journals in memory: what a worker would write, and a disk that fails or is too slow when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from telemed.media.journal.faults import RecordingFault
from telemed.media.journal.ports import NO_DETAILS, BookCondition, JournalHead


@dataclass(slots=True)
class Written:
    """One packet as it was handed over."""

    lane: int
    packet: bytes
    arrival_us: int


@dataclass
class MemoryJournal:
    """Implements telemed.media.journal.ports.Journal."""

    head: JournalHead
    starts: Callable[[bytes], bool] | None
    packets: list[Written] = field(default_factory=list)
    reports: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    events: list[tuple[str, int, Mapping[str, object]]] = field(default_factory=list)
    closed: bool = False
    waiting: bool = False
    raises: bool = False

    def packet(self, lane: int, packet: bytes, arrival_us: int) -> None:
        assert not self.closed, "a packet after the end"
        if self.raises:
            raise OSError("the journal has a hole")
        self.packets.append(Written(lane, packet, arrival_us))

    def report(self, lane: int, ssrc: int, ntp: int, rtp: int, arrival_us: int) -> None:
        assert not self.closed
        self.reports.append((lane, ssrc, ntp, rtp, arrival_us))

    def event(self, what: str, at_us: int, details: Mapping[str, object] = NO_DETAILS) -> None:
        assert not self.closed
        self.events.append((what, at_us, dict(details)))

    def close(self) -> None:
        self.closed = True

    def words(self) -> list[str]:
        """What the events say, in order."""
        return [what for what, _at, _details in self.events]


class MemoryBook:
    """Implements telemed.media.journal.ports.JournalBook."""

    def __init__(self, recording_id: str, directory: Path, key: bytes) -> None:
        self.recording_id, self.directory, self.key = recording_id, directory, key
        self.journals: list[MemoryJournal] = []
        self.fault = RecordingFault.NONE
        self.dropped = 0
        self.finished = False
        self.raises = False
        self.disk: asyncio.Event | None = None  # set: `finish` waits for it

    def open(self, head: JournalHead, starts: Callable[[bytes], bool] | None = None) -> MemoryJournal:
        assert not self.finished
        if self.raises:
            raise OSError("the book has a hole")
        journal = MemoryJournal(head, starts)
        self.journals.append(journal)
        return journal

    async def finish(self) -> None:
        if self.disk is not None:
            await self.disk.wait()
        for journal in self.journals:
            journal.close()
        self.finished = True

    @property
    def condition(self) -> BookCondition:
        packets = [written for journal in self.journals for written in journal.packets]
        return BookCondition(len(packets), sum(len(one.packet) for one in packets), 0, self.dropped, self.fault)

    def of(self, track_id: str) -> list[MemoryJournal]:
        """The journals of one track, in order."""
        return [journal for journal in self.journals if journal.head.track_id == track_id]

    def packets(self, track_id: str) -> list[bytes]:
        """All that was written of one track."""
        return [written.packet for journal in self.of(track_id) for written in journal.packets]


class MemoryJournals:
    """Implements telemed.media.journal.ports.JournalMaker."""

    def __init__(self) -> None:
        self.books: list[MemoryBook] = []
        self.closed = False

    def book(self, recording_id: str, directory: Path, key: bytes) -> MemoryBook:
        self.books.append(MemoryBook(recording_id, directory, key))
        return self.books[-1]

    async def close(self) -> None:
        for book in self.books:
            if not book.finished:
                await book.finish()
        self.closed = True
