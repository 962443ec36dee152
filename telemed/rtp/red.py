"""Redundant audio (RFC 2198): a packet that repeats earlier frames beside its own, so that one that is lost comes once more.

Each earlier frame ("block") has a header of four bytes: payload type, how long before the packet's own frame it began (14 bits of
timestamp ticks) and its length (10 bits). The packet's own frame ("primary") stands last, its header is one byte.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.opus import packet_samples

MAX_BLOCKS = 10  # of one packet: libwebrtc repeats nine frames at the very most, browsers one or two
MAX_RECOVERED = 3  # earlier frames of one packet of use: each becomes a packet to every listener, so a sender may not have more
MAX_EARLIER = 2  # frames repeated by us
MAX_TICKS = (1 << 14) - 1  # a third of a second at 48 kHz
MAX_LENGTH = (1 << 10) - 1  # bytes of an earlier frame
MAX_PAYLOAD = 1200  # bytes of a packet we build: what passes every path
FOLLOWED = 0x80  # first bit of a block header: another header follows
BLOCK_HEADER, PRIMARY_HEADER = 4, 1  # bytes

_block_header = struct.Struct("!I")


class Block(NamedTuple):
    """One frame of a packet. `ticks` of the RTP clock before the packet's own timestamp; 0 for the primary."""

    payload_type: int
    ticks: int
    payload: bytes


def parse_red(data: Buffer, payload_offset: int, payload_end: int) -> tuple[Block, ...]:
    """Return the blocks of one payload in their order, the primary last.

    Raises MalformedPacket for a header that is cut off, lengths that do not fit, or more than 10 blocks.
    """
    headers: list[tuple[int, int, int]] = []
    position = payload_offset
    while position < payload_end and data[position] & FOLLOWED:
        if position + BLOCK_HEADER >= payload_end or len(headers) + 1 == MAX_BLOCKS:
            raise MalformedPacket("RED block headers are cut off, or too many")
        (word,) = _block_header.unpack_from(data, position)
        headers.append((word >> 24 & 0x7F, word >> 10 & MAX_TICKS, word & MAX_LENGTH))
        position += BLOCK_HEADER
    if position >= payload_end:
        raise MalformedPacket("RED payload has no primary header")
    primary_type = data[position]
    position += PRIMARY_HEADER
    blocks: list[Block] = []
    for payload_type, ticks, length in headers:
        blocks.append(Block(payload_type, ticks, bytes(data[position : position + length])))
        position += length
    if position > payload_end:
        raise MalformedPacket("RED blocks are longer than the packet")
    return *blocks, Block(primary_type, 0, bytes(data[position:payload_end]))


def build_red(payload_type: int, primary: Buffer, earlier: Sequence[tuple[int, Buffer]]) -> bytes:
    """Return the payload that repeats `earlier` frames (ticks before the primary, payload; the newest first) beside `primary`.

    Of them the first two are taken. One that began too long ago, is empty or too long, or finds no room in a datagram ends the
    list: what is older is left out too.
    """
    headers, payloads = bytearray(), bytearray()
    room = MAX_PAYLOAD - PRIMARY_HEADER - len(primary)
    for ticks, payload in earlier[:MAX_EARLIER]:
        length = len(payload)
        room -= BLOCK_HEADER + length
        if not 0 < ticks <= MAX_TICKS or not 0 < length <= MAX_LENGTH or room < 0:
            break
        headers[:0] = _block_header.pack((FOLLOWED | payload_type) << 24 | ticks << 10 | length)  # the oldest stands first
        payloads[:0] = payload
    return bytes(headers) + bytes([payload_type]) + bytes(payloads) + bytes(primary)


def frames_before(blocks: Sequence[Block]) -> Iterator[tuple[int, Block]]:
    """Yield (how many packets before the carrying one, block) of Opus frames that follow each other up to the primary without a
    hole in time, the newest first, three at most. Beyond a hole nobody knows which packet a frame was: a sender may have left
    some out."""
    primary = blocks[-1]
    begins = 0
    for position, block in enumerate(blocks[-2 : -2 - MAX_RECOVERED : -1], 1):
        try:
            samples = packet_samples(block.payload, 0, len(block.payload))
        except MalformedPacket:
            return
        if block.payload_type != primary.payload_type or block.ticks - samples != begins:
            return
        begins = block.ticks
        yield position, block
