"""A worker that is killed at any moment costs at most two seconds of each track, and never a file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from telemed.recording.journal_reader import read_journals
from tests.adapters.recording.recorded import DEADLINE, KEY, RECORDING, numbers
from tests.adapters.recording.writing import ENTRIES, ENTRY, TRACKS

MOST_LOST_SECONDS = 2.0
LONGEST_SECONDS = 3.5  # from the first packet to the kill


def entries(ledger: Path) -> list[tuple[int, float]]:
    """What the process had kept, and when."""
    data = ledger.read_bytes()
    return [entry for entry in ENTRY.iter_unpack(data) if entry[0]]


def run_and_kill(directory: Path, ledger: Path, after: float) -> float:
    """Record for `after` seconds from the first packet on; returns when it was killed."""
    command = (sys.executable, "-m", "tests.adapters.recording.writing", str(directory), str(ledger))
    with subprocess.Popen(command) as process:
        deadline = time.monotonic() + DEADLINE
        while not entries(ledger):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(after)
        killed = time.monotonic()
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    return killed


def stalled(kept: list[tuple[int, float]]) -> float:
    """The longest time in which the process did not run: no program can keep a promise then."""
    return max((after[1] - before[1] for before, after in pairwise(kept)), default=0.0)


def kill_once(directory: Path, after: float) -> None:
    """Kill it, read all, compare with what it was given."""
    directory.mkdir()
    ledger = directory / "ledger"
    ledger.write_bytes(bytes(ENTRIES * ENTRY.size))
    killed = run_and_kill(directory, ledger, after)
    kept = entries(ledger)
    bound = killed - MOST_LOST_SECONDS - stalled(kept)
    due = max((count for count, at in kept if at <= bound), default=0)
    for track in TRACKS:
        found = numbers(directory, track)
        assert found == list(range(len(found))), "without a hole"
        assert due <= len(found) <= kept[-1][0] + 5, (after, due, len(found))
    endings = read_journals(directory, RECORDING, KEY)
    assert not [bad for bad in endings.unreadable if not bad.ending.harmless]
    for found_track in endings.tracks:
        list(found_track.records())
        assert all(stretch.ending is not None and stretch.ending.harmless for stretch in found_track.stretches)


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_costs_little(tmp_path: Path, seed: int) -> None:
    kill_once(tmp_path / "recording", random.Random(seed).uniform(0, LONGEST_SECONDS))


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_fifty_kills(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    moments = random.Random(seed)
    for n in range(50):
        after = moments.uniform(0, LONGEST_SECONDS)
        try:
            kill_once(tmp_path / f"{n}", after)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, kill {n}, after {after:.3f} s") from error
