"""Recent packets of one source, kept once for all subscribers, from which retransmissions are answered."""

from __future__ import annotations

VIDEO_CAPACITY = 500  # packets: about 2 s at 1.5 Mbit/s
AUDIO_CAPACITY = 100  # packets: 2 s at 20 ms
VIDEO_MAX_AGE = 2.0  # seconds: a later retransmission misses its frame's playout anyway
AUDIO_MAX_AGE = 1.0  # seconds


class PacketRing:
    """The last packets by extended sequence number. Drop rule: a newer packet takes the slot of the one `capacity` before it.

    A packet older than what its slot holds is not stored. Memory is at most `capacity` packets.
    """

    __slots__ = ("_newest", "_packets", "_sequences", "_times", "capacity", "max_age")

    def __init__(self, capacity: int = VIDEO_CAPACITY, max_age: float = VIDEO_MAX_AGE) -> None:
        """`capacity` in packets, `max_age` in seconds."""
        self.capacity = capacity
        self.max_age = max_age
        self._sequences = [-1] * capacity
        self._packets: list[bytes | None] = [None] * capacity
        self._times = [0.0] * capacity
        self._newest = 0.0

    def store(self, ext_seq: int, data: bytes, now: float) -> None:
        """Keep the decrypted packet `data` (header included); the reference is kept, not a copy."""
        slot = ext_seq % self.capacity
        if ext_seq >= self._sequences[slot]:
            self._sequences[slot] = ext_seq
            self._packets[slot] = data
            self._times[slot] = self._newest = now

    def get(self, ext_seq: int, now: float | None = None) -> bytes | None:
        """Return the packet, or None when it is unknown or too old at `now` (default: when the newest one came)."""
        slot = ext_seq % self.capacity
        if self._sequences[slot] != ext_seq:
            return None
        if (self._newest if now is None else now) - self._times[slot] > self.max_age:
            return None
        return self._packets[slot]

    def expire(self, now: float) -> bool:
        """Let go of packets past their age, for sources that fell silent. Once a second is enough. True: nothing is left."""
        if now - self._newest <= self.max_age:
            return False
        for slot in range(self.capacity):
            self._packets[slot] = None
            self._sequences[slot] = -1
        return True
