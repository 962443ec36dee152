"""Transport-wide congestion control feedback to a publisher (draft-holmer-rmcat-transport-wide-cc-extensions-01).

One recorder per publisher. Every packet that carries a transport-wide sequence number is recorded with its kernel
arrival time: media, retransmissions and padding alike. Each arrival is reported once.
"""

from __future__ import annotations

from telemed.congestion.twcc_wire import FeedbackWriter, parse_transport_feedback

__all__ = ["TwccRecorder", "parse_transport_feedback"]

INTERVAL = 0.095  # seconds between messages: libwebrtc's own default of 100 ms, less what a timer may be early
FULL = 150  # pending arrivals that are worth a message sooner: one holds 190
FULL_INTERVAL = 0.045  # seconds between messages of so busy a publisher
SPARSE = 65  # packets/s: sound alone, and not much besides
SPARSE_INTERVAL = 0.245  # seconds between messages about it: libwebrtc's longest. Each 100 ms they would be 5.6 kbit/s, now 2.5
THIN = 25  # packets/s: a voice in long frames, for which every datagram counts
THIN_INTERVAL = 0.395  # seconds between messages about it: 1.6 kbit/s. Senders wait for a second before they doubt the path
MAX_PENDING = 2048  # arrivals kept between messages: 20,000 packets/s at 100 ms
MAX_MESSAGES = 16  # per build: hostile jumps of the sequence must not be amplified
MAX_MISSING = 1024  # sequence numbers reported lost that may still arrive late
MAX_GAP = 2048  # sequence numbers; beyond it the sender restarted, and the gap is not reported
CLOCK_STEP = 1_000_000  # microseconds the arrival clock may go back before everything is forgotten

_ARRIVAL_BITS = 56  # microseconds since any epoch fit; the sequence number sits above them in one int
_ARRIVAL_MASK = (1 << _ARRIVAL_BITS) - 1


class TwccRecorder:
    """Arrival times of one publisher's packets, and the feedback that reports them.

    Drop rule: above 2048 pending arrivals, and above 16 messages per build, arrivals are dropped and counted in
    `dropped`; the publisher then sees them as lost, which is what an overloaded server should say. `resets` counts
    steps of the clock.
    """

    __slots__ = (
        "_due_from",
        "_highest",
        "_last_arrival",
        "_message_count",
        "_missing",
        "_next",
        "_pending",
        "dropped",
        "resets",
    )

    def __init__(self) -> None:
        self._message_count = 0  # fb_pkt_count, 8 bits
        self._due_from = 0.0
        self.dropped = 0
        self.resets = 0
        self._forget()

    def _forget(self) -> None:
        """Start over: the next packet opens a new window."""
        self._pending: list[int] = []
        self._highest = -1  # highest extended sequence number seen
        self._next = -1  # first extended sequence number not reported yet
        self._missing: set[int] = set()  # reported as lost, welcome when late
        self._last_arrival = 0

    def record(self, sequence: int, arrival_us: int) -> None:
        """Note when the packet with this 16-bit transport-wide number arrived (microseconds, monotonic)."""
        if arrival_us < self._last_arrival - CLOCK_STEP:
            self._forget()
            self.resets += 1
        self._last_arrival = arrival_us
        highest = self._highest
        if highest < 0:
            self._highest = self._next = extended = sequence + 65536
        else:
            delta = ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000
            extended = highest + delta
            if delta > 0:
                self._highest = extended
        pending = self._pending
        if len(pending) < MAX_PENDING:
            pending.append((extended << _ARRIVAL_BITS) | arrival_us)
        else:
            self.dropped += 1

    def due(self, now: float) -> bool:
        """Tell whether to `build` now: after about 100 ms, 50 ms above 1500 packets/s, 250 ms below 65, 400 ms below
        25. True starts the next interval."""
        waiting = len(self._pending)
        if not waiting:
            return False
        elapsed = now - self._due_from
        if elapsed < (FULL_INTERVAL if waiting >= FULL else INTERVAL):
            return False
        if elapsed < SPARSE_INTERVAL and waiting < SPARSE * elapsed:
            return False
        if elapsed < THIN_INTERVAL and waiting < THIN * elapsed:
            return False
        self._due_from = now
        return True

    def build(self, sender_ssrc: int, media_ssrc: int) -> list[bytes]:
        """Return the RTCP packets, each at most 1200 bytes, that report what arrived since the last call.

        Send each in a datagram of its own: browsers read one transport feedback per compound.
        """
        pending = self._pending
        if not pending:
            return []
        self._pending = []
        pending.sort()
        messages: list[bytes] = []
        for writer in self._reports(pending):
            messages.append(writer.finish(sender_ssrc, media_ssrc, self._message_count))
            self._message_count = (self._message_count + 1) & 0xFF
        if len(self._missing) > MAX_MISSING:
            self._missing = set(sorted(self._missing)[-MAX_MISSING // 2 :])  # by half, so that sorting is rare
        return messages

    def _reports(self, pending: list[int]) -> list[FeedbackWriter]:
        """Lay sorted arrivals out over messages: late ones in messages of their own, the rest from `_next` on."""
        writers: list[FeedbackWriter] = []
        writer: FeedbackWriter | None = None
        previous = -1
        for position, packed in enumerate(pending):
            extended = packed >> _ARRIVAL_BITS
            arrival_us = packed & _ARRIVAL_MASK
            if extended == previous or (extended < self._next and extended not in self._missing):
                continue  # a duplicate, or older than the window
            previous = extended
            if extended == self._next:  # the ordinary case, kept cheap
                self._next = extended + 1
                expected = extended
            else:
                expected = self._expect(extended)
            if writer is None or writer.next != expected or not writer.add(extended, arrival_us):
                if len(writers) >= MAX_MESSAGES:
                    self.dropped += len(pending) - position
                    break
                writer = FeedbackWriter(expected, arrival_us)
                writers.append(writer)
                writer.add(extended, arrival_us)
        return writers

    def _expect(self, extended: int) -> int:
        """Return the number a message about `extended` continues from; note what is thereby reported lost."""
        start = self._next
        if extended < start:
            self._missing.discard(extended)
            return extended
        if extended - start > MAX_GAP:
            start = extended
        elif extended > start:
            self._missing.update(range(start, extended))
        self._next = extended + 1
        return start
