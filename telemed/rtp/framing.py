"""RTP, RTCP, DTLS and STUN on a stream: each packet behind its length in two bytes (RFC 4571 section 2, RFC 6544 section 3)."""

from __future__ import annotations

from telemed.rtp.errors import MalformedPacket

LENGTH_BYTES = 2
MAX_FRAME = 1500  # bytes: what a datagram may have, so that both ways in take the same
CAPACITY = 8192  # bytes kept of one stream: five of the largest frames


def frame(packet: bytes | bytearray | memoryview) -> bytes:
    """Return `packet` behind its length. Raises ValueError when it is longer than 65535 bytes."""
    size = len(packet)
    if size > 0xFFFF:
        raise ValueError("a frame has at most 65535 bytes")
    return b"".join((size.to_bytes(LENGTH_BYTES, "big"), packet))


class FrameReader:
    """Bytes of one stream in, in any portions; whole frames out. Its buffer never grows.

    Read into `space()`, say with `added` how much, and call `take` until it returns None.
    """

    __slots__ = ("_buffer", "_end", "_start", "_view")

    def __init__(self) -> None:
        self._buffer = bytearray(CAPACITY)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0  # what is kept lies between

    @property
    def waiting(self) -> int:
        """Bytes kept: of frames not taken yet, and of one that is not whole."""
        return self._end - self._start

    def space(self) -> memoryview:
        """Return the room for the next bytes. Empty only while whole frames wait to be taken."""
        if self._start:
            rest = self._buffer[self._start : self._end]
            self._buffer[: len(rest)] = rest
            self._start, self._end = 0, len(rest)
        return self._view[self._end :]

    def added(self, count: int) -> None:
        """`count` bytes were written to the beginning of `space()`."""
        self._end += count

    def take(self) -> memoryview | None:
        """Return the next frame without its length, valid until `space` is called; None while it is not whole.

        Raises MalformedPacket when its length is not 1 to 1500: nothing after it can be found again.
        """
        begin = self._start + LENGTH_BYTES
        if begin > self._end:
            return None
        length = self._buffer[self._start] << 8 | self._buffer[self._start + 1]
        if not 0 < length <= MAX_FRAME:
            raise MalformedPacket("a frame of this length is nobody's media")
        if begin + length > self._end:
            return None
        self._start = begin + length
        return self._view[begin : self._start]
