"""What gets through from a participant to us, and whether a still may be sent now: fed by the media plane every two seconds.

Nobody can measure a link that is not used. What came, of media and of the still itself, is the least the link takes. While there
are pictures their sender looks for more by itself, and what comes of all is the estimate. Where a voice is alone, the estimate
grows while a still uses its share and the voice is undisturbed, and falls when it is disturbed. What a link or a busy device
loses and delays without a still is not its doing: what counts is how much more it became.
"""

from __future__ import annotations

from dataclasses import dataclass

SHARE = 0.3  # of the estimate is what a still may take; clients keep to it
FIRST = 100_000.0  # bit/s taken for a link that carries a voice alone: a still then begins with 30 kbit/s
PICTURES = 80_000.0  # bit/s of media from which there are pictures among it, whatever is told of them
# bit/s of pictures from which they are a camera's, whose browser looks for more by itself: less than the least an encoder makes
# of one, more than a shared page takes that stands still.
LEAST_PICTURES = 25_000.0
BEYOND = 4.0  # times what came, at most: a still alone would then take more than the voice beside it
FLOOR = 40_000.0  # bit/s: less than a voice takes is no estimate
CEILING = 20_000_000.0
GROWTH = 1.25  # in two seconds, while a still uses what it may
USED = 0.6  # of what it may: then it is the still's pace that keeps what comes small
CUT = 0.7
MEMORY = 0.85  # what came counts for about ten seconds
LONG_WAIT = 0.25  # seconds the voice waits for its link, beyond what it did before
MORE_LOSS = 0.05  # of the voice's way, beyond what it had before
QUIET_FOR = 3  # samples (6 s) without a disturbance before a still goes on
BASE_SAMPLES = 0.1  # weight of one sample in what was lost and waited before: half of a change counts after 13 s


@dataclass(frozen=True, slots=True)
class Uplink:
    """One sample. `media`, `still`: bit/s that came, `pictures`: those of the media; `loss` 0..1; `wait`: seconds the voice waits
    for the link; `held`: pictures are stopped, as the voice waits."""

    media: float
    still: float
    loss: float
    wait: float
    held: bool
    pictures: float = 0.0


@dataclass(frozen=True, slots=True)
class StillPace:
    """What the participant is told: bit/s believed to get through, and whether anything of a still may be sent."""

    estimate: int
    go: bool


class UplinkEstimate:
    """Of one participant; forgotten with the seat."""

    __slots__ = ("_base_loss", "_base_wait", "_came", "_disturbed_for", "_value")

    def __init__(self) -> None:
        self._value = FIRST
        self._came = 0.0
        self._base_loss: float | None = None
        self._base_wait = 0.0
        self._disturbed_for = 0  # samples still to wait

    def add(self, sample: Uplink) -> StillPace:
        """Take a sample."""
        disturbed = self._is_disturbed(sample)
        if sample.still == 0 or not disturbed:
            self._note_usual(sample)
        total = sample.media + sample.still
        self._came = max(total, self._came * MEMORY)
        if disturbed:
            if sample.still > 0 or self._disturbed_for == 0:
                self._value = max(min(self._value, max(total, FLOOR)) * CUT, FLOOR)
            self._disturbed_for = QUIET_FOR
        else:
            self._disturbed_for = max(self._disturbed_for - 1, 0)
            self._rise(sample)
        return StillPace(round(self._value), self._disturbed_for == 0)

    def _rise(self, sample: Uplink) -> None:
        """What came is proven; a little more is tried while the still, and not the link, sets the pace."""
        if self._disturbed_for:
            return
        if sample.media >= PICTURES or sample.pictures >= LEAST_PICTURES:
            self._value = max(self._came, FLOOR)
            return
        if sample.still >= USED * SHARE * self._value:
            self._value = min(self._value * GROWTH, BEYOND * self._came, CEILING)
        self._value = max(self._value, self._came)

    def _is_disturbed(self, sample: Uplink) -> bool:
        base = self._base_loss if self._base_loss is not None else sample.loss
        return sample.held or sample.wait > self._base_wait + LONG_WAIT or sample.loss > base + MORE_LOSS

    def _note_usual(self, sample: Uplink) -> None:
        self._base_wait += BASE_SAMPLES * (sample.wait - self._base_wait)
        before = self._base_loss
        self._base_loss = sample.loss if before is None else before + BASE_SAMPLES * (sample.loss - before)
