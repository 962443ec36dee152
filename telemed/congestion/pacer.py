"""When video leaves. Sound leaves at once and only tells the pacer that it did; a burst of video is spread at 2.5 times the
estimate, so that no keyframe stands before the sound in the path's queue (libwebrtc's pacing factor).

Only whole frames are dropped. The numbers of packets that never left are taken back, so that a drop leaves no hole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import Generic, TypeVar

PACING_FACTOR = 2.5  # times the estimate
WARY_FACTOR = 1.2  # a while after a queue: a keyframe at 2.5 times what is estimated would make the next, and be given up for it
DRAIN_FACTOR = 0.25  # while the path's own queue is long: it empties at three quarters of what the path carries
MAX_DELAY_US = 250_000  # the queue may hold what leaves within this time; then frames are refused
MAX_KEYFRAME_DELAY_US = 1_000_000  # with a keyframe among it: to drop what follows would only ask for the next one
MAX_PACKETS = 512  # the queue, whatever the rate: a frame beyond it is cut off
BURST_US = 5_000  # may leave at once: a timer's grain
FRAME_US = 33_333  # likewise what the path carries in this time, an ordinary frame; libwebrtc lets 40 ms of the paced rate go
CATCH_UP_US = 50_000  # and after a late timer, when packets have waited for it
MIN_BURST = 1_500  # bytes: one packet always may

T = TypeVar("T")


class Verdict(Enum):
    """What to do with a video packet. SEND it, `Pacer.hold` it, or DROP it: `Pacer.starved` then names its flow."""

    SEND = "send"
    HOLD = "hold"
    DROP = "drop"


_SEND, _HOLD, _DROP = Verdict  # looked up once: reading a member of an enumeration takes longer than all of `offer`


class Pacer(Generic[T]):
    """Video of one subscriber; `T` stands for a held packet. `offer` each one; `release` what is due when the timer fires.

    Drop rule: when a frame begins and what is held takes longer than 250 ms to leave, the frame is dropped, and with it every
    held frame of its flow that has not begun to leave, and all that follows up to the next keyframe; `starved` has the
    flow until then, and a keyframe is to be asked for. A held keyframe does not count, up to a second in all. Likewise when 512
    packets are held, whatever the rate.
    """

    __slots__ = (
        "_burst",
        "_draining",
        "_in_keyframe",
        "_keyframe_bytes",
        "_queue",
        "_queued_bytes",
        "_rate",
        "_tokens",
        "_updated_us",
        "dropped",
        "starved",
    )

    def __init__(self, bitrate: float) -> None:
        """`bitrate`: the estimate, in bit/s."""
        self._queue: deque[tuple[T, int, int, bool, bool]] = deque()  # (token, size, flow, begins a frame, of a keyframe)
        self._queued_bytes = self._keyframe_bytes = 0
        self._in_keyframe: set[int] = set()  # flows whose latest frame is a keyframe
        self._tokens = float("inf")  # the first refill makes it a full burst
        self._updated_us = -1
        self._draining = False
        self.dropped = 0  # packets
        self.starved: set[int] = set()  # flows that wait for a keyframe; bounded by the flows of the subscriber
        self.set_rate(bitrate, queue_is_long=False)

    @property
    def queued(self) -> int:
        """Packets held."""
        return len(self._queue)

    def set_rate(self, bitrate: float, queue_is_long: bool, wary: bool = False) -> None:
        """Take a new estimate (bit/s). `wary`: a queue stood a moment ago."""
        factor = DRAIN_FACTOR if queue_is_long else WARY_FACTOR if wary else PACING_FACTOR
        if self._draining and not queue_is_long:  # what sound took meanwhile the empty queue has paid
            self._tokens = max(self._tokens, 0.0)
        self._draining = queue_is_long
        self._rate = bitrate * factor / 8e6  # bytes per us
        frame = 0.0 if queue_is_long or wary else bitrate * FRAME_US / 8e6
        self._burst = max(self._rate * BURST_US, frame, MIN_BURST)

    def passed(self, size: int) -> None:
        """Sound, a resend or a probe of `size` bytes left at once: video waits that much longer. Debt is bounded."""
        self._tokens = max(self._tokens - size, -8 * MIN_BURST)

    def offer(self, flow: int, size: int, now_us: int, begins: bool, keyframe: bool) -> Verdict:
        """Decide on a video packet. `begins`: first packet of a frame; `keyframe`: of a keyframe."""
        if begins:
            (self._in_keyframe.add if keyframe else self._in_keyframe.discard)(flow)
        if self._queue or self.starved:
            return self._offer_behind(flow, size, now_us, begins, keyframe)
        elapsed = now_us - self._updated_us
        if elapsed > 0:  # as `_refill`, with nothing held
            tokens = self._tokens + elapsed * self._rate
            self._tokens = tokens if tokens < self._burst else self._burst
            self._updated_us = now_us
        if self._tokens <= 0:
            return _HOLD
        self._tokens -= size
        return _SEND

    def _offer_behind(self, flow: int, size: int, now_us: int, begins: bool, keyframe: bool) -> Verdict:
        """As `offer`, while packets are held or flows wait for a keyframe."""
        if self._queue and (len(self._queue) >= MAX_PACKETS or (begins and self.is_full)):
            self.purge(flow)
            self.starved.add(flow)
        if flow in self.starved:
            if not (begins and keyframe and not self.is_full):
                self.dropped += 1
                return _DROP
            self.starved.discard(flow)
        self._refill(now_us)
        if self._queue or self._tokens <= 0:
            return _HOLD
        self._tokens -= size
        return _SEND

    @property
    def is_full(self) -> bool:
        """Whether no frame may begin: what is held takes too long to leave."""
        others = self._queued_bytes - self._keyframe_bytes
        return others > self._rate * MAX_DELAY_US or self._queued_bytes > self._rate * MAX_KEYFRAME_DELAY_US

    def hold(self, flow: int, token: T, size: int, begins: bool) -> None:
        """Queue a packet that `offer` said to hold; `token` comes back from `release`."""
        of_keyframe = flow in self._in_keyframe
        self._queue.append((token, size, flow, begins, of_keyframe))
        self._queued_bytes += size
        self._keyframe_bytes += of_keyframe * size

    def held(self, flow: int) -> Iterator[T]:
        """Yield what stands for the held packets of a flow, in order."""
        return (packet[0] for packet in self._queue if packet[2] == flow)

    def purge(self, flow: int) -> int:
        """Drop the held frames of a flow that have not begun to leave: it overflowed, is paused, or switches layers.

        Return how many packets that were.
        """
        return self._drop(flow, whole=False)

    def _drop(self, flow: int, whole: bool) -> int:
        """Drop what is held of a flow; unless `whole`, from the first frame on that has not begun to leave."""
        kept: deque[tuple[T, int, int, bool, bool]] = deque()
        for packet in self._queue:
            whole = whole or (packet[2] == flow and packet[3])
            if whole and packet[2] == flow:
                self._took(packet)
            else:
                kept.append(packet)
        gone = len(self._queue) - len(kept)
        self._queue = kept
        self.dropped += gone
        return gone

    def _took(self, packet: tuple[T, int, int, bool, bool]) -> None:
        self._queued_bytes -= packet[1]
        self._keyframe_bytes -= packet[4] * packet[1]

    def release(self, now_us: int) -> list[T]:
        """Return the tokens of the packets to send now, in order."""
        self._refill(now_us)
        due: list[T] = []
        queue = self._queue
        while queue and self._tokens > 0:
            packet = queue.popleft()
            self._tokens -= packet[1]
            self._took(packet)
            due.append(packet[0])
        return due

    def next_release_us(self, now_us: int) -> int | None:
        """Return when the timer should fire, None while nothing is held."""
        if not self._queue:
            return None
        return now_us if self._tokens > 0 or self._rate <= 0 else now_us + int(-self._tokens / self._rate) + 1

    def clear(self, flow: int) -> int:
        """A flow ended or pauses: it starves no more, and all that is held of it goes. Return how many packets that were."""
        self.starved.discard(flow)
        self._in_keyframe.discard(flow)
        return self._drop(flow, whole=True) if self._queue else 0

    def _refill(self, now_us: int) -> None:
        if now_us > self._updated_us:
            most = max(self._burst, self._rate * CATCH_UP_US) if self._queue else self._burst
            self._tokens = min(self._tokens + (now_us - self._updated_us) * self._rate, most)
            self._updated_us = now_us
