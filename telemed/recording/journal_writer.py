"""The recorder of a media worker: one thread that writes all journals, so that the loop never waits for a disk.

Every second the thread empties the queues, seals what there is and brings it to the disk; sooner it is woken only when much
waits, and writes the chunks that are full. So a crash costs a second of each track, and the power going costs no more than that
and what the disk had under way. Faults: ports.BookCondition; what cannot be written waits, up to the bounds here, then the drop
rule of ports holds.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from telemed.media.journal.faults import RecordingFault
from telemed.media.journal.ports import BookCondition, JournalHead
from telemed.recording.budget import Budget
from telemed.recording.journal_file import JournalFile
from telemed.recording.spare_room import has_room
from telemed.recording.sync_together import sync_together
from telemed.recording.track_journal import TrackJournal
from telemed.recording.track_writer import Place, Tally, TrackWriter, fault_of

FLUSH_SECONDS = 1.0  # what a crash may cost of each track, and how late a fault is told; shorter costs wake-ups and syncs
WORKER_BYTES = 32 * 1024 * 1024  # that may wait in one worker: 40 tracks of 1.5 Mbit/s for 4 s
BOOK_BYTES = WORKER_BYTES // 4  # of one recording, so that a bad place of one leaves room for the others
STALL_SECONDS = 3.0  # without a sign of the thread: the disk hangs
FINISH_SECONDS = 15.0  # until one who waits for a disk that hangs is let go


def clocks_now() -> tuple[int, int]:
    """The monotonic clock, which is also that of the packets, and UTC: microseconds, one moment."""
    return time.monotonic_ns() // 1000, time.time_ns() // 1000


class Book:
    """The journals of one recording (`ports.JournalBook`)."""

    def __init__(self, maker: JournalThread, place: Place, budget: Budget) -> None:
        self._maker, self._place, self._budget = maker, place, budget
        self._tally = Tally()
        self._journals: list[TrackJournal] = []
        self._refused = 0  # of journals that are closed
        self._finished: Future[None] | None = None
        self._writers: list[TrackWriter] = []  # the thread's, like the fault
        self._fault = RecordingFault.NONE
        self._clean = True  # the last writing found no fault

    @property
    def recording_id(self) -> str:
        """Whose journals these are."""
        return self._place.recording_id

    def open(self, head: JournalHead, starts: Callable[[bytes], bool] | None = None) -> TrackJournal:
        """Begin a journal. Raises RuntimeError when the book was finished, ValueError for a head too long to keep."""
        if self._finished is not None:
            raise RuntimeError("the book is finished")
        self._forget_closed()
        journal = TrackJournal(self._budget, starts)
        writer = TrackWriter(self._place, head, journal, self._budget, self._tally)
        self._journals.append(journal)
        self._maker.ask(lambda: self._writers.append(writer))
        return journal

    async def finish(self) -> None:
        """Close every journal; return when all that can be is on the disk, or the disk hangs."""
        if self._finished is None:
            self._finished = self._close_all()
        try:
            async with asyncio.timeout(FINISH_SECONDS):
                await asyncio.shield(asyncio.wrap_future(self._finished))
        except TimeoutError:
            self._fault = RecordingFault.FAILED

    @property
    def condition(self) -> BookCondition:
        """Figures and fault."""
        refused = self._refused + sum(journal.dropped for journal in self._journals)
        queued = max(0, self._budget.queued - sum(journal.promised for journal in self._journals))
        return BookCondition(
            self._tally.packets, self._tally.octets, queued, refused + self._tally.lost, self._present_fault(queued)
        )

    def _present_fault(self, queued: int) -> RecordingFault:
        if self._fault is not RecordingFault.NONE:
            return self._fault
        if self._maker.dead:
            return RecordingFault.FAILED
        slow = any(journal.waiting for journal in self._journals) or (queued and self._maker.stalled)
        return RecordingFault.TOO_SLOW if slow else RecordingFault.NONE

    def _forget_closed(self) -> None:
        self._refused += sum(journal.dropped for journal in self._journals if journal.closed)
        self._journals = [journal for journal in self._journals if not journal.closed]

    def _close_all(self) -> Future[None]:
        for journal in self._journals:
            journal.close()
        done: Future[None] = Future()
        self._maker.leave(self, done)
        return done

    def write(self, *, all_of_it: bool) -> None:
        """Thread: write what came; not `all_of_it`: the chunks that are full. What is spared for others is not taken."""
        if not has_room(self._place.directory, self._maker.spare_bytes):
            self._fault, self._clean = RecordingFault.DISK_FULL, False
            return
        self._write(TrackWriter.write if all_of_it else TrackWriter.drain)

    def _write(self, act: Callable[[TrackWriter], None]) -> None:
        self._clean = self._each(act, self._writers)

    def sync(self) -> None:
        """Thread: bring to the disk what was written. A fault is over when everything was written and came there."""
        well = self._each(TrackWriter.look, self._writers[:1])  # whoever removes one removes the directory, with all of them
        if not well:
            self._each(TrackWriter.look, self._writers[1:])
        if self._each(TrackWriter.sync, self._writers) and well and self._clean:
            self._fault = RecordingFault.NONE
        for writer in [writer for writer in self._writers if writer.done]:
            writer.release()
            self._writers.remove(writer)

    def dirty_files(self) -> Iterator[JournalFile]:
        """Thread: what has to be synced."""
        return (file for writer in self._writers if (file := writer.dirty_file) is not None)

    def _each(self, act: Callable[[TrackWriter], None], writers: list[TrackWriter]) -> bool:
        """Do it for each journal; whether all went well."""
        well = True
        for writer in writers:
            try:
                act(writer)
            except OSError as error:
                self._fault, well = fault_of(error), False
        return well

    def end(self) -> None:
        """Thread: write all and close the files, for what waits is little; what fails now is lost."""
        self._write(TrackWriter.write)
        sync_together(self.dirty_files())
        self.sync()
        for writer in self._writers:
            writer.release()
        self._writers.clear()


class JournalThread:
    """The recorder of one worker (`ports.JournalMaker`). The thread starts with the first book. `spare_bytes` of each disk are
    left to others."""

    def __init__(
        self, clocks: Callable[[], tuple[int, int]] = clocks_now, worker_bytes: int = WORKER_BYTES, spare_bytes: int = 0
    ) -> None:
        self.spare_bytes = spare_bytes
        self._clocks = clocks
        self._budget = Budget(worker_bytes)
        self._book_bytes = worker_bytes * BOOK_BYTES // WORKER_BYTES
        self._books: dict[str, Book] = {}
        self._asked: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._ended: Future[None] = Future()
        self._closing = False
        self._beat = time.monotonic()
        self._open: list[Book] = []  # the thread's
        self._leaving: list[tuple[Book, Future[None]]] = []

    def book(self, recording_id: str, directory: Path, key: bytes) -> Book:
        """Begin or continue a recording. Raises RuntimeError after `close`."""
        if self._closing:
            raise RuntimeError("the recorder is closed")
        known = self._books.get(recording_id)
        if known is not None:
            return known
        place = Place(recording_id, directory, key, self._clocks)
        book = self._books[recording_id] = Book(self, place, Budget(self._book_bytes, self._budget, self._wake.set))
        self.ask(lambda: self._open.append(book))
        if self._thread is None:
            self._beat = time.monotonic()
            self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
            self._thread.start()
        return book

    async def close(self) -> None:
        """Finish every book and end the thread; a thread that hangs in the disk is left to end with the process."""
        self._closing = True
        await asyncio.gather(*(book.finish() for book in tuple(self._books.values())))
        if self._thread is None:
            return
        self._wake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await asyncio.shield(asyncio.wrap_future(self._ended))
                self._thread.join()  # it did its last act

    @property
    def dead(self) -> bool:
        """The thread ended though nobody asked it to."""
        return self._ended.done() and not self._closing

    @property
    def stalled(self) -> bool:
        """The thread has given no sign for STALL_SECONDS."""
        return time.monotonic() - self._beat > STALL_SECONDS

    def ask(self, act: Callable[[], None]) -> None:
        """Let the thread do something before it writes next."""
        self._asked.append(act)
        self._wake.set()

    def leave(self, book: Book, done: Future[None]) -> None:
        """Let the thread write all of a book soon and say so."""
        self._books.pop(book.recording_id, None)
        self.ask(lambda: self._leaving.append((book, done)))
        if self._ended.done():
            self._let_go()

    def _run(self) -> None:
        try:
            self._write_until_closed()
        finally:
            self._ended.set_result(None)
            self._let_go()

    def _write_until_closed(self) -> None:
        flush_at = 0.0
        while True:
            self._wake.wait(max(0.0, flush_at - time.monotonic()) if self._open else None)
            self._wake.clear()
            now = self._beat = time.monotonic()
            self._hear()
            flush = now >= flush_at
            flush_at = now + FLUSH_SECONDS if flush else flush_at
            self._write(flush)
            if self._closing and not self._open and not self._asked:
                return

    def _write(self, flush: bool) -> None:
        """Write everything first and sync then: one sync does most of the work of all."""
        for book in self._open:
            book.write(all_of_it=flush)
            self._beat = time.monotonic()
        if flush:
            sync_together(file for book in self._open for file in book.dirty_files())
        for book in self._open if flush else ():
            self._beat = time.monotonic()
            book.sync()

    def _hear(self) -> None:
        """Do what was asked for, in order; then write out the books that leave."""
        while self._asked:
            self._asked.popleft()()
        for book, done in self._leaving:
            book.end()
            self._open.remove(book)
            done.set_result(None)
        self._leaving.clear()

    def _let_go(self) -> None:
        """After the thread's end: nobody waits for what will not come."""
        while self._asked:
            self._asked.popleft()()
        for _book, done in self._leaving:
            if not done.done():
                done.set_result(None)
        self._leaving.clear()
