"""Properties of a flow's numbering while its source changes between one size and several, encryption taken out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.media.clockfit import PublisherClock
from telemed.media.overload import LayerCap
from telemed.rtp.sequence import SequenceUnwrapper, seq_delta
from telemed.sfu.layers import LayeredSource
from telemed.sfu.streams import InboundStream
from tests.adapters.sfu.layered_camera import SSRCS, LayeredCamera, whose
from tests.adapters.sfu.test_flows import Plane, Publisher, plain
from tests.bench.rtp_client import LAYERS, layered_line
from tests.unit.rtp.srtp_reuse import SrtpReuseMonitor


class LayeredPublisher:
    """A publisher of three layers at a data plane."""

    def __init__(self, plane: Plane, first: int) -> None:
        peer: Any = SimpleNamespace(receive=object(), streams={}, media_at_us=0, twcc=mock.Mock(), clock=PublisherClock())
        peer.came = peer.deaf_until_us = 0
        peer.may_admit = lambda ssrc: True
        peer.send_pli = lambda stream: None
        peer.sending = True
        peer.services = SimpleNamespace(layer_cap=LayerCap())
        peer.uplink = SimpleNamespace(sends_little=False)
        peer.path = SimpleNamespace(owner=peer)
        self.layers = LayeredSource(layered_line("1", "t"), LAYERS, peer)
        for layer, ssrc in enumerate(SSRCS):
            stream = peer.streams[ssrc] = InboundStream(ssrc, self.layers.lanes[layer], False, peer.clock)
            self.layers.on_stream(layer, stream, False)
        self.camera = LayeredCamera(lambda packet: plane.deliver(peer, packet), first)
        self.peer, self.plane = peer, plane

    def frame(self, keys: tuple[int, ...]) -> None:
        """One picture; who waits is pointed at what comes."""
        self.camera.frame(keys)
        self.layers.aim(self.plane.now_us * 1e-6)


STEP = st.one_of(
    st.tuples(st.just("frames"), st.integers(1, 12)),
    st.tuples(st.just("keys"), st.integers(0, 7)),
    st.tuples(st.just("wish"), st.sampled_from((0, 90, 300, 2000))),
    st.tuples(st.just("lose"), st.integers(0, 5)),
    st.tuples(st.just("single"), st.integers(0, 1)),
    st.tuples(st.just("layers"), st.integers(0, 1)),
    st.tuples(st.just("hold"), st.booleans()),
)


class Line:
    """One subscriber of a track that is fed by one camera after the other."""

    def __init__(self) -> None:
        self.plane = Plane()
        self.flow = self.plane.flow
        self.track = self.flow.track
        self.track.flows.append(self.flow)
        self.layered = [LayeredPublisher(self.plane, first) for first in (0, 33_000)]
        self.singles = [Publisher(self.plane, 100 + n, 60_000 + n) for n in range(2)]
        self.current: LayeredPublisher | Publisher = self.layered[0]
        self.feed(self.current)

    def feed(self, publisher: LayeredPublisher | Publisher) -> None:
        """The track's publisher came back in another form."""
        self.current = publisher
        now = self.plane.now_us * 1e-6
        self.track.publisher = publisher.peer
        publisher.peer.sending = True
        publisher.peer.send_pli = lambda stream: None
        if isinstance(publisher, Publisher):
            self.track.feed(publisher.stream, now)
            return
        lanes = publisher.layers.lanes
        for ssrc, lane in zip(SSRCS, lanes, strict=True):  # what was released is latched again
            publisher.layers.on_stream(lane.layer, publisher.peer.streams[ssrc], False)
        self.track.feed_layers(publisher.layers, now)

    def step(self, kind: str, amount: int) -> None:
        """One step of a test."""
        now = self.plane.now_us * 1e-6
        if kind == "wish":
            self.flow.look(amount, now)
        elif kind == "hold":
            self.flow.subscriber.receiving = not amount
            self.track.compile(now)
        elif kind in ("single", "layers"):
            self.feed(self.singles[amount] if kind == "single" else self.layered[amount])
        elif isinstance(self.current, Publisher):
            self.current.step("key" if kind == "keys" else "next" if kind == "frames" else "lose", max(amount, 1))
        elif kind == "lose":
            self.current.camera.lose = lambda _layer, ext: bool(amount) and ext % amount == 1
        else:
            keys = tuple(layer for layer in range(3) if amount >> layer & 1) if kind == "keys" else ()
            for _ in range(amount if kind == "frames" else 1):
                self.current.frame(keys)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP, min_size=5, max_size=60))
def test_no_number_comes_twice_whatever_the_source_becomes(steps: list[tuple[str, int]]) -> None:
    with plain():
        line = Line()
        for kind, amount in [("frames", 2), ("keys", 7), *steps]:
            line.step(kind, amount)
        unwrap = SequenceUnwrapper().unwrap
        numbers = [unwrap(sequence) for sequence, _timestamp, _payload in line.plane.sent]
        assert len(set(numbers)) == len(numbers)
        monitor = SrtpReuseMonitor()
        highest = None
        for (sequence, timestamp, payload), number in zip(line.plane.sent, numbers, strict=True):
            head = b"\x80\x60" + sequence.to_bytes(2, "big") + timestamp.to_bytes(4, "big") + b"\0\0\xab\xcd"
            monitor.feed_packet("key", bytearray(head + payload))
            if highest is not None and number > highest[0]:
                assert number - highest[0] <= 500
                assert (timestamp - highest[1]) & 0xFFFFFFFF < 2**31, "time never steps back"
            highest = (number, timestamp) if highest is None or number > highest[0] else highest


@settings(max_examples=100, deadline=None)
@given(st.lists(STEP, min_size=5, max_size=40))
def test_a_resend_is_what_went_out_under_its_number(steps: list[tuple[str, int]]) -> None:
    with plain():
        line = Line()
        found = 0
        for kind, amount in [("frames", 2), ("keys", 7), *steps]:
            before = len(line.plane.sent)
            line.step(kind, amount)
            for sequence, timestamp, payload in line.plane.sent[before:][-3:]:
                hit = line.flow.find_sent(sequence, line.plane.now_us * 1e-6)
                if hit is None:
                    continue
                found += 1
                packet, offset = hit
                assert packet.endswith(payload)
                assert (int.from_bytes(packet[4:8], "big") + offset) & 0xFFFFFFFF == timestamp
        assert found or not line.plane.sent


def test_the_first_packet_after_a_change_follows_the_last_one() -> None:
    with plain():
        line = Line()
        line.step("frames", 2)
        line.step("keys", 7)
        for _ in range(4):
            line.step("frames", 5)
            line.step("single", 0)
            line.step("keys", 1)
            line.step("frames", 5)
            line.step("layers", 0)
            line.step("keys", 7)
        assert len(line.plane.sent) > 40
        for before, after in zip(line.plane.sent, line.plane.sent[1:], strict=False):
            assert 1 <= seq_delta(after[0], before[0]) <= 2
        assert {whose(payload)[0] for _s, _t, payload in line.plane.sent if b" " in payload} >= {0}
