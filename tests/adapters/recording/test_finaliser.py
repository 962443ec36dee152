"""The finaliser as a process: its answer, its modesty, its end by force, and what it leaves on the disk."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from telemed.errors import InvalidInput
from telemed.media.control import Source
from telemed.media.manifest import Manifest, decode
from telemed.recording import finishing, places, signature
from telemed.recording.finalise_job import Finalisers, drop_journal
from telemed.recording.job import FinaliseFailed, FinaliseJob, decode_job, decode_result
from telemed.recording.spare_room import FINISHING_BYTES
from telemed.recording.verify import Evidence, RecordedHead, check_recording
from tests.adapters.recording.disks import set_size, small_disk
from tests.adapters.recording.encoded import pictures, sound
from tests.adapters.recording.journalled import KEY, Written
from tests.adapters.recording.packetised import Sender
from tests.adapters.recording.played import SEED, content, finished, job_of, play
from tests.prove.figures import note

COMMAND = [sys.executable, "-m", "telemed.recording.finaliser"]
PUBLIC = signature.sign(b"", SEED).public_key
KILLS = 6  # in the suite; the long form does 50
LONG_KILLS = 50
TIMEOUT = 60.0  # seconds: a busy machine


def recorded(directory: Path, people: int = 2) -> FinaliseJob:
    """Journals of a short call."""
    for number in range(people):
        eye, ear = Sender("vp8", 10 + number, 1_000_000), Sender("opus", 20 + number, 1_000_000)
        seen = Written(f"par_{number}", Source.CAMERA, "vp8", 1_000_000)
        seen.packets(eye.packets(pictures("vp8", 8, size=(320, 240)))).write(directory)
        heard = Written(f"par_{number}", Source.MICROPHONE, "opus", 1_000_000)
        heard.packets(ear.packets(sound(8))).write(directory)
    return job_of(directory, *(f"par_{number}" for number in range(people)))


def below(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*"))


def plain_hashes(made: Manifest) -> list[tuple[str, str]]:
    return [(entry.segment.id, entry.segment.sha256) for entry in made.segments]


def is_whole(job: FinaliseJob) -> Manifest:
    made = decode((job.directory / places.MANIFEST).read_bytes())
    assert check_recording(job.directory, Evidence(KEY, PUBLIC, RecordedHead(made.digest, made.chain_head))) == ()
    return made


async def test_a_job_is_done_and_said(tmp_path: Path) -> None:
    job = recorded(tmp_path)
    result = await Finalisers().run(job)
    made = is_whole(job)
    assert (result.manifest_sha256, result.chain_head, result.segments) == (made.digest, made.chain_head, 2)
    assert result.octets == sum(entry.segment.bytes for entry in made.segments) and 0 < result.peak_bytes < 300 * 2**20
    assert result.duration_us == pytest.approx(9_020_000, abs=100_000) and result.cpu_seconds > 0
    made_there = [path for path in below(tmp_path) if "journal" not in path.parts]
    assert {path.name for path in made_there} >= {places.SEGMENTS, places.MANIFEST, places.SIGNATURE, places.LOCK}
    assert len(made_there) == 6 and all(path.stat().st_mode & 0o077 == 0 for path in made_there)
    again = await Finalisers().run(job)
    assert replace(again, cpu_seconds=0, peak_bytes=0) == replace(result, cpu_seconds=0, peak_bytes=0)


async def test_the_journal_goes_only_when_the_recording_stands(tmp_path: Path) -> None:
    job = recorded(tmp_path, 1)
    with pytest.raises(FinaliseFailed):
        await drop_journal(tmp_path)
    await Finalisers().run(job)
    assert (tmp_path / "journal").exists()
    await drop_journal(tmp_path)
    await drop_journal(tmp_path)
    assert not (tmp_path / "journal").exists()
    assert play(content(tmp_path, is_whole(job).segments[0].segment), 0).pictures
    assert (await Finalisers().run(job)).segments == 1  # asked again, it says what is there


async def test_who_may_be_in_it_can_change_while_the_journal_is_there(tmp_path: Path) -> None:
    job = recorded(tmp_path)
    assert (await Finalisers().run(job)).segments == 2
    fewer = replace(job, people=job.people[:1])
    assert (await Finalisers().run(fewer)).segments == 1
    assert {entry.segment.participant_id for entry in is_whole(job).segments} == {"par_0"}
    assert len(below(tmp_path / places.SEGMENTS)) == 1
    await drop_journal(tmp_path)
    assert (await Finalisers().run(job)).segments == 1  # nothing is left to make more of


async def test_nothing_in_clear_is_on_the_disk(tmp_path: Path) -> None:
    job = recorded(tmp_path, 1)
    await Finalisers().run(job)
    voice = sound(8)[10].data[:24]
    for path in below(tmp_path):
        if path.is_file():
            data = path.read_bytes()
            assert voice not in data and KEY not in data and b"\x1a\x45\xdf\xa3" not in data  # the mark of WebM


@pytest.mark.parametrize(("change", "code"), [({"key": bytes(31)}, "input"), ({"directory": Path("/nowhere/at/all")}, "failed")])
async def test_faults_are_said(tmp_path: Path, change: dict[str, object], code: str) -> None:
    with pytest.raises(FinaliseFailed) as failed:
        await Finalisers().run(replace(job_of(tmp_path), **change))  # type: ignore[arg-type]
    assert failed.value.code == code


async def test_a_wrong_key_makes_no_recording_of_it(tmp_path: Path) -> None:
    job = recorded(tmp_path, 1)
    result = await Finalisers().run(replace(job, key=bytes(32)))
    assert result.segments == 0 and {fault.kind for fault in result.faults} == {"foreign"}


async def test_a_deadline_and_a_cancelled_run_leave_no_process(tmp_path: Path) -> None:
    job = recorded(tmp_path, 1)
    with pytest.raises(FinaliseFailed) as late:
        await Finalisers(deadline=0.01).run(job)
    assert late.value.code == "late"
    task = asyncio.create_task(Finalisers().run(job))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await Finalisers().run(job)).segments == 1


async def test_one_at_a_time(tmp_path: Path) -> None:
    jobs = []
    for number in range(3):
        directory = tmp_path / str(number)
        directory.mkdir()
        jobs.append(recorded(directory, 1))
    finalisers = Finalisers()
    results = await asyncio.gather(*(finalisers.run(job) for job in jobs), *(finalisers.run(jobs[0]) for _ in range(2)))
    assert {result.segments for result in results} == {1}


def test_two_processes_on_one_recording_take_turns(tmp_path: Path) -> None:
    job = recorded(tmp_path, 1)
    both = [subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    for process in both:
        assert process.stdin is not None
        process.stdin.write(job.encode())
        process.stdin.close()
    answers = []
    for process in both:
        with process:
            assert process.stdout is not None
            answers.append(decode_result(process.stdout.read()))
    assert answers[0].manifest_sha256 == answers[1].manifest_sha256 == is_whole(job).digest


def kill_at_random(job: FinaliseJob, times: int, seed: int) -> int:
    """Start the finaliser again and again, and kill it at random moments of its life. Returns how often it was alive."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    killed = 0
    whole = _lifetime(job)
    for _ in range(times):
        with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            assert process.stdin is not None
            process.stdin.write(job.encode())
            process.stdin.close()
            try:
                process.wait(chance.uniform(0.0, whole))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
        if (job.directory / places.MANIFEST).exists():  # it came to its end: once more from the beginning
            is_whole(job)
            (job.directory / places.MANIFEST).unlink()
    return killed


def _lifetime(job: FinaliseJob) -> float:
    begun = time.monotonic()
    subprocess.run(COMMAND, input=job.encode(), stdout=subprocess.DEVNULL, timeout=TIMEOUT, check=True)
    (job.directory / places.MANIFEST).unlink()
    return time.monotonic() - begun


def survives(directory: Path, times: int, seed: int) -> int:
    """How often it was killed."""
    there = directory / "there"
    there.mkdir()
    expected = plain_hashes(finished(there, *(person.id for person in recorded(there).people))[1])
    here = directory / "here"
    here.mkdir()
    job = recorded(here)
    killed = kill_at_random(job, times, seed)
    assert killed > 0
    done = subprocess.run(COMMAND, input=job.encode(), capture_output=True, timeout=TIMEOUT, check=True)
    assert decode_result(done.stdout).segments == 2
    assert plain_hashes(is_whole(job)) == expected
    assert {path.name for path in here.iterdir()} == {
        "journal",
        places.SEGMENTS,
        places.MANIFEST,
        places.SIGNATURE,
        places.LOCK,
    }
    return killed


def test_killed_at_any_moment_it_comes_to_the_same_end(tmp_path: Path) -> None:
    survives(tmp_path, KILLS, 1)


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_killed_fifty_times_it_comes_to_the_same_end(tmp_path: Path) -> None:
    killed = survives(tmp_path, LONG_KILLS, int(time.time()))
    note(
        "kill -9 of a finaliser, each time begun anew",
        f"{killed} kills in {LONG_KILLS} runs: the same content in the end, verified",
    )


async def test_without_room_it_takes_none_from_what_is_recorded_now(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, FINISHING_BYTES // 1024) as mounted:
        if not mounted:
            pytest.skip("mounting needs root")
        job = recorded(disk, 1)
        with pytest.raises(FinaliseFailed) as failed:
            await Finalisers().run(job)
        assert failed.value.code == "disk_full"
        assert {path.name for path in disk.iterdir()} == {"journal", places.LOCK}
        set_size(disk, 2 * FINISHING_BYTES // 1024)
        assert (await Finalisers().run(job)).segments == 1


def test_a_disk_that_runs_full_meanwhile_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = recorded(tmp_path, 2)
    write_group = finishing._write_group

    def run_full(target: Any, *arguments: Any) -> Any:
        written = write_group(target, *arguments)
        if target.participant_id == "par_1":
            raise OSError(errno.ENOSPC, "no space")
        return written

    monkeypatch.setattr(finishing, "_write_group", run_full)
    with pytest.raises(OSError, match="no space"):
        finishing.finish(job)
    assert {path.name for path in tmp_path.iterdir()} == {"journal"}
    monkeypatch.undo()
    assert finishing.finish(job).segments == 2


def test_jobs_go_over_the_wire_whole(tmp_path: Path) -> None:
    job = recorded(tmp_path, 1)
    assert decode_job(job.encode()) == job and "key" not in repr(job).replace("signing_key", "")
    for raw in (b"", b"{}", b"[]", b"\xff", job.encode()[:-1], job.encode().replace(b'"people": [', b'"people": [4, ')):
        with pytest.raises(InvalidInput):
            decode_job(raw)
    for raw in (b"", b"{}", b'{"fault": "disk_full"}', b'{"result": 4}'):
        with pytest.raises(FinaliseFailed):
            decode_result(raw)
