"""Picture numbers: the reader agrees with the plain parser, and rewriting changes them and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.rtp import MalformedPacket
from telemed.rtp.vp8 import is_keyframe, parse_descriptor
from telemed.rtp.vp8_numbers import PictureFields, PictureOffsets

DESCRIPTOR_BYTES = st.sampled_from([0x00, 0x10, 0x11, 0x80, 0x90, 0x91, 0xF0, 0xC0, 0xE0, 0x7F, 0xFF, 0x9D])
PAYLOADS = st.one_of(st.binary(max_size=12), st.lists(DESCRIPTOR_BYTES, max_size=12).map(bytes))
NUMBERS = st.integers(-70_000, 70_000)


def read(payload: bytes) -> PictureFields:
    fields = PictureFields()
    fields.read(payload, 0, len(payload))
    return fields


@given(PAYLOADS, st.integers(0, 3))
def test_the_reader_agrees_with_the_parser(payload: bytes, before: int) -> None:
    data = bytes(before) + payload
    fields = PictureFields()
    fields.read(b"\x90\xf0\x81\x02\x03\x04\x00", 0, 7)  # leftovers of another packet
    fields.read(data, before, len(data))
    assert fields.keyframe == is_keyframe(data, before, len(data))
    try:
        _, picture_at, bits, tl0_at, tid_at = parse_descriptor(data, before, len(data))
    except MalformedPacket:
        assert (fields.picture, fields.tl0, fields.key_index) == (-1, -1, -1)
        assert (fields.picture_at, fields.tl0_at, fields.key_index_at) == (0, 0, 0)
        return
    assert fields.picture_at == (picture_at - before if picture_at >= 0 else 0)
    assert fields.tl0_at == (tl0_at - before if tl0_at >= 0 else 0)
    assert fields.key_index_at == (tid_at - before if tid_at >= 0 and data[before + 1] & 0x10 else 0)
    if bits:
        wide = (data[picture_at] & 0x7F) << 8 | data[picture_at + 1] if bits == 15 else data[picture_at]
        assert (fields.picture, fields.long_form) == (wide, bits == 15)
    if tl0_at >= 0:
        assert fields.tl0 == data[tl0_at]


@given(PAYLOADS, NUMBERS, NUMBERS, NUMBERS)
def test_rewriting_adds_modulo_and_touches_nothing_else(payload: bytes, picture: int, tl0: int, key_index: int) -> None:
    fields = read(payload)
    out = bytearray(b"head" + payload + b"tail")
    PictureOffsets(picture, tl0, key_index).apply(out, 4, fields)
    assert out[:4] == b"head" and out[-4:] == b"tail" and len(out) == len(payload) + 8
    again = read(bytes(out[4:-4]))
    if fields.picture >= 0:
        assert again.picture == (fields.picture + picture) % (1 << 15 if fields.long_form else 1 << 7)
        assert again.long_form == fields.long_form
    if fields.tl0 >= 0:
        assert again.tl0 == (fields.tl0 + tl0) % 256
    if fields.key_index >= 0:
        assert again.key_index == (fields.key_index + key_index) % 32
    assert again.keyframe == fields.keyframe
    PictureOffsets(-picture, -tl0, -key_index).apply(out, 4, again)
    assert bytes(out[4:-4]) == payload, "undone, it is the publisher's payload again"


def test_clear_stands_for_codecs_without_numbers() -> None:
    fields = read(b"\x90\xf0\x81\x02\x03\x04\x00")
    assert fields.keyframe and (fields.picture, fields.tl0, fields.key_index) == (0x0102, 3, 4)
    fields.clear(True)
    assert fields.keyframe
    out = bytearray(b"\x90\xf0\x81\x02\x03\x04\x00")
    PictureOffsets(1, 1, 1).apply(out, 0, fields)
    assert out == b"\x90\xf0\x81\x02\x03\x04\x00"
