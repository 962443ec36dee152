"""Judges from counts whether a worker's media port is being flooded. Pure: counts and the time go in, a state comes out."""

from __future__ import annotations

from collections import deque

from telemed.sfu.counters import Counters

PERIOD = 0.1  # seconds between two judgements
BEGINS_AT = 3000.0  # junk datagrams a second, two periods running: six senders of pictures whose call has just ended are below
AT_ONCE = 9000.0  # and this in a single period
ENDS_BELOW = 1000.0  # on the average of
CALM_SECONDS = 5.0  # and nothing in them that would begin a flood: they come in waves, and switching costs


def junk_read(counts: Counters) -> int:
    """Return how many datagrams were read that nobody of ours sent: strangers', and such as only claim a peer's address."""
    return (
        counts.drop_address_unknown
        + counts.drop_alert_plaintext
        + counts.drop_class_unknown
        + counts.drop_dtls_inbox_full
        + counts.drop_dtls_rate
        + counts.drop_empty
        + counts.drop_oversized
        + counts.drop_srtp_auth
        + counts.drop_stun_malformed
        + counts.drop_stun_unauthenticated
        + counts.drop_stun_unknown_user
    )


class FloodWatch:
    """Flooded or not, with hysteresis.

    What found no room in a queue counts as junk in the proportion of what was read: a worker that gets no processor time drops
    datagrams too, and is not flooded. What the strangers' filter refused is junk.
    """

    def __init__(self, counts: Counters, now: float) -> None:
        self.flooded = False
        self._suspected = False
        self.rate = 0.0  # junk datagrams a second at the last judgement
        self._counts = counts
        self._at = self._calm_since = now
        self._lately: deque[tuple[float, float]] = deque()  # end of a period, junk in it; of the last CALM_SECONDS
        self._read, self._junk, self._lost, self._filtered = self._totals()

    def judge(self, now: float) -> bool:
        """Look at what was counted since the last judgement (`now`: monotonic seconds); True when the state changed."""
        passed = now - self._at
        if passed < 0.9 * PERIOD:  # too little to judge by
            return False
        self.rate = self._junk_since(now) / passed
        begins = self.rate >= (BEGINS_AT if self._suspected else AT_ONCE)
        self._suspected = self.rate >= BEGINS_AT
        if begins:
            self._calm_since = now
        flooded = begins or (self.flooded and not self._is_over(now))
        changed = flooded is not self.flooded
        self.flooded = flooded
        return changed

    def _junk_since(self, now: float) -> float:
        """Return how much junk came since the last judgement, and remember it."""
        before = self._read, self._junk, self._lost, self._filtered
        self._read, self._junk, self._lost, self._filtered = self._totals()
        read, lost, filtered = self._read - before[0], self._lost - before[2], self._filtered - before[3]
        junk = min(self._junk - before[1], read)  # connections bring junk too, which takes no room in the queue
        came = filtered + junk + (lost * junk / read if read else 0.0)
        self._at = now
        self._lately.append((now, came))
        while self._lately[0][0] <= now - CALM_SECONDS:
            self._lately.popleft()
        return came

    def _is_over(self, now: float) -> bool:
        """A burst now and then is no flood: what counts is the average since it was calm."""
        return now - self._calm_since >= CALM_SECONDS and sum(came for _at, came in self._lately) < ENDS_BELOW * CALM_SECONDS

    def _totals(self) -> tuple[int, int, int, int]:
        counts = self._counts
        return counts.in_datagrams, junk_read(counts), counts.kernel_receive_drops, counts.kernel_filter_drops
