"""Pictures in spatial and temporal layers under one SSRC pass a worker whole: every layer, every byte, in order."""

from __future__ import annotations

import random

import pytest

from telemed.rtp.rtcp import Nack, Pli, build_nack
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.scalable_video import CAM, KEY_INTERVAL, PAYLOAD_TYPE, RTX_TYPE, STREAMS, ScalableCamera
from tests.bench.rtp_client import Arrived, RtpClient

PICTURES = 2 * KEY_INTERVAL + 4
PATIENCE = 20.0  # seconds: only a stuck worker needs them

pytestmark = pytest.mark.parametrize("name", list(STREAMS))


async def call(stage: Stage, camera: ScalableCamera) -> tuple[RtpClient, RtpClient, int]:
    """A publisher, a subscriber, and the SSRC of the picture at the subscriber."""
    alice = await stage.join("alice", (camera.line("a-cam"),))
    bob = await stage.join("bob", (), (camera.wanted("a-cam"),))
    return alice, bob, stage.ssrc(bob, "a-cam")


def received(client: RtpClient, ssrc: int) -> list[Arrived]:
    """The packets of one SSRC in order of arrival."""
    return [packet for packet in client.inbox.rtp if packet.ssrc == ssrc]


async def test_all_layers_arrive_byte_for_byte_and_in_order(stage: Stage, name: str) -> None:
    camera = ScalableCamera(name, PICTURES)
    alice, bob, picture = await call(stage, camera)
    for number in range(len(camera.payloads)):
        alice.send_rtp(camera.packet(number))
    await until(lambda: len(received(bob, picture)) == len(camera.payloads), PATIENCE)
    packets = received(bob, picture)
    assert [packet.payload for packet in packets] == camera.payloads
    assert {packet.payload_type for packet in packets} == {PAYLOAD_TYPE}
    assert [bool(packet.marker) for packet in packets] == [camera.marker(number) for number in range(len(packets))]
    first = packets[0]
    for number, packet in enumerate(packets):
        assert (packet.sequence - first.sequence) & 0xFFFF == number
        assert (packet.timestamp - first.timestamp) & 0xFFFFFFFF == camera.timestamp(number)
    assert stage.worker.counters.drop_duplicate == 0


async def test_only_a_key_picture_begins_it(stage: Stage, name: str) -> None:
    camera = ScalableCamera(name, PICTURES)
    alice = await stage.join("alice", (camera.line("a-cam"),))
    alice.send_rtp(camera.packet(0))
    bob = await stage.join("bob", (), (camera.wanted("a-cam"),))
    await until(lambda: any(isinstance(one, Pli) and one.media_ssrc == CAM for one in alice.inbox.rtcp), PATIENCE)
    lost, second = camera.starts[KEY_INTERVAL], camera.starts[2 * KEY_INTERVAL]
    for number in range(1, len(camera.payloads)):
        if number != lost:  # what is left of that key picture, its upper layer too, is nothing to begin at
            alice.send_rtp(camera.packet(number))
    picture = stage.ssrc(bob, "a-cam")
    await until(lambda: len(received(bob, picture)) == len(camera.payloads) - second, PATIENCE)
    assert [packet.payload for packet in received(bob, picture)] == camera.payloads[second:]


async def test_what_is_lost_of_any_layer_is_sent_again(stage: Stage, name: str) -> None:
    camera = ScalableCamera(name, KEY_INTERVAL)  # a later key picture would make good what is lost before it
    alice, bob, picture = await call(stage, camera)
    chance = random.Random(9628)
    last = len(camera.payloads) - 1
    lost = {number for number in range(1, last) if chance.random() < 0.2}
    assert len(lost) > 10

    def on_rtcp(record: object) -> None:
        for sequence in record.lost if isinstance(record, Nack) else ():
            alice.send_rtp(camera.again(camera.number_of(sequence)))

    alice.on_rtcp = on_rtcp
    for number in range(last + 1):
        if number not in lost:
            alice.send_rtp(camera.packet(number))
    await until(lambda: len(received(bob, picture)) == last + 1, PATIENCE)
    base = received(bob, picture)[0].sequence
    whole = sorted(received(bob, picture), key=lambda packet: (packet.sequence - base) & 0xFFFF)
    assert [packet.payload for packet in whole] == camera.payloads
    # And what goes lost on the subscriber's own way.
    wanted = sorted(chance.sample(range(last + 1), 20))
    bob.send_rtcp(build_nack(1, picture, [whole[number].sequence for number in wanted]))
    resends = stage.rtx_ssrc(bob, "a-cam")
    await until(lambda: len(received(bob, resends)) == len(wanted), PATIENCE)
    for packet in received(bob, resends):
        number = (int.from_bytes(packet.payload[:2], "big") - base) & 0xFFFF
        assert (packet.payload_type, number in wanted) == (RTX_TYPE, True)
        assert packet.payload[2:] == camera.payloads[number]
