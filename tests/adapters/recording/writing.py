"""A process that records until it is killed: `python -m tests.adapters.recording.writing DIRECTORY LEDGER`.

Every 10 ms it keeps five packets for each of two tracks, then notes in the ledger, shared memory that outlives it, how many there
are of each and when.
"""

from __future__ import annotations

import asyncio
import mmap
import struct
import sys
import time
from pathlib import Path

from telemed.recording.journal_writer import JournalThread
from tests.adapters.recording.recorded import KEY, RECORDING, head, numbered

ENTRY = struct.Struct("<Qd")  # packets of each track, CLOCK_MONOTONIC
ENTRIES = 4096  # 40 s
TRACKS = ("trk_1", "trk_2")
STEP_SECONDS, STEP_PACKETS = 0.01, 5


async def record(directory: Path, ledger: mmap.mmap) -> None:
    """Go on until the ledger is full."""
    maker = JournalThread()
    book = maker.book(RECORDING, directory, KEY)
    journals = [book.open(head(track)) for track in TRACKS]
    for entry in range(ENTRIES):
        for n in range(entry * STEP_PACKETS, (entry + 1) * STEP_PACKETS):
            for journal in journals:
                journal.packet(0, numbered(n), time.monotonic_ns() // 1000)
        ENTRY.pack_into(ledger, entry * ENTRY.size, (entry + 1) * STEP_PACKETS, time.monotonic())
        await asyncio.sleep(STEP_SECONDS)
    await maker.close()


def main() -> None:
    """Command line."""
    with Path(sys.argv[2]).open("r+b") as file, mmap.mmap(file.fileno(), ENTRIES * ENTRY.size) as ledger:
        asyncio.run(record(Path(sys.argv[1]), ledger))


if __name__ == "__main__":
    main()
