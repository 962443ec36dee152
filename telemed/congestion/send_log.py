"""What was sent to one subscriber, under transport-wide sequence numbers, until feedback tells what became of it."""

from __future__ import annotations

from array import array
from enum import IntEnum

CAPACITY = 8192  # packets, a power of two: 3 s at 2,500 packets/s; a later report finds its slot taken and is ignored
_MASK = CAPACITY - 1
_SIZE_MASK = 0x1FFF  # bytes; 13 bits hold every datagram we send
_LOST = 0x2000  # a message called the packet lost; a later one may still report its arrival
_KIND_SHIFT = 14
_SEQUENCE_SHIFT = 16


class PacketKind(IntEnum):
    """What a packet was sent for. `PROBE` is padding that exists only to measure the path."""

    AUDIO = 0
    MEDIA = 1
    RTX = 2
    PROBE = 3


class SendLog:
    """A ring of send times and sizes, 96 KiB per subscriber. `sent` costs well under a microsecond and keeps no object.

    Drop rule: the 8192nd packet after it takes a packet's slot; a report about it then counts as unknown.
    """

    __slots__ = ("_entries", "_times", "bytes_sent", "latest", "packets_sent", "sent_at_us")

    def __init__(self) -> None:
        self._times = array("q", bytes(8 * CAPACITY))  # microseconds
        self._entries = array(
            "I", bytes(4 * CAPACITY)
        )  # sequence << 16 | kind << 14 | lost | size; 0 when empty or accounted for
        self.bytes_sent = 0
        self.packets_sent = 0
        self.latest = -1  # the 16-bit number sent last; -1 before the first
        self.sent_at_us = 0

    def sent(self, sequence: int, size: int, now_us: int, kind: int = PacketKind.MEDIA) -> None:
        """Note a packet at the moment it leaves. Numbers are given out consecutively, mod 65536.

        `size` in bytes as on the wire without IP and UDP, 1..8191; `now_us` on the monotonic clock.
        """
        slot = sequence & _MASK
        self._times[slot] = now_us
        self._entries[slot] = sequence << _SEQUENCE_SHIFT | kind << _KIND_SHIFT | size
        self.bytes_sent += size
        self.packets_sent += 1
        self.latest = sequence
        self.sent_at_us = now_us

    def forget(self) -> None:
        """Forget every packet: reports about them count as unknown."""
        self._entries = array("I", bytes(4 * CAPACITY))

    def mark_lost(self, sequence: int) -> int:
        """Return the size of a packet that is now called lost for the first time, else 0."""
        slot = sequence & _MASK
        entry = self._entries[slot]
        if not entry or entry & _LOST or entry >> _SEQUENCE_SHIFT != sequence:
            return 0
        self._entries[slot] = entry | _LOST
        return entry & _SIZE_MASK

    def settle(self, sequence: int) -> tuple[int, int, int, bool] | None:
        """Return (send time us, size, kind, was called lost) of a packet that arrived, and forget it; None if unknown."""
        slot = sequence & _MASK
        entry = self._entries[slot]
        if not entry or entry >> _SEQUENCE_SHIFT != sequence:
            return None
        self._entries[slot] = 0
        return self._times[slot], entry & _SIZE_MASK, (entry >> _KIND_SHIFT) & 3, entry & _LOST != 0
