"""Congestion control towards one subscriber, as the packet path and the timers use it: docs/congestion.md.

One instance for each transport that agreed on transport-wide numbers. It is in charge from the subscriber's first report on;
until then nothing is held back, and `LossGuard` decides on video as it does for clients that never report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.congestion.controller import Estimate, SendController
from telemed.congestion.pacer import Pacer, Verdict
from telemed.congestion.twcc_wire import parse_transport_feedback
from telemed.rtp.errors import MalformedPacket
from telemed.sfu.paced_send import Departures, Held, Train

if TYPE_CHECKING:
    from telemed.congestion.probing import ProbePlan
    from telemed.sfu.counters import Counters
    from telemed.sfu.dataplane import Dataplane
    from telemed.sfu.flows import EgressFlow

MAX_REPORTS = 200  # feedback messages in a second; browsers send 20, more in one datagram after a gap. Drop rule: further ones


class SubscriberControl:
    """Numbers, send log, estimate, pacer and probes of one subscriber. `_us` are microseconds of the monotonic clock.

    The packet path reads `in_charge`, `sequence` and the bound methods; it counts `sequence` up when a packet has left.
    """

    __slots__ = (
        "_counters",
        "_dataplane",
        "_departures",
        "_path",
        "_prober",
        "_reports",
        "_reports_from_us",
        "_train",
        "controller",
        "in_charge",
        "least_bitrate",
        "offer",
        "pacer",
        "passed",
        "sent",
        "sequence",
    )

    def __init__(self, dataplane: Dataplane, departures: Departures, counters: Counters) -> None:
        self.controller = SendController()
        self.pacer: Pacer[Held] = Pacer(self.controller.estimate.bitrate)
        self.sequence = 0  # the next transport-wide number, 16 bits
        self.in_charge = False  # the subscriber reports what arrives
        self.least_bitrate = 0.0  # bit/s that video is paced for whatever the estimate: what is sent on trial, see `Lenience`
        self.sent = self.controller.log.sent
        self.offer = self.pacer.offer
        self.passed = self.pacer.passed
        self._counters = counters
        self._dataplane = dataplane
        self._departures = departures
        self._train: Train | None = None
        self._prober: EgressFlow | None = None
        self._reports = self._reports_from_us = 0
        self._path: tuple[str, bool] | None = None  # host, and whether over TCP

    @property
    def estimate(self) -> Estimate:
        """What the path carries now."""
        return self.controller.estimate

    # --- the packet path ---------------------------------------------------------------------------------------------------

    def defer(self, verdict: Verdict, held: Held, size: int, begins: bool) -> None:
        """The pacer would not let a packet leave at once: hold it back, or drop it and what its flow has waiting."""
        flow = held.flow
        if verdict is Verdict.HOLD:
            self.pacer.hold(flow.ssrc, held, size, begins)
            self._departures.wake(self)
            return
        self._counters.drop_paced += 1
        if flow.anchored:
            # A late packet may wait although higher numbers have left.
            flow.cut(max([flow.departed, *(waiting.number for waiting in self.pacer.held(flow.ssrc))]))

    def drop(self, flow: EgressFlow) -> None:
        """The flow ends, pauses or changes its source: nothing of it waits any more."""
        gone = self.pacer.clear(flow.ssrc)
        if gone:
            self._counters.drop_paced += gone
            flow.cut(flow.departed)

    def depart(self, now_us: int) -> bool:
        """Send what is due of held video and of a probe; tell whether more waits."""
        for held in self.pacer.release(now_us):
            self._dataplane.send_held(held)
        if self._train is not None:
            self._send_due(self._train, now_us)
        return self._train is not None or self.pacer.queued > 0

    # --- feedback and time ---------------------------------------------------------------------------------------------------

    def on_feedback(self, data: bytes, now_us: int) -> None:
        """One transport-wide feedback message, decrypted."""
        if not self._may_report(now_us):
            self._counters.drop_feedback_rate += 1
            return
        try:
            report = parse_transport_feedback(data)
        except MalformedPacket:
            self._counters.drop_rtcp_malformed += 1
            return
        self._counters.feedback_received += 1
        controller = self.controller
        controller.on_feedback(report, max(now_us, controller.log.sent_at_us))
        self.in_charge = controller.answered
        self.pace()

    def _may_report(self, now_us: int) -> bool:
        """Count a message: each takes as long as forwarding a packet, and fifty fit into a datagram."""
        if now_us - self._reports_from_us >= 1_000_000:
            self._reports, self._reports_from_us = 0, now_us
        self._reports += 1
        return self._reports <= MAX_REPORTS

    def on_path(self, host: str, is_stream: bool, now_us: int) -> None:
        """The subscriber is reached at `host` from now on, by a TCP connection or datagrams. A NAT that changed its port is still
        the same path."""
        before, self._path = self._path, (host, is_stream)
        if before is not None and before != self._path:
            self.controller.on_new_path(now_us)

    def tick(self, now_us: int) -> ProbePlan | None:
        """Every 40 ms, or 100 ms while `controller.settled`. Return a probe to send now, if any."""
        plan = self.controller.tick(now_us)
        self.pace()
        return plan

    def probe(self, plan: ProbePlan, prober: EgressFlow, now_us: int) -> None:
        """Send a train of padding on the resend stream of `prober`."""
        self._counters.probes += 1
        self._train, self._prober = Train(plan, now_us), prober
        self._departures.wake(self)

    def pace(self) -> None:
        """Let video leave as fast as the estimate says now."""
        estimate = self.controller.estimate
        self.pacer.set_rate(max(estimate.bitrate, self.least_bitrate), estimate.queue_is_long, estimate.wary)

    def _send_due(self, train: Train, now_us: int) -> None:
        """Send the packets of the train that are due. A flow that went away meanwhile ends it."""
        flow = self._prober
        if flow is None or not flow.probes:
            self._train = self._prober = None
            return
        for _ in range(train.due(now_us)):
            train.left -= 1
            train.sent += 1
            self._dataplane.send_padding(flow, train.padding)
        if not train.left:
            self._train = self._prober = None
