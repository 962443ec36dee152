"""Serial-number arithmetic: RTP sequence numbers (16 bits) and timestamps (32 bits) that wrap (RFC 3550, RFC 1982)."""

from __future__ import annotations

SEQUENCE_CYCLE = 1 << 16  # sequence numbers per wrap
TIMESTAMP_CYCLE = 1 << 32  # timestamp ticks per wrap


def seq_delta(a: int, b: int) -> int:
    """Return the signed distance a - b of two 16-bit sequence numbers, -32768..32767."""
    return ((a - b + 0x8000) & 0xFFFF) - 0x8000


def seq_newer(a: int, b: int) -> bool:
    """Tell whether 16-bit sequence number `a` comes after `b`; exactly half a cycle apart counts as older."""
    return 0 < ((a - b) & 0xFFFF) < 0x8000


def timestamp_delta(a: int, b: int) -> int:
    """Return the signed distance a - b of two 32-bit timestamps, in ticks, -2**31..2**31 - 1."""
    return ((a - b + 0x80000000) & 0xFFFFFFFF) - 0x80000000


class SequenceUnwrapper:
    """Extends 16-bit sequence numbers so that they never wrap.

    The first value becomes `seq + 65536`, so that packets older than it stay positive. A value is taken to lie within
    half a cycle of the highest one seen; `highest` is -1 before the first.
    """

    __slots__ = ("highest",)

    def __init__(self) -> None:
        self.highest = -1

    def unwrap(self, sequence: int) -> int:
        """Return the extended sequence number of `sequence` (0..65535)."""
        highest = self.highest
        if highest < 0:
            self.highest = extended = sequence + SEQUENCE_CYCLE
            return extended
        delta = ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000
        extended = highest + delta
        if delta > 0:
            self.highest = extended
        return extended


class TimestampUnwrapper:
    """Extends 32-bit RTP timestamps so that they never wrap; the first value becomes `timestamp + 2**32`."""

    __slots__ = ("highest",)

    def __init__(self) -> None:
        self.highest = -1

    def unwrap(self, timestamp: int) -> int:
        """Return the extended timestamp of `timestamp` (0..2**32 - 1), in ticks."""
        highest = self.highest
        if highest < 0:
            self.highest = extended = timestamp + TIMESTAMP_CYCLE
            return extended
        delta = ((timestamp - highest + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        extended = highest + delta
        if delta > 0:
            self.highest = extended
        return extended
