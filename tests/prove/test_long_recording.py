"""A consultation of three hours, finished: how long it takes, how much memory, and whether the end still plays in sync."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemed.media.control import Source
from telemed.media.journal.records import RecordKind, report_body
from telemed.media.manifest import decode
from telemed.recording import places
from telemed.recording.job import decode_result
from tests.adapters.recording.encoded import Encoded, pictures, sound
from tests.adapters.recording.journalled import DELAY_US, Written
from tests.adapters.recording.packetised import Sender, SenderClock
from tests.adapters.recording.played import content, job_of, play
from tests.prove.figures import note

SECOND = 1_000_000
LOOP = 10  # seconds that are encoded once and sent again and again; begins with a key frame
HOURS = float(os.environ.get("TELEMED_RECORDED_HOURS", "3"))
PEOPLE = 2
FLASH = (10_000_000, 200_000)
MAX_CPU = 300.0  # seconds
MAX_BYTES = 300 * 2**20  # resident
_NUMBERS = struct.Struct("!HI")


def repeated(sender: Sender, clock: SenderClock, scene: tuple[Encoded, ...]) -> Iterator[tuple[RecordKind, int, bytes, int]]:
    """The records of a track that sends one scene over and over, with a report each second."""
    packets = list(sender.packets(scene))
    fields = [(packet.at_us, *_NUMBERS.unpack_from(packet.data, 2), packet.data) for packet in packets]
    for loop in range(round(HOURS * 3600 / LOOP)):
        shift, reported = loop * LOOP * SECOND, 0
        for at, sequence, timestamp, data in fields:
            now = at + shift + DELAY_US
            if at // SECOND >= reported:
                reported = at // SECOND + 1
                yield RecordKind.REPORT, now, report_body(sender.ssrc, clock.ntp(now), sender.timestamp(now)), 0
            numbers = (sequence + loop * len(fields)) & 0xFFFF, (timestamp + loop * LOOP * sender.rate) & 0xFFFFFFFF
            yield RecordKind.PACKET, now, data[:2] + _NUMBERS.pack(*numbers) + data[8:], 0


def filled(scene: tuple[Encoded, ...], octets: int) -> tuple[Encoded, ...]:
    """Pictures made as large as a camera's: VP8 decoders stop at the end of the last partition and ignore what follows."""
    return tuple(Encoded(one.at_us, one.data + bytes(max(0, octets - len(one.data))), one.key) for one in scene)


@pytest.mark.prove
@pytest.mark.timeout(1500)
def test_three_hours_are_finished_in_bounded_time_and_memory(tmp_path: Path) -> None:
    scene = filled(pictures("vp8", LOOP, size=(640, 360), key_every=250, flash=FLASH), 6000)  # 1.2 Mbit/s
    for number in range(PEOPLE):
        clock = SenderClock(10**15 * (1 + number))
        eye, ear = Sender("vp8", 1 + number, SECOND), Sender("opus", 11 + number, SECOND)
        seen = Written(f"par_{number}", Source.CAMERA, "vp8", SECOND)
        seen.write_all(tmp_path, repeated(eye, clock, scene))
        heard = Written(f"par_{number}", Source.MICROPHONE, "opus", SECOND)
        heard.write_all(tmp_path, repeated(ear, clock, sound(LOOP, FLASH)))
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
