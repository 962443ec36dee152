"""The wire form of transport-wide feedback: status chunks and receive deltas, written and read.

Layout after the two SSRCs: base sequence (16), status count (16), reference time in 64 ms (24), message count (8),
chunks of 16 bits, deltas of 8 or 16 bits in 250 us (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
"""

from __future__ import annotations

import re
import struct
from itertools import accumulate
from typing import NamedTuple

from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.rtcp_build import build_transport_feedback
from telemed.rtp.rtcp_parse import FMT_TRANSPORT_CC, RTPFB

LOST, SMALL, LARGE = 0, 1, 2  # packet status symbols; 3 is reserved
TICK_US = 250  # microseconds per unit of a receive delta
REFERENCE_US = 64_000  # microseconds per unit of the reference time
TICKS_PER_REFERENCE = REFERENCE_US // TICK_US
MAX_RUN = 8191  # symbols in one run-length chunk, 13 bits
MAX_RECEIVED = 190  # arrivals per message: each costs at most 2 bytes of delta and two chunks, so 20 + 190 * 6 <= 1200
MAX_SPAN = 8192  # sequence numbers per message; the gaps between arrivals are bounded by the recorder

_CONTROL = struct.Struct("!HHI")
_HEAD = struct.Struct("!IIHHI")  # both SSRCs, then as above
_RUN = re.compile(rb"\x00+|\x01+|\x02+")
_TO_DIGITS = bytes.maketrans(b"\x00\x01\x02", b"012")


class FeedbackWriter:
    """One feedback message being filled in ascending order. `next` is the sequence number it continues with."""

    __slots__ = ("_base", "_deltas", "_received", "_reference", "_symbols", "_ticks", "next")

    def __init__(self, base: int, first_arrival_us: int) -> None:
        """`base` is the first (extended) sequence number reported on; time counts from the first arrival."""
        self.next = self._base = base
        self._reference = first_arrival_us // REFERENCE_US
        self._ticks = self._reference * TICKS_PER_REFERENCE
        self._symbols = bytearray()
        self._deltas = bytearray()
        self._received = 0

    def add(self, extended: int, arrival_us: int) -> bool:
        """Append an arrival, and losses up to it. False: full, or too far in time or number; start another message."""
        symbols = self._symbols
        gap = extended - self.next
        if self._received >= MAX_RECEIVED or len(symbols) + gap >= MAX_SPAN:
            return False
        ticks = (arrival_us + TICK_US // 2) // TICK_US
        delta = ticks - self._ticks
        if 0 <= delta <= 0xFF:
            symbol = SMALL
        elif -0x8000 <= delta <= 0x7FFF:
            symbol = LARGE
        else:
            return False
        if gap:
            symbols += bytes(gap)
        symbols.append(symbol)
        if symbol == SMALL:
            self._deltas.append(delta)
        else:
            self._deltas += delta.to_bytes(2, "big", signed=True)
        self._ticks = ticks
        self._received += 1
        self.next = extended + 1
        return True

    def finish(self, sender_ssrc: int, media_ssrc: int, message_count: int) -> bytes:
        """Return the whole RTCP packet; `message_count` is 0..255."""
        reference = (self._reference & 0xFFFFFF) << 8 | message_count
        control = _CONTROL.pack(self._base & 0xFFFF, len(self._symbols), reference)
        return build_transport_feedback(sender_ssrc, media_ssrc, control + encode_chunks(self._symbols) + self._deltas)


def encode_chunks(symbols: bytearray) -> bytes:
    """Encode status symbols: runs where they pay, else vectors of 14 one-bit or 7 two-bit symbols."""
    chunks = bytearray()
    position = 0
    size = len(symbols)
    while position < size:
        match = _RUN.match(symbols, position)
        run = min(match.end() - position, MAX_RUN) if match else 0
        window = symbols[position : position + 14]
        one_bit = LARGE not in window
        if run >= (14 if one_bit else 7) or position + run == size:
            chunk = symbols[position] << 13 | run
            position += run
        elif one_bit:
            chunk = 0x8000 | int(window.translate(_TO_DIGITS), 2) << (14 - len(window))
            position += 14
        else:
            window = window[:7]
            chunk = 0xC000
            for place, symbol in enumerate(window):
                chunk |= symbol << (12 - 2 * place)
            position += 7
        chunks += chunk.to_bytes(2, "big")
    return bytes(chunks)


class FeedbackReport(NamedTuple):
    """What one feedback message says. A tuple, for one is made of every message of every subscriber.

    Sequence numbers from `base_sequence` on, `status_count` of them (mod 65536), that `received` lacks did not arrive.
    The usual message, of packets that all arrived and in order, has `arrivals` alone, one for each number; any other has `pairs`.
    Arrival times are in us of the reporter's clock, mod 2**24 * 64 ms.
    """

    sender_ssrc: int
    media_ssrc: int
    base_sequence: int
    status_count: int
    message_count: int
    pairs: tuple[tuple[int, int], ...] = ()
    arrivals: tuple[int, ...] = ()

    @property
    def received(self) -> tuple[tuple[int, int], ...]:
        """(16-bit sequence number, arrival time) of each packet that arrived."""
        if not self.arrivals:
            return self.pairs
        return tuple([((self.base_sequence + index) & 0xFFFF, at_us) for index, at_us in enumerate(self.arrivals)])


def parse_transport_feedback(data: Buffer) -> FeedbackReport:
    """Read one whole RTCP transport feedback packet. Raises MalformedPacket when anything in it does not fit.

    The result is bounded by the packet: losses are not listed, and every arrival costs a byte of delta.
    """
    raw = bytes(data)
    if len(raw) < 20 or raw[0] & 0xDF != 0x80 | FMT_TRANSPORT_CC or raw[1] != RTPFB:
        raise MalformedPacket("not a transport feedback packet")
    if 4 + (((raw[2] << 8) | raw[3]) << 2) < len(raw):
        raise MalformedPacket("transport feedback has the wrong length")
    sender_ssrc, media_ssrc, base, count, reference = _HEAD.unpack_from(raw, 4)
    begin_us = (reference >> 8) * REFERENCE_US
    arrivals = _read_whole(raw, count, begin_us)
    pairs = _read_arrivals(raw, base, count, begin_us) if not arrivals else ()
    return FeedbackReport(sender_ssrc, media_ssrc, base, count, reference & 0xFF, pairs, arrivals)


def _read_whole(raw: bytes, count: int, begin_us: int) -> tuple[int, ...]:
    """Return the arrivals of the usual message, one run of packets that came soon after each other; empty for any other."""
    if len(raw) < 22 + count or raw[20] >> 5 != SMALL or (raw[20] << 8 | raw[21]) & 0x1FFF < count:
        return ()
    return tuple([begin_us + ticks * TICK_US for ticks in accumulate(raw[22 : 22 + count])])


def _read_arrivals(raw: bytes, base: int, count: int, begin_us: int) -> tuple[tuple[int, int], ...]:
    """Read any message. Raises MalformedPacket."""
    position, arrived = _read_chunks(raw, count)
    at_us = begin_us
    received: list[tuple[int, int]] = []
    append = received.append
    size = len(raw)
    for index, symbol in arrived:
        if position + symbol > size:
            raise MalformedPacket("transport feedback lacks receive deltas")
        if symbol == SMALL:
            at_us += raw[position] * TICK_US
        else:
            at_us += ((raw[position] ^ 0x80) - 0x80 << 8 | raw[position + 1]) * TICK_US
        position += symbol
        append(((base + index) & 0xFFFF, at_us))
    return tuple(received)


def _read_chunks(raw: bytes, count: int) -> tuple[int, list[tuple[int, int]]]:
    """Return (offset of the deltas, [(index, symbol) of each arrival]) from the chunks that start at byte 20."""
    position = 20
    index = 0
    arrived: list[tuple[int, int]] = []
    while index < count:
        if position + 2 > len(raw):
            raise MalformedPacket("transport feedback lacks status chunks")
        chunk = (raw[position] << 8) | raw[position + 1]
        position += 2
        if not chunk & 0x8000:
            symbol = chunk >> 13
            run = min(chunk & 0x1FFF, count - index)
            if symbol and (symbol > LARGE or run > len(raw)):
                raise MalformedPacket("transport feedback has an impossible run")
            arrived.extend((place, symbol) for place in range(index, index + run if symbol else index))
            index += run
            if not run:
                raise MalformedPacket("transport feedback has an empty run")
            continue
        for symbol in _vector(chunk)[: count - index]:
            if symbol > LARGE:
                raise MalformedPacket("transport feedback has a reserved status")
            if symbol:
                arrived.append((index, symbol))
            index += 1
    return position, arrived


def _vector(chunk: int) -> list[int]:
    """Return the 7 two-bit or 14 one-bit symbols of a status vector chunk."""
    if chunk & 0x4000:
        return [chunk >> shift & 3 for shift in range(12, -1, -2)]
    return [chunk >> shift & 1 for shift in range(13, -1, -1)]
