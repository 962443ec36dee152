"""What waits to be written to a TCP connection that is slower than what it is sent."""

from __future__ import annotations

from collections import deque

VIDEO_BYTES = 64 * 1024  # bytes of pictures that may wait: half a second at 1 Mbit/s, later ones are of no use
OTHER_BYTES = 192 * 1024  # bytes of sound, reports, checks and handshake: half a minute of sound at 48 kbit/s


class SendBacklog:
    """Whole frames, in two queues: sound and control go first, pictures when nothing else waits.

    Drop rule: whole frames only, the oldest of its own queue first; pictures beyond VIDEO_BYTES, the rest beyond OTHER_BYTES.
    A frame of which a part is written is never dropped: the stream would lose its framing.
    """

    __slots__ = ("_begun", "_other", "_other_bytes", "_video", "_video_bytes")

    def __init__(self) -> None:
        self._begun = b""  # rest of the frame that is being written
        self._other: deque[bytes] = deque()
        self._video: deque[bytes] = deque()
        self._other_bytes = self._video_bytes = 0

    @property
    def waiting(self) -> int:
        """Bytes in all."""
        return len(self._begun) + self._other_bytes + self._video_bytes

    def begin(self, rest: bytes) -> None:
        """The kernel took a part of a frame; `rest` goes before everything else. Only while nothing else was begun."""
        self._begun = rest

    def add(self, frame: bytes, is_video: bool) -> int:
        """Queue a frame; return how many older ones were dropped for it."""
        if is_video:
            self._video.append(frame)
            self._video_bytes += len(frame)
            freed, dropped = _free(self._video, self._video_bytes - VIDEO_BYTES)
            self._video_bytes -= freed
        else:
            self._other.append(frame)
            self._other_bytes += len(frame)
            freed, dropped = _free(self._other, self._other_bytes - OTHER_BYTES)
            self._other_bytes -= freed
        return dropped

    def next(self) -> bytes:
        """Take what is to be written now; empty when nothing waits. What the kernel does not take comes back by `begin`."""
        if self._begun:
            found, self._begun = self._begun, b""
        elif self._other:
            found = self._other.popleft()
            self._other_bytes -= len(found)
        elif self._video:
            found = self._video.popleft()
            self._video_bytes -= len(found)
        else:
            found = b""
        return found


def _free(queue: deque[bytes], excess: int) -> tuple[int, int]:
    """Drop the oldest until `excess` bytes are freed; return the bytes and the number of frames."""
    freed = dropped = 0
    while freed < excess:
        freed += len(queue.popleft())
        dropped += 1
    return freed, dropped
