"""What went out to one subscriber a moment ago, as it went out: encrypted, to be repeated bit by bit.

Under one key a sequence number is protected once. Where no resend stream is agreed (browsers have none for audio) a lost packet
can only be sent again as the identical ciphertext, which gives nothing away that the first copy did not.
"""

from __future__ import annotations

CAPACITY = 32  # packets: 0.64 s of audio at 20 ms
MAX_AGE = 0.5  # seconds: no browser's playout waits longer


class SentCopies:
    """The last datagrams by sequence number. Drop rule: a newer one takes the slot of the one 32 before it."""

    __slots__ = ("_copies", "_sequences", "_times")

    def __init__(self) -> None:
        self._sequences = [-1] * CAPACITY
        self._copies = [b""] * CAPACITY
        self._times = [0.0] * CAPACITY

    def store(self, sequence: int, datagram: bytes, now: float) -> None:
        """Keep what was sent under `sequence` (16 bits) at `now` (seconds)."""
        slot = sequence % CAPACITY
        self._sequences[slot] = sequence
        self._copies[slot] = datagram
        self._times[slot] = now

    def get(self, sequence: int, now: float) -> bytes | None:
        """Return the datagram of `sequence`, None when it is unknown or too old to be of use."""
        slot = sequence % CAPACITY
        if self._sequences[slot] != sequence or now - self._times[slot] > MAX_AGE:
            return None
        return self._copies[slot]
