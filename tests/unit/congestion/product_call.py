"""A call as the product makes it: the publisher's layers cost what is measured of them, key frames and all, and stop when nobody
takes them; the link back to us is cut as well, and carries a camera of its own beside the reports."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from telemed.congestion.demands import Demand, Layer, SourceKind
from telemed.congestion.pacer import Verdict
from telemed.congestion.send_log import PacketKind
from telemed.sfu.source_rate import LayerRate
from tests.unit.congestion.call import Call
from tests.unit.congestion.link import SECOND, Conditions, Link

SENT = (150_000.0, 500_000.0)  # bit/s of a camera of 640x360, which Chromium encodes in two of three layers
HEIGHTS = (90, 180, 0)
USUAL = (150_000.0, 500_000.0, 1_700_000.0)
KEYFRAMES = (6_000, 20_000)  # bytes
OFF_AFTER_US = 5 * SECOND


@dataclass
class Way:
    """The way back: the subscriber's own camera, which adapts late, in the queue of its reports."""

    link: Link
    rate: float = 1_000_000.0
    slow_after: float = 4.0  # seconds until its encoder has followed the link

    def load(self, now: int, narrow_at: float) -> None:
        """5 ms of its camera."""
        after = now / SECOND - narrow_at
        rate = self.rate if after < 0 or self.link.rate(now) > 1e6 else self.rate if after < self.slow_after else 180_000.0
        self.link.send(now, max(int(rate * 0.005 / 8) - 28, 1))


class ProductCall(Call):
    """`run` as in `Call`; costs are measured each second of what the publisher sent, as `LayeredSource.measure` does."""

    def __init__(self, conditions: Conditions, narrow_at: float, sent: tuple[float, ...] = SENT, back: bool = True) -> None:
        super().__init__(conditions, (self._demand(USUAL),))
        self._sent = sent
        self._narrow_at = narrow_at
        self._way = Way(Link(replace(conditions, seed=conditions.seed + 7))) if back else None
        self._costs = [LayerRate(int(usual)) for usual in USUAL]
        self._octets = [0] * len(sent)
        self._wanted_at = [0.0] * len(sent)
        self._frames_at = 0.0
        self._layer_now = -1
        self._keyframes_at: deque[int] = deque(maxlen=3)

    @staticmethod
    def _demand(costs: tuple[float, ...] | list[float]) -> Demand:
        layers = tuple(Layer(cost, height) for cost, height in zip(costs, HEIGHTS, strict=True))
        return Demand(1, SourceKind.MAIN, layers, 540)

    def _measure(self, now: int) -> None:
        for layer, octets in enumerate(self._octets):
            rate = octets * 8.0
            if rate >= 8_000:
                self._costs[layer].add(int(rate))
            self._octets[layer] = 0
        self.demands = (self._demand([float(cost.bitrate) for cost in self._costs]),)

    def _video(self, now: int) -> None:
        if self._way is not None:
            self._way.load(now, self._narrow_at)
        if now % SECOND == 0 and now:
            self._measure(now)
        if now < self._frames_at:
            return
        self._frames_at = now + SECOND / 20
        chosen = min(self._layer, len(self._sent) - 1)
        if chosen >= 0:
            self._wanted_at[chosen] = now
        for layer, bitrate in enumerate(self._sent):
            on = layer == 0 or now - self._wanted_at[layer] < OFF_AFTER_US
            if on:
                self._frame(layer, bitrate, layer == chosen, now)

    def _frame(self, layer: int, bitrate: float, forwarded: bool, now: int) -> None:
        starved = bool(self.pacer.starved) and not self.pacer.is_full
        keyframe = forwarded and (self._layer_now != layer or starved) and self._may_ask(now)
        size = KEYFRAMES[layer] if keyframe else int(bitrate / 160 * self._random.uniform(0.8, 1.2))
        self._octets[layer] += size
        if not forwarded:
            if self._layer < 0:
                self._layer_now = -1
            return
        if keyframe:
            self._keyframes_at.append(now)
            self._layer_now = layer
        elif self._layer_now != layer:
            return
        begins = True
        while size > 0:
            part = min(size, 1130)
            verdict = self.pacer.offer(1, part + 40, now, begins, keyframe)
            if verdict is Verdict.SEND:
                self._send(now, part + 40, PacketKind.MEDIA)
            elif verdict is Verdict.HOLD:
                self.pacer.hold(1, part + 40, part + 40, begins)
            begins = False
            size -= part

    def _may_ask(self, now: int) -> bool:
        """Three key frames in ten seconds, as `KeyframeRequests` allows."""
        return len(self._keyframes_at) < 3 or now - self._keyframes_at[0] >= 10 * SECOND

    def _report(self, now: int) -> None:
        if self._way is None:
            super()._report(now)
            return
        report = self._receiver.report(now, 0)
        if report is None:
            return
        arrival = self._way.link.send(now, 60 + len(report.received) * 2)
        if arrival is not None:
            self._reports.append((arrival, report))
