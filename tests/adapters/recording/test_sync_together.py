"""Many files are synced by one call when that is cheap and works, and each by itself when not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from telemed.recording import journal_file, sync_together
from telemed.recording.journal_writer import JournalThread
from tests.adapters.recording.recorded import KEY, RECORDING, head, numbered, numbers, until

QUIET = "MemTotal: 1000 kB\nDirty:             120 kB\nWriteback:           0 kB\n"
BUSY = "MemTotal: 1000 kB\nDirty:         9000000 kB\nWriteback:           0 kB\n"


class Written:
    """A file that was written to."""

    def __init__(self, path: Path, opened_us: int) -> None:
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
        self.opened_us = opened_us
        self.is_synced = False

    def synced(self) -> None:
        self.is_synced = True


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the machine has to write."""
    path = tmp_path / "meminfo"
    path.write_text(QUIET)
    monkeypatch.setattr(sync_together, "MEMORY", path)
    return path


@pytest.fixture
def files(tmp_path: Path) -> Iterator[list[Written]]:
    with ExitStack() as stack:
        written = [Written(tmp_path / str(n), 10 - n) for n in range(sync_together.FEWEST)]
        for file in written:
            stack.callback(os.close, file.descriptor)
        yield written


def say(memory: Path, content: str) -> None:
    memory.write_text(content)


def synced(files: list[Written]) -> list[bool]:
    sync_together.sync_together(files)
    return [file.is_synced for file in files]


def test_many_are_synced_at_once(memory: Path, files: list[Written]) -> None:
    assert memory.exists() and all(synced(files))


def test_few_are_left(memory: Path, files: list[Written]) -> None:
    assert memory.exists() and not any(synced(files[:-1])) and synced([]) == []


@pytest.mark.parametrize("content", [BUSY, "", "Dirty: much\n", "Dirty:\n", "Writeback: 0 kB\n", "\xff"])
def test_they_are_left_when_others_write_much_or_nobody_knows(memory: Path, files: list[Written], content: str) -> None:
    memory.write_text(content, "latin-1")
    assert not any(synced(files))
    memory.unlink()
    assert not any(synced(files))


def test_after_an_error_they_are_left_and_the_oldest_is_asked(
    memory: Path, files: list[Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Failing:
        @staticmethod
        def syncfs(descriptor: int) -> int:
            asked.append(descriptor)
            return -1

    monkeypatch.setattr(sync_together, "_libc", Failing)
    assert memory.exists() and not any(synced(files)) and asked == [files[-1].descriptor]
    monkeypatch.setattr(sync_together, "_libc", object())
    assert not any(synced(files))


@pytest.mark.parametrize(("content", "each"), [(QUIET, False), (BUSY, True)])
async def test_journals_get_to_the_disk_either_way(
    memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, each: bool
) -> None:
    say(memory, content)
    calls: list[int] = []
    monkeypatch.setattr(journal_file.os, "fdatasync", calls.append)
    place = tmp_path / "recording"
    place.mkdir()
    maker = JournalThread()
    book = maker.book(RECORDING, place, KEY)
    journals = [book.open(head(f"trk_{n}")) for n in range(4)]
    for n in range(3000):
        journals[n % 4].packet(0, numbered(n), n)
    await until(lambda: book.condition.packets == 3000, "written without being asked")
    await maker.close()
    assert bool(calls) == each
    assert sorted(number for n in range(4) for number in numbers(place, f"trk_{n}")) == list(range(3000))
