"""Loss, resends, key-frame requests, feedback and reports."""

from __future__ import annotations

import random

from telemed.congestion.twcc import parse_transport_feedback
from telemed.media.resend_budget import FLOOR, SHARE
from telemed.rtp.ntp import middle32, to_ntp64
from telemed.rtp.rtcp import (
    Nack,
    Pli,
    ReceiverReport,
    SenderReport,
    TransportFeedback,
    build_bye,
    build_fir,
    build_nack,
    build_pli,
    build_receiver_report,
    build_sender_report,
)
from telemed.rtp.rtcp_records import ReportBlock
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import (
    INTERFRAME,
    KEYFRAME,
    RtpClient,
    audio_line,
    receive_audio,
    receive_video,
    rtp_packet,
    video_line,
)

CAM, CAM_RTX = 1002, 1003


async def call(stage: Stage) -> tuple[RtpClient, RtpClient]:
    """A publisher of sound and picture and a subscriber of both."""
    alice = await stage.join("alice", (audio_line("0", "a-mic", 1001), video_line("1", "a-cam", CAM, CAM_RTX)))
    bob = await stage.join("bob", (), (receive_audio("1", "a-mic"), receive_video("2", "a-cam")))
    return alice, bob


def frame(n: int, *, key: bool = False, transport_sequence: int | None = None) -> bytes:
    """The n-th video packet of a stream that begins at sequence 65000."""
    body = (KEYFRAME if key else INTERFRAME) + b"%d" % n
    return rtp_packet(96, 65000 + n, n * 3000, CAM, body, marker=True, transport_sequence=transport_sequence)


def rtx_of(n: int, rtx_sequence: int, *, key: bool = False) -> bytes:
    """The n-th packet as RFC 4588 retransmission."""
    body = (KEYFRAME if key else INTERFRAME) + b"%d" % n
    return rtp_packet(97, rtx_sequence, n * 3000, CAM_RTX, ((65000 + n) & 0xFFFF).to_bytes(2, "big") + body, marker=True)


async def test_lost_upstream_packets_are_asked_for_and_their_resends_forwarded(stage: Stage) -> None:
    alice, bob = await call(stage)
    picture = stage.ssrc(bob, "a-cam")
    chance = random.Random(7)
    lost = {n for n in range(1, 400) if chance.random() < 0.1} - {399}
    answered: list[int] = []

    def on_rtcp(record: object) -> None:
        if isinstance(record, Nack):
            for sequence in record.lost:
                n = (sequence - 65000) & 0xFFFF
                if chance.random() < 0.2:  # resends get lost too
                    continue
                answered.append(n)
                alice.send_rtp(rtx_of(n, len(answered)))

    alice.on_rtcp = on_rtcp
    for n in range(400):
        if n not in lost:
            alice.send_rtp(frame(n, key=n == 0))
    await until(lambda: len(bob.inbox.payloads(picture)) == 400)
    assert set(answered) >= lost
    numbers = sorted({packet.sequence for packet in bob.inbox.rtp if packet.ssrc == picture})
    assert len(numbers) == 400  # each once, under its own number


async def test_late_originals_and_double_resends_are_forwarded_once(stage: Stage) -> None:
    alice, bob = await call(stage)
    picture = stage.ssrc(bob, "a-cam")
    for n in (0, 1, 3, 4):
        alice.send_rtp(frame(n, key=n == 0))
    alice.send_rtp(rtx_of(2, 1))
    alice.send_rtp(rtx_of(2, 2))
    alice.send_rtp(frame(2))
    alice.send_rtp(frame(5))
    await until(lambda: len(bob.inbox.payloads(picture)) == 6)
    await until(lambda: stage.worker.counters.drop_duplicate == 2)
    assert [packet[-1:] for packet in bob.inbox.payloads(picture)] == [b"0", b"1", b"3", b"4", b"2", b"5"]


async def test_subscriber_nacks_are_answered_as_rtx_and_not_twice_within_a_round_trip(stage: Stage) -> None:
    alice, bob = await call(stage)
    picture, rtx = stage.ssrc(bob, "a-cam"), stage.rtx_ssrc(bob, "a-cam")
    for n in range(300):
        alice.send_rtp(frame(n, key=n == 0))
    await until(lambda: len(bob.inbox.payloads(picture)) == 300)
    sequences = [packet.sequence for packet in bob.inbox.rtp if packet.ssrc == picture]
    chance = random.Random(3)
    wanted = sorted(chance.sample(range(300), 60))
    by_sequence = {packet.sequence: packet for packet in bob.inbox.rtp if packet.ssrc == picture}
    bob.send_rtcp(build_nack(1, picture, [sequences[n] for n in wanted]))
    bob.send_rtcp(build_nack(1, picture, [sequences[n] for n in wanted]))
    await until(lambda: stage.worker.counters.nack_received == 2)
    await until(lambda: len(bob.inbox.payloads(rtx)) == 60)
    resent = [packet for packet in bob.inbox.rtp if packet.ssrc == rtx]
    assert {packet.payload_type for packet in resent} == {97}
    assert [(b.sequence - a.sequence) & 0xFFFF for a, b in zip(resent, resent[1:], strict=False)] == [1] * 59
    for packet in resent:
        original = by_sequence[int.from_bytes(packet.payload[:2], "big")]
        assert packet.payload[2:] == original.payload
        assert packet.timestamp == original.timestamp
        assert packet.marker == original.marker
    assert stage.worker.counters.nack_unanswered == 60


async def test_picture_begins_at_a_key_frame(stage: Stage) -> None:
    alice = await stage.join("alice", (video_line("1", "a-cam", CAM, CAM_RTX),))
    for n in range(5):
        alice.send_rtp(frame(n, key=n == 0))
    bob = await stage.join("bob", (), (receive_video("2", "a-cam"),))
    await until(lambda: any(isinstance(record, Pli) and record.media_ssrc == CAM for record in alice.inbox.rtcp))
    for n in range(5, 10):
        alice.send_rtp(frame(n, key=n == 8))
    picture = stage.ssrc(bob, "a-cam")
    await until(lambda: len(bob.inbox.payloads(picture)) == 2)
    assert bob.inbox.payloads(picture)[0].startswith(KEYFRAME)


async def test_key_frame_requests_of_many_subscribers_become_few(stage: Stage) -> None:
    alice, bob = await call(stage)
    others = [await stage.join(f"p{n}", (), (receive_video("0", "a-cam"),)) for n in range(4)]
    alice.send_rtp(frame(0, key=True))
    await until(lambda: all(client.inbox.rtp for client in (bob, *others)))
    before = stage.worker.counters.pli_sent
    for _ in range(20):
        for client in (bob, *others):
            client.send_rtcp(build_pli(1, stage.ssrc(client, "a-cam")))
            client.send_rtcp(build_fir(1, [(stage.ssrc(client, "a-cam"), 1)]))
    await until(lambda: stage.worker.counters.pli_received >= 200)
    assert stage.worker.counters.pli_sent - before <= 1
    await until(lambda: stage.worker.counters.pli_sent - before >= 1)


async def test_transport_feedback_reports_every_packet(stage: Stage) -> None:
    alice, _bob = await call(stage)
    for n in range(200):
        if n % 10 != 3:
            alice.send_rtp(frame(n, key=n == 0, transport_sequence=n))

    def reported() -> set[int]:
        seen: set[int] = set()
        for record in alice.inbox.rtcp:
            if isinstance(record, TransportFeedback):
                feedback = parse_transport_feedback(record.data)
                seen |= {sequence for sequence, _arrival in feedback.received}
        return seen

    wanted = {n for n in range(200) if n % 10 != 3}
    await until(lambda: reported() == wanted)


async def test_sender_reports_carry_the_publishers_clock_and_prove_the_round_trip(stage: Stage) -> None:
    alice, bob = await call(stage)
    sound, picture = stage.ssrc(bob, "a-mic"), stage.ssrc(bob, "a-cam")
    for n in range(10):
        alice.send_rtp(rtp_packet(111, n, 48000 + n * 960, 1001, b"x"))
        alice.send_rtp(frame(n, key=n == 0))
    alice.send_rtcp(build_sender_report(1001, to_ntp64(5000.0), 48000, 1, 1, "a"))
    alice.send_rtcp(build_sender_report(CAM, to_ntp64(5000.5), 0, 1, 1, "a"))

    def reports(ssrc: int) -> list[SenderReport]:
        return [record for record in bob.inbox.rtcp if isinstance(record, SenderReport) and record.ssrc == ssrc]

    await until(lambda: reports(sound) and reports(picture))
    first_sound = next(packet for packet in bob.inbox.rtp if packet.ssrc == sound)
    first_picture = next(packet for packet in bob.inbox.rtp if packet.ssrc == picture)
    a, v = reports(sound)[0], reports(picture)[0]
    captured_sound = a.ntp64 / 2**32 - ((a.rtp_timestamp - first_sound.timestamp) & 0xFFFFFFFF) / 48000
    captured_picture = v.ntp64 / 2**32 - ((v.rtp_timestamp - first_picture.timestamp) & 0xFFFFFFFF) / 90000
    assert abs((captured_picture - captured_sound) - 0.5) < 0.001  # as the publisher's clock said
    block = ReportBlock(sound, 0, 0, 0, 0, middle32(a.ntp64), 0)
    bob.send_rtcp(build_receiver_report(1, [block]))
    peer = stage.peer("bob")
    await until(lambda: peer.flows_by_ssrc[sound].round_trip.smoothed is not None)
    assert 0 <= peer.flows_by_ssrc[sound].round_trip.smoothed < 2.0


async def test_receiver_reports_tell_publishers_their_loss(stage: Stage) -> None:
    alice, _bob = await call(stage)
    for n in range(100):
        if n % 4 != 1:
            alice.send_rtp(frame(n, key=n == 0))
    await until(lambda: any(isinstance(record, ReceiverReport) and record.blocks for record in alice.inbox.rtcp))
    blocks = [block for record in alice.inbox.rtcp if isinstance(record, ReceiverReport) for block in record.blocks]
    assert blocks[0].ssrc == CAM
    assert 40 < blocks[0].fraction_lost < 90  # a quarter, in 1/256


async def test_heavy_loss_pauses_the_picture_and_not_the_sound(stage: Stage) -> None:
    alice, bob = await call(stage)
    events: list[object] = []
    stage.worker._services.emit = events.append  # type: ignore[union-attr]
    sound, picture = stage.ssrc(bob, "a-mic"), stage.ssrc(bob, "a-cam")
    alice.send_rtp(frame(0, key=True))
    await until(lambda: bob.inbox.payloads(picture))
    n = 0

    def keep_losing() -> bool:
        nonlocal n
        n += 1
        if n % 20 == 0:
            bob.send_rtcp(build_receiver_report(1, [ReportBlock(picture, 60, 0, 0, 0, 0, 0)]))
        return stage.peer("bob").guard.paused

    await until(keep_losing, timeout=8.0)
    before = len(bob.inbox.payloads(picture))
    alice.send_rtp(frame(1))
    alice.send_rtp(rtp_packet(111, 5, 960, 1001, b"still here"))
    await until(lambda: b"still here" in bob.inbox.payloads(sound))
    assert len(bob.inbox.payloads(picture)) == before
    assert [type(event).__name__ for event in events].count("VideoPaused") == 1


async def test_bye_ends_a_source_and_the_same_ssrc_may_return(stage: Stage) -> None:
    alice, bob = await call(stage)
    picture = stage.ssrc(bob, "a-cam")
    alice.send_rtp(frame(0, key=True))
    await until(lambda: len(bob.inbox.payloads(picture)) == 1)
    alice.send_rtcp(build_bye([CAM]))
    await until(lambda: CAM not in stage.peer("alice").streams)
    alice.send_rtp(frame(1))
    alice.send_rtp(frame(2, key=True))
    await until(lambda: len(bob.inbox.payloads(picture)) == 2)
    numbers = [packet.sequence for packet in bob.inbox.rtp if packet.ssrc == picture]
    assert (numbers[1] - numbers[0]) & 0xFFFF == 1


def asked(client: RtpClient) -> int:
    """Key-frame requests this client got for its camera."""
    return sum(isinstance(record, Pli) and record.media_ssrc == CAM for record in client.inbox.rtcp)


async def showing(stage: Stage) -> tuple[RtpClient, RtpClient]:
    """A call whose picture runs, the requests of its beginning long past."""
    alice, bob = await call(stage)
    alice.send_rtp(frame(0, key=True))
    await until(lambda: bob.inbox.payloads(stage.ssrc(bob, "a-cam")))
    requests = stage.peer("alice").streams[CAM].keyframes
    requests._asked_at = float("-inf")
    alice.inbox.rtcp.clear()
    return alice, bob


async def test_a_moved_subscriber_gets_a_key_frame_asked_for(stage: Stage) -> None:
    alice, bob = await showing(stage)
    before = stage.peer("bob").path
    bob.rebind()
    bob.check()
    await until(lambda: stage.peer("bob").path is not before)
    await until(lambda: asked(alice) == 1)


async def test_a_moved_publisher_is_asked_on_its_new_address(stage: Stage) -> None:
    alice, bob = await showing(stage)
    before = stage.peer("alice").path
    alice.rebind()
    alice.check()
    await until(lambda: stage.peer("alice").path is not before)
    await until(lambda: asked(alice) == 1)
    alice.send_rtp(frame(9, key=True))
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-cam"))) == 2)


async def test_moving_to_and_fro_asks_no_more_often_than_the_spacing(stage: Stage) -> None:
    alice, bob = await showing(stage)
    switches, sent = stage.worker.counters.path_switches, stage.worker.counters.pli_sent
    began = stage.worker._clock.monotonic()
    for n in range(10):
        bob.rebind()
        bob.check()
        await until(lambda n=n: stage.worker.counters.path_switches == switches + n + 1)  # type: ignore[misc]
    elapsed = stage.worker._clock.monotonic() - began
    assert 1 <= stage.worker.counters.pli_sent - sent <= 1 + elapsed / 0.5
    assert asked(alice) <= 1 + elapsed / 0.5


async def test_a_source_back_from_silence_with_losses_is_asked_at_once(stage: Stage) -> None:
    alice, bob = await showing(stage)
    stream = stage.peer("alice").streams[CAM]
    stream.last_us -= 1_100_000  # a second of silence has passed
    alice.send_rtp(frame(20))
    await until(lambda: asked(alice) == 1)
    requests = stream.keyframes.requests
    picture = stage.ssrc(bob, "a-cam")
    assert len(bob.inbox.payloads(picture)) == 1, "what cannot be decoded, and came late, is kept from subscribers"
    alice.send_rtp(frame(21))
    alice.send_rtp(frame(22, key=True))
    await until(lambda: len(bob.inbox.payloads(picture)) == 2)
    assert (bob.inbox.payloads(picture)[-1], stream.keyframes.requests) == (KEYFRAME + b"22", requests)


async def test_what_was_asked_into_a_silence_is_asked_again_when_it_ends(stage: Stage) -> None:
    alice, _bob = await showing(stage)
    stream = stage.peer("alice").streams[CAM]
    assert stream.keyframes.wanted(stage.worker._clock.monotonic()), "asked, and never answered"
    stream.last_us -= 1_100_000
    alice.send_rtp(frame(20))
    await until(lambda: asked(alice) == 1)


async def test_no_key_frame_is_asked_where_nothing_is_missing(stage: Stage) -> None:
    alice, bob = await showing(stage)
    stream = stage.peer("alice").streams[CAM]
    requests = stream.keyframes.requests
    stream.last_us -= 1_100_000
    alice.send_rtp(frame(1))  # the next number: a still picture, not a loss
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-cam"))) == 2)
    stream.last_us -= 1_100_000
    alice.send_rtp(frame(9, key=True))  # what would be asked for
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-cam"))) == 3)
    assert stream.keyframes.requests == requests


async def test_asking_without_end_draws_no_more_than_the_budget(stage: Stage) -> None:
    alice, bob = await call(stage)
    picture = stage.ssrc(bob, "a-cam")
    body = INTERFRAME + bytes(1000)
    for n in range(300):
        alice.send_rtp(rtp_packet(96, n, 0, CAM, KEYFRAME + body if n == 0 else body))
        if n % 50 == 0:
            await until(lambda n=n: len(bob.inbox.payloads(picture)) > n)  # type: ignore[misc]
    await until(lambda: len(bob.inbox.payloads(picture)) == 300)
    sequences = [packet.sequence for packet in bob.inbox.rtp if packet.ssrc == picture]
    counters, budget = stage.worker.counters, stage.peer("bob").resends
    began, before = stage.worker._clock.monotonic(), stage.peer("bob").octets_sent
    budget.earn(before, began)
    budget._tokens = 50_000.0  # its burst is nearly spent
    n = 0

    def ask() -> bool:
        nonlocal n
        n += 1
        bob.send_rtcp(build_nack(1, picture, [sequences[(n * 100 + k) % 300] for k in range(100)]))
        return counters.drop_resend_budget > 1000

    await until(ask)
    drawn = sum(len(packet.payload) for packet in bob.inbox.rtp if packet.ssrc == stage.rtx_ssrc(bob, "a-cam"))
    fresh = stage.peer("bob").octets_sent - before
    assert 0 < drawn <= 50_000 + fresh * SHARE + FLOOR * (budget._earned_at - began) + 2000
    assert counters.out_rtx > 0
