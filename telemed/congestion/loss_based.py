"""The loss-based limit: grow below 2 % of loss, cut above 10 % (draft-ietf-rmcat-gcc-02 section 6), of loss we cause.

A radio link loses packets whatever we send, and the draft's rule would drive such a subscriber to the floor. So each cut is an
experiment. If the path carries c, sending r loses 1 - c/r, and a known smaller r must lose a known smaller share. Loss that does
not follow is the path's own: it is remembered as `inherent`, subtracted from now on, and the cut is taken back. libwebrtc's
LossBasedBweV2 separates the two by maximum likelihood; this is the same model judged from two points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from telemed.congestion.aimd import HEADROOM, HEADROOM_BITS
from telemed.congestion.feedback import Outcome

LOW, HIGH = 0.02, 0.10  # shares of packets lost beyond the path's own
GROWTH = 1.08  # per second
MAX_GROWTH_SECONDS = 60.0  # of one window: a hundredfold. After hours on hold the power would leave the range of a float
MIN_WINDOW_US, MIN_PACKETS = 400_000, 30  # least that is judged, when it leaves no doubt
WINDOW_US = 2_000_000  # time after which a window is judged as it is
DOUBT = 2.0  # standard errors a share must exceed a limit by to be judged early, half as many later: few packets prove little
CONCLUSIVE = 0.8  # an experiment is judged when the rate has fallen this far
PATIENCE_US = 5_000_000  # or after this long; then at most HIGH is called the path's own
IDLE = 2.0  # times what is sent: a cut begins there at most, so that few steps reach a layer that is too much
QUIET = 80_000.0  # bit/s: the sound and hardly more; sent whatever is lost, so that nothing can be cut
WORSE = 0.15  # a share that rises so much during an experiment: the path has changed, and the experiment begins again
TRUST_US, MAX_TRUST_US = 20_000_000, 320_000_000  # a verdict above HIGH is tried again, each time half as often
MAX_INHERENT = 0.6  # beyond it nothing is forwarded usefully anyway
FORGET = 0.2  # how fast `inherent` follows a path that loses less, per window


@dataclass(frozen=True, slots=True)
class Experiment:
    """The loss before the first of a series of cuts: sent bitrate, share lost, and the estimate to return to."""

    rate: float
    loss: float
    estimate: float
    since_us: int

    def predicts(self, rate: float) -> float:
        """The share that would be lost at `rate` if the path were simply full."""
        return max(0.0, 1 - self.rate * (1 - self.loss) / rate) if rate > 0 else 0.0


class LossController:
    """`limit` in bit/s, infinite while loss limits nothing; `loss` is the share of the last window."""

    __slots__ = (
        "_bytes",
        "_experiment",
        "_from_us",
        "_lost",
        "_lost_bytes",
        "_packets",
        "_products",
        "_settled_us",
        "_tried_us",
        "_trust_us",
        "_was_lossy",
        "inherent",
        "limit",
        "loss",
    )

    def __init__(self) -> None:
        self.limit = float("inf")
        self.inherent = 0.0
        self.loss = 0.0
        self._experiment: Experiment | None = None
        self._was_lossy = False
        self._tried_us = 0
        self._trust_us = TRUST_US // 2
        self._settled_us = -1
        self._packets = self._lost = self._bytes = self._lost_bytes = 0
        self._from_us = -1
        self._products = (0, 0, 0)  # sums over messages of lost * lost, lost * packets, packets * packets

    def raise_to(self, bitrate: float) -> None:
        """A probe came through whole at `bitrate`."""
        self.limit = max(self.limit, bitrate)

    def add(self, packets: int, outcome: Outcome, now_us: int) -> bool:
        """Take a feedback message that reports on so many packets. Return whether there is enough to `judge`."""
        lost = outcome.lost
        if self._from_us < 0:
            self._begin(now_us)
        if now_us < self._settled_us:
            self._begin(now_us)  # sent before the cut: tells nothing about it
            return False
        self._packets += packets
        self._lost += lost
        self._bytes += outcome.bytes_arrived + max(outcome.lost_bytes, 0)
        self._lost_bytes += outcome.lost_bytes
        self._products = (
            self._products[0] + lost * lost,
            self._products[1] + lost * packets,
            self._products[2] + packets * packets,
        )
        return self._packets >= MIN_PACKETS and now_us - self._from_us >= MIN_WINDOW_US

    def judge(self, delay_based: float, congested: bool, round_trip_us: int, now_us: int) -> None:
        """Close the window if it proves enough. `delay_based`: the bitrate the delay allows.

        `congested`: the delay has said so lately; such loss is never the path's own.
        """
        elapsed_us = now_us - self._from_us
        doubt = self._doubt(min(max(self._lost / self._packets, 0.0), 1.0))
        loss = min(max(self._lost_bytes / self._bytes, 0.0), 1.0)  # a full queue still has room for small packets
        clean = self._beyond(loss + doubt) < LOW
        if elapsed_us < WINDOW_US and not clean and self._beyond(loss - doubt) <= HIGH:
            return
        rate = self._bytes * 8e6 / elapsed_us
        estimate = min(self.limit, delay_based)
        self.loss = loss
        self._begin(now_us)
        self._conclude(rate, congested, now_us)
        if self.inherent > HIGH and now_us - self._tried_us >= self._trust_us:
            self.inherent = 0.0
        if loss + doubt < self.inherent:
            self.inherent += FORGET * (loss - self.inherent)
        excess = self._beyond(loss)
        surely = self._beyond(loss - doubt / 2)
        if surely > HIGH:
            if self._experiment is None and self._was_lossy:  # else the loss may have begun in the middle of the window
                self._experiment = Experiment(rate, loss, estimate, now_us)
            if rate > QUIET:
                self.limit = min(estimate, IDLE * rate) * (1 - excess / 2)
                self._settled_us = now_us + round_trip_us
        elif surely < LOW:
            grown = self.limit * GROWTH ** min(elapsed_us / 1e6, MAX_GROWTH_SECONDS)
            self.limit = max(self.limit, min(grown, HEADROOM * rate + HEADROOM_BITS))
            if self.limit >= delay_based:
                self.limit = float("inf")
        self._was_lossy = excess > HIGH / 2

    def _doubt(self, loss: float) -> float:
        """DOUBT standard errors. Losses that come in bursts say less than their number: messages are compared with each other."""
        ll, ln, nn = self._products
        spread = ll - 2 * loss * ln + loss * loss * nn
        variance: float = max(spread, loss * (1 - loss) * self._packets)
        return DOUBT * math.sqrt(variance) / self._packets

    def _beyond(self, loss: float) -> float:
        """The share of what the path itself lets through that is lost besides."""
        return max(loss - self.inherent, 0.0) / (1 - self.inherent)

    def _conclude(self, rate: float, congested: bool, now_us: int) -> None:
        """End the experiment if it has come far enough."""
        experiment = self._experiment
        if experiment is None:
            return
        loss = self.loss
        predicted = experiment.predicts(rate)
        if congested:
            self._experiment = None
        elif rate > experiment.rate or loss > experiment.loss + WORSE:
            self._experiment = replace(experiment, rate=rate, loss=loss)
        elif rate <= CONCLUSIVE * experiment.rate:
            self._experiment = None
            if loss - predicted > (experiment.loss - predicted) / 2:
                self._take_back(experiment, loss, now_us)
            elif loss < LOW and predicted > LOW + LOW:
                self._take_back(experiment, self.inherent, now_us)  # a burst that ended by itself
            elif predicted > LOW:  # the path is full: what it loses besides is what the model leaves over
                besides = max(loss - predicted, 0.0)  # 0 whenever all is predicted to be lost
                self.inherent = min(self.inherent, besides / (1 - predicted)) if besides else 0.0
        elif now_us - experiment.since_us >= PATIENCE_US:
            self._experiment = None
            if self.limit < rate:  # what is left is sound: sending less cannot be tried
                self._take_back(experiment, loss, now_us)
            else:
                self.inherent = max(self.inherent, min(loss, HIGH))

    def _take_back(self, experiment: Experiment, inherent: float, now_us: int) -> None:
        """The cuts were for nothing."""
        self.inherent = min(inherent, MAX_INHERENT)
        self.limit = max(self.limit, experiment.estimate)
        if self.inherent > HIGH:
            self._tried_us = now_us
            self._trust_us = min(self._trust_us * 2, MAX_TRUST_US)

    def _begin(self, now_us: int) -> None:
        self._from_us = now_us
        self._packets = self._lost = self._bytes = self._lost_bytes = 0
        self._products = (0, 0, 0)
