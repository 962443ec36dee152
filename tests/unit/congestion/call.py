"""Minutes of a call in virtual time: sound, a camera in three layers, the controller, allocator and pacer, and a seeded link."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

from telemed.congestion.allocator import Allocator
from telemed.congestion.controller import SendController
from telemed.congestion.demands import Allocation, Demand, Layer, Mode, SourceKind
from telemed.congestion.lenience import Lenience
from telemed.congestion.pacer import Pacer, Verdict
from telemed.congestion.send_log import PacketKind
from telemed.congestion.twcc_wire import FeedbackReport
from tests.unit.congestion.link import MILLISECOND, SECOND, Conditions, Link, Reno

STEP = 5 * MILLISECOND
EPOCH = 7_000_000_000  # our clock and the receiver's have nothing in common
CYCLE = 64_000 << 24
LAYERS = (Layer(130_000, 180), Layer(450_000, 360), Layer(1_200_000, 720))
SOUND = 48_000.0  # bit/s with headers: 40 bytes of Opus and 80 of the rest, each 20 ms
CAMERA = Demand(1, SourceKind.MAIN, LAYERS, 720)


@dataclass
class Sample:
    """State at one tenth of a second."""

    at: float
    estimate: float
    layer: int
    queue_ms: float
    paused: bool
    round_trip_ms: float


class Receiver:
    """Notes arrivals and reports each once, every 100 ms, as browsers do."""

    def __init__(self) -> None:
        self._arrived: deque[tuple[float, int]] = deque()
        self._next = -1

    def arrives(self, at_us: float, sequence: int) -> None:
        self._arrived.append((at_us, sequence))

    def report(self, now_us: float, offset_us: float) -> FeedbackReport | None:
        """What arrived by now. Numbers are extended here and 16 bits in the report."""
        received = []
        while self._arrived and self._arrived[0][0] <= now_us:
            at_us, sequence = self._arrived.popleft()
            received.append((sequence, int((at_us + offset_us) // 250 * 250) % CYCLE))
        if not received:
            return None
        received.sort()
        base = self._next if self._next >= 0 else received[0][0]
        self._next = received[-1][0] + 1
        pairs = tuple((sequence & 0xFFFF, arrival) for sequence, arrival in received)
        return FeedbackReport(1, 2, base & 0xFFFF, self._next - base, 0, pairs)


class Call:
    """One subscriber. `run` advances; `samples`, `sound_delays` (ms, None: lost) and `video_bits` tell what happened."""

    def __init__(self, conditions: Conditions, demands: tuple[Demand, ...] = (CAMERA,), tcp: bool = False) -> None:
        self.controller = SendController()
        self.allocator = Allocator()
        self.lenience = Lenience()
        self.pacer = Pacer(self.controller.estimate.bitrate)
        self.link = Link(conditions)
        self.tcp = Reno(self.link, conditions.delay_ms) if tcp else None
        self.demands = demands
        self.mode = Mode.SPEECH
        self.samples: list[Sample] = []
        self.sound_delays: list[float | None] = []
        self.extra_bits = 0  # sent besides sound, at any time
        self.allocation: Allocation | None = None
        self.switches: list[tuple[float, int]] = []
        self._conditions = conditions
        self._random = random.Random(conditions.seed + 1)
        self._receiver = Receiver()
        self._reports: deque[tuple[float, FeedbackReport]] = deque()
        self._held: dict[int, int] = {}
        self._sequence = 65_000  # wraps early
        self._now = 0
        self._frame_at = 0.0
        self._layer = -1
        self._keyframe = False

    def run(self, seconds: float) -> None:
        """Advance virtual time."""
        for now in range(self._now, self._now + int(seconds * SECOND), STEP):
            if self.tcp:
                self.tcp.run(now)
            if now % (20 * MILLISECOND) == 0:
                self._sound(now)
                self._tick(now)
            self._video(now)
            for size in self.pacer.release(now):
                self._send(now, size, PacketKind.MEDIA)
            if now % (100 * MILLISECOND) == 0:
                self._report(now)
                self._allocate(now)
            while self._reports and self._reports[0][0] <= now:
                self.controller.on_feedback(self._reports.popleft()[1], now + EPOCH)
                self._apply()
        self._now += int(seconds * SECOND)

    def during(self, start: float, end: float) -> list[Sample]:
        """The samples of a stretch of time, in seconds."""
        return [sample for sample in self.samples if start <= sample.at < end]

    def _send(self, now: float, size: int, kind: PacketKind) -> float | None:
        self.controller.log.sent(self._sequence & 0xFFFF, size, int(now) + EPOCH, kind)
        if kind is not PacketKind.AUDIO:
            self.extra_bits += size * 8
        arrival = self.link.send(now, size)
        if arrival is not None:
            self._receiver.arrives(arrival, self._sequence)
        self._sequence += 1
        return arrival

    def _sound(self, now: int) -> None:
        arrival = self._send(now, 92, PacketKind.AUDIO)
        self.pacer.passed(92)
        self.sound_delays.append(None if arrival is None else (arrival - now) / 1000)

    def _tick(self, now: int) -> None:
        plan = self.controller.tick(now + EPOCH)
        self._apply()
        if plan is not None:
            gap = plan.duration_us / plan.packets
            for index in range(plan.packets):
                self._send(now + index * gap, plan.packet_size, PacketKind.PROBE)
                self.pacer.passed(plan.packet_size)

    def _apply(self) -> None:
        estimate = self.controller.estimate
        least = self.allocation.used if self.allocation is not None and self.lenience.trying else 0.0
        self.pacer.set_rate(max(estimate.bitrate, least), estimate.queue_is_long, estimate.wary)

    def _video(self, now: int) -> None:
        """The chosen layer at 30 frames/s, each a tenth larger or smaller; a switch begins with a keyframe of four frames."""
        if self._layer < 0 or now < self._frame_at:
            return
        self._frame_at = now + SECOND / 30
        bitrate = self.demands[0].layers[self._layer].bitrate
        keyframe = self._keyframe or bool(self.pacer.starved)
        left = int(bitrate / 30 / 8 * self._random.uniform(0.9, 1.1) * (4 if keyframe else 1))
        begins = True
        while left > 0:
            size = min(left, 1200)
            verdict = self.pacer.offer(1, size, now, begins, keyframe)
            if verdict is Verdict.SEND:
                self._send(now, size, PacketKind.MEDIA)
            elif verdict is Verdict.HOLD:
                self.pacer.hold(1, size, size, begins)
            if begins:
                self._keyframe = verdict is Verdict.DROP
            begins = False
            left -= size

    def _report(self, now: int) -> None:
        conditions = self._conditions
        offset = sum(ms * 1000 for at, ms in conditions.steps if now >= at * SECOND)
        report = self._receiver.report(now, offset)
        if report is not None and self._random.random() >= conditions.feedback_loss:
            delay = conditions.feedback_delay(now / SECOND) if conditions.feedback_delay else conditions.delay_ms
            self._reports.append((now + delay * 1000, report))

    def _allocate(self, now: int) -> None:
        estimate = self.controller.estimate
        refused = set() if self._layer >= 0 or not self.samples else {demand.source for demand in self.demands}
        lenient = self.lenience.judge(estimate, self.controller.carries_all, SOUND, self.demands, refused, now)
        self.allocation = allocation = self.allocator.allocate(lenient, SOUND, self.demands, self.mode, now)
        self.controller.want(allocation.desired)
        layer = allocation.choices[0].layer if allocation.choices else -1
        if layer != self._layer:
            self._layer, self._keyframe = layer, True
            self.pacer.purge(1)
            self.switches.append((now / SECOND, layer))
        queue_ms = self.link.backlog_ms(now)
        paused = allocation.paused_for_sound
        self.samples.append(Sample(now / SECOND, estimate.bitrate, layer, queue_ms, paused, estimate.round_trip_us / 1000))
