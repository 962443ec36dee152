"""A consultation of three hours, finished: how long it takes, how much memory, and whether the end still plays in sync."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from telemed.media.manifest import decode
from telemed.recording import places
from telemed.recording.job import decode_result
from tests.adapters.recording.looped import SECOND, camera_scene, write_person
from tests.adapters.recording.played import content, job_of, play
from tests.prove.figures import note

HOURS = float(os.environ.get("TELEMED_RECORDED_HOURS", "3"))
PEOPLE = 2
MAX_CPU = 300.0  # seconds
MAX_BYTES = 300 * 2**20  # resident


@pytest.mark.prove
@pytest.mark.timeout(1500)
def test_three_hours_are_finished_in_bounded_time_and_memory(tmp_path: Path) -> None:
    scene = camera_scene((640, 360), 6000)  # 1.2 Mbit/s
    for number in range(PEOPLE):
        write_person(tmp_path, f"par_{number}", number, scene, HOURS * 3600)
    octets = sum(path.stat().st_size for path in (tmp_path / "journal").iterdir())
    job = job_of(tmp_path, *(f"par_{number}" for number in range(PEOPLE)))
    command = [sys.executable, "-m", "telemed.recording.finaliser"]
    done = subprocess.run(command, input=job.encode(), capture_output=True, timeout=1200, check=True)
    result = decode_result(done.stdout)
    made = decode((tmp_path / places.MANIFEST).read_bytes())
    assert not made.gaps and result.duration_us == pytest.approx(HOURS * 3600 * SECOND, abs=2 * SECOND)
    last = max((entry.segment for entry in made.segments), key=lambda segment: segment.end_us)
    played = play(content(tmp_path, last), last.start_us)
    assert len(played.flashes) == len(played.beeps) > 0
    skew = max(abs(flash - beep) for flash, beep in zip(played.flashes, played.beeps, strict=True))
    shutil.rmtree(tmp_path)  # gigabytes
    assert skew <= 40_000
    assert result.peak_bytes <= MAX_BYTES and result.cpu_seconds <= MAX_CPU * HOURS / 3
    what = f"a recording of {HOURS:g} h and {PEOPLE} people is finished"
    figures = f"{octets / 2**30:.1f} GiB of journals, {result.cpu_seconds:.0f} s of CPU, {result.peak_bytes / 2**20:.0f} MiB"
    note(what, f"{figures}, {result.segments} segments, sound and picture at most {skew / 1000:.0f} ms apart at the end")
