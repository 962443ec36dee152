"""Sends what the publishers of a plan send, on time, as a browser would: bursts per frame, key frames, sound, RTCP."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from telemed.rtp.rtcp import build_receiver_report
from telemed.rtp.rtcp_records import ReportBlock
from tests.bench.rtp_load import AUDIO_RATE, FRAME_RATE, LoadPeer, Publisher

KEY_EVERY = 300  # frames: ten seconds, so that a full window holds one of each publisher
KEY_FRAMES_WORTH = 3  # a key frame is a burst of three ordinary frames, about 15 packets, and the next two fall away
SPREAD = 37  # frames between the key frames of two neighbours: never all at once
STALL = 0.5  # seconds; a generator later than this drops its arrears instead of flooding the worker


@dataclass(slots=True)
class Sent:
    """What was sent in a window, and how late the generator itself was."""

    packets: int = 0
    skipped_ticks: int = 0  # arrears dropped after a stall
    late_ms: list[float] = field(default_factory=list)  # per tick

    def late_p99_ms(self) -> float:
        """The generator's own lateness."""
        ordered = sorted(self.late_ms)
        return round(ordered[int(0.99 * (len(ordered) - 1))], 2) if ordered else 0.0


class Traffic:
    """The clock of a load: one tick per publisher and frame, publishers evenly spread over the frame's time."""

    def __init__(self, publishers: list[Publisher], peers: list[LoadPeer]) -> None:
        self._publishers = publishers
        self._peers = peers
        self._slots = len(publishers)
        self._tick = 0
        self._owed_sound = [0.0] * self._slots
        self._reporting = self._plan_reports()

    async def run(self, seconds: float) -> Sent:
        """Send for `seconds`. Call again to go on: numbers, key frames and reports continue."""
        loop = asyncio.get_running_loop()
        sent = Sent()
        step = 1 / FRAME_RATE / self._slots
        due = loop.time()
        for _ in range(round(seconds * FRAME_RATE) * self._slots):
            wait = due - loop.time()
            if wait > 0.0005:
                await asyncio.sleep(wait)
            else:
                await asyncio.sleep(0)  # the receivers' sockets get their turn
            late = loop.time() - due
            sent.late_ms.append(late * 1000)
            if late > STALL:
                sent.skipped_ticks += int(late / step)
                due = loop.time()
            sent.packets += self._run_tick()
            due += step
        return sent

    def _run_tick(self) -> int:
        frame, slot = divmod(self._tick, self._slots)
        for peer, publisher in self._reporting.get(self._tick % (FRAME_RATE * self._slots), ()):
            self._report(peer, publisher)
        self._tick += 1
        publisher = self._publishers[slot]
        return self._send_picture(publisher, frame, slot) + self._send_sound(publisher, slot)

    def _send_picture(self, publisher: Publisher, frame: int, slot: int) -> int:
        since_key = (frame - slot * SPREAD) % KEY_EVERY
        if frame < 2:  # subscribers begin at a key frame
            return publisher.send_frame(key=True)
        if since_key == 0:
            return publisher.send_frame(key=True) + sum(publisher.send_frame() for _ in range(KEY_FRAMES_WORTH - 1))
        return publisher.send_frame() if since_key >= KEY_FRAMES_WORTH else 0

    def _send_sound(self, publisher: Publisher, slot: int) -> int:
        self._owed_sound[slot] += AUDIO_RATE / FRAME_RATE
        count = int(self._owed_sound[slot])
        self._owed_sound[slot] -= count
        for _ in range(count):
            publisher.send_sound()
        return count

    def _plan_reports(self) -> dict[int, list[tuple[LoadPeer, Publisher | None]]]:
        """Give every peer its own moment of each second for its reports."""
        by_peer = {id(publisher.peer): publisher for publisher in self._publishers}
        second = FRAME_RATE * self._slots
        plan: dict[int, list[tuple[LoadPeer, Publisher | None]]] = defaultdict(list)
        for number, peer in enumerate(self._peers):
            plan[number * second // len(self._peers)].append((peer, by_peer.get(id(peer))))
        return plan

    def _report(self, peer: LoadPeer, publisher: Publisher | None) -> None:
        if publisher is not None:
            publisher.report()
        grants = peer.remote.grants if peer.remote is not None else ()
        blocks = [ReportBlock(grant.ssrc, 0, 0, 0, 0, 0, 0) for grant in grants]
        if blocks:
            peer.send_rtcp(build_receiver_report(1, blocks))
