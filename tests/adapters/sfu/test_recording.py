"""What a worker writes of a room: exactly the packets of the tracks that may be captured, however they came."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from telemed.errors import Conflict, NotFound, ProtocolError, Unavailable
from telemed.media.control import (
    RecordedTrack,
    RecordingCondition,
    RecordingSnapshot,
    Source,
)
from telemed.media.control_codec import to_json
from telemed.rtp.ntp import to_ntp64
from telemed.rtp.red import build_red
from telemed.rtp.rtcp import Nack, Pli, build_bye, build_sender_report
from telemed.sfu.recording import track_recorder
from telemed.sfu.recording.open_limit import BURST
from telemed.sfu.worker import Worker, WorkerSettings
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.recorded import CAMERA, KEY, MICROPHONE, Recorded, wanted
from tests.bench.rtp_client import (
    INTERFRAME,
    KEYFRAME,
    OPUS,
    RtpClient,
    audio_line,
    receive_audio,
    rtp_packet,
    video_line,
)

MIC, CAM, CAM_RTX, RED = 1001, 1002, 1003, 63
PATIENCE = 15.0  # seconds: other programs may hold the machine


def sound(n: int, ssrc: int = MIC) -> bytes:
    """The n-th packet of a voice."""
    return rtp_packet(111, 100 + n, n * 960, ssrc, b"voice %04d" % n, level=30)


def picture(n: int, *, key: bool = False, ssrc: int = CAM) -> bytes:
    """The n-th packet of a camera."""
    return rtp_packet(96, 65000 + n, n * 3000, ssrc, (KEYFRAME if key else INTERFRAME) + b"%d" % n, marker=True)


async def join_alice(stage: Stage, attempt: int = 1) -> RtpClient:
    """One who sends sound and picture."""
    return await stage.join("alice", (audio_line("0", "a-mic", MIC), video_line("1", "a-cam", CAM, CAM_RTX)), attempt=attempt)


async def came(stage: Stage, count: int) -> None:
    """Wait until the worker has read so many packets."""
    await until(lambda: stage.worker.counters.in_rtp >= count, PATIENCE)


async def test_only_what_may_be_captured_is_written_byte_for_byte(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    lines = audio_line("0", "b-mic", 2001), video_line("1", "b-cam", 2002, 2003)
    bob = await stage.join("bob", lines, (receive_audio("2", "a-mic"),))
    recorded.set(MICROPHONE, CAMERA)
    sent = [sound(n) for n in range(20)]
    for n, packet in enumerate(sent):
        alice.send_rtp(packet)
        alice.send_rtp(picture(n, key=n == 0))
        bob.send_rtp(rtp_packet(111, n, n * 960, 2001, b"not agreed %d" % n))
        bob.send_rtp(rtp_packet(96, n, n * 3000, 2002, KEYFRAME + b"not agreed %d" % n))
    await came(stage, 80)
    assert recorded.book.packets("a-mic") == sent
    assert recorded.book.packets("a-cam") == [picture(n, key=n == 0) for n in range(20)]
    written = [one.packet for journal in recorded.book.journals for one in journal.packets]
    assert not any(b"not agreed" in packet for packet in written)
    assert {journal.head.track_id for journal in recorded.book.journals} == {"a-mic", "a-cam"}
    assert bob.inbox.payloads(stage.ssrc(bob, "a-mic"))
    assert (recorded.book.recording_id, recorded.book.key) == ("rec", KEY)


async def test_what_a_journal_says_of_its_track(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(MICROPHONE, CAMERA)
    alice.send_rtp(picture(0, key=True))
    await came(stage, 1)
    journal = recorded.journal("a-cam")
    head = journal.head
    assert (head.track_id, head.participant_id, head.source) == ("a-cam", "alice", Source.CAMERA)
    assert (head.codec.name, head.codec.payload_type, head.codec.clock_rate, head.rids) == ("vp8", 96, 90000, ())
    assert 0 <= journal.packets[0].arrival_us - head.monotonic_us + 1_000_000 < 60_000_000, "one clock for head and packets"
    assert head.utc_us > 1_600_000_000_000_000
    assert journal.words() == ["begin"]
    assert journal.starts is not None and journal.starts(picture(1, key=True)) and not journal.starts(picture(1))
    assert not journal.starts(b"\x80")
    assert recorded.book.of("a-mic") == [], "no source, no journal"
    alice.send_rtp(sound(0))
    await came(stage, 2)
    assert recorded.journal("a-mic").starts is None


async def test_who_is_alone_in_the_room_is_recorded_and_asked_again(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(CAMERA)
    resends = iter(range(1000))

    def resend(record: object) -> None:
        if isinstance(record, Nack):
            for sequence in record.lost:
                body = sequence.to_bytes(2, "big") + INTERFRAME + b"%d" % ((sequence - 65000) & 0xFFFF)
                alice.send_rtp(rtp_packet(97, next(resends), ((sequence - 65000) & 0xFFFF) * 3000, CAM_RTX, body, marker=True))

    alice.on_rtcp = resend
    alice.send_rtp(picture(1))
    await until(lambda: any(isinstance(record, Pli) and record.media_ssrc == CAM for record in alice.inbox.rtcp), PATIENCE)
    alice.send_rtp(picture(2, key=True))
    for n in (3, 4, 6, 7, 10, 11, 12):
        alice.send_rtp(picture(n))
    await until(lambda: len(recorded.book.packets("a-cam")) == 12, PATIENCE)
    assert sorted(recorded.book.packets("a-cam")) == sorted(picture(n, key=n == 2) for n in range(1, 13))
    assert stage.worker.counters.out_rtp == 0


async def test_duplicates_padding_and_late_resends_are_not_written_twice(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(CAMERA)
    for n in range(4):
        alice.send_rtp(picture(n, key=n == 0))
    alice.send_rtp(rtp_packet(97, 1, 3000, CAM_RTX, (65001).to_bytes(2, "big") + INTERFRAME + b"1", marker=True))
    alice.send_rtp(rtp_packet(96, 65004, 9000, CAM, b"", padding=50))
    alice.send_rtp(rtp_packet(97, 2, 0, CAM_RTX, b"", padding=200))
    alice.send_rtp(picture(5))
    await until(lambda: stage.worker.counters.in_rtp == 6 and stage.worker.counters.in_rtx == 2, PATIENCE)
    assert recorded.book.packets("a-cam") == [picture(n, key=n == 0) for n in (0, 1, 2, 3, 5)]


async def test_what_comes_late_from_before_it_might_be_captured_is_not_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    for n in (0, 1, 3):
        alice.send_rtp(sound(n))
    await came(stage, 3)
    recorded.set(MICROPHONE)
    for n in (2, 5, 4):
        alice.send_rtp(sound(n))
    await came(stage, 6)
    assert recorded.book.packets("a-mic") == [sound(5), sound(4)]
    room = stage.worker.rooms["room"]
    room.set_flow("alice", False, True)
    alice.send_rtp(sound(6))
    alice.send_rtp(sound(8))
    await came(stage, 8)
    room.set_flow("alice", True, True)
    alice.send_rtp(sound(7))
    alice.send_rtp(sound(9))
    await came(stage, 10)
    assert recorded.book.packets("a-mic") == [sound(5), sound(4), sound(9)]
    monkeypatch.setattr(track_recorder, "LATE_SECONDS", 0.0)  # it is long ago now: nobody looks at numbers any more
    stream, journal = stage.peer("alice").streams[MIC], recorded.journal("a-mic")
    await until(lambda: getattr(stream.tap, "func", None) == journal.packet, PATIENCE)
    alice.send_rtp(sound(10))
    await came(stage, 11)
    assert recorded.book.packets("a-mic")[-1] == sound(10)


async def test_redundant_sound_is_written_as_the_packets_it_was(stage: Stage) -> None:
    recorded = Recorded(stage)
    codec = dataclasses.replace(OPUS, resend=True, red_payload_type=RED)
    alice = await stage.join("alice", (audio_line("0", "a-mic", MIC, codec),))
    recorded.set(MICROPHONE)
    alice.send_rtp(sound(0))
    for n in range(1, 10):
        if n not in (3, 6):
            block = build_red(111, b"voice %04d" % n, [(960, b"voice %04d" % (n - 1))])
            alice.send_rtp(rtp_packet(RED, 100 + n, n * 960, MIC, block, level=30))
    await came(stage, 8)
    packets = recorded.book.packets("a-mic")
    assert [packet[-10:] for packet in packets] == [b"voice %04d" % n for n in range(10)], "lost ones too, in order"
    assert {packet[1] & 0x7F for packet in packets} == {111}
    assert [int.from_bytes(packet[2:4], "big") for packet in packets] == list(range(100, 110))


async def test_a_track_that_is_taken_out_stops_within_one_packet(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(MICROPHONE, CAMERA)
    alice.send_rtp(sound(0))
    alice.send_rtp(picture(0, key=True))
    await came(stage, 2)
    recorded.set(MICROPHONE)
    camera = recorded.journal("a-cam")
    assert camera.closed and camera.words() == ["begin", "end"]
    alice.send_rtp(sound(1))
    alice.send_rtp(picture(1))
    await came(stage, 4)
    assert len(recorded.book.packets("a-mic")) == 2 and len(recorded.book.packets("a-cam")) == 1
    assert not stage.peer("alice").streams[CAM].is_taken, "what nobody takes is not asked for again"
    recorded.set()
    assert recorded.reports[-1].state is RecordingCondition.PAUSED
    alice.send_rtp(sound(2))
    await came(stage, 5)
    assert len(recorded.book.packets("a-mic")) == 2
    recorded.set(MICROPHONE, CAMERA)
    alice.send_rtp(sound(3))
    alice.send_rtp(picture(2, key=True))
    await came(stage, 7)
    assert [len(journal.packets) for journal in recorded.book.of("a-mic")] == [2, 1]
    assert [len(journal.packets) for journal in recorded.book.of("a-cam")] == [1, 1]
    assert len(stage.journals.books) == 1
    recorded.set(MICROPHONE, CAMERA)
    assert len(recorded.book.journals) == 4, "repeating changes nothing"


async def test_somebody_on_hold_is_not_captured(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    room = stage.worker.rooms["room"]
    recorded.set(MICROPHONE, CAMERA)
    alice.send_rtp(sound(0))
    alice.send_rtp(picture(0, key=True))
    await came(stage, 2)
    room.set_flow("alice", False, False)
    for n in (1, 2):
        alice.send_rtp(sound(n))
        alice.send_rtp(picture(n))
    await came(stage, 6)
    await until(lambda: recorded.reports[-1].tracks == (), PATIENCE)
    room.set_flow("alice", True, True)
    alice.send_rtp(sound(3))
    alice.send_rtp(picture(3))
    await came(stage, 8)
    assert recorded.book.packets("a-mic") == [sound(0), sound(3)]
    assert recorded.book.packets("a-cam") == [picture(0, key=True), picture(3)]
    journal = recorded.journal("a-cam")
    holds = [(what, details.get("on")) for what, _at, details in journal.events]
    assert holds == [("begin", None), ("muted", True), ("muted", False)]
    await until(lambda: any(isinstance(record, Pli) and record.media_ssrc == CAM for record in alice.inbox.rtcp), PATIENCE)


async def test_a_reconnect_begins_a_journal_of_its_own(stage: Stage) -> None:
    recorded = Recorded(stage)
    recorded.set(MICROPHONE, CAMERA)  # before anybody is there
    alice = await join_alice(stage)
    alice.send_rtp(sound(0))
    await came(stage, 1)
    again = await stage.join("alice", (audio_line("0", "a-mic", 5001), video_line("1", "a-cam", 5002, 5003)), attempt=2)
    again.send_rtp(sound(7, ssrc=5001))
    again.send_rtp(picture(0, key=True, ssrc=5002))
    await came(stage, 3)
    assert [journal.closed for journal in recorded.book.of("a-mic")] == [True, False]
    assert recorded.book.packets("a-mic") == [sound(0), sound(7, ssrc=5001)]
    assert recorded.book.packets("a-cam") == [picture(0, key=True, ssrc=5002)]
    again.send_rtcp(build_bye([5001]))
    await until(lambda: recorded.journal("a-mic").closed, PATIENCE)
    again.send_rtp(rtp_packet(111, 900, 9, 5001, b"back", mid="0"))
    await came(stage, 4)
    assert len(recorded.book.of("a-mic")) == 3


async def test_a_source_that_begins_over_and_over_fills_no_disk(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(MICROPHONE)
    for n in range(60):
        alice.send_rtp(sound(n))
        alice.send_rtcp(build_bye([MIC]))
    await until(lambda: stage.worker.counters.in_rtp == 60 and stage.worker.counters.in_rtcp >= 60, PATIENCE)
    assert BURST <= len(recorded.book.journals) <= BURST + 2


async def test_sender_reports_are_kept_those_of_before_too(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    alice.send_rtp(sound(0))
    alice.send_rtcp(build_sender_report(MIC, to_ntp64(1000.0), 4800, 1, 1, "c"))
    await until(lambda: stage.worker.counters.in_rtcp == 1, PATIENCE)
    recorded.set(MICROPHONE)
    alice.send_rtcp(build_sender_report(MIC, to_ntp64(1001.0), 52800, 1, 1, "c"))
    journal = recorded.journal("a-mic")
    await until(lambda: len(journal.reports) == 2, PATIENCE)
    assert [report[:4] for report in journal.reports] == [
        (0, MIC, to_ntp64(1000.0), 4800),
        (0, MIC, to_ntp64(1001.0), 52800),
    ]
    assert journal.reports[0][4] <= journal.reports[1][4]


@pytest.mark.parametrize(
    "other",
    [
        RecordedTrack("a-mic", "bob", Source.MICROPHONE),
        RecordedTrack("a-mic", "alice", Source.SCREEN_AUDIO),
        RecordedTrack("a-cam", "alice", Source.MICROPHONE),
    ],
)
async def test_a_track_of_another_person_or_kind_is_not_captured(stage: Stage, other: RecordedTrack) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(other)
    alice.send_rtp(sound(0))
    alice.send_rtp(picture(0, key=True))
    await came(stage, 2)
    assert recorded.book.journals == []


async def test_one_recording_at_a_time_and_none_twice(stage: Stage) -> None:
    recorded = Recorded(stage)
    recorded.set(MICROPHONE)
    with pytest.raises(Conflict):
        recorded.set(MICROPHONE, recording="other")
    with pytest.raises(ProtocolError):
        recorded.set(MICROPHONE, directory="/srv/elsewhere")
    await recorded.stop("unknown")
    await recorded.stop()
    await recorded.stop()
    assert recorded.book.finished
    with pytest.raises(NotFound):
        recorded.set(MICROPHONE)
    recorded.set(MICROPHONE, recording="other")
    assert stage.worker.snapshot().recordings == (RecordingSnapshot("room", "other", ("a-mic",)),)
    assert [report.state for report in recorded.reports if report.recording_id == "rec"] == [
        RecordingCondition.WRITING,
        RecordingCondition.CLOSED,
    ]


async def test_a_worker_without_journals_says_so(stage: Stage) -> None:
    worker = Worker(WorkerSettings(1, 0, stage.worker.settings.socket_path.with_name("other.sock"), ("127.0.0.1",)))
    await worker.start()
    try:
        with pytest.raises(Unavailable):
            worker._on_recording(to_json(wanted(MICROPHONE)) | {"tracks": []})
        assert worker.rooms == {}
    finally:
        await worker.close()


async def test_the_end_of_a_room_ends_its_recording(stage: Stage) -> None:
    recorded = Recorded(stage)
    alice = await join_alice(stage)
    recorded.set(MICROPHONE)
    alice.send_rtp(sound(0))
    await came(stage, 1)
    stage.worker._on_close_room("room")
    assert recorded.journal("a-mic").closed
    await until(lambda: recorded.book.finished and recorded.reports[-1].state is RecordingCondition.CLOSED)
    recorded.set(MICROPHONE)  # the room comes back: the same recording goes on
    assert len(stage.journals.books) == 2
    await stage.worker.close()
    assert all(book.finished for book in stage.journals.books) and stage.journals.closed


async def test_the_key_is_told_to_nobody(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    recorded = Recorded(stage)
    recorded.set(MICROPHONE)
    key = wanted(MICROPHONE).key
    with pytest.raises(Conflict) as caught:
        recorded.set(MICROPHONE, recording="other")
    seen = [caplog.text, repr(stage.worker.snapshot()), repr(stage.worker.stats()), repr(recorded.reports), str(caught.value)]
    assert not any(key in text or repr(KEY) in text for text in seen)
