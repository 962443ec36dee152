"""SSRCs of layers are told apart by their first packets, remembered, and bounded whatever is sent."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.simulcast_latch import MAX_UNKNOWN, MAX_UNKNOWN_PACKETS, Latched, LayerExtensions, LayerLatch
from telemed.rtp.header import one_byte_extensions

IDS = LayerExtensions(mid=4, rid=10, repaired_rid=11)


def packet(*elements: tuple[int, bytes]) -> bytes:
    """An RTP packet with these header extensions."""
    head = struct.pack("!BBHII", 0x90 if elements else 0x80, 96, 1, 2, 3)
    return head + (one_byte_extensions(list(elements)) if elements else b"") + b"payload"


def latch() -> LayerLatch:
    return LayerLatch("1", ("q", "h", "f"), IDS)


def test_media_and_repair_of_each_layer() -> None:
    line = latch()
    for layer, rid in enumerate((b"q", b"h", b"f")):
        assert line.latch(100 + layer, packet((4, b"1"), (10, rid)), False) == Latched(layer, False)
        assert line.latch(200 + layer, packet((4, b"1"), (11, rid)), True) == Latched(layer, True)
    assert len(line.ssrcs) == 6 and line.ssrcs[2, True] == 202


def test_what_names_no_layer_is_not_latched_until_it_does() -> None:
    line = latch()
    assert line.latch(5, packet(), False) is None
    assert line.latch(5, packet((4, b"1")), False) is None
    assert line.latch(5, packet((4, b"1"), (10, b"x")), False) is None
    assert line.latch(5, packet((4, b"2"), (10, b"h")), False) is None, "another line's"
    assert line.latch(5, packet((4, b"1"), (11, b"h")), False) is None, "repair of h, but not by its payload type"
    assert line.latch(5, packet((10, b"h"), (4, b"2")), False) is None, "in whatever order"
    assert line.latch(5, packet((10, b"h"), (4, b"1")), False) == Latched(1, False)


def test_a_new_encoder_replaces_the_old_one_for_good() -> None:
    line = latch()
    named = packet((4, b"1"), (10, b"q"))
    assert line.latch(5, named, False) == Latched(0, False)
    assert line.latch(6, named, False) == Latched(0, False, replaces=5)
    assert line.latch(5, named, False) is None, "late packets of the old one do not take the layer back"
    line.forget(6)
    assert line.ssrcs == {}
    assert line.latch(6, named, False) == Latched(0, False), "after its BYE it may come back"


def test_unknown_sources_are_bounded() -> None:
    line = latch()
    for ssrc in range(1000):
        line.latch(ssrc, packet(), False)
    named = packet((4, b"1"), (10, b"q"))
    assert line.latch(2000, named, False) is None, "there is no place for another"
    assert line.latch(MAX_UNKNOWN - 1, named, False) == Latched(0, False)
    for _ in range(MAX_UNKNOWN_PACKETS):
        line.latch(1, packet(), False)
    assert line.latch(1, named, False) is None, "it had its time to say what it is"


@given(st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=60), st.booleans()), max_size=60))
def test_any_bytes_latch_nothing_beyond_the_layers(packets: list[tuple[int, bytes, bool]]) -> None:
    line = latch()
    for ssrc, data, is_repair in packets:
        line.latch(ssrc, data, is_repair)
    assert len(line.ssrcs) <= 6
