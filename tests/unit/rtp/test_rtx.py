"""RTX both ways: written for subscribers, restored from publishers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.rtp import MalformedPacket
from telemed.rtp.header import EgressTemplate, parse_header
from telemed.rtp.rtx import restore_original
from tests.unit.rtp.packets import one_byte, rtp


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 1), st.binary(max_size=1200))
def test_restoring_undoes_wrapping(sequence: int, original: int, marker: int, payload: bytes) -> None:
    out = bytearray(1500)
    length = EgressTemplate(77, 97, b"1", 4).write_rtx(out, payload, marker, sequence, 5000, original)
    rtx = bytes(out[:length])
    header = parse_header(rtx)
    assert header[:5] == (marker, 97, sequence, 5000, 77)
    restored = restore_original(rtx, header[5], header[6], 0xABCD, 96)
    assert restored is not None
    again = parse_header(restored)
    assert again[:5] == (marker, 96, original, 5000, 0xABCD)
    assert restored[again[5] :] == payload


def test_extensions_and_csrcs_are_kept_and_padding_is_not() -> None:
    rtx = rtp(marker=1, payload_type=97, csrcs=(5,), extensions=one_byte((3, b"ab")), payload=b"\xff\xfedata", padding=9)
    header = parse_header(rtx)
    restored = restore_original(rtx, header[5], header[6], 42, 96)
    assert restored == rtp(
        marker=1, payload_type=96, sequence=0xFFFE, ssrc=42, csrcs=(5,), extensions=one_byte((3, b"ab")), payload=b"data"
    )


def test_probe_carries_no_original() -> None:
    probe = rtp(payload_type=97, payload=b"", padding=200)
    header = parse_header(probe)
    assert restore_original(probe, header[5], header[6], 1, 96) is None


def test_one_byte_payload_is_malformed() -> None:
    with pytest.raises(MalformedPacket):
        restore_original(rtp(payload=b"x"), 12, 0, 1, 96)
