"""A worker with the real journals: what is on the disk afterwards, and a disk that is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from telemed.media.control import RecordingCondition
from telemed.media.journal.faults import RecordingFault
from telemed.media.journal.records import EventRecord, HeadRecord, PacketRecord, ReportRecord
from telemed.recording.journal_reader import read_journals
from telemed.recording.journal_writer import JournalThread
from telemed.rtp.ntp import to_ntp64
from telemed.rtp.rtcp import build_sender_report
from telemed.sfu.worker import Worker, WorkerSettings
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.recorded import CAMERA, KEY, MICROPHONE, Recorded
from tests.adapters.sfu.test_recording import MIC, came, join_alice, picture, sound
from tests.bench.rtp_client import audio_line, receive_audio, rtp_packet

PATIENCE = 20.0  # seconds: other programs may hold the machine


@dataclass
class Disk:
    """A worker that writes, and where to."""

    stage: Stage
    directory: Path


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    """A started worker on loopback with the thread that writes."""
    directory = tmp_path / "rec"
    directory.mkdir(mode=0o700)
    worker = Worker(WorkerSettings(0, 0, tmp_path / "media-0.sock", ("127.0.0.1",)), journals=JournalThread())
    await worker.start()
    stage = Stage(worker)
    try:
        yield Disk(stage, directory)
    finally:
        for client in stage.clients:
            await client.close()
        await worker.close()


async def test_what_was_captured_is_read_back_and_nothing_else_is_there(disk: Disk) -> None:
    stage = disk.stage
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    bob = await stage.join("bob", (audio_line("0", "b-mic", 2001),), (receive_audio("1", "a-mic"),))
    recorded.set(MICROPHONE, CAMERA, directory=str(disk.directory))
    for n in range(100):
        alice.send_rtp(sound(n))
        alice.send_rtp(picture(n, key=n == 0))
        bob.send_rtp(rtp_packet(111, n, n * 960, 2001, b"not agreed %d" % n))
    alice.send_rtcp(build_sender_report(MIC, to_ntp64(1000.0), 960, 1, 1, "c"))
    await came(stage, 300)
    await until(lambda: stage.worker.counters.in_rtcp == 1)
    recorded.set(CAMERA, directory=str(disk.directory))
    alice.send_rtp(sound(100))
    alice.send_rtp(picture(100))
    await came(stage, 302)
    await recorded.stop()
    assert recorded.reports[-1].state is RecordingCondition.CLOSED
    assert (recorded.reports[-1].packets, recorded.reports[-1].dropped) == (201, 0)
    found = read_journals(disk.directory, "rec", KEY)
    assert found.unreadable == ()
    records = {track.track_id: list(track.records()) for track in found.tracks}
    assert set(records) == {"a-mic", "a-cam"}
    packets = {track: [one.data for one in all_ if isinstance(one, PacketRecord)] for track, all_ in records.items()}
    assert packets == {"a-mic": [sound(n) for n in range(100)], "a-cam": [picture(n, key=n == 0) for n in range(101)]}
    reports = [one for one in records["a-mic"] if isinstance(one, ReportRecord)]
    assert [(one.lane, one.ssrc, one.ntp, one.rtp) for one in reports] == [(0, MIC, to_ntp64(1000.0), 960)]
    heads = [one for one in records["a-cam"] if isinstance(one, HeadRecord)]
    assert [(one.head.participant_id, one.head.codec.name) for one in heads] == [("alice", "vp8")]
    words = [one.what for one in records["a-mic"] if isinstance(one, EventRecord)]
    assert words == ["begin", "end"]
    raw = b"".join(path.read_bytes() for path in disk.directory.rglob("*") if path.is_file())
    assert b"not agreed" not in raw and b"voice" not in raw and KEY not in raw


async def test_a_directory_that_is_gone_is_told_while_the_call_goes_on(disk: Disk) -> None:
    stage = disk.stage
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    bob = await stage.join("bob", (), (receive_audio("1", "a-mic"),))
    recorded.set(MICROPHONE, directory=str(disk.directory / "gone" / "away"))
    for n in range(50):
        alice.send_rtp(sound(n))
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-mic"))) == 50, PATIENCE)
    await until(lambda: recorded.reports[-1].state is RecordingCondition.FAILED, PATIENCE)
    assert recorded.reports[-1].fault in (RecordingFault.FAILED, RecordingFault.READ_ONLY)
    await recorded.stop()
    assert recorded.reports[-1].state is RecordingCondition.CLOSED


async def test_a_new_worker_goes_on_with_a_recording(disk: Disk, tmp_path: Path) -> None:
    stage = disk.stage
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(MICROPHONE, directory=str(disk.directory))
    alice.send_rtp(sound(0))
    await came(stage, 1)
    await stage.worker.close()
    worker = Worker(WorkerSettings(0, 0, tmp_path / "media-1.sock", ("127.0.0.1",)), journals=JournalThread())
    await worker.start()
    second = Stage(worker)
    try:
        recorded = Recorded(second)
        alice = await join_alice(second)
        recorded.set(MICROPHONE, directory=str(disk.directory))
        alice.send_rtp(sound(1))
        await came(second, 1)
    finally:
        for client in second.clients:
            await client.close()
        await worker.close()
    (track,) = read_journals(disk.directory, "rec", KEY).tracks
    assert [one.data for one in track.records() if isinstance(one, PacketRecord)] == [sound(0), sound(1)]
