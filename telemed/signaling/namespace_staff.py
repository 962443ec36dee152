"""Namespace `/staff`: the Today page of one member of staff, on as many screens as it has open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telemed.care.identity import Staff
from telemed.clock import Clock
from telemed.signaling.connection import Connection
from telemed.signaling.engine_guard import EngineGuard
from telemed.signaling.entry import STAFF_NAMESPACE, Entry
from telemed.signaling.live import LiveVisits
from telemed.signaling.namespace import CommandNamespace, Resume
from telemed.signaling.schemas import STAFF_COMMANDS, Command
from telemed.signaling.tickets import Ticket

MAX_SCREENS = 8  # connections of one user; the oldest makes room

Handler = Callable[[Staff, Any], Awaitable[dict[str, Any]]]


class StaffNamespace(CommandNamespace[Staff]):
    """Attaches connections to the Today channel of their user."""

    def __init__(
        self, entry: Entry, live: LiveVisits, handlers: Mapping[str, Handler], guard: EngineGuard, clock: Clock
    ) -> None:
        if handlers.keys() != STAFF_COMMANDS.keys():
            raise ValueError("every command of /staff needs exactly one handler")
        super().__init__(STAFF_NAMESPACE, STAFF_COMMANDS, guard)
        self._entry = entry
        self._live = live
        self._handlers = handlers
        self._clock = clock

    async def accept(self, ticket: str) -> tuple[Staff, Ticket]:
        """Redeem the ticket."""
        return await self._entry.accept_staff(ticket)

    def is_revoked(self, ticket: Ticket) -> bool:
        """Whether the seat moved or its user signed out since."""
        return self._entry.is_revoked(ticket)

    def attach(self, guest: Staff, connection: Connection, resume: Resume) -> None:
        """Add a screen."""
        channel = self._live.staff_channel(guest)
        while len(channel.connections) >= MAX_SCREENS:
            channel.connections.pop(0).finish()
        channel.attach(connection, resume)

    def detach(self, guest: Staff, connection: Connection) -> None:
        """A screen is gone."""
        channel = self._live.board.find(guest.user_id)
        if channel is not None:
            channel.detach(connection, self._clock.monotonic())

    async def run(self, guest: Staff, name: str, command: Command) -> dict[str, Any]:
        """Hand the command to its handler."""
        return await self._handlers[name](guest, command)
