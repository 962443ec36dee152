"""A publisher of several layers and a subscriber that checks every number it is given, without packets or time of their own."""

from __future__ import annotations

import struct

from telemed.media.simulcast import DROPPED, LayerForwarder
from telemed.media.simulcast_source import SimulcastSource
from telemed.rtp.ntp import to_ntp64
from telemed.rtp.sequence import timestamp_delta
from telemed.rtp.vp8_numbers import PictureFields
from tests.unit.rtp.srtp_reuse import SrtpReuseMonitor

RATE = 90_000
KEY, DELTA = 0x00, 0x01  # the P bit of the frame header


def payload(picture: int, tl0: int, key_index: int, key: bool, begins: bool = True) -> bytearray:
    """A VP8 payload with every picture number."""
    first = 0x90 if begins else 0x80
    return bytearray(
        (first, 0xF0, 0x80 | picture >> 8 & 0x7F, picture & 0xFF, tl0 & 0xFF, key_index & 0x1F, KEY if key else DELTA, 1)
    )


class Layer:
    """One encoder: its own sequence space, clock offset and picture numbers."""

    def __init__(self, index: int, first: int = 0) -> None:
        self.index = index
        self.ext = 65_536 + first
        self.timestamp_zero = (index + 1) * 1_234_567_891 & 0xFFFFFFFF
        self.picture = index * 11_000 + 32_700
        self.tl0 = index * 90 + 250
        self.key_index = index * 9 + 30

    def timestamp(self, captured: float) -> int:
        """The RTP timestamp of a moment, in seconds."""
        return (self.timestamp_zero + round(captured * RATE)) & 0xFFFFFFFF

    def begin_frame(self, key: bool) -> None:
        """Count a new frame."""
        self.picture += 1
        self.tl0 += 1
        self.key_index += key


class Subscriber:
    """Feeds one forwarder and fails when a number repeats, steps back, leaps, or belongs to nobody."""

    def __init__(self, source: SimulcastSource, first_sequence: int = 32_000) -> None:
        self.forwarder = LayerForwarder(source.clocks, first_sequence, 4_294_900_000)
        self.fields = PictureFields()
        self.monitor = SrtpReuseMonitor()
        self.highest = first_sequence - 1
        self.timestamp: int | None = None
        self.picture = self.tl0 = self.key_index = -1
        self.runs = 0
        self.sent: dict[int, tuple[int, int]] = {}  # extended out -> (layer, extended in)
        self.pictures: list[int] = []  # of the newest packets, in order
        self.largest_gap = 0

    def take(self, layer: int, ext: int, timestamp: int, marker: bool, body: bytearray, now: float) -> bool:
        """One packet of a layer; whether it went out."""
        forwarder, fields = self.forwarder, self.fields
        before = forwarder.current, forwarder.switches
        fields.read(body, 0, len(body))
        number = forwarder.forward(layer, ext, timestamp, marker, fields, now)
        if number == DROPPED:
            assert (forwarder.current, forwarder.switches) == before
            return False
        sequence = number & 0xFFFF
        out = bytearray(struct.pack("!BBHII", 0x80, 96, sequence, forwarder.out_timestamp, 7)) + body
        forwarder.pictures.apply(out, 12, fields)
        self.monitor.feed_packet("key", out)
        extended = self.highest + ((sequence - self.highest + 0x8000) & 0xFFFF) - 0x8000
        assert extended == number
        began = forwarder.switches != before[1]
        fields.read(out, 12, len(out))
        if began:
            assert fields.keyframe and extended > self.highest, "a run begins at a key frame, behind all that went before"
        if extended > self.highest:
            self._newest(extended, began)
        self.sent[extended] = layer, ext
        found = forwarder.find_sent(sequence)
        assert found is not None and (found[0].layer, found[1]) == (layer, ext)
        return True

    def _newest(self, extended: int, began: bool) -> None:
        """Check what must follow the newest packet before."""
        fields, timestamp = self.fields, self.forwarder.out_timestamp
        self.largest_gap = max(self.largest_gap, extended - self.highest - 1)
        if self.timestamp is not None:
            step = timestamp_delta(timestamp, self.timestamp)
            assert step > 0 if began else step >= 0
        if began and self.runs:
            assert fields.picture == (self.picture + 1) & 0x7FFF
            assert fields.tl0 == (self.tl0 + 1) & 0xFF
            assert fields.key_index == (self.key_index + 1) & 0x1F
        self.runs += began
        self.highest, self.timestamp = extended, timestamp
        self.picture, self.tl0, self.key_index = fields.picture, fields.tl0, fields.key_index


class Camera:
    """A publisher of as many layers as a test likes; time passes by frames."""

    def __init__(self, layers: int = 3, first: int = 0) -> None:
        self.source = SimulcastSource(layers, RATE)
        self.layers = [Layer(index, first + index * 20_000) for index in range(layers)]
        self.now = 1_000.0
        self.subscribers: list[Subscriber] = []
        self.wanted = True  # the publisher is told to send all of them
        self.lost: list[tuple[int, int, int, bool, bytearray]] = []

    def join(self, **options: int) -> Subscriber:
        """One more subscriber."""
        subscriber = Subscriber(self.source, **options)
        self.subscribers.append(subscriber)
        return subscriber

    def report(self, index: int) -> None:
        """A sender report of one layer."""
        self.source.clocks[index].on_sender_report(to_ntp64(self.now + 5e8), self.layers[index].timestamp(self.now), self.now)

    def frame(self, index: int, key: bool = False, packets: int = 2, lose: int = -1, behind: float = 0.0) -> None:
        """One frame of one layer, captured `behind` seconds ago. `lose`: the packet that does not come; the marker then ends
        nothing."""
        layer = self.layers[index]
        layer.begin_frame(key)
        timestamp = layer.timestamp(self.now - behind)
        for number in range(packets):
            layer.ext += 1
            body = payload(layer.picture, layer.tl0, layer.key_index, key, begins=number == 0)
            packet = index, layer.ext, timestamp, number == packets - 1, body
            if number == lose:
                self.lost.append(packet)
            else:
                self.deliver(*packet)

    def deliver(self, index: int, ext: int, timestamp: int, marker: bool, body: bytearray) -> None:
        """Hand one packet to everybody."""
        self.source.on_packet(index, self.now)
        if body[0] == 0x90 and body[6] == KEY:
            self.source.requests[index].on_keyframe(self.now)
        for subscriber in self.subscribers:
            subscriber.take(index, ext, timestamp, marker, bytearray(body), self.now)

    def late(self, which: int) -> None:
        """A lost packet comes after all."""
        if self.lost:
            self.deliver(*self.lost.pop(which % len(self.lost)))

    def padding(self, index: int, count: int) -> None:
        """Packets of padding alone."""
        for _ in range(count):
            self.layers[index].ext += 1
            for subscriber in self.subscribers:
                subscriber.forwarder.skip(index, self.layers[index].ext)

    def aim(self) -> tuple[int, ...]:
        """What the timer does."""
        for layer in range(1, len(self.layers)):
            self.source.watch(layer, self.wanted, self.now)
        return self.source.aim([subscriber.forwarder for subscriber in self.subscribers], self.now)
