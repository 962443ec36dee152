"""Watches a publisher's own link by its voice, and says when its pictures must stop for it: `media.uplink`, joined to streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.congestion.demands import Mode
from telemed.media.control import Source
from telemed.media.uplink import JITTER, WINDOW, ArrivalDelay, Overflow, RoundTripExcess, Sending, UplinkGuard

if TYPE_CHECKING:
    from telemed.sfu.peer import Peer
    from telemed.sfu.streams import InboundStream

# Seconds without a packet of the voice. Nobody speaks, so nothing waits; or its device was exchanged or away: browsers count what
# was captured, and their RTP time stood still meanwhile. A queue shows in packets that come, one after the other.
QUIET = 0.25
# Share of the voice lost, 1/256, from which a pause may have been a link that became thin at once: what came before it then says
# nothing of the delay after it, and round trips are asked. A queue that long overflows; one that is merely a longer way does not.
LOSSY = 3
LOSSY_FOR = 4.0  # seconds after the latest such report: at the rim of a queue packets get lost now and then


class Uplink:
    """Of one publisher."""

    __slots__ = ("_compared", "_delay", "_doubted_until", "_guard", "_lossy_at", "_overflow", "_trips", "_voice", "waits")

    def __init__(self) -> None:
        self._guard = UplinkGuard()
        self._delay = ArrivalDelay()
        self._trips = RoundTripExcess()
        self.waits = 0.0  # seconds packets wait for its link, of those that came last
        self._overflow = Overflow()
        self._lossy_at = float("-inf")
        self._compared = False  # a round trip was measured while no packet waited: longer ones tell how long they wait
        self._doubted_until = 0.0  # the delay of the voice is measured from a moment at which there may have been a queue
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
        self._guard, self._delay, self._trips, self._overflow = UplinkGuard(), ArrivalDelay(), RoundTripExcess(), Overflow()
        self._compared = False

    def forget(self) -> None:
        """The publisher has ended. Its voice leads back to it: neither would be freed while the other is known."""
        self._voice = None

    def overflows(self, now: float) -> bool:
        """Whether resends of pictures would only be lost, too."""
        return self._overflow.lasts(now)

    def on_round_trip(self, sample: float, now: float) -> None:
        """A report of the publisher's tells how long one round trip took, in seconds.

        The report went through the queue the voice waits in. What the voice is later than that is its device's affair: one that
        is too busy captures less than passes, and RTP time falls behind, for good. A device that began with this, as one does
        that opens its camera just then, was never seen without: its queue is no longer than the whole round trip.
        """
        self._trips.add(sample, now)
        if self.waits < JITTER:
            self._compared = True
            return
        queue = self._trips.value(now) if self._compared else sample
        stuttered = self.waits - queue - JITTER / 2
        if stuttered > 0:
            self._delay.forgive(stuttered)
            self.waits -= stuttered

    def look(self, peer: Peer, now: float) -> None:
        """Every 100 ms. Whoever signs needs the picture more than the sound: theirs is never stopped for it."""
        if peer.mode is Mode.SIGN:
            self._guard, self.waits = UplinkGuard(), 0.0
            return
        streams = [lane.stream for lane in peer.lanes if lane.stream is not None]
        pictures = sum(stream.stats.octets for stream in streams if stream.is_video)
        everything = sum(stream.stats.octets for stream in streams)
        before = self._guard.sending
        control = peer.control
        down, waits_down = float("inf"), 0.0
        if control is not None and control.in_charge:
            down, waits_down = control.estimate.bitrate, control.estimate.queue_us * 1e-6
        delay = self._waits(streams, now)
        if self._voice is not None and self._voice.stats.fraction_lost >= LOSSY:
            self._lossy_at = now
        if now < self._doubted_until and now - self._lossy_at < LOSSY_FOR:
            delay = max(delay, self._trips.value(now) - waits_down)
        self.waits = delay
        self._overflow.look(
            sum(stream.stats.expected for stream in streams), sum(stream.stats.packets for stream in streams), delay, now
        )
        self._guard.look(delay, (pictures, everything), now, down)
        after = self._guard.sending
        if before is not after and (after is Sending.TRIAL or before is Sending.LITTLE):
            self._delay = ArrivalDelay()  # the way as it is without a queue, which may be longer than it was

    def _waits(self, streams: list[InboundStream], now: float) -> float:
        voice = next((stream for stream in streams if stream.published.line.source is Source.MICROPHONE), None)
        quiet = voice is None or voice.highest < 0 or now - voice.last_us * 1e-6 > QUIET
        if quiet or voice is not self._voice:
            self._voice, self._delay = voice, ArrivalDelay()
            self._doubted_until = now + 2 * WINDOW
        if voice is None or quiet:
            return 0.0
        return self._delay.add(voice.last_timestamp, voice.stats.clock_rate, voice.last_us * 1e-6)
