"""Watches a publisher's own link by its voice, and says when its pictures must stop for it: `media.uplink`, joined to streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.congestion.demands import Mode
from telemed.media.control import Source
from telemed.media.uplink import ArrivalDelay, Sending, UplinkGuard

if TYPE_CHECKING:
    from telemed.sfu.peer import Peer
    from telemed.sfu.streams import InboundStream

# Seconds without a packet of the voice. Nobody speaks, so nothing waits; or its device was exchanged or away: browsers count what
# was captured, and their RTP time stood still meanwhile. A queue shows in packets that come, one after the other.
QUIET = 0.25


class Uplink:
    """Of one publisher."""

    __slots__ = ("_delay", "_guard", "_voice")

    def __init__(self) -> None:
        self._guard = UplinkGuard()
        self._delay = ArrivalDelay()
        self._voice: InboundStream | None = None

    @property
    def held(self) -> bool:
        """Whether the publisher's pictures are to stop, and its voice to be thin."""
        return self._guard.sending is Sending.NOTHING

    @property
    def sends_little(self) -> bool:
        """Whether the smallest size of each picture is all that is to be sent."""
        return self._guard.sending in (Sending.LITTLE, Sending.TRIAL)

    def on_path(self) -> None:
        """Packets take another way: neither what was quick before nor what was full says anything of it."""
        self._guard, self._delay = UplinkGuard(), ArrivalDelay()

    def look(self, peer: Peer, now: float) -> None:
        """Every 100 ms. Whoever signs needs the picture more than the sound: theirs is never stopped for it."""
        if peer.mode is Mode.SIGN:
            self._guard = UplinkGuard()
            return
        streams = [lane.stream for lane in peer.lanes if lane.stream is not None]
        pictures = sum(stream.stats.octets for stream in streams if stream.is_video)
        everything = sum(stream.stats.octets for stream in streams)
        before = self._guard.sending
        control = peer.control
        down = control.estimate.bitrate if control is not None and control.in_charge else float("inf")
        self._guard.look(self._waits(streams, now), (pictures, everything), now, down)
        if before is not self._guard.sending is Sending.TRIAL:
            self._delay = ArrivalDelay()  # the way as it is without a queue, which may be longer than it was

    def _waits(self, streams: list[InboundStream], now: float) -> float:
        voice = next((stream for stream in streams if stream.published.line.source is Source.MICROPHONE), None)
        quiet = voice is None or voice.highest < 0 or now - voice.last_us * 1e-6 > QUIET
        if quiet or voice is not self._voice:
            self._voice, self._delay = voice, ArrivalDelay()
        if voice is None or quiet:
            return 0.0
        return self._delay.add(voice.last_timestamp, voice.stats.clock_rate, voice.last_us * 1e-6)
