"""Finding RTP header extensions in both forms of RFC 8285. Offsets only; nothing is copied.

A broken element ends the walk: what came before it counts, what follows is ignored (RFC 8285 sections 4.2 and 4.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from telemed.rtp.buffer import Buffer

ABSENT = (-1, 0)
NO_VALUE = -1
TWO_BYTE_PROFILE = 0x10  # first byte of 0x100x; the low four "appbits" are free


def _block(data: Buffer) -> tuple[int, int, int]:
    """Return (form, offset of the first element, end); form is 1, 2, or 0 for no walkable extension block."""
    size = len(data)
    if size < 16 or not data[0] & 0x10:
        return 0, 0, 0
    start = 16 + ((data[0] & 0x0F) << 2)
    if start > size:
        return 0, 0, 0
    end = start + (((data[start - 2] << 8) | data[start - 1]) << 2)
    if end > size:
        return 0, 0, 0
    high = data[start - 4]
    low = data[start - 3]
    if high == 0xBE and low == 0xDE:
        return 1, start, end
    if high == TWO_BYTE_PROFILE and low < 0x10:
        return 2, start, end
    return 0, 0, 0


def find_extension(data: Buffer, ext_id: int) -> tuple[int, int]:
    """Return (offset, length) of the value of element `ext_id`, or (-1, 0). A two-byte element may have length 0."""
    form, position, end = _block(data)
    if form == 1:
        while position < end:
            head = data[position]
            position += 1
            if not head:  # padding
                continue
            element = head >> 4
            length = (head & 0x0F) + 1
            if element == 15 or not element or position + length > end:
                return ABSENT
            if element == ext_id:
                return position, length
            position += length
        return ABSENT
    if form == 2:
        for element, offset, length in _two_byte_elements(data, position, end):
            if element == ext_id:
                return offset, length
    return ABSENT


def scan_extensions(data: Buffer, transport_cc_id: int, audio_level_id: int) -> tuple[int, int]:
    """Return (transport-wide sequence, audio level) of one packet in one walk; -1 for what is absent.

    Id 0 stands for an extension that was not negotiated. The level is 0 (loudest) to 127 (silence), in -dBov (RFC
    6464); the voice-activity bit is dropped.
    """
    sequence = level = NO_VALUE
    form, position, end = _block(data)
    if form == 1:
        while position < end:
            head = data[position]
            position += 1
            if not head:
                continue
            element = head >> 4
            after = position + (head & 0x0F) + 1
            if element == 15 or not element or after > end:
                break
            if element == transport_cc_id and after - position == 2:
                sequence = (data[position] << 8) | data[position + 1]
            elif element == audio_level_id:
                level = data[position] & 0x7F
            position = after
        return sequence, level
    if form == 2:
        for element, offset, length in _two_byte_elements(data, position, end):
            if element == transport_cc_id and length == 2:
                sequence = (data[offset] << 8) | data[offset + 1]
            elif element == audio_level_id and length:
                level = data[offset] & 0x7F
    return sequence, level


def iter_extensions(data: Buffer) -> Iterator[tuple[int, int, int]]:
    """Yield (id, offset, length) of every element in order: for a new source's MID, RID and repaired RID."""
    form, position, end = _block(data)
    if form == 1:
        yield from _one_byte_elements(data, position, end)
    elif form == 2:
        yield from _two_byte_elements(data, position, end)


def _one_byte_elements(data: Buffer, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Walk the one-byte form: id and length share a byte, id 0 pads, id 15 ends the walk (RFC 8285 section 4.2)."""
    while position < end:
        head = data[position]
        position += 1
        if not head:
            continue
        element = head >> 4
        length = (head & 0x0F) + 1
        if element == 15 or not element or position + length > end:
            return
        yield element, position, length
        position += length


def _two_byte_elements(data: Buffer, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Walk the two-byte form: id byte, length byte, value; id 0 is a single padding byte (RFC 8285 section 4.3)."""
    while position < end:
        element = data[position]
        position += 1
        if not element:
            continue
        if position >= end or position + 1 + data[position] > end:
            return
        length = data[position]
        position += 1
        yield element, position, length
        position += length
