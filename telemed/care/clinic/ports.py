"""What the admin pages ask of the running server itself."""

from __future__ import annotations

from typing import Protocol

from telemed.care.identity import Staff
from telemed.care.ports import Json


class Health(Protocol):
    """How the server is now: counts, sizes and times, nothing about anybody."""

    async def report(self) -> Json:
        """-> the `health` of protocol section 1.2, GET /admin/health."""
        ...


class NoHealth:
    """Stand-in for a server whose operation nobody watches."""

    async def report(self) -> Json:
        """Nothing is known."""
        return {"checks": [], "workers": []}


class Rooms(Protocol):
    """The calls of this moment, without anybody's name."""

    def rooms(self, admin: Staff) -> Json:
        """-> {rooms, count} of protocol section 1.2, GET /admin/rooms: of the admin's organisation and site."""
        ...


class NoRooms:
    """Stand-in for a server without signalling."""

    def rooms(self, admin: Staff) -> Json:
        """There are none."""
        return {"rooms": [], "count": 0}
