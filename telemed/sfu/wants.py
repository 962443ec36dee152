"""What a publisher is told to send: of a picture the layers somebody takes, and how much every link would take, or nothing while
its own link is full; of a voice less then, and while somebody hears it over a very slow link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.media.control import LayersWanted
from telemed.media.redundancy import RedundancyChoice

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.tracks import Track

REPEAT = 4.0  # seconds: a word that was lost is said again
REPEAT_FOR = 20.0  # seconds, of a word that lifts every limit: then it has long been heard
LEAST_BITRATE = 60_000  # bit/s: below it a picture is of no use, and pausing it is the allocator's business
WORTH_TELLING = 0.15  # share by which a limit must change: encoders need a second to settle
LITTLE = 100_000  # bit/s of a picture in one size whose publisher's link is full, or was a moment ago
ENOUGH_BITRATE = 1_700_000  # bit/s: no camera of ours sends more, so no limit is needed
SLOW_LINK = 64_000  # bit/s: a voice at 32 kbit/s in packets of 20 ms takes 58 of it, headers included
QUICK_AGAIN = 96_000  # bit/s, and for how many seconds
QUICK_FOR = 10.0  # each time in vain twice as long, up to
QUICK_FOR_LIMIT = 80.0
TRIAL = 30.0  # seconds after which a voice as usual was not in vain
LOSS_SECONDS = 1.0  # between two looks at what is lost: as often as it is counted
THIN_VOICE = 16_000  # bit/s: plain speech; with long frames 25 of it on the wire

Wanted = tuple[tuple[str, ...], int, bool]  # names of layers, bit/s, nothing at all
NO_LIMIT: Wanted = (), 0, False


class PublisherWants:
    """Of one track: what was told last, and when."""

    __slots__ = ("_changed_at", "_told", "_told_at")

    def __init__(self) -> None:
        self._told: Wanted | None = None  # the first word is said in any case: it lifts what was said of an earlier track
        self._told_at = self._changed_at = float("-inf")

    def look(self, track: Track, now: float) -> LayersWanted | None:
        """Return what is to be said now, None when nothing is. Call every 100 ms, and after a change of a wish."""
        publisher = track.publisher
        if publisher is None:
            return None
        names = track.layers.names_wanted(now) if track.layers is not None else ()
        if publisher.uplink.sends_little:
            names = names[:1]
        wanted: Wanted = names, self._limit(track) if track.layers is None else 0, publisher.uplink.held
        if wanted != self._told:
            self._changed_at = now
        elif now - self._told_at < REPEAT or (wanted == NO_LIMIT and now - self._changed_at > REPEAT_FOR):
            return None
        self._told, self._told_at = wanted, now
        names, limit, paused = wanted
        return LayersWanted(publisher.room.room_id, publisher.peer_id, track.track_id, names, limit, paused=paused)

    def _limit(self, track: Track) -> int:
        """The most any subscriber's link takes of a picture in one size; 0: one of them takes all that comes, or nobody looks."""
        looking = [flow for flow in track.flows if flow.subscriber.receiving and flow.tile_height != 0]
        affordable = max((flow.affordable for flow in looking), default=float("inf"))
        publisher = track.publisher
        if publisher is not None:
            affordable = min(affordable, publisher.services.layer_cap.bitrate or affordable)
            affordable = min(affordable, LITTLE) if publisher.uplink.sends_little else affordable
        if affordable >= ENOUGH_BITRATE:
            return 0
        limit = max(int(affordable), LEAST_BITRATE)
        told = self._told[1] if self._told is not None else 0
        return told if told and abs(limit - told) <= told * WORTH_TELLING else limit


class VoiceWants:
    """Of one track of sound: whether who speaks was told to send less, or to repeat earlier frames, and when."""

    __slots__ = ("_changed_at", "_choice", "_looked_at", "_quick_for", "_slow_at", "_told_at", "_usual_from", "redundant", "thin")

    def __init__(self) -> None:
        self.thin = False
        self.redundant = False
        self._choice = RedundancyChoice()
        self._looked_at = self._slow_at = self._told_at = self._changed_at = self._usual_from = float("-inf")
        self._quick_for = QUICK_FOR

    def look(self, track: Track, now: float) -> LayersWanted | None:
        """Return what is to be said now, None when nothing is. Call every 100 ms."""
        publisher = track.publisher
        if publisher is None:
            return None
        before = self.thin, self.redundant
        slowest = min((_link(flow) for flow in track.flows), default=float("inf"))
        if slowest < (QUICK_AGAIN if self.thin else SLOW_LINK) or publisher.uplink.held:
            self._slow_at = now
        self._judge_room(now)
        self._judge_loss(track, now)
        asks = self.thin or self.redundant
        if (self.thin, self.redundant) != before:
            self._changed_at = now
        elif now - self._told_at < REPEAT or (not asks and now - self._changed_at > REPEAT_FOR):
            return None
        self._told_at = now
        limit = THIN_VOICE if self.thin else 0
        return LayersWanted(publisher.room.room_id, publisher.peer_id, track.track_id, (), limit, self.redundant)

    def _judge_room(self, now: float) -> None:
        """A path lets bursts pass that it does not carry, and probes believe them: a voice as usual is the proof, and not tried
        over and over."""
        before = self.thin
        self.thin = now - self._slow_at < self._quick_for
        if before and not self.thin:
            self._usual_from = now
        elif self.thin and not before:
            in_vain = now - self._usual_from < TRIAL
            self._quick_for = min(self._quick_for * 2, QUICK_FOR_LIMIT) if in_vain else QUICK_FOR

    def _judge_loss(self, track: Track, now: float) -> None:
        """Decide whether so much of this voice is lost on its way here that its packets should repeat earlier frames, where they
        can. Not while it is to be thin, nor neither heard nor recorded; what room its own path has only who speaks knows."""
        stream = track.stream
        if stream is None or stream.redundancy is None or now - self._looked_at < LOSS_SECONDS:
            self.redundant = self.redundant and not self.thin
            return
        self._looked_at = now
        unheard = not track.flows and stream.tap is None
        room = 0.0 if self.thin or unheard else float("inf")
        uplink = stream.published.peer.uplink
        queued = uplink.sends_little or uplink.held
        self.redundant = self._choice.look(stream.stats.fraction_lost / 256, room, now, queued) > 0


def _link(flow: EgressFlow) -> float:
    """What the path of one who hears this carries, bit/s; unlimited while it has not been measured."""
    control = flow.control
    measured = control is not None and control.in_charge and flow.subscriber.receiving
    return control.estimate.bitrate if measured and control is not None else float("inf")
