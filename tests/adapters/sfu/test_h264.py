"""Really encoded H.264 through a worker: what a subscriber gets and what is recorded decodes, over changes of its size, too."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import av
import pytest

from telemed.media.control import Codec, Extensions, Kind, PublishLine, Source, SubscribeLine
from telemed.media.frames.track import TrackFrames
from telemed.recording.journal_writer import JournalThread
from telemed.rtp.h264 import is_keyframe
from telemed.rtp.rtcp import Pli
from tests.adapters.recording.encoded import pictures
from tests.adapters.recording.packetised import Sender, header
from tests.adapters.recording.played import content, finished, play
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.recorded import CAMERA, KEY, Recorded
from tests.bench.rtp_client import EXTENSIONS, RtpClient

CAM, CAM_RTX = 1002, 1003
H264 = Codec(Kind.VIDEO, "h264", 108, 90_000, 1, 109)
SIZES = ((320, 180), (640, 360), (160, 90))
HEADER = 12  # bytes of RTP before the payload
SECONDS = 1.0  # of each size
PATIENCE = 20.0  # seconds: other programs may hold the machine


@pytest.fixture
def journals() -> JournalThread:
    """The disk."""
    return JournalThread()


async def joined(stage: Stage) -> tuple[RtpClient, RtpClient]:
    """A publisher and a subscriber."""
    alice = await stage.join("alice", (PublishLine("0", "a-cam", Source.CAMERA, H264, EXTENSIONS, CAM, CAM_RTX),))
    bob = await stage.join("bob", (), (SubscribeLine("0", "a-cam", H264, Extensions(mid=4)),))
    return alice, bob


def scene() -> list[bytes]:
    """The packets of a camera whose encoder changes its size twice, as the browser's does on a link that changes."""
    sender = Sender("h264", CAM, payload_type=H264.payload_type)
    packets: list[bytes] = []
    for number, size in enumerate(SIZES):
        shown = pictures("h264", SECONDS, size=size, key_every=10)
        later = int(number * SECONDS * 1_000_000)
        packets += [packet.data for packet in sender.packets([replace(one, at_us=one.at_us + later) for one in shown])]
    return packets


def decoded(frames: list[bytes]) -> list[tuple[int, int]]:
    """The sizes of the pictures that come out of a decoder which tolerates nothing."""
    decoder = av.CodecContext.create("h264", "r")
    decoder.options = {"err_detect": "explode"}
    shown = [frame for data in frames for frame in decoder.decode(av.Packet(data))] + decoder.decode(None)
    return [(frame.width, frame.height) for frame in shown]


async def test_a_subscriber_decodes_it_and_what_is_recorded_plays(stage: Stage, tmp_path: Path) -> None:
    directory = tmp_path / "rec"
    directory.mkdir(mode=0o700)
    alice, bob = await joined(stage)
    began = time.time_ns() // 1000
    recorded = Recorded(stage)
    recorded.set(CAMERA, directory=str(directory))
    sent = scene()
    for number, packet in enumerate(sent):
        alice.send_rtp(packet)
        if number % 50 == 49:  # no more than a socket holds
            await until(lambda now=number: stage.worker.counters.in_rtp > now, PATIENCE)
    picture = stage.ssrc(bob, "a-cam")
    await until(lambda: len(bob.inbox.payloads(picture)) == len(sent), PATIENCE)
    await recorded.stop()

    frames = TrackFrames("h264", lambda _ssrc, timestamp, _arrival: timestamp)
    arrived = [packet for packet in bob.inbox.rtp if packet.ssrc == picture]
    whole = []
    for one in arrived:
        head = header(bool(one.marker), one.payload_type, one.sequence, one.timestamp, one.ssrc)
        whole += frames.push(0, head + one.payload, 0)
    whole += frames.flush()
    count = round(SECONDS * 25)
    assert decoded([frame.data for frame in whole]) == [size for size in SIZES for _ in range(count)]

    _, manifest = finished(directory, "alice", recording_id="rec", key=KEY, started_utc_us=began)
    segments = [entry.segment for entry in manifest.segments]
    assert [(segment.mime, segment.codecs) for segment in segments] == [("video/mp4", "h264")] * len(SIZES)
    for segment, size in zip(segments, SIZES, strict=True):
        assert play(content(directory, segment, KEY), segment.start_us).sizes == [size] * count


async def test_who_comes_later_begins_at_a_key_frame_that_is_asked_for(stage: Stage) -> None:
    alice = await stage.join("alice", (PublishLine("0", "a-cam", Source.CAMERA, H264, EXTENSIONS, CAM, CAM_RTX),))
    sent = scene()
    starts = [number for number, packet in enumerate(sent) if is_keyframe(packet, HEADER, len(packet))]
    alice.send_rtp(sent[0])
    bob = await stage.join("bob", (), (SubscribeLine("0", "a-cam", H264, Extensions(mid=4)),))
    await until(lambda: any(isinstance(one, Pli) and one.media_ssrc == CAM for one in alice.inbox.rtcp), PATIENCE)
    for packet in sent[1 : starts[1] + 30]:
        alice.send_rtp(packet)
    picture = stage.ssrc(bob, "a-cam")
    await until(lambda: len(bob.inbox.payloads(picture)) == 30, PATIENCE)
    assert bob.inbox.payloads(picture) == [packet[HEADER:] for packet in sent[starts[1] : starts[1] + 30]]
