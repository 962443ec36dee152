"""A remembered layout reads exactly what the walk over the extensions reads."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from telemed.rtp.extension_layout import MAX_BLOCK, ExtensionLayout
from telemed.rtp.extensions import scan_extensions
from telemed.rtp.header import one_byte_extensions

WIDE, LEVEL = 3, 1


def packet(block: bytes, first: int = 0x90) -> tuple[bytes, int]:
    """A packet with this extension block, and its header length."""
    csrc = bytes(4 * (first & 0x0F))
    return struct.pack("!BBHII", first, 96, 1, 2, 3) + csrc + block + b"payload", 12 + len(csrc) + len(block)


def sound(wide: int, level: int) -> tuple[bytes, int]:
    return packet(one_byte_extensions([(WIDE, struct.pack("!H", wide)), (LEVEL, bytes([level]))]))


def test_the_same_form_is_read_by_shifts() -> None:
    layout = ExtensionLayout(WIDE, LEVEL)
    for wide in (0, 1, 0x1234, 0xFFFF):
        for level in (0, 40, 127, 128 + 40):
            assert layout.read(*sound(wide, level)) == (wide, level & 0x7F)


def test_another_form_is_walked_and_then_remembered() -> None:
    layout = ExtensionLayout(WIDE, LEVEL)
    assert layout.read(*sound(5, 6)) == (5, 6)
    reversed_block = one_byte_extensions([(LEVEL, b"\x07"), (WIDE, b"\x00\x08")])
    assert layout.read(*packet(reversed_block)) == (8, 7)
    assert layout.read(*packet(one_byte_extensions([(WIDE, b"\x00\x09")]))) == (9, -1)
    assert layout.read(*packet(b"", 0x80)) == (-1, -1)
    assert layout.read(*sound(10, 11)) == (10, 11)


ELEMENT = st.tuples(st.sampled_from([0, 1, 3, 4, 15]), st.binary(min_size=1, max_size=5))


@st.composite
def blocks(draw: st.DrawFn) -> bytes:
    """Extension blocks of both forms, whole and broken, with the same few ids again and again."""
    body = b""
    two_bytes = draw(st.booleans())
    for element, value in draw(st.lists(ELEMENT, max_size=5)):
        body += bytes([element, len(value)]) + value if two_bytes else bytes([element << 4 | len(value) - 1]) + value
    body = body[: MAX_BLOCK + 8]
    body += draw(st.binary(min_size=-len(body) % 4, max_size=-len(body) % 4))
    return struct.pack("!HH", 0x1000 if two_bytes else 0xBEDE, len(body) // 4) + body


def varied(block: bytes, change: tuple[int, int] | None) -> bytes:
    """The block with one byte changed: values, ids, lengths and padding alike."""
    if change is None or len(block) < 5:
        return block
    position = 4 + change[0] % (len(block) - 4)
    return block[:position] + bytes([change[1]]) + block[position + 1 :]


@given(
    blocks(),
    st.lists(
        st.tuples(
            st.none() | st.tuples(st.integers(0, 63), st.integers(0, 255)), st.sampled_from([0x90, 0x90, 0xB0, 0x91]), blocks()
        ),
        max_size=8,
    ),
    st.sampled_from([(3, 1), (3, 0), (0, 1), (3, 3)]),
)
def test_reads_what_the_walk_reads(
    block: bytes, steps: list[tuple[tuple[int, int] | None, int, bytes]], ids: tuple[int, int]
) -> None:
    layout = ExtensionLayout(*ids)
    for change, first, other in steps:
        for candidate in (block, varied(block, change), other, varied(other, change)):
            data, length = packet(candidate, first)
            assert layout.read(data, length) == scan_extensions(data, *ids)
