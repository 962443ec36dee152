"""Namespace `/call`: one seat of one session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telemed.care.records import ParticipantRecord
from telemed.clock import Clock
from telemed.signaling.acting import Guest
from telemed.signaling.connection import Connection
from telemed.signaling.engine_guard import EngineGuard
from telemed.signaling.entry import CALL_NAMESPACE, Entry
from telemed.signaling.live import LiveVisits
from telemed.signaling.namespace import CommandNamespace, Resume
from telemed.signaling.schemas import CALL_COMMANDS, Command
from telemed.signaling.tickets import Ticket
from telemed.signaling.visit import LiveVisit

Handler = Callable[[Guest, Any], Awaitable[dict[str, Any]]]


class CallNamespace(CommandNamespace[Guest]):
    """Attaches connections to the channels of seats and hands commands to their handlers."""

    def __init__(
        self, entry: Entry, live: LiveVisits, handlers: Mapping[str, Handler], guard: EngineGuard, clock: Clock
    ) -> None:
        if handlers.keys() != CALL_COMMANDS.keys():
            raise ValueError("every command of /call needs exactly one handler")
        super().__init__(CALL_NAMESPACE, CALL_COMMANDS, guard)
        self._entry = entry
        self._live = live
        self._handlers = handlers
        self._clock = clock
        self.on_presence: Callable[[], None] | None = None  # somebody came or went
        self.on_attached: Callable[[LiveVisit, ParticipantRecord], None] | None = None  # its stream has begun

    async def accept(self, ticket: str) -> tuple[Guest, Ticket]:
        """Redeem the ticket."""
        return await self._entry.accept_call(ticket)

    def is_revoked(self, ticket: Ticket) -> bool:
        """Whether the seat moved or its user signed out since."""
        return self._entry.is_revoked(ticket)

    def attach(self, guest: Guest, connection: Connection, resume: Resume) -> None:
        """Take the place of an older connection of the seat and begin its stream."""
        visit = self._live.find(guest.session_id)
        if visit is None or not visit.is_live or guest.participant_id not in visit.seats:
            connection.start()
            connection.finish()  # it ended between ticket and CONNECT
            return
        channel = self._live.call_channel(visit, guest.participant_id)
        channel.replace(self._clock.utcnow())
        channel.attach(connection, resume)
        visit.live(guest.participant_id).hidden = False
        if self.on_attached is not None:
            self.on_attached(visit, visit.seats[guest.participant_id])
        self._presence_changed()

    def detach(self, guest: Guest, connection: Connection) -> None:
        """Note since when the seat is silent."""
        visit = self._live.find(guest.session_id)
        channel = visit.channel(guest.participant_id) if visit is not None else None
        if visit is None or channel is None:
            return
        now = self._clock.monotonic()
        channel.detach(connection, now)
        if not channel.connections:
            visit.live(guest.participant_id).silent_at = now
        self._presence_changed()

    async def run(self, guest: Guest, name: str, command: Command) -> dict[str, Any]:
        """Hand the command to its handler; raises TooMany for what a seat says too often."""
        visit = self._live.find(guest.session_id)
        if visit is not None:
            visit.live(guest.participant_id).rates.take(name, self._clock.monotonic())
        return await self._handlers[name](guest, command)

    def _presence_changed(self) -> None:
        if self.on_presence is not None:
            self.on_presence()
