"""How many earlier frames each packet of a voice carries besides its own (RFC 2198): none where little is lost.

Every frame repeated costs what the voice costs without headers, so it has to help and there has to be room for it. Loss is
smoothed; beginning and ending are far enough apart that the choice does not swing. Loss that grew since is put to the test: on
a link that is simply full it goes back when nothing is repeated, on one that loses whatever is sent it does not.
"""

from __future__ import annotations

SMOOTHING = 3.0  # seconds: reports come each second, and one unlucky second is no lossy path
BEGIN, END = 0.04, 0.015  # shares lost; below the second one for `CALM` nothing is repeated any more
TWO_BEGIN, TWO_END = 0.15, 0.08  # of 30 % a single repetition leaves 9 %, two leave 3 %
CALM = 10.0  # seconds
ROOM, ROOM_KEPT = 100_000.0, 50_000.0  # bit/s of the path besides all voices, to begin with and to go on
AGAIN = 10.0  # seconds after room was lacking
WORSE, WORSE_BY = 1.5, 0.05  # times the loss before, and share beyond that: repeating may be what fills the link
TEST = 5.0  # seconds without repetition, to see
BETTER = 0.6  # of the doubted loss: it went back
FULL = 60.0  # seconds until a link that was full is tried again
NEVER = float("-inf")


class RedundancyChoice:
    """The choice for one voice on one path. `repeats`: earlier frames in each packet now, 0 to 2."""

    __slots__ = ("_at", "_calm_from", "_doubted", "_loss", "_refused_until", "_usual", "repeats")

    def __init__(self) -> None:
        self.repeats = 0
        self._loss = 0.0
        self._usual = 0.0  # share lost that is no news while something is repeated
        self._doubted = 0.0  # share lost when the test began that is going on; 0: none is
        self._at = self._calm_from = self._refused_until = NEVER

    def look(self, loss: float, room: float, now: float, queued: bool = False) -> int:
        """Take the share lost lately and the bit/s the path has besides voices and what is repeated already; return `repeats`.
        `queued`: a queue stands, or did a moment ago; what is lost where nothing is repeated yet was more than it held. Call
        about every second, at most."""
        if queued and not self.repeats:
            self._at = now
            return 0
        if self._at > NEVER:
            self._loss += min((now - self._at) / SMOOTHING, 1.0) * (loss - self._loss)
        self._at = now
        if self._loss >= END:
            self._calm_from = now
        if room < (ROOM_KEPT if self.repeats else ROOM):
            self._refuse(AGAIN if self.repeats else 0.0, now)
        elif now >= self._refused_until:
            self._conclude(now)
            self._choose(loss, now)
        return self.repeats

    def _conclude(self, now: float) -> None:
        """The test, if there was one, is over: a link that was full has to wait, of any other the loss is no news."""
        doubted, self._doubted = self._doubted, 0.0
        if doubted and self._loss < doubted * BETTER:
            self._refuse(FULL, now)
        elif doubted:
            self._usual = max(doubted, self._loss)

    def _choose(self, loss: float, now: float) -> None:
        if now < self._refused_until:
            return
        if self.repeats and self._loss > self._usual * WORSE + WORSE_BY:
            self._doubted = self._loss
            self._refuse(TEST, now)
            return
        before, self.repeats = self.repeats, self._wanted(now)
        if self.repeats and not before:
            self._usual = max(self._usual, self._loss, loss)
        elif not self.repeats:
            self._usual = 0.0

    def _refuse(self, seconds: float, now: float) -> None:
        self.repeats = 0
        self._refused_until = max(self._refused_until, now + seconds)

    def _wanted(self, now: float) -> int:
        if self._loss >= (TWO_END if self.repeats > 1 else TWO_BEGIN):
            return 2
        if self._loss >= BEGIN or (self.repeats and now - self._calm_from < CALM):
            return 1
        return 0
