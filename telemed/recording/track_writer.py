"""The writing thread's side of a journal: from the queue into chunks of a file, and on to a new one when it cannot be trusted."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from telemed.media.journal.faults import RecordingFault
from telemed.media.journal.ports import JournalHead
from telemed.media.journal.records import RECORD_BYTES, event_body
from telemed.recording.budget import Budget
from telemed.recording.journal_file import Clocks, JournalFile
from telemed.recording.track_journal import PLACES, TrackJournal

FEWEST = 4  # records worth taking into a chunk that is nearly full
MEAN_BYTES = 1000  # of a record, before there were any
_FAULTS = {
    errno.ENOSPC: RecordingFault.DISK_FULL,
    errno.EDQUOT: RecordingFault.DISK_FULL,
    errno.EFBIG: RecordingFault.DISK_FULL,  # a limit of the process or the file system
    errno.EROFS: RecordingFault.READ_ONLY,
    errno.EACCES: RecordingFault.READ_ONLY,
    errno.EPERM: RecordingFault.READ_ONLY,
}


def fault_of(error: OSError) -> RecordingFault:
    """What an error of the disk means to people."""
    return _FAULTS.get(error.errno or 0, RecordingFault.FAILED)


@dataclass(slots=True)
class Tally:
    """What the thread wrote for one recording; it alone changes it."""

    packets: int = 0
    octets: int = 0
    lost: int = 0  # packets taken from a queue that never reached the disk


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording is written, and with what."""

    recording_id: str
    directory: Path
    data_key: bytes
    clocks: Clocks

    def file(self, head: JournalHead) -> JournalFile:
        """A new journal; nothing is on the disk before its first chunk."""
        return JournalFile(self.recording_id, self.directory, self.data_key, head, self.clocks)


class TrackWriter:
    """Writes one track's journal. All methods block and are the thread's."""

    def __init__(self, place: Place, head: JournalHead, journal: TrackJournal, budget: Budget, tally: Tally) -> None:
        self.journal = journal
        self._place, self._head, self._budget, self._tally = place, head, budget, tally
        self._file = place.file(head)
        self._ended = False
        self._mean = MEAN_BYTES

    def drain(self) -> None:
        """Take what waits, write the chunks that are full. Raises OSError: the rest waits on."""
        self._guarded(self._take_all)

    def write(self) -> None:
        """Take what waits and write all of it; an END behind it when the journal is closed. Raises OSError: try again."""
        self._guarded(self._write_all)

    def sync(self) -> None:
        """Bring to the disk what was written. Raises OSError."""
        self._guarded(self._file.sync)

    def look(self) -> None:
        """Raise OSError when the file was removed under our hands."""
        self._guarded(self._look)

    @property
    def dirty_file(self) -> JournalFile | None:
        """The file when it has to be synced."""
        return self._file if self._file.dirty else None

    @property
    def done(self) -> bool:
        """The journal is closed and all of it written."""
        return self._ended and not self._file.pending

    def release(self) -> None:
        """Let go of the file and of what could not be written."""
        self._tally.lost += self._file.unwritten + _packets(self.journal.queue)
        self._budget.free(sum(map(len, self.journal.queue[::PLACES])))
        self.journal.queue.clear()
        self._file.close()

    def _guarded(self, act: Callable[[], None]) -> None:
        """Do it and keep the books; go on in a new file when this one cannot be trusted any more."""
        packets, octets = self._file.packets, self._file.octets
        try:
            act()
        except OSError as error:
            self._count(packets, octets)
            if fault_of(error) is RecordingFault.FAILED:
                self._start_anew()
            raise
        self._count(packets, octets)

    def _count(self, packets: int, octets: int) -> None:
        self._tally.packets += self._file.packets - packets
        self._tally.octets += self._file.octets - octets

    def _take_all(self) -> None:
        queue, file = self.journal.queue, self._file
        file.write_held()
        while queue:
            bodies, size = self._that_fit(file.room)
            count = len(bodies)
            if count:
                self._add(bodies, queue[1 : count * PLACES : PLACES], queue[2 : count * PLACES : PLACES])
                self._mean = size // count
            elif not file.empty:
                file.write()
                continue
            else:  # longer than a chunk: nothing a network brings
                bodies, count = queue[:1], 1
                self._tally.lost += 1
            del queue[: count * PLACES]
            self._budget.free(sum(map(len, bodies)))

    def _that_fit(self, room: int) -> tuple[list[bytes], int]:
        """Bodies from the front of the queue that fit into `room`, not always all that would, and their size as records."""
        count = room // self._mean
        while count >= FEWEST or (count and self._file.empty):
            bodies = self.journal.queue[: count * PLACES : PLACES]
            size = sum(map(len, bodies)) + len(bodies) * RECORD_BYTES
            if size <= room:
                return bodies, size
            count = len(bodies) * 3 // 4
        return [], 0

    def _add(self, bodies: list[bytes], times: list[int], kinds: list[int]) -> None:
        try:
            self._file.add(bodies, times, kinds)
        except (OverflowError, TypeError):  # a time before the machine's start, a lane that is none: a fault of whoever kept it
            self._tally.lost += len(bodies)

    def _look(self) -> None:
        if self._file.removed:
            raise OSError(errno.ENOENT, "the journal was removed")

    def _write_all(self) -> None:
        closed = self.journal.closed  # asked before the queue is read: nothing comes after it
        self._take_all()
        if closed and not self._ended:
            self._file.end()
            self._ended = True
        self._file.write()

    def _start_anew(self) -> None:
        """Leave the file as it is, with what it held, and begin another that says so."""
        self._tally.lost += self._file.unwritten
        self._file.close()
        now_us, utc_us = self._place.clocks()
        self._file = self._place.file(replace(self._head, monotonic_us=now_us, utc_us=utc_us))
        self._file.event(now_us, event_body("gap", {"why": "disk"}))
        self._ended = False


def _packets(queue: list[object]) -> int:
    """How many packets are in a queue."""
    return sum(isinstance(kind, int) and kind <= 0xFF for kind in queue[2::PLACES])
