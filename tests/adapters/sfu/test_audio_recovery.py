"""Lost sound: asked for again from who speaks, sent again to who listens, and told to the encoder that can repeat it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from telemed.rtp.rtcp import Nack, ReceiverReport, build_nack, build_receiver_report
from telemed.rtp.rtcp_records import ReportBlock
from telemed.sfu.wants import VoiceWants
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import OPUS, RtpClient, audio_line, receive_audio, rtp_packet

MIC = 1001
RESENT = dataclasses.replace(OPUS, resend=True)


def sound(n: int) -> bytes:
    """The n-th packet of a voice, beginning shortly before the sequence number wraps."""
    return rtp_packet(111, 65530 + n, n * 960, MIC, b"voice %d" % n)


async def call(stage: Stage, *, resent: bool = True) -> tuple[RtpClient, RtpClient, int]:
    """One who speaks, one who listens, and the SSRC the voice is heard under. `resent`: both ask for lost sound and resend it."""
    codec = RESENT if resent else OPUS
    alice = await stage.join("alice", (audio_line("0", "a-mic", MIC, codec),))
    bob = await stage.join("bob", (), (dataclasses.replace(receive_audio("1", "a-mic"), codec=codec),))
    return alice, bob, stage.ssrc(bob, "a-mic")


async def test_lost_sound_is_asked_for_and_its_resend_is_heard_and_not_counted_as_arrived(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)

    def on_rtcp(record: object) -> None:
        if isinstance(record, Nack):
            for sequence in record.lost:
                alice.send_rtp(sound((sequence - 65530) & 0xFFFF))

    alice.on_rtcp = on_rtcp
    lost = {3, 7, 8, 20}
    for n in range(40):
        if n not in lost:
            alice.send_rtp(sound(n))
    await until(lambda: len(set(bob.inbox.payloads(ssrc))) == 40)
    stream = stage.peer("alice").streams[MIC]
    assert stream.stats.packets == 36, "what was resent hides no loss: the encoder is to know of it"


async def test_without_agreement_sound_is_not_asked_for(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage, resent=False)
    for n in (0, 1, 4, 5, 6):
        alice.send_rtp(sound(n))
    await until(lambda: len(bob.inbox.payloads(ssrc)) == 5)
    await until(lambda: any(isinstance(record, ReceiverReport) for record in alice.inbox.rtcp))
    assert not any(isinstance(record, Nack) for record in alice.inbox.rtcp)


async def test_a_listener_is_answered_with_the_very_datagram_that_was_lost(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    missed: list[bytes] = []

    def drop(data: bytes) -> bool:
        """Loses the tenth packet of the voice, once."""
        is_voice = len(data) > 12 and int.from_bytes(data[8:12], "big") == ssrc
        if is_voice and not missed and len(bob.inbox.payloads(ssrc)) == 9:
            missed.append(data)
            return True
        if is_voice and missed and data[2:4] == missed[0][2:4]:
            missed.append(data)
        return False

    bob.drop = drop
    for n in range(20):
        alice.send_rtp(sound(n))
    await until(lambda: len(bob.inbox.payloads(ssrc)) == 19)
    sequence = int.from_bytes(missed[0][2:4], "big")
    for _ in range(3):  # the asking is repeated; the answer is not, within a round trip
        bob.send_rtcp(build_nack(1, ssrc, [sequence]))
    await until(lambda: len(bob.inbox.payloads(ssrc)) == 20)
    assert bob.inbox.payloads(ssrc)[-1] == b"voice 9"
    assert missed[1] == missed[0], "never encrypted twice under one number"
    await until(lambda: stage.worker.counters.nack_received == 3)
    assert stage.worker.counters.out_repeated == 1


async def test_who_speaks_is_told_the_loss_of_who_listens(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    for n in range(10):
        alice.send_rtp(sound(n))
    await until(lambda: len(bob.inbox.payloads(ssrc)) == 10)
    bob.send_rtcp(build_receiver_report(1, [ReportBlock(ssrc, 64, 2, 9, 0, 0, 0)]))
    await until(lambda: stage.peer("bob").flows_by_ssrc[ssrc].loss == 64)
    alice.inbox.rtcp.clear()
    for n in range(10, 20):
        alice.send_rtp(sound(n))

    def told() -> list[ReportBlock]:
        return [block for record in alice.inbox.rtcp if isinstance(record, ReceiverReport) for block in record.blocks]

    await until(lambda: any(block.fraction_lost == 64 for block in told()))
    assert all(block.cumulative_lost == 0 for block in told()), "its own path lost nothing: its rate is not cut"


async def test_a_voice_becomes_thin_while_somebody_hears_it_over_a_very_slow_link(stage: Stage) -> None:
    """Told at once, said again while it lasts, and taken back when the link has been good for ten seconds."""
    rates = {1: 50_000.0, 2: 80_000.0}  # by ten seconds
    told = await voice_over(stage, lambda second: rates.get(int(second / 10), 300_000.0), 90)
    assert told[0] == (10.0, 16_000)
    lifted = [second for second, limit in told if not limit]
    assert 39.8 <= lifted[0] <= 40.2, "80 kbit/s is too little to go back"
    assert lifted[-1] < 61, "said for twenty seconds, lest it was lost"
    assert max(b - a for (a, _), (b, _) in zip(told, told[1:], strict=False)) <= 4.1


async def test_a_voice_that_was_too_much_again_stays_thin_for_longer_each_time(stage: Stage) -> None:
    """What probes say of a link that lets bursts pass is not what it carries."""
    thin = True

    def bitrate(second: float) -> float:
        return 50_000.0 if second < 1 or not thin else 150_000.0

    def follow(limit: int) -> None:
        nonlocal thin
        thin = limit > 0

    told = await voice_over(stage, bitrate, 130, follow)
    changes = [told[0], *(new for old, new in zip(told, told[1:], strict=False) if new[1] != old[1])]
    begun = [second for second, limit in changes if limit]
    ended = [second for second, limit in changes if not limit]
    lasted = [end - begin for begin, end in zip(begun, ended, strict=False)]
    assert lasted == pytest.approx([11.0, 20.1, 40.1], abs=0.4)


async def voice_over(
    stage: Stage, bitrate: Callable[[float], float], seconds: int, follow: Callable[[int], None] = lambda _: None
) -> list[tuple[float, int]]:
    """(Second, limit) of all that who speaks is told while a listener's link is estimated to carry `bitrate` of that second."""
    alice, _bob, _ssrc = await call(stage)
    alice.send_rtp(sound(0))
    await until(lambda: MIC in stage.peer("alice").streams)
    track = stage.peer("alice").room.tracks["a-mic"]
    link = SimpleNamespace(in_charge=True, drop=lambda flow: None)
    for flow in track.flows:
        flow.control = link  # type: ignore[assignment]
    voice = VoiceWants()
    told: list[tuple[float, int]] = []
    for tenth in range(seconds * 10):
        link.estimate = SimpleNamespace(bitrate=bitrate(tenth / 10))
        event = voice.look(track, 1000.0 + tenth / 10)
        if event is not None:
            told.append((tenth / 10, event.max_bitrate))
            follow(event.max_bitrate)
    for flow in track.flows:
        flow.control = None
    return told
