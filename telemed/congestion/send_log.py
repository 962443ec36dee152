"""What was sent to one subscriber, under transport-wide sequence numbers, until feedback tells what became of it."""

from __future__ import annotations

from array import array
from enum import IntEnum
from typing import NamedTuple

CAPACITY = 8192  # packets, a power of two: 3 s at 2,500 packets/s; a later report finds its slot taken and is ignored
_MASK = CAPACITY - 1
_SIZE_MASK = 0x1FFF  # bytes; 13 bits hold every datagram we send
_KIND_SHIFT = 13
_LOST = 0x8000  # a message called the packet lost; a later one may still report its arrival
_EMPTY = array("H", bytes(2 * CAPACITY))  # entries of packets that are accounted for


class PacketKind(IntEnum):
    """What a packet was sent for. `PROBE` is padding that exists only to measure the path."""

    AUDIO = 0
    MEDIA = 1
    RTX = 2
    PROBE = 3


_PROBES = PacketKind.PROBE << _KIND_SHIFT  # entries from here on, short of `_LOST`, are probes


class Run(NamedTuple):
    """Packets sent one after the other, all of which arrived: send times in us, sizes in bytes, which of them are probes."""

    sent_us: array[int]
    sizes: list[int]
    probes: list[int]


class SendLog:
    """A ring of send times and sizes, 80 KiB per subscriber. `sent` costs well under a microsecond and keeps no object.

    Numbers are given out consecutively, so `latest` tells which packet a slot holds.
    Drop rule: the 8192nd packet after it takes a packet's slot; a report about it then counts as unknown.
    """

    __slots__ = ("_entries", "_times", "bytes_sent", "latest")

    def __init__(self) -> None:
        self._times = array("q", bytes(8 * CAPACITY))  # microseconds
        self._entries = _EMPTY[:]  # lost | kind << 13 | size; 0 when empty or accounted for
        self.bytes_sent = 0
        self.latest = -1  # the 16-bit number sent last; -1 before the first

    @property
    def sent_at_us(self) -> int:
        """When the latest packet left; 0 before the first."""
        return self._times[self.latest & _MASK]

    def sent(self, sequence: int, size: int, now_us: int, kind: int = PacketKind.MEDIA) -> None:
        """Note a packet at the moment it leaves. Numbers are given out consecutively, mod 65536.

        `size` in bytes as on the wire without IP and UDP, 1..8191; `now_us` on the monotonic clock.
        """
        slot = sequence & _MASK
        self._times[slot] = now_us
        self._entries[slot] = kind << _KIND_SHIFT | size
        self.bytes_sent += size
        self.latest = sequence

    def forget(self) -> None:
        """Forget every packet: reports about them count as unknown."""
        self._entries = _EMPTY[:]

    def mark_lost(self, sequence: int) -> int:
        """Return the size of a packet that is now called lost for the first time, else 0."""
        entry = self._entry(sequence)
        if not entry or entry & _LOST:
            return 0
        self._entries[sequence & _MASK] = entry | _LOST
        return entry & _SIZE_MASK

    def settle(self, sequence: int) -> tuple[int, int, int, bool] | None:
        """Return (send time us, size, kind, was called lost) of a packet that arrived, and forget it; None if unknown."""
        entry = self._entry(sequence)
        if not entry:
            return None
        slot = sequence & _MASK
        self._entries[slot] = 0
        return self._times[slot], entry & _SIZE_MASK, (entry >> _KIND_SHIFT) & 3, entry & _LOST != 0

    def settle_run(self, start: int, count: int, oldest_us: int, now_us: int) -> Run | None:
        """Settle `count` consecutive packets at once, as `settle` each: the usual message says that all of them arrived.

        None, and nothing is settled, unless all are known and not called lost, the first and the last were sent between
        `oldest_us` and `now_us`, and the ring does not end among them.
        """
        slot = start & _MASK
        end = slot + count
        if self.latest < 0 or not count <= ((self.latest - start) & 0xFFFF) + 1 <= CAPACITY or end > CAPACITY:
            return None
        entries, times = self._entries[slot:end], self._times[slot:end]
        largest = max(entries)
        if largest >= _LOST or not all(entries) or times[0] < oldest_us or times[-1] > now_us:
            return None
        self._entries[slot:end] = _EMPTY[:count]
        probes = [place for place, entry in enumerate(entries) if entry >= _PROBES] if largest >= _PROBES else []
        return Run(times, [entry & _SIZE_MASK for entry in entries], probes)

    def _entry(self, sequence: int) -> int:
        """What is kept of a packet; 0: never sent, overwritten, or accounted for."""
        if self.latest < 0 or (self.latest - sequence) & 0xFFFF >= CAPACITY:
            return 0
        return self._entries[sequence & _MASK]
