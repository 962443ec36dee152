"""What a publisher is told to send: of a picture the layers somebody takes, and how much every link would take; of a voice less
while somebody hears it over a very slow link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.media.control import LayersWanted
from telemed.media.redundancy import RedundancyChoice

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.tracks import Track

REPEAT = 4.0  # seconds: a word that was lost is said again
LEAST_BITRATE = 60_000  # bit/s: below it a picture is of no use, and pausing it is the allocator's business
WORTH_TELLING = 0.15  # share by which a limit must change: encoders need a second to settle
ENOUGH_BITRATE = 1_700_000  # bit/s: no camera of ours sends more, so no limit is needed
SLOW_LINK = 64_000  # bit/s: a voice at 32 kbit/s in packets of 20 ms takes 58 of it, headers included
QUICK_AGAIN = 96_000  # bit/s, and for how many seconds
QUICK_FOR = 10.0
LOSS_SECONDS = 1.0  # between two looks at what is lost: as often as it is counted
THIN_VOICE = 16_000  # bit/s: plain speech; with long frames 25 of it on the wire

Wanted = tuple[tuple[str, ...], int]  # names of layers, bit/s


class PublisherWants:
    """Of one track: what was told last, and when."""

    __slots__ = ("_told", "_told_at")

    def __init__(self) -> None:
        self._told: Wanted = ((), 0)
        self._told_at = float("-inf")

    def look(self, track: Track, now: float) -> LayersWanted | None:
        """Return what is to be said now, None when nothing is. Call every 100 ms, and after a change of a wish."""
        publisher = track.publisher
        if publisher is None:
            return None
        names = track.layers.names_wanted(now) if track.layers is not None else ()
        wanted = names, self._limit(track) if track.layers is None else 0
        due = now - self._told_at >= REPEAT
        if wanted == self._told and (not due or wanted == ((), 0)):
            return None
        self._told, self._told_at = wanted, now
        return LayersWanted(publisher.room.room_id, publisher.peer_id, track.track_id, *wanted)

    def _limit(self, track: Track) -> int:
        """The most any subscriber's link takes of a picture in one size; 0: one of them takes all that comes, or nobody looks."""
        looking = [flow for flow in track.flows if flow.subscriber.receiving and flow.tile_height != 0]
        affordable = max((flow.affordable for flow in looking), default=float("inf"))
        cap = track.publisher.services.layer_cap.bitrate if track.publisher is not None else None
        affordable = min(affordable, cap or affordable)
        if affordable >= ENOUGH_BITRATE:
            return 0
        limit = max(int(affordable), LEAST_BITRATE)
        told = self._told[1]
        return told if told and abs(limit - told) <= told * WORTH_TELLING else limit


class VoiceWants:
    """Of one track of sound: whether who speaks was told to send less, or to repeat earlier frames, and when."""

    __slots__ = ("_choice", "_looked_at", "_slow_at", "_told_at", "redundant", "thin")

    def __init__(self) -> None:
        self.thin = False
        self.redundant = False
        self._choice = RedundancyChoice()
        self._looked_at = float("-inf")
        self._slow_at = float("-inf")
        self._told_at = float("-inf")

    def look(self, track: Track, now: float) -> LayersWanted | None:
        """Return what is to be said now, None when nothing is. Call every 100 ms."""
        publisher = track.publisher
        if publisher is None:
            return None
        before = self.thin, self.redundant
        slowest = min((_link(flow) for flow in track.flows), default=float("inf"))
        if slowest < (QUICK_AGAIN if self.thin else SLOW_LINK):
            self._slow_at = now
        self.thin = now - self._slow_at < QUICK_FOR
        self._judge_loss(track, now)
        asks = self.thin or self.redundant
        if (self.thin, self.redundant) == before and not (asks and now - self._told_at >= REPEAT):
            return None
        self._told_at = now
        limit = THIN_VOICE if self.thin else 0
        return LayersWanted(publisher.room.room_id, publisher.peer_id, track.track_id, (), limit, self.redundant)

    def _judge_loss(self, track: Track, now: float) -> None:
        """Decide whether so much of this voice is lost on its way here that its packets should repeat earlier frames, where they
        can. Not while it is to be thin, nor unheard; what room its own path has only who speaks knows."""
        stream = track.stream
        if stream is None or stream.redundancy is None or now - self._looked_at < LOSS_SECONDS:
            self.redundant = self.redundant and not self.thin
            return
        self._looked_at = now
        room = 0.0 if self.thin or not track.flows else float("inf")
        self.redundant = self._choice.look(stream.stats.fraction_lost / 256, room, now) > 0


def _link(flow: EgressFlow) -> float:
    """What the path of one who hears this carries, bit/s; unlimited while it has not been measured."""
    control = flow.control
    measured = control is not None and control.in_charge and flow.subscriber.receiving
    return control.estimate.bitrate if measured and control is not None else float("inf")
