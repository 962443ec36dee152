"""A camera that is read: how fluent its layers are reaches who chooses among them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from telemed.congestion.allocator import Allocator
from telemed.congestion.controller import Estimate
from telemed.congestion.demands import Mode, SourceKind
from telemed.sfu.source_rate import FORGET_SECONDS, USUAL_FRAME_RATE, FrameRate
from telemed.sfu.subscriber_demands import demand_of
from tests.adapters.sfu.test_flows import plain
from tests.adapters.sfu.test_layer_numbers import LayeredPublisher, Line

RATES = (30, 24, 12)  # frames/s of the three layers


def link(bitrate: float) -> Estimate:
    """A good one."""
    return Estimate(bitrate, 0, False, 60_000, 0.0, False, True)


def seconds(rate: FrameRate, counts: list[int], begin: float = 0.0) -> float:
    """Feed one count of frames a second; returns what is taken of it."""
    frames = 0
    for second, count in enumerate([0, *counts]):
        frames += count
        rate.update(frames, begin + second)
    return rate.value


def test_a_picture_is_taken_for_fluent_until_three_seconds_of_five_say_otherwise() -> None:
    assert FrameRate().value == USUAL_FRAME_RATE
    assert seconds(FrameRate(), [12, 12]) == USUAL_FRAME_RATE
    assert seconds(FrameRate(), [12, 12, 12]) == 12
    assert seconds(FrameRate(), [12, 12, 12, 30, 3]) == 12


def test_what_the_counting_itself_changes_is_no_change() -> None:
    rate = FrameRate()
    assert seconds(rate, [20] * 5) == 20
    for second, count in enumerate((19, 21, 19, 19, 21, 19, 19)):
        rate.update(100 + 20 * second + count, 6.0 + second)
        assert rate.value == 20


def test_a_layer_that_is_off_keeps_its_rate_for_a_while_and_is_tried_again_then() -> None:
    rate = FrameRate()
    assert seconds(rate, [12] * 5) == 12
    for second in range(6, int(FORGET_SECONDS) + 5):
        rate.update(60, float(second))
        assert rate.value == 12
    rate.update(60, FORGET_SECONDS + 6)
    assert rate.value == USUAL_FRAME_RATE


def watched(mode: Mode, speaker: str = "") -> tuple[Line, LayeredPublisher]:
    """A camera whose layers run at `RATES`, watched for eight seconds."""
    line = Line()
    publisher = line.layered[0]
    peer: Any = publisher.peer
    peer.mode, peer.peer_id = mode, "alice"
    peer.room = SimpleNamespace(speaker=SimpleNamespace(current=speaker))
    with plain():
        publisher.frame((0, 1, 2))
        for second in range(8):
            for number in range(30):
                publisher.camera.on = [number * rate // 30 != (number + 1) * rate // 30 for rate in RATES]
                publisher.frame(())
            for lane in publisher.layers.lanes:
                assert lane.stream is not None
                lane.stream.frame_rate.update(lane.stream.frames, float(second))
    return line, publisher


def test_the_packet_path_counts_frames_however_many_packets_they_have() -> None:
    _line, publisher = watched(Mode.SPEECH)
    streams = [lane.stream for lane in publisher.layers.lanes]
    assert [stream.frames for stream in streams if stream is not None] == [8 * rate + 1 for rate in RATES]


@pytest.mark.parametrize(("mode", "kind", "layer"), [(Mode.SIGN, SourceKind.SIGNER, 1), (Mode.SPEECH, SourceKind.MAIN, 2)])
def test_a_large_picture_at_12_frames_is_not_sent_of_one_who_signs(mode: Mode, kind: SourceKind, layer: int) -> None:
    line, _publisher = watched(mode)
    demand = demand_of(line.flow, line.flow)
    assert demand.kind is kind
    assert [one.frame_rate for one in demand.layers] == list(RATES)
    allocation = Allocator().allocate(link(9_000_000), 50_000, (demand,), mode, 1_000_000)
    assert [choice.layer for choice in allocation.choices] == [layer]


def test_of_several_who_sign_whoever_speaks_comes_last() -> None:
    silent, _publisher = watched(Mode.SIGN, speaker="bob")
    speaking, _publisher = watched(Mode.SIGN, speaker="alice")
    assert demand_of(silent.flow, None).rank < demand_of(speaking.flow, None).rank
    speaking.flow.subscriber.first = speaking.flow.track.track_id
    assert demand_of(silent.flow, None).rank > demand_of(speaking.flow, None).rank, "but for whom they pinned"
    heard, _publisher = watched(Mode.SPEECH, speaker="alice")
    assert demand_of(heard.flow, None).kind is SourceKind.CAMERA
