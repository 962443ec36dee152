"""Properties of the packet path's numbering, over the real data plane with encryption taken out."""

from __future__ import annotations

import struct
from types import SimpleNamespace
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.media.clockfit import PublisherClock
from telemed.media.ring import VIDEO_CAPACITY
from telemed.rtp.sequence import SequenceUnwrapper, seq_delta
from telemed.sfu import dataplane as dataplane_module
from telemed.sfu.counters import Counters
from telemed.sfu.dataplane import Dataplane
from telemed.sfu.flows import FIRST_SEQUENCE_LIMIT, MAX_RESENT, MIN_RESEND_INTERVAL, EgressFlow
from telemed.sfu.histogram import LatencyHistogram
from telemed.sfu.streams import InboundStream, PublishedLine
from telemed.sfu.tracks import Track
from tests.bench.rtp_client import INTERFRAME, KEYFRAME, receive_video, rtp_packet, video_line

OUT = 0xABCD


class Plane:
    """A data plane whose SRTP is the identity, with one subscriber and as many sources as a test likes."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int, bytes]] = []  # sequence, timestamp, payload
        sink = SimpleNamespace(sendto=self._take)
        mux: Any = SimpleNamespace(buffer=bytearray(2048), media_socket=SimpleNamespace(socket=sink), send=self._send)
        self.counters = Counters()
        self.plane = Dataplane(mux, self.counters, LatencyHistogram())
        self.buffer = mux.buffer
        subscriber: Any = SimpleNamespace(receiving=True, first="")
        self.flow = EgressFlow(subscriber, Track("t", "c"), receive_video("0", "t"), OUT, OUT + 1)
        self.flow.transmit = object()
        self.flow.address = ("127.0.0.1", 9)
        self.now_us = 1_000_000

    def source(self, ssrc: int) -> tuple[Any, InboundStream]:
        """A publisher with one latched video stream."""
        peer: Any = SimpleNamespace(receive=object(), streams={}, media_at_us=0, twcc=mock.Mock(), came=0, deaf_until_us=0)
        peer.may_admit = lambda ssrc: True
        stream = InboundStream(ssrc, PublishedLine(video_line("0", "t", ssrc), peer), False, PublisherClock())
        stream.published.stream = stream
        peer.streams[ssrc] = stream
        peer.path = SimpleNamespace(owner=peer)
        return peer, stream

    def deliver(self, peer: Any, packet: bytes) -> None:
        """Hand one plain packet to the data plane."""
        self.now_us += 5_000
        self.buffer[: len(packet)] = packet
        self.plane.on_media(peer.path, len(packet), self.now_us)

    def _take(self, data: memoryview, _address: object) -> None:
        sequence, timestamp = struct.unpack_from("!HI", data, 2)
        assert struct.unpack_from("!I", data, 8)[0] == OUT
        self.sent.append((sequence, timestamp, bytes(data[20:])))

    def _send(self, data: memoryview, _path: object) -> bool:
        return True


def plain() -> Any:
    """Take encryption out of the packet path."""
    return mock.patch.multiple(dataplane_module, _protect=lambda *_args: 0, _unprotect=lambda *_args: 0)


STEP = st.one_of(
    st.tuples(st.just("next"), st.integers(1, 4)),
    st.tuples(st.just("key"), st.just(0)),
    st.tuples(st.just("lose"), st.integers(1, 5)),
    st.tuples(st.just("late"), st.integers(1, 40)),
    st.tuples(st.just("again"), st.integers(1, 40)),
    st.tuples(st.just("jump"), st.integers(450, 3000)),
    st.tuples(st.just("padding"), st.integers(1, 3)),
    st.tuples(st.just("hold"), st.just(0)),
    st.tuples(st.just("resume"), st.just(0)),
    st.tuples(st.just("switch"), st.integers(0, 2)),
)


class Publisher:
    """Drives one source through the steps."""

    def __init__(self, plane: Plane, ssrc: int, sequence: int) -> None:
        self.plane = plane
        self.peer, self.stream = plane.source(ssrc)
        self.sequence = sequence
        self.lost: list[int] = []

    def send(self, sequence: int, *, key: bool = False, padding: int = 0) -> None:
        body = b"" if padding else (KEYFRAME if key else INTERFRAME) + b"%020d" % sequence
        packet = rtp_packet(96, sequence, sequence * 3000, self.stream.ssrc, body, padding=padding)
        self.plane.deliver(self.peer, packet)

    def step(self, kind: str, amount: int) -> None:
        if kind in ("next", "key", "padding"):
            for _ in range(max(amount, 1)):
                self.sequence += 1
                self.send(self.sequence, key=kind == "key", padding=20 if kind == "padding" else 0)
        elif kind == "lose":
            self.lost += range(self.sequence + 1, self.sequence + 1 + amount)
            self.sequence += amount
        elif kind == "late" and self.lost:
            self.send(self.lost.pop(0 if amount % 2 else -1), key=amount == 7)
        elif kind == "again":
            self.send(self.sequence - amount)
        elif kind == "jump":
            self.sequence += amount


@settings(max_examples=300, deadline=None)
@given(st.lists(STEP, max_size=120), st.integers(0, 0xFFFF))
def test_no_number_is_used_twice_or_leaps(steps: list[tuple[str, int]], first: int) -> None:
    with plain():
        plane = Plane()
        publishers = [Publisher(plane, 100 + n, (first + n * 20_000) & 0xFFFF) for n in range(3)]
        current, held = publishers[0], False
        current.stream.set_flows((plane.flow,))
        for kind, amount in steps:
            if kind == "switch":
                current.stream.set_flows(())
                current = publishers[amount]
            elif kind in ("hold", "resume"):
                held = kind == "hold"
            current.stream.set_flows(() if held else (plane.flow,))
            current.step(kind, amount)
            if kind in ("hold", "resume", "switch"):
                assert not plane.flow.anchored or current.stream is plane.flow.stream
        unwrap = SequenceUnwrapper().unwrap
        numbers = [unwrap(sequence) for sequence, _timestamp, _payload in plane.sent]
        assert len(set(numbers)) == len(numbers)
        highest = numbers[0] if numbers else 0
        for number in numbers:
            assert number - highest <= 500  # a hole is never larger than what may be asked for again
            assert highest - number < VIDEO_CAPACITY + 500  # and nothing older than the replay window is sent
            highest = max(highest, number)
        assert all(payload for _sequence, _timestamp, payload in plane.sent)
        if numbers:
            assert numbers[0] & 0xFFFF < FIRST_SEQUENCE_LIMIT + 500
            assert plane.sent[0][2].startswith(KEYFRAME)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 30)), min_size=1, max_size=12))
def test_timestamps_never_step_back_over_switches(turns: list[tuple[int, int]]) -> None:
    with plain():
        plane = Plane()
        publishers = [Publisher(plane, 100 + n, n * 30_000) for n in range(3)]
        for who, packets in turns:
            for publisher in publishers:
                publisher.stream.set_flows((plane.flow,) if publisher is publishers[who] else ())
            publishers[who].step("key", 1)
            publishers[who].step("next", packets)
        for (earlier, before, _a), (later, after, _b) in zip(plane.sent, plane.sent[1:], strict=False):
            assert seq_delta(later, earlier) == 1
            assert 0 < (after - before) & 0xFFFFFFFF < 2**31


@settings(max_examples=100, deadline=None)
@given(st.lists(STEP, max_size=60))
def test_every_answer_to_a_nack_is_what_was_sent_under_that_number(steps: list[tuple[str, int]]) -> None:
    with plain():
        plane = Plane()
        publishers = [Publisher(plane, 100 + n, 60_000 + n) for n in range(3)]
        current = publishers[0]
        current.stream.set_flows((plane.flow,))
        current.step("key", 1)
        for kind, amount in steps:
            if kind == "switch":
                current.stream.set_flows(())
                current = publishers[amount]
                current.stream.set_flows((plane.flow,))
            current.step(kind, amount)
        missing = 0
        for sequence, timestamp, payload in plane.sent:
            found = plane.flow.find_sent(sequence, plane.now_us * 1e-6)
            if found is None:
                missing += 1
                continue
            packet, offset = found
            assert packet.endswith(payload)
            assert (struct.unpack_from("!I", packet, 4)[0] + offset) & 0xFFFFFFFF == timestamp
        if not any(kind in ("switch", "padding", "jump") for kind, _amount in steps) and len(plane.sent) < VIDEO_CAPACITY // 3:
            assert missing == 0  # one segment, everything still in the history


def test_resends_are_spaced_and_budgeted() -> None:
    plane = Plane()
    flow = plane.flow
    assert flow.may_resend(5, 10.0)
    assert not flow.may_resend(5, 10.0 + MIN_RESEND_INTERVAL / 2)
    assert flow.may_resend(5, 10.0 + MIN_RESEND_INTERVAL * 1.01)
    flow.round_trip.smoothed = 0.5
    assert not flow.may_resend(5, 10.3)
    granted = sum(flow.may_resend(1000 + n, 11.0) for n in range(1000))
    assert granted <= 200
    for n in range(2 * MAX_RESENT):
        flow.may_resend(n, 20.0 + n)
    assert len(flow._resent) <= MAX_RESENT


def test_rtx_numbers_only_grow() -> None:
    flow = Plane().flow
    numbers = [flow.next_rtx_sequence() for _ in range(70_000)]
    assert all((b - a) & 0xFFFF == 1 for a, b in zip(numbers, numbers[1:], strict=False))
