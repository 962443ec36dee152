"""Which video a subscriber gets: asks the allocator every 100 ms, and carries out what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.congestion.allocator import MARGIN, Allocator
from telemed.congestion.demands import Allocation, Demand, Reason
from telemed.congestion.lenience import Lenience
from telemed.media.control import VideoPaused
from telemed.media.loss_guard import LossGuard
from telemed.sfu.subscriber_demands import demand_of, main_camera, peak_of, pictures_of, sound_of

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.peer import Peer
    from telemed.sfu.subscriber_control import SubscriberControl

UNLIMITED = float("inf")
OUTAGE_SECONDS = 1.0  # without an authenticated packet: sound comes 50 times a second, reports at least once
TICK_SECONDS = 0.035  # between two steps of the controller: every second tick of the worker
CALM_TURNS = 5  # while all is well and everybody gets what is wished for, every fifth turn decides: each half second


class SubscriberVideo:
    """The video of one subscriber whose path is estimated. `paused`: some of it is stopped to keep the sound; it was told so."""

    def __init__(self, peer: Peer, control: SubscriberControl) -> None:
        self._peer = peer
        self._control = control
        self._allocator = Allocator()
        self._lenience = Lenience()
        self._refused: frozenset[int] = frozenset()  # sources the path has no room for
        self._ticked_at = 0.0
        self._down = False  # nothing is heard of the subscriber
        self._turns = 0
        self._decided_on: list[EgressFlow] = []
        self._limited = False  # the path has shown that it does not take all that the sources can send
        self.paused = False

    @property
    def steady(self) -> bool:
        """Whether there is nothing to probe and nothing to doubt: `decide` does then what `tick` is for."""
        return self._control.controller.settled and not self._down

    def tick(self, now: float) -> None:
        """Every 20 or 40 ms while not `steady`; every 40 ms the estimate and probes."""
        if now - self._ticked_at >= TICK_SECONDS and not self.steady:
            self._step(now)

    def _step(self, now: float) -> None:
        self._ticked_at = now
        self._down = self._is_out(now)
        if self._down:
            self._control.controller.on_outage(int(now * 1e6))
            return
        plan = self._control.tick(int(now * 1e6))
        if plan is not None:
            prober = next((flow for flow in self._peer.flows.values() if flow.probes), None)
            if prober is not None:
                self._control.probe(plan, prober, int(now * 1e6))

    def decide(self, now: float) -> None:
        """Every 100 ms: choose, carry out, tell. Without a report of the subscriber nothing is decided here."""
        control, peer = self._control, self._peer
        if self.steady:
            self._step(now)
        if not control.in_charge or self._down:
            return
        if peer.guard.paused:  # it had decided before the first report came
            peer.guard = LossGuard()
        flows = pictures_of(peer)
        self._turns -= 1
        if self._turns > 0 and control.estimate.good and not control.pacer.starved and flows == self._decided_on:
            return
        self._decided_on = flows
        self._decide(flows, now)

    def _is_out(self, now: float) -> bool:
        """Whether nothing is heard of the subscriber: its pictures wait for the path, not for a better one."""
        peer = self._peer
        return now - max(peer.media_at_us * 1e-6, peer.agent.consent_at) > OUTAGE_SECONDS

    def _decide(self, flows: list[EgressFlow], now: float) -> None:
        control, peer = self._control, self._peer
        main = main_camera(peer, flows)
        demands = tuple(demand_of(flow, main) for flow in flows)
        sound = sound_of(peer)
        now_us = int(now * 1e6)
        carried = control.controller.carries_all
        estimate = self._lenience.judge(control.estimate, carried, sound, demands, self._refused, now_us)
        allocation = self._allocator.allocate(estimate, sound, demands, peer.mode, now_us)
        everything = MARGIN * (sound + sum(map(peak_of, flows)))
        control.controller.want(max(allocation.desired, everything))
        control.least_bitrate = allocation.used if self._lenience.trying else 0.0
        control.pace()
        self._carry_out(flows, allocation, now)
        if control.estimate.bitrate >= everything:
            self._limited = False
        self._share_out(flows, demands, allocation, sound)
        self._tell(allocation)
        wished = all(choice.reason in (Reason.WISHED, Reason.HIDDEN) for choice in allocation.choices)
        self._turns = CALM_TURNS if wished and not self._lenience.trying else 0
        self._ask_for_the_starved(flows, now)

    def _carry_out(self, flows: list[EgressFlow], allocation: Allocation, now: float) -> None:
        """Hidden sources are left as they are: nothing is sent of them, and they may be looked at the next moment."""
        for flow, choice in zip(flows, allocation.choices, strict=True):
            layer = choice.layer if choice.layer >= 0 else None
            if choice.reason is not Reason.HIDDEN and flow.allow(layer):
                flow.track.compile(now)
        self._refused = frozenset(choice.source for choice in allocation.choices if choice.reason is Reason.KEEP_SOUND)

    def _share_out(self, flows: list[EgressFlow], demands: tuple[Demand, ...], allocation: Allocation, sound: float) -> None:
        """Note how much the path leaves to each source: what comes in one size can be asked to be smaller."""
        costs = [
            demand.layers[choice.layer].bitrate if choice.layer >= 0 else 0.0
            for demand, choice in zip(demands, allocation.choices, strict=True)
        ]
        spare = self._control.estimate.bitrate - sound - sum(costs)
        if spare < 0 and (self._lenience.suspects or not self._lenience.trying) or self._refused:
            self._limited = True
        for flow, cost in zip(flows, costs, strict=True):
            flow.affordable = max(spare + cost, 0.0) / MARGIN if self._limited else UNLIMITED

    def _tell(self, allocation: Allocation) -> None:
        """Tell the person when a picture stops to keep the sound, and when all are back."""
        if allocation.paused_for_sound is not self.paused:
            self.paused = allocation.paused_for_sound
            peer = self._peer
            peer.services.emit(VideoPaused(peer.room.room_id, peer.peer_id, self.paused))

    def _ask_for_the_starved(self, flows: list[EgressFlow], now: float) -> None:
        """Flows whose frames were dropped begin again at a key frame, once there is room for one. While a queue empties there is
        none: it would be dropped too, and publishers make the next one half a second later."""
        pacer = self._control.pacer
        if pacer.starved and not pacer.is_full and not self._control.estimate.queue_is_long:
            for flow in flows:
                if flow.ssrc in pacer.starved and flow.ready:
                    flow.track.want_keyframe(now, flow=flow)
