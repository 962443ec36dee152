"""Reading bit by bit what codecs write into their headers."""

from __future__ import annotations

from telemed.rtp.errors import MalformedPacket


class BitReader:
    """Reads from the most significant bit on. Raises MalformedPacket at the end."""

    __slots__ = ("_bits", "_left")

    def __init__(self, data: bytes) -> None:
        self._bits = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        """The next `count` bits as an unsigned number."""
        if count > self._left:
            raise MalformedPacket("a header ends too early")
        self._left -= count
        return self._bits >> self._left & ((1 << count) - 1)

    def skip(self, count: int) -> None:
        """Pass over bits."""
        self.take(count)

    def unsigned_golomb(self) -> int:
        """An Exp-Golomb number (H.264 section 9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise MalformedPacket("an impossible number")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        """A signed Exp-Golomb number (H.264 section 9.1.1)."""
        value = self.unsigned_golomb()
        return (value + 1) // 2 if value & 1 else -(value // 2)
