"""Which layer of which video source a subscriber gets. Sound is never among them: it is sent first, whatever this decides.

Falls at once, rises late: a rise needs room to spare for 2 s, after a pause a good link for 10 s, twice as long each time a rise
had to be taken back. Ties break by source number, so that equal inputs give equal outcomes.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from telemed.congestion.controller import Estimate
from telemed.congestion.demands import (
    PAUSED,
    Allocation,
    Choice,
    Demand,
    Mode,
    Reason,
    SourceKind,
    in_order,
    suited_layers,
)

MARGIN = 1.15  # a rise must fit this often: layers vary by a tenth
TOLERANCE = 1.05  # what is sent may exceed the budget by this much before anything falls
RISE_US = 2_000_000  # room to spare for so long before a layer rises
RESUME_US = 10_000_000  # a good link for so long before paused video returns
RELAPSE_US = 10_000_000  # a rise taken back within this time was wrong
MAX_HOLD_US = 40_000_000  # longest wait after wrong rises
FORGIVE_US = 60_000_000  # without a relapse the waits are the first ones again
MAX_SOURCES = 64  # considered per subscriber; drop rule: the least important are paused
BELOW = -1  # step below a source's lowest suited layer


@dataclass(slots=True)
class _Standing:
    """What the allocator remembers of a source. `layer`: the one sent, or PAUSED."""

    layer: int = PAUSED
    limited: bool = False  # the link has lowered it: it must earn a rise
    paused: bool = False  # the link has paused it
    room_since_us: int = -1
    rose_us: int = -1
    fell_us: int = -1
    relapses: int = 0

    def hold_us(self) -> int:
        """How long there must be room before it rises."""
        if not self.limited:
            return 0
        first = RESUME_US if self.paused else RISE_US
        return max(first, min(first << self.relapses, MAX_HOLD_US))


@dataclass(frozen=True, slots=True)
class _Source:
    """A demand with the costs of its suited layers, ascending. Costs never fall with the step."""

    demand: Demand
    layers: tuple[int, ...]
    costs: tuple[float, ...]

    def cost(self, step: int) -> float:
        return self.costs[min(step, len(self.costs) - 1)] if step >= 0 and self.costs else 0.0


class Allocator:
    """One per subscriber. Call `allocate` when the estimate or the demands change, and at least twice a second."""

    __slots__ = ("_good_since_us", "_standings")

    def __init__(self) -> None:
        self._standings: dict[int, _Standing] = {}
        self._good_since_us = -1

    def allocate(
        self, estimate: Estimate, sound: float, demands: tuple[Demand, ...], mode: Mode, now_us: int, audio_only: bool = False
    ) -> Allocation:
        """Return what to send. `sound`: bit/s of all audio flows to this subscriber with headers, taken off first."""
        if not estimate.good:
            self._good_since_us = -1
        elif self._good_since_us < 0:
            self._good_since_us = now_us
        sources = [] if audio_only else self._sources(demands)
        budget = estimate.bitrate - sound
        bonus = sound if mode is Mode.SIGN else 0.0  # whoever reads signs needs that picture more than the sound
        steps = self._keep_or_fall(sources, budget, bonus, now_us)
        steps = self._rise(sources, steps, budget, bonus, now_us)
        self._store(sources, steps, now_us)
        return self._answer(sources, demands, sound, audio_only)

    def _sources(self, demands: tuple[Demand, ...]) -> list[_Source]:
        sources = []
        for demand in in_order(demands)[:MAX_SOURCES]:
            layers = suited_layers(demand)
            costs: list[float] = []
            for index in layers:
                costs.append(max(demand.layers[index].bitrate, costs[-1] if costs else 0.0))
            if layers:
                sources.append(_Source(demand, layers, tuple(costs)))
        known = {source.demand.source for source in sources}
        for gone in self._standings.keys() - known:
            standing = self._standings[gone]
            if not any(demand.source == gone for demand in demands):
                del self._standings[gone]
            else:
                standing.layer, standing.room_since_us = PAUSED, -1
                standing.limited = standing.paused  # hidden: it may come back at once unless the link had paused it
        return sources

    def _current(self, source: _Source) -> int:
        """The step of what is sent, or of the next smaller layer that still is to be had."""
        standing = self._standings.get(source.demand.source)
        return bisect_right(source.layers, standing.layer) - 1 if standing else BELOW

    def _keep_or_fall(self, sources: list[_Source], budget: float, bonus: float, now_us: int) -> list[int]:
        """What is sent now stays while it fits; else everything falls to what does."""
        current = [self._current(source) for source in sources]
        total = sum(source.cost(step) for source, step in zip(sources, current, strict=True))
        if total <= budget * TOLERANCE + _bonus(sources, bonus):
            return current
        steps = fill(sources, budget, bonus, current)
        for source, before, step in zip(sources, current, steps, strict=True):
            if step < before:
                self._fell(self._standings[source.demand.source], step, now_us)
        return steps

    def _fell(self, standing: _Standing, step: int, now_us: int) -> None:
        standing.limited = True
        standing.paused = standing.paused or step == BELOW
        if standing.rose_us >= 0 and now_us - standing.rose_us < RELAPSE_US:
            standing.relapses = min(standing.relapses + 1, 3)
            standing.rose_us = -1
        standing.fell_us = now_us
        standing.room_since_us = -1

    def _rise(self, sources: list[_Source], steps: list[int], budget: float, bonus: float, now_us: int) -> list[int]:
        """Let rise what has had room for long enough, most important first; the unimportant may fall for it."""
        room = budget / MARGIN
        roomy = fill(sources, room, bonus, [len(source.layers) - 1 for source in sources])
        caps = []
        for source, step, wanted in zip(sources, steps, roomy, strict=True):
            standing = self._standings.setdefault(source.demand.source, _Standing())
            if wanted <= step:
                standing.room_since_us = -1
            elif standing.room_since_us < 0:
                standing.room_since_us = now_us
            top = 0 if standing.paused else len(source.layers) - 1  # what was paused returns small
            caps.append(max(top, step) if self._may_rise(standing, now_us) else step)
        risen = fill(sources, room, bonus, caps)
        return risen if risen > steps else steps

    def _may_rise(self, standing: _Standing, now_us: int) -> bool:
        since = standing.room_since_us
        if since < 0:
            return False
        if standing.paused:
            if self._good_since_us < 0:
                return False
            since = max(since, self._good_since_us)
        return now_us - since >= standing.hold_us()

    def _store(self, sources: list[_Source], steps: list[int], now_us: int) -> None:
        for source, step in zip(sources, steps, strict=True):
            standing = self._standings[source.demand.source]
            before = self._current(source)
            if step > before:
                standing.paused = False
                standing.room_since_us = -1
                standing.rose_us = now_us if standing.limited else -1
            elif step < before and standing.fell_us != now_us:
                self._fell(standing, step, now_us)
            top = len(source.layers) - 1
            standing.limited = (standing.limited and step < top) or step < min(top, before) or (step == BELOW)
            standing.paused = standing.paused or step == BELOW
            if standing.relapses and now_us - standing.fell_us >= FORGIVE_US:
                standing.relapses = 0
            standing.layer = source.layers[step] if step >= 0 else PAUSED

    def _answer(self, sources: list[_Source], demands: tuple[Demand, ...], sound: float, audio_only: bool) -> Allocation:
        chosen: dict[int, Choice] = {}
        used = desired = sound
        for source in sources:
            layer = self._standings[source.demand.source].layer
            step = self._current(source)
            reason = Reason.WISHED if step == len(source.layers) - 1 else Reason.LINK if step >= 0 else Reason.KEEP_SOUND
            chosen[source.demand.source] = Choice(source.demand.source, layer, reason)
            used += source.cost(step)
            desired += source.costs[-1] * MARGIN
        rest = Reason.AUDIO_ONLY if audio_only else Reason.HIDDEN
        choices = tuple(chosen.get(demand.source) or Choice(demand.source, PAUSED, rest) for demand in demands)
        paused = any(choice.reason is Reason.KEEP_SOUND for choice in choices)
        return Allocation(choices, used, desired, paused)


def _bonus(sources: list[_Source], bonus: float) -> float:
    """What the first camera may take of the sound's share: a signer's, or else that of whom one talks with."""
    first = sources[0] if sources else None
    is_face = first is not None and first.demand.kind in (SourceKind.SIGNER, SourceKind.MAIN)
    return min(bonus, first.costs[0]) if first is not None and is_face else 0.0


def fill(sources: list[_Source], budget: float, bonus: float, caps: list[int]) -> list[int]:
    """Return a step per source: the lowest layer of each in order of importance, then one more in each round.

    A source whose next layer does not fit rises no more; less important ones still may. `caps`: the highest step of each.
    """
    left = budget + _bonus(sources, bonus)
    steps = [BELOW] * len(sources)
    open_ = [index for index, cap in enumerate(caps) if cap > BELOW]
    while open_:
        still = []
        for index in open_:
            source = sources[index]
            more = source.cost(steps[index] + 1) - source.cost(steps[index])
            if more > left:
                continue
            left -= more
            steps[index] += 1
            if steps[index] < caps[index]:
                still.append(index)
        open_ = still
    return steps
