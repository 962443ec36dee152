"""What cannot be sent any smaller is not given up on a guess: it goes on until the path itself shows that it is too much.

The estimate begins low and learns only from what is sent. A camera without layers, or a screen that begins to move, may need more
than has been proved; to pause it for ten seconds whenever that happens would cost more than to try. A queue that grows or a loss
that limits is proof, and sound is kept meanwhile: the pacer lets a long queue run empty.
"""

from __future__ import annotations

from collections.abc import Set

from telemed.congestion.allocator import MARGIN, TOLERANCE
from telemed.congestion.controller import Estimate
from telemed.congestion.demands import Demand

PATIENCE_US = 2_000_000  # from the first sign of trouble: a publisher can be asked for less, or the queue was somebody else's
HOPELESS = 0.5  # of what is needed: less carries nothing
HOPELESS_US = 300_000  # and so long: one late report is no proof
EASED_US = 500_000  # without a sign of trouble: what is sent now did not make any
CALM_US = 3_000_000  # without a sign of trouble: what was suspected is forgotten


class Lenience:
    """One per subscriber; call `judge` before each allocation. `trying`: more is sent than is proved."""

    __slots__ = ("_since_us", "_trouble_us", "trying")

    def __init__(self) -> None:
        self._since_us = -1  # first sign of trouble while more was needed than estimated
        self._trouble_us = -1  # the latest
        self.trying = False

    @property
    def suspects(self) -> bool:
        """Whether there was a sign of trouble lately."""
        return self._since_us >= 0

    def judge(
        self, estimate: Estimate, carried: bool, sound: float, demands: tuple[Demand, ...], refused: Set[int], now_us: int
    ) -> Estimate:
        """Return the estimate to allocate by: at least what sound and the smallest layers need, as long as that is tried.

        `carried`: all that is sent arrives. `refused`: sources that are paused now; they have to be proved first.
        """
        needed = sound + sum(_smallest(demand) for demand in demands if demand.source not in refused)
        short = needed - sound > (estimate.bitrate - sound) * TOLERANCE  # by the same measure as the allocator's
        self.trying = short and self._may_try(estimate, carried, needed, now_us)
        if not self.trying:
            return estimate
        return estimate._replace(bitrate=needed * MARGIN)

    def _may_try(self, estimate: Estimate, carried: bool, needed: float, now_us: int) -> bool:
        if carried:  # packets that come in fits and starts are no proof, as on a busy computer
            self._since_us = -1
        elif not estimate.good:
            self._trouble_us = now_us
            if self._since_us < 0:
                self._since_us = now_us
        elif self._since_us >= 0 and now_us - self._trouble_us >= CALM_US:
            self._since_us = -1
        if self._since_us < 0:
            return True
        suspected_us = now_us - self._since_us
        hopeless = estimate.bitrate < needed * HOPELESS and suspected_us >= HOPELESS_US
        eased = now_us - self._trouble_us >= EASED_US
        return not hopeless and (eased or suspected_us < PATIENCE_US)


def _smallest(demand: Demand) -> float:
    """Bitrate of the smallest layer of a source that somebody looks at."""
    if demand.wish_height <= 0:
        return 0.0
    return min((layer.bitrate for layer in demand.layers if layer.bitrate > 0), default=0.0)
