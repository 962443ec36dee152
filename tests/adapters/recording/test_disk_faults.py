"""Disks that are full, read-only or gone: told within seconds, the loop untouched, the file so far readable."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemed.media.journal.faults import RecordingFault
from telemed.media.journal.records import EventRecord
from telemed.recording import journal_file
from telemed.recording.journal_writer import JournalThread
from tests.adapters.recording.disks import set_read_only, small_disk
from tests.adapters.recording.recorded import KEY, RECORDING, head, numbered, numbers, read, until

KIB = 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """256 KiB of disk; where nothing may be mounted, a limit to each file of this process does as well."""
    place = tmp_path / "disk"
    with small_disk(place, 256) as mounted:
        if mounted:
            yield place
            return
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 * KIB, before[1]))
        try:
            yield place
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_is_told_and_what_was_written_stays(disk: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, disk, KEY)
    journal = book.open(head())
    for n in range(600):
        journal.packet(0, numbered(n), n)
    await until(lambda: book.condition.fault is RecordingFault.DISK_FULL, "the fault shows")
    condition = book.condition
    assert 100 < condition.packets <= 256 and condition.queued > 100 * KIB
    assert numbers(disk) == list(range(condition.packets)), "readable while the disk is full"
    await book.finish()
    assert book.condition.fault is RecordingFault.DISK_FULL and book.condition.queued == 0
    kept = book.condition.packets
    assert numbers(disk) == list(range(kept)) and book.condition.dropped == 600 - kept
    await maker.close()


async def test_when_there_is_room_again_nothing_is_missing(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    with small_disk(place, 256) as mounted:
        if not mounted:
            pytest.skip("mounting needs root")
        ballast = place / "ballast"
        ballast.write_bytes(bytes(150 * KIB))
        maker = JournalThread()
        book = maker.book(RECORDING, place, KEY)
        journal = book.open(head())
        for n in range(150):
            journal.packet(0, numbered(n), n)
        await until(lambda: book.condition.fault is RecordingFault.DISK_FULL, "the fault shows")
        ballast.unlink()
        await until(lambda: book.condition.fault is RecordingFault.NONE, "the fault is over")
        journal.packet(0, numbered(150), 150)
        await maker.close()
        assert numbers(place) == list(range(151)) and book.condition.dropped == 0
        (track,) = read(place).tracks
        assert len(track.stretches) == 1, "it went on in the same journal"


async def test_what_is_to_be_left_to_others_is_left(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    with small_disk(place, 512) as mounted:
        if not mounted:
            pytest.skip("mounting needs root")
        maker = JournalThread(spare_bytes=256 * KIB)
        book = maker.book(RECORDING, place, KEY)
        journal = book.open(head())
        for n in range(100):
            journal.packet(0, numbered(n), n)
        await until(lambda: book.condition.packets == 100, "there is room")
        (place / "ballast").write_bytes(bytes(200 * KIB))
        for n in range(100, 120):
            journal.packet(0, numbered(n), n)
        await until(lambda: book.condition.fault is RecordingFault.DISK_FULL, "the fault shows")
        assert shutil.disk_usage(place).free >= 190 * KIB and book.condition.packets == 100
        (place / "ballast").unlink()
        await until(lambda: book.condition.packets == 120, "there is room again")
        await until(lambda: book.condition.fault is RecordingFault.NONE, "the fault is over")
        await maker.close()
        assert numbers(place) == list(range(120))


async def test_a_track_closed_while_the_disk_is_full_is_written_later(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    with small_disk(place, 256) as mounted:
        if not mounted:
            pytest.skip("mounting needs root")
        ballast = place / "ballast"
        ballast.write_bytes(bytes(248 * KIB))
        maker = JournalThread()
        book = maker.book(RECORDING, place, KEY)
        journal = book.open(head())
        for n in range(100):
            journal.packet(0, numbered(n), n)
        journal.close()
        await until(lambda: book.condition.fault is RecordingFault.DISK_FULL, "the fault shows")
        ballast.unlink()
        await until(lambda: book.condition.packets == 100, "it was written")
        await maker.close()
        assert numbers(place) == list(range(100)) and book.condition.fault is RecordingFault.NONE


async def test_a_full_disk_for_long_costs_no_more_than_the_bound(disk: Path) -> None:
    maker = JournalThread(worker_bytes=4 * 1024 * KIB)
    book = maker.book(RECORDING, disk, KEY)
    journal = book.open(head())
    for round_ in range(20):
        for n in range(500):
            journal.packet(0, numbered(round_ * 500 + n), n)
        await asyncio.sleep(0.05)
        assert book.condition.queued <= 1024 * KIB + 1000
    await until(lambda: book.condition.fault is RecordingFault.DISK_FULL, "the fault shows")
    assert journal.waiting and book.condition.dropped > 8000
    await maker.close()
    kept = book.condition.packets
    assert numbers(disk) == list(range(kept)) and book.condition.dropped == 10_000 - kept


def forbid_writing(place: Path, mounted: bool) -> None:
    """Make the disk read-only; where nothing may be mounted, take the right to write."""
    if mounted:
        assert set_read_only(place, True)
    elif os.geteuid() == 0:
        pytest.skip("root that may not mount may still write everywhere")
    else:
        place.chmod(0o500)


async def test_a_read_only_disk_is_told(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    with small_disk(place, 256) as mounted:
        forbid_writing(place, mounted)
        maker = JournalThread()
        book = maker.book(RECORDING, place, KEY)
        journal = book.open(head())
        journal.packet(0, numbered(0), 0)
        await until(lambda: book.condition.fault is RecordingFault.READ_ONLY, "the fault shows")
        if mounted:
            assert set_read_only(place, False)
        else:
            place.chmod(0o700)
        await until(lambda: book.condition.packets == 1, "it goes on by itself")
        await until(lambda: book.condition.fault is RecordingFault.NONE, "the fault is over")
        await maker.close()
        assert numbers(place) == [0]


async def test_a_disk_that_stays_read_only_keeps_nobody_waiting(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    with small_disk(place, 256) as mounted:
        forbid_writing(place, mounted)
        maker = JournalThread()
        book = maker.book(RECORDING, place, KEY)
        book.open(head()).packet(0, numbered(0), 0)
        await maker.close()
        condition = book.condition
        assert (condition.fault, condition.packets, condition.dropped) == (RecordingFault.READ_ONLY, 0, 1)


async def test_a_directory_that_is_not_there_or_goes_is_told(tmp_path: Path) -> None:
    maker = JournalThread()
    nowhere = maker.book("rec_nowhere", tmp_path / "nowhere", KEY)
    nowhere.open(head()).packet(0, numbered(0), 0)
    place = tmp_path / "place"
    place.mkdir()
    book = maker.book(RECORDING, place, KEY)
    journal, second = book.open(head()), book.open(head("trk_2"))
    journal.packet(0, numbered(0), 0)
    second.packet(0, numbered(0), 0)
    await until(lambda: book.condition.packets == 2, "written")
    await until(lambda: not any(book.dirty_files()), "on the disk: only a look finds that they are gone")
    assert book.condition.fault is RecordingFault.NONE and nowhere.condition.fault is RecordingFault.FAILED
    shutil.rmtree(place)
    journal.packet(0, numbered(1), 1)
    await until(lambda: book.condition.fault is RecordingFault.FAILED, "the fault shows")
    place.mkdir()
    await until(lambda: book.condition.fault is RecordingFault.NONE, "the fault is over")
    journal.packet(0, numbered(2), 2)
    second.packet(0, numbered(2), 2)
    await maker.close()
    assert numbers(place)[-1] == numbers(place, "trk_2")[-1] == 2
    for track in read(place).tracks:
        gaps = [record.details for record in track.records() if isinstance(record, EventRecord)]
        assert gaps == [{"why": "disk"}], "it says that something is missing"


async def test_a_file_the_disk_did_not_take_is_left_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed sync nobody knows what of a file is on the disk."""
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    journal = book.open(head())
    failures = iter([OSError(5, "input/output error")])

    def sync_badly(descriptor: int) -> None:
        if failure := next(failures, None):
            raise failure
        os.fsync(descriptor)

    monkeypatch.setattr(journal_file.os, "fdatasync", sync_badly)
    seen = set()
    journal.packet(0, numbered(0), 0)

    def failed_once() -> bool:
        seen.add(book.condition.fault)
        return RecordingFault.FAILED in seen

    await until(failed_once, "the fault shows")
    journal.packet(0, numbered(1), 1)
    await maker.close()
    (track,) = read(tmp_path).tracks
    assert numbers(tmp_path) == [0, 1] and len(track.stretches) == 2


HANGING = """
import asyncio, os, sys, threading
from pathlib import Path
from telemed.recording import journal_file, journal_writer
from tests.adapters.recording.recorded import KEY, RECORDING, head, numbered
journal_writer.FINISH_SECONDS = 1.0
journal_writer.STALL_SECONDS = 0.5
journal_file.os.fdatasync = lambda descriptor: threading.Event().wait()

async def main():
    maker = journal_writer.JournalThread()
    book = maker.book(RECORDING, Path(sys.argv[1]), KEY)
    journal = book.open(head())
    journal.packet(0, numbered(0), 0)
    while book.condition.octets == 0:
        await asyncio.sleep(0.01)
    journal.packet(0, numbered(1), 1)
    while book.condition.fault == "none":
        await asyncio.sleep(0.01)
    print(book.condition.fault.value)
    await maker.close()
    print(book.condition.fault.value)

asyncio.run(main())
"""


async def test_a_disk_that_hangs_is_told_and_keeps_nobody_from_ending(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", HANGING, str(tmp_path), stdout=asyncio.subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, output.split()) == (0, [b"too_slow", b"failed"])
