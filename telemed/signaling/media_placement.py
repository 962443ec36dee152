"""Which worker a room lives in: pinned at its first offer to the least loaded worker that is there and takes new rooms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from telemed.care.admission import server_full
from telemed.care.ports import MediaPlane
from telemed.errors import Unavailable
from telemed.media.overload import LoadLevel
from telemed.signaling.media_room import MediaRoom


class Claim(StrEnum):
    """Why a room wants a place."""

    ANY = "any"  # a call in progress that lost its worker, or a probe, which carries nothing: never refused
    URGENT = "urgent"
    NEW = "new"

    def fits(self, level: LoadLevel) -> bool:
        """Whether a worker so loaded takes it."""
        return self is Claim.ANY or level.admits(self is Claim.URGENT)


class Placement:
    """The rooms of all workers."""

    def __init__(self, planes: Sequence[MediaPlane]) -> None:
        self._planes = list(planes)
        self._levels: dict[int, LoadLevel] = {}  # by index of the plane
        self._rooms: dict[str, MediaRoom] = {}
        self._displaced: set[str] = set()  # rooms whose worker is gone and whose people come back

    def __iter__(self) -> Iterator[MediaRoom]:
        return iter(list(self._rooms.values()))

    def find(self, room_id: str) -> MediaRoom | None:
        """A room that has a place."""
        return self._rooms.get(room_id)

    def place(self, room_id: str, claim: Claim) -> MediaRoom:
        """The room, placed now if it was not. Raises Unavailable: "media_unavailable" without a worker for it, "server_full" when
        none takes what has this claim. A room that has a place is never refused."""
        room = self._rooms.get(room_id)
        if room is None:
            plane = self.least_loaded(Claim.ANY if room_id in self._displaced else claim)
            room = self._rooms[room_id] = MediaRoom(room_id, plane)
            self._displaced.discard(room_id)
        if not room.plane.available:
            raise media_unavailable()
        return room

    def set_level(self, plane: MediaPlane, level: LoadLevel) -> None:
        """A worker told how loaded it is."""
        self._levels[self._planes.index(plane)] = level

    @property
    def level(self) -> LoadLevel:
        """Of the worker that is loaded least among those that are there."""
        return min((self._level(plane) for plane in self._planes if plane.available), key=_rank, default=LoadLevel.NORMAL)

    def _level(self, plane: MediaPlane) -> LoadLevel:
        return self._levels.get(self._planes.index(plane), LoadLevel.NORMAL)

    def adopt(self, room_id: str, plane: MediaPlane) -> MediaRoom | None:
        """Take over a room a worker reports; None when it is pinned to another worker."""
        room = self._rooms.setdefault(room_id, MediaRoom(room_id, plane))
        return room if room.plane is plane else None

    def in_plane(self, plane: MediaPlane) -> list[MediaRoom]:
        """The rooms of one worker."""
        return [room for room in self._rooms.values() if room.plane is plane]

    def drop(self, room_id: str) -> None:
        """Forget a room: it is closed."""
        self._rooms.pop(room_id, None)
        self._displaced.discard(room_id)

    def displace(self, room_id: str) -> None:
        """The worker of a room is gone: it will be placed again, whatever the load."""
        self._rooms.pop(room_id, None)
        self._displaced.add(room_id)

    def least_loaded(self, claim: Claim) -> MediaPlane:
        """The available worker that is the freest, among those the one with the fewest peers. Raises Unavailable as `place`."""
        available = [plane for plane in self._planes if plane.available]
        if not available:
            raise media_unavailable()
        taking = [plane for plane in available if claim.fits(self._level(plane))]
        if not taking:
            raise server_full()
        return min(taking, key=lambda plane: (self._level(plane).rank, sum(room.load for room in self.in_plane(plane))))


def _rank(level: LoadLevel) -> int:
    return level.rank


def media_unavailable() -> Unavailable:
    """The media workers are not there; they usually are within seconds."""
    return Unavailable("Media are not available right now.", code="media_unavailable", retry_after=1.0)
