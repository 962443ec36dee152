"""Redundant sound (RFC 2198) on the packet path: taken apart when it comes, put together for a listener who loses much.

Apart from the path of all other packets, so that those pay nothing for it. Everybody's history holds plain packets, whatever
way they came; a redundant packet is made for its listener alone, from that history.
"""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

from telemed.congestion.send_log import PacketKind
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.header import (
    FIXED_HEADER_LENGTH,
    PADDING_BIT,
    VERSION_BITS,
    WIDE_OFFSET,
    packet_packer,
    parse_header,
    stamp_number,
)
from telemed.rtp.red import PRIMARY_HEADER, build_red, frames_before, parse_red
from telemed.rtp.sequence import SEQUENCE_CYCLE, seq_delta
from telemed.sfu import seam
from telemed.sfu.streams import MAX_JUMP

if TYPE_CHECKING:
    from telemed.sfu.counters import Counters
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.redundant_state import ReceivedRedundancy
    from telemed.sfu.streams import InboundStream
    from telemed.sfu.udp_mux import UdpMux

BUFFER_BYTES = 2048  # of one packet to send
AUDIO = int(PacketKind.AUDIO)
_protect = seam.protect
_pack_fixed = struct.Struct("!BBHII").pack


class RedundantSound:
    """Of one worker's packet path; not re-entrant: it owns one send buffer."""

    def __init__(self, mux: UdpMux, counters: Counters) -> None:
        self._mux = mux
        self._counters = counters
        self._out = bytearray(BUFFER_BYTES)
        self._out_view = memoryview(self._out)
        self._out_pointer = seam.pin(self._out)
        self._cell = seam.length_cell()

    # --- as it comes -------------------------------------------------------------------------------------------------------

    def unwrap(self, stream: InboundStream, redundancy: ReceivedRedundancy, packet: bytes, arrival_us: int) -> bytes:
        """Return the plain packet inside a redundant one, numbers and extensions as they came. Earlier frames that are missing
        are forwarded before, each as the packet it was. Raises MalformedPacket."""
        _marker, _type, sequence, timestamp, _ssrc, offset, padding = parse_header(packet)
        blocks = parse_red(packet, offset, len(packet) - padding)
        primary = blocks[-1]
        if primary.payload_type != stream.payload_type or not primary.payload:
            raise MalformedPacket("RED packet carries another codec, or nothing")
        highest = stream.highest
        ext = highest + seq_delta(sequence, highest & 0xFFFF) if highest >= 0 else sequence + SEQUENCE_CYCLE
        if redundancy.first < 0 or ext - highest > MAX_JUMP:
            redundancy.first = min(highest + 1, ext) if 0 <= highest and ext - highest <= MAX_JUMP else ext
        for position, block in reversed(list(frames_before(blocks))):
            number = ext - position
            if self._is_missing(stream, redundancy, number):
                redundancy.recovered(number, stream.nack.was_asked(number))
                self._recover(stream, (number, (timestamp - block.ticks) & 0xFFFFFFFF), block.payload, arrival_us)
        self._counters.in_red += 1
        head = bytearray(packet[:offset])
        head[0] &= ~PADDING_BIT
        head[1] = (head[1] & 0x80) | stream.payload_type
        return bytes(head) + primary.payload

    @staticmethod
    def _is_missing(stream: InboundStream, redundancy: ReceivedRedundancy, number: int) -> bool:
        """Tell whether packet `number` never came, as far as the history goes back."""
        if number < redundancy.first or number <= stream.highest - stream.ring.capacity:
            return False
        return stream.ring.get(number, 0.0) is None

    def _recover(self, stream: InboundStream, numbers: tuple[int, int], payload: bytes, arrival_us: int) -> None:
        """Take a frame as the packet it came in would have been taken, but for the statistics: its sender is to know of the loss.
        `numbers`: extended sequence number and timestamp."""
        number, timestamp = numbers
        now = arrival_us * 1e-6
        stream.published.peer.came += 1  # it costs what a datagram costs, and is limited like one
        stream.nack.on_packet(number, now)
        if number > stream.highest:
            stream.highest = number
            stream.last_timestamp = timestamp
            stream.last_us = arrival_us
        head = _pack_fixed(VERSION_BITS, stream.payload_type, number & 0xFFFF, timestamp, stream.ssrc)
        stream.ring.store(number, head + payload, now)
        self._counters.sound_recovered += 1
        if stream.tap is not None:
            try:
                stream.tap(head + payload, arrival_us)
            except Exception as fault:  # noqa: BLE001 - as on the packet path
                self._counters.fail_tap += 1
                stream.lose_tap(fault)
        self._forward(stream, numbers, payload, now)

    def _forward(self, stream: InboundStream, numbers: tuple[int, int], payload: bytes, now: float) -> None:
        """Send a recovered frame to everybody who listens, plain."""
        for flow in stream.flows:
            placed = _place(flow, stream, *numbers)
            if placed is not None:
                self._emit(flow, flow.head[1], placed, payload, now)
        stream.packets += 1
        stream.octets += len(payload)

    # --- as it goes out ----------------------------------------------------------------------------------------------------

    def send(self, flow: EgressFlow, stream: InboundStream, ext: int, number: int, timestamp: int, now: float) -> None:
        """Send packet `ext` of the source to one listener as (`number`, `timestamp`), with `flow.repeats` earlier frames.

        A packet that is late itself goes out plain: what came before it was repeated with others. So does one beside which
        nothing can be repeated.
        """
        packet, redundancy = stream.ring.get(ext, 0.0), flow.redundancy
        if packet is None or redundancy is None:
            return
        marker, _type, _sequence, captured, _ssrc, offset, padding = parse_header(packet)
        payload = packet[offset : len(packet) - padding]
        earlier = _frames_before(flow, stream, ext, captured) if ext == stream.highest else []
        wrapped = build_red(flow.line.codec.payload_type, payload, earlier)
        if len(wrapped) == PRIMARY_HEADER + len(payload):  # nothing to repeat, or nothing that fits
            self._emit(flow, flow.head[2] if marker else flow.head[1], (number, timestamp), payload, now)
            return
        redundancy.octets += len(wrapped) - len(payload)
        self._counters.out_red += 1
        self._emit(flow, redundancy.payload_type | marker << 7, (number, timestamp), wrapped, now)

    def _emit(self, flow: EgressFlow, second_byte: int, placed: tuple[int, int], payload: bytes, now: float) -> None:
        """Write, number, encrypt and send one packet; keep the ciphertext where a NACK may ask for it. `placed`: extended
        sequence number and timestamp."""
        path, control, cell = flow.subscriber.path, flow.control, self._cell
        if path is None or flow.transmit is None:
            return
        number, timestamp = placed
        first, _plain, _marked, ssrc, extensions = flow.head
        pack = packet_packer(flow.header_length - FIXED_HEADER_LENGTH, len(payload))
        pack(self._out, 0, first, second_byte, number & 0xFFFF, timestamp, ssrc, extensions, payload)
        cell[0] = flow.header_length + len(payload)
        if control is not None:
            stamp_number(self._out, WIDE_OFFSET, control.sequence)
        if _protect(flow.transmit, self._out_pointer, cell):
            self._counters.fail_protect += 1
            return
        if flow.copies is not None:
            flow.copies.store(number & 0xFFFF, bytes(self._out_view[: cell[0]]), now)
        if control is not None:
            flow.departed = max(flow.departed, number)
        if self._mux.send(self._out_view[: cell[0]], path):
            self._account(flow, int(cell[0]), len(payload))

    def _account(self, flow: EgressFlow, size: int, octets: int) -> None:
        """A packet of `size` bytes with a payload of `octets` has left: only now it takes a transport-wide number."""
        self._counters.out_rtp += 1
        control = flow.control
        if control is not None:
            control.sent(control.sequence, size, time.monotonic_ns() // 1000, AUDIO)
            control.sequence = (control.sequence + 1) & 0xFFFF
            control.passed(size)
            flow.packets_departed += 1
            flow.octets_departed += octets


def _place(flow: EgressFlow, stream: InboundStream, ext: int, timestamp: int) -> tuple[int, int] | None:
    """The numbers under which a recovered packet goes to one listener, None: not at all. Nothing begins with it."""
    if ext >= flow.first_in:
        return ext + flow.offset, (timestamp + flow.timestamp_offset) & 0xFFFFFFFF
    return flow.place(stream, ext, timestamp, False)


def _frames_before(flow: EgressFlow, stream: InboundStream, ext: int, timestamp: int) -> list[tuple[int, bytes]]:
    """The frames to repeat beside packet `ext`, the newest first: (ticks before it, payload). None of before the flow began."""
    found: list[tuple[int, bytes]] = []
    for number in range(ext - 1, max(ext - 1 - flow.repeats, flow.first_in - 1), -1):
        packet = stream.ring.get(number, 0.0)
        if packet is not None:
            _marker, _type, _sequence, began, _ssrc, offset, padding = parse_header(packet)
            found.append(((timestamp - began) & 0xFFFFFFFF, packet[offset : len(packet) - padding]))
    return found
