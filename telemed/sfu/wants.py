"""What the publisher of a picture is told to send: the layers somebody takes, and how much every link would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.media.control import LayersWanted

if TYPE_CHECKING:
    from telemed.sfu.tracks import Track

REPEAT = 4.0  # seconds: a word that was lost is said again
LEAST_BITRATE = 60_000  # bit/s: below it a picture is of no use, and pausing it is the allocator's business
WORTH_TELLING = 0.15  # share by which a limit must change: encoders need a second to settle
ENOUGH_BITRATE = 1_700_000  # bit/s: no camera of ours sends more, so no limit is needed

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
