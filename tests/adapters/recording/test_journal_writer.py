"""What the media loop hands over lies on the disk, encrypted, in order, without the loop ever waiting."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest

from telemed.media.control import Source
from telemed.media.journal.faults import RecordingFault
from telemed.media.journal.ports import Journal, JournalBook, JournalMaker
from telemed.media.journal.reading import EndingKind
from telemed.media.journal.records import ClockRecord, EndRecord, EventRecord, HeadRecord, PacketRecord, ReportRecord
from telemed.recording.journal_writer import JournalThread
from tests.adapters.recording.recorded import KEY, RECORDING, head, modes, numbered, numbers, read, sealed_bytes, until


async def test_all_that_was_kept_comes_back(tmp_path: Path) -> None:
    maker: JournalMaker = JournalThread()
    book: JournalBook = maker.book(RECORDING, tmp_path, KEY)
    about = head()
    journal: Journal = book.open(about)
    journal.event("begin", 10, {"why": "consent"})
    journal.packet(2, b"first", 11)
    journal.report(1, 4711, 2**63, 90_000, 12)
    journal.packet(0, b"second", 13)
    journal.close()
    await book.finish()
    (track,) = read(tmp_path).tracks
    records = list(track.records())
    kinds = [type(record) for record in records]
    assert kinds == [HeadRecord, ClockRecord, EventRecord, PacketRecord, ReportRecord, PacketRecord, EndRecord]
    assert records[0] == HeadRecord(about.monotonic_us, about)
    assert records[3:5] == [PacketRecord(11, 2, b"first"), ReportRecord(12, 1, 4711, 2**63, 90_000)]
    assert records[2] == EventRecord(10, "begin", {"why": "consent"})
    assert track.stretches[0].ending is not None and track.stretches[0].ending.kind is EndingKind.CLOSED
    condition = book.condition
    assert (condition.packets, condition.dropped, condition.queued, condition.fault) == (2, 0, 0, RecordingFault.NONE)
    assert condition.octets == sum(map(len, sealed_bytes(tmp_path)))
    await maker.close()


async def test_nothing_is_in_clear_and_only_the_owner_reads(tmp_path: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    journal = book.open(head("trk_secret", "par_secret"))
    for n in range(300):
        journal.packet(0, b"a voice that must not be read here" * 20, n)
    await book.finish()
    for content in sealed_bytes(tmp_path):
        assert b"a voice" not in content and b"secret" not in content and KEY not in content
    assert modes(tmp_path) == {"journal": 0o700, ".tj": 0o600}
    await maker.close()


async def test_without_a_track_there_is_no_file(tmp_path: Path) -> None:
    maker = JournalThread()
    await maker.book(RECORDING, tmp_path, KEY).finish()
    await maker.close()
    assert modes(tmp_path) == {} and not read(tmp_path).tracks


async def test_it_is_on_the_disk_before_it_is_finished(tmp_path: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    journal = book.open(head())
    for n in range(50):
        journal.packet(0, numbered(n), n)
    await until(lambda: book.condition.packets == 50, "written without being asked")
    assert numbers(tmp_path) == list(range(50))
    journal.packet(0, numbered(50), 50)
    await maker.close()
    assert numbers(tmp_path) == list(range(51))


async def test_many_tracks_and_chunks(tmp_path: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    journals = [book.open(head(f"trk_{n}", f"par_{n}", Source.MICROPHONE)) for n in range(5)]
    for n in range(1000):
        for journal in journals:
            journal.packet(0, numbered(n, 200 + n % 1000), n)
        if n % 250 == 0:
            await asyncio.sleep(0)
    await book.finish()
    for n in range(5):
        assert numbers(tmp_path, f"trk_{n}") == list(range(1000))
    assert book.condition.packets == 5000
    await maker.close()


async def test_a_track_that_begins_again_goes_on_in_a_journal_of_its_own(tmp_path: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    first = book.open(head())
    first.packet(0, numbered(1), 1)
    first.close()
    first.packet(0, numbered(2), 2)  # after the end of the consent: must not be there
    first.event("late", 3)
    first.report(0, 1, 2, 3, 4)
    first.close()
    second = book.open(head())
    second.packet(0, numbered(3), 3)
    await book.finish()
    second.packet(0, numbered(4), 4)
    (track,) = read(tmp_path).tracks
    assert len(track.stretches) == 2 and numbers(tmp_path) == [1, 3]
    with pytest.raises(RuntimeError):
        book.open(head())
    await maker.close()


async def test_a_recording_is_continued_and_several_are_apart(tmp_path: Path) -> None:
    maker = JournalThread()
    one = maker.book(RECORDING, tmp_path / "one", KEY)
    other = maker.book("rec_other", tmp_path / "other", KEY)
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
    assert maker.book(RECORDING, tmp_path / "one", KEY) is one
    one.open(head()).packet(0, numbered(1), 1)
    other.open(head()).packet(0, numbered(2), 2)
    await one.finish()
    await one.finish()
    assert numbers(tmp_path / "one") == [1]
    again = maker.book(RECORDING, tmp_path / "one", KEY)
    assert again is not one
    again.open(head()).packet(0, numbered(3), 3)
    await maker.close()
    assert numbers(tmp_path / "one") == [1, 3]
    found = read(tmp_path / "other")
    assert not found.tracks and found.unreadable[0].ending.kind is EndingKind.FOREIGN


async def test_more_than_may_wait_is_dropped_up_to_the_next_key_frame(tmp_path: Path) -> None:
    maker = JournalThread(worker_bytes=4 * 2**20)  # 1 MiB for each recording
    book = maker.book(RECORDING, tmp_path, KEY)
    journal = book.open(head(), starts=lambda packet: packet[8:11] == b"key")
    kept = 0
    while kept < 100_000 and not journal.waiting:  # faster than any disk
        journal.packet(0, numbered(kept), kept)
        kept += not journal.waiting
    for n in range(kept + 1, kept + 5):
        journal.packet(0, numbered(n), n)
    assert journal.waiting and book.condition.fault is RecordingFault.TOO_SLOW and book.condition.dropped == 5
    await until(lambda: book.condition.queued == 0, "the rest was written")
    journal.packet(0, numbered(kept + 5), kept + 5)
    assert journal.waiting, "no decoder can start there"
    start = kept + 6
    journal.packet(0, numbered(start)[:8] + b"key", start)
    journal.packet(0, numbered(start + 1), start + 1)
    assert not journal.waiting
    await book.finish()
    assert numbers(tmp_path) == [*range(kept), start, start + 1]
    (track,) = read(tmp_path).tracks
    events = [record for record in track.records() if isinstance(record, EventRecord)]
    assert [(event.what, event.details) for event in events] == [("overflow", {"from_us": kept, "to_us": start, "packets": 6})]
    assert book.condition.dropped == 6 and book.condition.fault is RecordingFault.NONE
    await maker.close()


async def test_an_overflow_at_the_end_is_told_too_and_events_get_through(tmp_path: Path) -> None:
    maker = JournalThread(worker_bytes=4 * 2**20)
    book = maker.book(RECORDING, tmp_path, KEY)
    journal = book.open(head())
    n = 0
    while n < 100_000 and not journal.waiting:
        journal.packet(0, numbered(n), n)
        n += 1
    for n in range(200):
        journal.event("muted", 10**6 + n)
    await book.finish()
    (track,) = read(tmp_path).tracks
    events = [record.what for record in track.records() if isinstance(record, EventRecord)]
    assert events.count("overflow") == 1 and 0 < events.count("muted") < 200
    await maker.close()


async def test_what_cannot_be_packed_costs_itself_only(tmp_path: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    journal, other = book.open(head()), book.open(head("trk_2"))
    journal.packet(0, numbered(1), -5)
    other.packet(0, bytes(70_000), 1)
    other.packet(0, numbered(2), 2)
    await book.finish()
    assert numbers(tmp_path, "trk_2") == [2] and book.condition.dropped == 2
    await maker.close()


async def test_a_long_name_is_refused_at_once(tmp_path: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    with pytest.raises(ValueError):
        book.open(head("trk_" + "x" * 20_000))
    await maker.close()


async def test_nothing_is_left_behind(tmp_path: Path) -> None:
    before, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    maker = JournalThread()
    for n in range(20):
        book = maker.book(f"rec_{n}", tmp_path, KEY)
        for track in range(3):
            book.open(head(f"trk_{track}")).packet(0, numbered(n), n)
    assert threading.active_count() == threads + 1
    await maker.close()
    await maker.close()
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == (before, threads)
    with pytest.raises(RuntimeError):
        maker.book(RECORDING, tmp_path, KEY)


async def test_a_recorder_nobody_used_has_no_thread() -> None:
    threads = threading.active_count()
    maker = JournalThread()
    assert threading.active_count() == threads
    await maker.close()


async def test_after_a_pause_without_recordings_the_next_is_written(tmp_path: Path) -> None:
    maker = JournalThread()
    await maker.book("rec_first", tmp_path, KEY).finish()
    book = maker.book(RECORDING, tmp_path, KEY)
    book.open(head()).packet(0, numbered(1), 1)
    await until(lambda: book.condition.packets == 1, "the thread woke up")
    await maker.close()


async def test_the_loop_goes_on_while_a_book_is_finished(tmp_path: Path) -> None:
    maker = JournalThread()
    book = maker.book(RECORDING, tmp_path, KEY)
    journal = book.open(head())
    for n in range(7000):
        journal.packet(0, numbered(n), n)
    turns, finishing = 0, asyncio.ensure_future(book.finish())
    while not finishing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1 and book.condition.packets == 7000
    await maker.close()


async def test_a_thread_that_died_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)

    def broken() -> tuple[int, int]:
        raise RuntimeError("no clock")

    clocks = iter([(1, 1)])
    maker = JournalThread(clocks=lambda: next(clocks, None) or broken())
    book = maker.book(RECORDING, tmp_path, KEY)
    journal = book.open(head())
    for n in range(200):
        journal.packet(0, numbered(n), n)
    await until(lambda: book.condition.fault is RecordingFault.FAILED, "the fault shows")
    started = time.monotonic()
    await maker.close()
    assert time.monotonic() - started < 10 and len(failures) == 1
