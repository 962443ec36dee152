"""Encoded frames as RTP packets, the way browsers cut them, and what a sender's clock says about them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from telemed.media.frames.av1 import leb128, read_leb128
from tests.adapters.recording.encoded import Encoded

MTU = 1100  # bytes of payload
RATES = {"opus": 48_000}  # others 90 kHz
NTP_SECOND = 1 << 32


def header(marker: bool, payload_type: int, sequence: int, timestamp: int, ssrc: int) -> bytes:
    return struct.pack("!BBHII", 0x80, payload_type | (0x80 if marker else 0), sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)


def vp8_payloads(data: bytes, number: int) -> list[bytes]:
    parts = [data[at : at + MTU] for at in range(0, len(data), MTU)]
    picture = struct.pack("!H", 0x8000 | number & 0x7FFF)
    return [bytes([0x90 if index == 0 else 0x80, 0x80]) + picture + part for index, part in enumerate(parts)]


def vp9_payloads(data: bytes, number: int, key: bool = False) -> list[bytes]:
    parts = [data[at : at + MTU] for at in range(0, len(data), MTU)]
    picture = struct.pack("!H", 0x8000 | number & 0x7FFF)
    payloads = []
    for index, part in enumerate(parts):
        flags = 0x80 | (0 if key else 0x40) | (0x08 if index == 0 else 0) | (0x04 if index == len(parts) - 1 else 0)
        payloads.append(bytes([flags]) + picture + part)
    return payloads


def h264_units(data: bytes) -> list[bytes]:
    units = [unit.rstrip(b"\0") for unit in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")]
    return [unit for unit in units if unit]


def h264_payloads(data: bytes, _number: int) -> list[bytes]:
    """Small units together (STAP-A), large ones cut (FU-A), others alone."""
    payloads: list[bytes] = []
    small: list[bytes] = []
    for unit in h264_units(data):
        if len(unit) < 200:
            small.append(unit)
            continue
        payloads += _aggregate(small)
        small = []
        if len(unit) <= MTU:
            payloads.append(unit)
            continue
        parts = [unit[1 + at : 1 + at + MTU] for at in range(0, len(unit) - 1, MTU)]
        for index, part in enumerate(parts):
            edge = (0x80 if index == 0 else 0) | (0x40 if index == len(parts) - 1 else 0)
            payloads.append(bytes([unit[0] & 0xE0 | 28, edge | unit[0] & 0x1F]) + part)
    return payloads + _aggregate(small)


def _aggregate(units: list[bytes]) -> list[bytes]:
    if len(units) < 2:
        return units
    return [bytes([0x60 | 24]) + b"".join(struct.pack("!H", len(unit)) + unit for unit in units)]


def av1_payloads(data: bytes, _number: int, key: bool = False) -> list[bytes]:
    """Elements without sizes, each with its length (W = 0), cut where the packet ends."""
    elements = []
    position = 0
    while position < len(data):
        first = data[position]
        head = data[position : position + (2 if first & 0x04 else 1)]
        size, begin = read_leb128(data, position + len(head), len(data))
        position = begin + size
        if first >> 3 & 0x0F != 2:  # temporal delimiters stay at home
            elements.append(bytes([first & ~0x02]) + head[1:] + data[begin:position])
    payloads: list[bytes] = []
    body, goes_on = b"", False
    for element in elements:
        at = 0
        while at < len(element):
            if MTU - len(body) < 8:
                payloads.append(bytes([0x80 if goes_on else 0]) + body)
                body, goes_on = b"", False
            part = element[at : at + MTU - len(body) - 4]
            at += len(part)
            body += leb128(len(part)) + part
            if at < len(element):
                payloads.append(bytes([(0x80 if goes_on else 0) | 0x40]) + body)
                body, goes_on = b"", True
    payloads.append(bytes([0x80 if goes_on else 0]) + body)
    if key:
        payloads[0] = bytes([payloads[0][0] | 0x08]) + payloads[0][1:]
    return payloads


PACKETISERS: dict[str, Callable[..., list[bytes]]] = {
    "vp8": vp8_payloads,
    "vp9": vp9_payloads,
    "h264": h264_payloads,
    "av1": av1_payloads,
}


@dataclass(frozen=True)
class Sent:
    """A packet on its way. `at_us`: captured, on the true clock; `key`: begins a key frame."""

    at_us: int
    data: bytes
    key: bool


@dataclass
class Sender:
    """One SSRC. `rate_error`: how much faster its RTP clock runs; `start_us`: the true time of its first frame."""

    codec: str
    ssrc: int
    start_us: int = 0
    first_sequence: int = 65_500  # goes round at once
    first_timestamp: int = 0xFFFFF000
    rate_error: float = 0.0
    payload_type: int = 96
    sequence: int = field(init=False)

    def __post_init__(self) -> None:
        self.sequence = self.first_sequence

    @property
    def rate(self) -> int:
        return RATES.get(self.codec, 90_000)

    def timestamp(self, at_us: float) -> int:
        """The RTP time of a true time."""
        ticks = (at_us - self.start_us) * self.rate * (1 + self.rate_error) / 1_000_000
        return (self.first_timestamp + round(ticks)) & 0xFFFFFFFF

    def packets(self, frames: Iterable[Encoded]) -> Iterator[Sent]:
        for number, frame in enumerate(frames):
            at = self.start_us + frame.at_us
            for index, payload in enumerate(payloads := self._payloads(frame, number)):
                head = header(
                    index == len(payloads) - 1 and self.codec != "opus",
                    self.payload_type,
                    self.sequence,
                    self.timestamp(at),
                    self.ssrc,
                )
                self.sequence += 1
                yield Sent(at, head + payload, frame.key and index == 0)

    def _payloads(self, frame: Encoded, number: int) -> list[bytes]:
        if self.codec == "opus":
            return [frame.data]
        if self.codec in ("vp9", "av1"):
            return PACKETISERS[self.codec](frame.data, number, frame.key)
        return PACKETISERS[self.codec](frame.data, number)


@dataclass(frozen=True)
class SenderClock:
    """The NTP clock of one participant's machine: `offset_us` ahead of true time at 0, running `drift` too fast."""

    offset_us: int = 0
    drift: float = 0.0

    def ntp(self, at_us: float) -> int:
        """64 bits, for a true time."""
        return int((at_us * (1 + self.drift) + self.offset_us) * NTP_SECOND / 1_000_000)
