"""The shared packet history is bounded, ages, and never returns a wrong packet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.ring import PacketRing


def test_stores_and_returns_by_extended_sequence() -> None:
    ring = PacketRing(capacity=4, max_age=2.0)
    for number in range(65534, 65540):
        ring.store(number, b"%d" % number, 10.0)
    assert ring.get(65535) is None
    assert ring.get(65536) == b"65536"
    assert ring.get(65539) == b"65539"
    assert ring.get(65540) is None


def test_older_packet_never_replaces_a_newer_one() -> None:
    ring = PacketRing(capacity=4)
    ring.store(100, b"new", 1.0)
    ring.store(96, b"old", 1.1)
    assert ring.get(100) == b"new"
    assert ring.get(96) is None


def test_packets_age_by_the_newest_or_by_now() -> None:
    ring = PacketRing(capacity=100, max_age=1.0)
    ring.store(1, b"one", 10.0)
    assert ring.get(1) == b"one"
    assert ring.get(1, now=11.0) == b"one"
    assert ring.get(1, now=11.1) is None
    ring.store(2, b"two", 11.5)
    assert ring.get(1) is None
    assert ring.get(2) == b"two"


def test_expire_lets_go_only_of_a_silent_source() -> None:
    ring = PacketRing(capacity=3, max_age=1.0)
    ring.store(7, b"seven", 10.0)
    ring.expire(10.9)
    assert ring.get(7) == b"seven"
    ring.expire(11.1)
    assert ring.get(7) is None
    ring.store(5, b"five", 12.0)
    assert ring.get(5) == b"five"


@given(st.integers(1, 20), st.lists(st.integers(0, 100), max_size=200))
def test_what_it_returns_is_what_was_stored(capacity: int, sequences: list[int]) -> None:
    ring = PacketRing(capacity)
    for sequence in sequences:
        ring.store(sequence, bytes([sequence]), 0.0)
    held = [sequence for sequence in range(101) if ring.get(sequence) is not None]
    assert len(held) <= capacity
    assert all(ring.get(sequence) == bytes([sequence]) for sequence in held)
    if sequences:
        assert max(sequences) in held
