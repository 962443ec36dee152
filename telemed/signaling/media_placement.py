"""Which worker a room lives in: pinned at its first offer to the least loaded worker that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from telemed.care.ports import MediaPlane
from telemed.errors import Unavailable
from telemed.signaling.media_room import MediaRoom


class Placement:
    """The rooms of all workers."""

    def __init__(self, planes: Sequence[MediaPlane]) -> None:
        self._planes = list(planes)
        self._rooms: dict[str, MediaRoom] = {}

    def __iter__(self) -> Iterator[MediaRoom]:
        return iter(list(self._rooms.values()))

    def find(self, room_id: str) -> MediaRoom | None:
        """A room that has a place."""
        return self._rooms.get(room_id)

    def place(self, room_id: str) -> MediaRoom:
        """The room, placed now if it was not; raises Unavailable("media_unavailable") without a worker for it."""
        room = self._rooms.get(room_id)
        if room is None:
            room = self._rooms[room_id] = MediaRoom(room_id, self.least_loaded())
        if not room.plane.available:
            raise media_unavailable()
        return room

    def adopt(self, room_id: str, plane: MediaPlane) -> MediaRoom | None:
        """Take over a room a worker reports; None when it is pinned to another worker."""
        room = self._rooms.setdefault(room_id, MediaRoom(room_id, plane))
        return room if room.plane is plane else None

    def in_plane(self, plane: MediaPlane) -> list[MediaRoom]:
        """The rooms of one worker."""
        return [room for room in self._rooms.values() if room.plane is plane]

    def drop(self, room_id: str) -> None:
        """Forget a room: it is closed, or its worker is gone and it will be placed again."""
        self._rooms.pop(room_id, None)

    def least_loaded(self) -> MediaPlane:
        """The available worker with the fewest peers; raises Unavailable("media_unavailable")."""
        available = [plane for plane in self._planes if plane.available]
        if not available:
            raise media_unavailable()
        return min(available, key=lambda plane: sum(room.load for room in self.in_plane(plane)))


def media_unavailable() -> Unavailable:
    """The media workers are not there; they usually are within seconds."""
    return Unavailable("Media are not available right now.", code="media_unavailable", retry_after=1.0)
