"""Which packets of a source to ask for again, and when to give up (RFC 4585 section 6.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_WAIT = 0.005  # seconds a gap may be mere reordering: an ask too many costs little, a picture that stands still more
FIRST_WAIT_LIMIT = 0.020  # seconds after which a gap is asked for even without two newer packets
REORDER_PACKETS = 2  # newer packets that make reordering unlikely
MIN_RETRY = 0.040  # seconds between rounds on a short path
SECOND_ASK = 0.018  # seconds: each round asks twice, as the asking gets lost too; senders repeat nothing twice in a round trip
ASKS_IN_ROUND = 2
MAX_TRIES = 10 * ASKS_IN_ROUND
MAX_AGE = 2.0  # seconds: the publisher's history and the subscriber's playout are over
MAX_TRACKED = 1000  # missing packets per source
MAX_GAP = 500  # packets: the ring holds no more, a key frame repairs this sooner
MAX_PER_REQUEST = 200  # sequence numbers in one answer of `due`: any pattern fits one NACK packet; the rest follows


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a gap may be mere reordering, and how long it is worth asking for. Seconds."""

    first_wait: float  # with `reorder_packets` newer packets
    first_wait_limit: float  # without them
    reorder_packets: int
    window: float  # from the gap to the last ask
    waits_for_answer: bool  # asks in rounds, one in a round trip; else more often
    longest_round_trip: float  # beyond it no answer comes in time


FOR_VIDEO = Patience(FIRST_WAIT, FIRST_WAIT_LIMIT, REORDER_PACKETS, MAX_AGE, True, MAX_AGE)
# A gap in sound is seen one packet (20 ms) late already, and playout waits a few tenths of a second before it makes something up.
# A packet of sound is small, and senders repeat none twice within a round trip, however often they are asked.
FOR_AUDIO = Patience(0.005, 0.020, 2, 0.2, False, 0.25)


class _Missing:
    """One packet not seen: since when, how often asked for, and when the latest round of asking began (seconds)."""

    __slots__ = ("asked_at", "since", "tries")

    def __init__(self, since: float) -> None:
        self.since = since
        self.asked_at = 0.0
        self.tries = 0


class NackScheduler:
    """The missing packets of one source SSRC.

    `lost_for_good` counts packets given up since `take_lost_for_good`; for video it means: ask for a key frame. Drop rule: above
    1000 missing packets the oldest are given up; a gap above 500 gives up everything missing.
    """

    __slots__ = ("highest", "lost_for_good", "missing", "patience")

    def __init__(self, patience: Patience = FOR_VIDEO) -> None:
        self.patience = patience
        self.highest = -1  # extended; the packet path sets it for a packet that is the next in order
        self.missing: dict[int, _Missing] = {}  # by extended sequence number, in ascending order
        self.lost_for_good = 0

    def __len__(self) -> int:
        """Packets missing now."""
        return len(self.missing)

    def on_packet(self, ext_seq: int, now: float) -> None:
        """A packet of the source came, in order or not."""
        expected = self.highest + 1
        if ext_seq == expected:
            self.highest = ext_seq
        elif ext_seq < expected:
            if self.missing:
                self.missing.pop(ext_seq, None)
        else:
            if expected:
                self._open_gap(expected, ext_seq, now)
            self.highest = ext_seq

    def was_asked(self, ext_seq: int) -> bool:
        """Whether this packet, late as it is, comes because it was asked for."""
        entry = self.missing.get(ext_seq)
        return entry is not None and entry.tries > 0

    def on_recovered(self, ext_seq: int) -> None:
        """The packet came by retransmission."""
        self.missing.pop(ext_seq, None)

    def on_keyframe(self, ext_seq: int) -> None:
        """A key frame begins at `ext_seq`: nothing before it is needed any more, nor counts as lost."""
        self.lost_for_good = 0
        if self.missing:
            self.missing = {number: entry for number, entry in self.missing.items() if number > ext_seq}

    def take_lost_for_good(self) -> int:
        """Return how many packets were given up since the last call, and begin anew."""
        count = self.lost_for_good
        self.lost_for_good = 0
        return count

    def due(self, now: float, rtt: float) -> list[int]:
        """Return the 16-bit sequence numbers to ask for now, oldest first, at most 200; `rtt` in seconds.

        Video: first after 5 ms and two newer packets (20 ms at most), then each RTT (at least 40 ms), 10 times, for 2 s, each
        time twice 20 ms apart. Audio: every 40 ms for 0.2 s, and not at all over a path on which the answer comes too late.
        """
        if not self.missing:
            return []
        patience = self.patience
        retry = max(rtt, MIN_RETRY) if patience.waits_for_answer else MIN_RETRY
        useful = patience.window if rtt <= patience.longest_round_trip else 0.0
        asked: list[int] = []
        given_up: list[int] = []
        for number, entry in self.missing.items():
            if now - entry.since > useful or (entry.tries >= MAX_TRIES and now - entry.asked_at >= retry):
                given_up.append(number)
            elif self._may_ask(number, entry, now, retry) and len(asked) < MAX_PER_REQUEST:
                if not (patience.waits_for_answer and entry.tries % ASKS_IN_ROUND):
                    entry.asked_at = now
                entry.tries += 1
                asked.append(number & 0xFFFF)
        for number in given_up:
            del self.missing[number]
        self.lost_for_good += len(given_up)
        return asked

    def _may_ask(self, number: int, entry: _Missing, now: float, retry: float) -> bool:
        """Tell whether the waiting time of this packet, first or between asks, is over."""
        patience = self.patience
        if entry.tries:
            within_round = patience.waits_for_answer and entry.tries % ASKS_IN_ROUND
            return now - entry.asked_at >= (SECOND_ASK if within_round else retry) and entry.tries < MAX_TRIES
        waited = now - entry.since
        calm = self.highest >= number + patience.reorder_packets
        return waited >= patience.first_wait_limit or (waited >= patience.first_wait and calm)

    def _open_gap(self, first: int, end: int, now: float) -> None:
        """Note first..end - 1 as missing."""
        missing = self.missing
        if end - first > MAX_GAP:
            self.lost_for_good += len(missing) + 1
            missing.clear()
            return
        for number in range(first, end):
            missing[number] = _Missing(now)
        while len(missing) > MAX_TRACKED:
            del missing[next(iter(missing))]
            self.lost_for_good += 1
