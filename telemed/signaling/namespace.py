"""What both namespaces share: only genuine connects and disconnects, only listed commands, always an acknowledgement.

python-socketio calls any `on_<event>` method a client names, lets clients send events called `connect` and `disconnect`, and
runs a connect handler twice when it raises TypeError. `trigger_event` here is the only way in and decides by table.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import socketio
from aiohttp import web
from engineio import packet as engine_packet
from socketio import packet

from telemed.errors import InvalidInput, NotAllowed, TelemedError, Unavailable
from telemed.signaling import answers, schemas
from telemed.signaling.connection import Connection
from telemed.signaling.engine_guard import EngineGuard
from telemed.signaling.faults import report_fault
from telemed.signaling.packets import GuardedPacket
from telemed.signaling.schemas import Command, Connect
from telemed.signaling.tickets import Ticket

COMMAND_TIMEOUT = 10.0  # seconds: the store's busy time-out is 5
CONNECT_CODES = frozenset({"bad_ticket", "unsupported_protocol", "visit_ended", "not_allowed", "unavailable"})

GuestT = TypeVar("GuestT")
Resume = tuple[str, int] | None


@dataclass(slots=True)
class _Member(Generic[GuestT]):
    guest: GuestT
    connection: Connection
    resume: Resume
    ticket: Ticket


class CommandNamespace(socketio.AsyncNamespace, Generic[GuestT]):  # type: ignore[misc]  # python-socketio has no annotations
    """A namespace of commands; subclasses say who may come in and what a command does."""

    def __init__(self, name: str, commands: Mapping[str, type[Command]], guard: EngineGuard) -> None:
        super().__init__(name)
        self._commands = commands
        self._guard = guard
        self._counters = guard.counters
        self._members: dict[str, _Member[GuestT]] = {}
        self._arriving: dict[str, str] = {}  # engine id -> sid accepted but not yet told
        self._answering: dict[str, Connection] = {}  # engine id -> connection whose command is running

    @abstractmethod
    async def accept(self, ticket: str) -> tuple[GuestT, Ticket]:
        """Redeem a ticket and check rights; raises TelemedError."""

    @abstractmethod
    def is_revoked(self, ticket: Ticket) -> bool:
        """Whether a redeemed ticket is worth nothing any more."""

    @abstractmethod
    def attach(self, guest: GuestT, connection: Connection, resume: Resume) -> None:
        """The client is connected: give it its stream."""

    @abstractmethod
    def detach(self, guest: GuestT, connection: Connection) -> None:
        """The connection is gone."""

    @abstractmethod
    async def run(self, guest: GuestT, name: str, command: Command) -> dict[str, Any]:
        """Carry out a checked command and return its result; raises TelemedError."""

    async def trigger_event(self, event: Any, *arguments: Any) -> Any:
        """The only entry for events of clients and of the library."""
        if event == "connect":
            return await self._connect_if_genuine(*arguments)
        if event == "disconnect":
            await self._disconnect_if_genuine(*arguments)
            return None
        return await self._command(event, *arguments)

    async def _connect_if_genuine(self, *arguments: Any) -> bool | dict[str, Any]:
        environ = arguments[1] if len(arguments) > 1 else None
        genuine = isinstance(environ, dict) and isinstance(environ.get("aiohttp.request"), web.Request)
        if not genuine:
            self._counters.add("socket.forged_connect")
            return answers.refused(NotAllowed())
        await self._connect(str(arguments[0]), arguments[2] if len(arguments) > 2 else None)
        return True

    async def _connect(self, sid: str, payload: Any) -> None:
        """Accept or raise ConnectionRefusedError; nothing else may leave (a TypeError would run this twice)."""
        try:
            async with asyncio.timeout(COMMAND_TIMEOUT):
                connect = schemas.parse(Connect, payload)
                if connect.protocol != schemas.PROTOCOL_VERSION:
                    raise InvalidInput("Another version of the protocol is spoken here.", code="unsupported_protocol")
                guest, ticket = await self.accept(connect.ticket)
        except TelemedError as error:
            raise _refusal(error.code) from None
        except TimeoutError:
            raise _refusal("unavailable") from None
        except Exception as error:  # noqa: BLE001 - the library would run a TypeError again and log the rest with its text
            report_fault("connect", error)
            raise _refusal("unavailable") from None
        self._remember(sid, guest, connect, ticket)

    def _remember(self, sid: str, guest: GuestT, connect: Connect, ticket: Ticket) -> None:
        engine_id = str(self.server.manager.eio_sid_from_sid(sid, self.namespace))
        resume = (connect.resume.epoch, connect.resume.sequence) if connect.resume is not None else None
        connection = Connection(sid, engine_id, self._sending(engine_id), self._closing(sid), ticket.holder)
        self._members[sid] = _Member(guest, connection, resume, ticket)
        self._arriving[engine_id] = sid
        self._guard.namespace_joined(engine_id)

    def settled(self, engine_id: str) -> None:
        """The library finished a message of this connection: a command is answered, or after a CONNECT the stream may begin."""
        answered = self._answering.pop(engine_id, None)
        if answered is not None:
            answered.end_command()
        sid = self._arriving.pop(engine_id, None)
        member = self._members.get(sid) if sid is not None else None
        if member is None or not self.server.manager.is_connected(sid, self.namespace):
            return
        if self.is_revoked(member.ticket):  # signed out, or the seat moved, while this one was on its way in
            self._counters.add("socket.revoked_on_arrival")
            member.connection.start()
            member.connection.finish()
            return
        self.attach(member.guest, member.connection, member.resume)

    async def _disconnect_if_genuine(self, *arguments: Any) -> None:
        sid = str(arguments[0])
        if self.server.manager.is_connected(sid, self.namespace):
            self._counters.add("socket.forged_disconnect")  # the library marks a real one before it calls us
            return
        member = self._members.pop(sid, None)
        if member is None:
            return
        self._arriving.pop(member.connection.engine_id, None)
        self._guard.namespace_left(member.connection.engine_id)
        self.detach(member.guest, member.connection)
        await member.connection.abandon()

    async def _command(self, event: Any, *arguments: Any) -> dict[str, Any]:
        member = self._members.get(str(arguments[0]))
        model = self._commands.get(event) if isinstance(event, str) else None
        if member is None or member.connection.ending:
            return answers.refused(NotAllowed())
        if model is None or len(arguments) != 2:
            self._counters.add("socket.unknown_command")
            return answers.refused(InvalidInput("There is no such command, or it lacks its one argument."))
        self._answering[member.connection.engine_id] = member.connection
        member.connection.begin_command()
        try:
            command = schemas.parse(model, arguments[1])
            async with asyncio.timeout(COMMAND_TIMEOUT):
                return answers.accepted(await self.run(member.guest, event, command))
        except TelemedError as error:
            return answers.refused(error)
        except TimeoutError:
            return answers.refused(Unavailable())
        except Exception as error:  # noqa: BLE001 - the boundary: a fault of ours is reported by place and hidden
            return answers.failed(event, error)

    def _sending(self, engine_id: str) -> Any:
        async def send(event: str, payload: dict[str, Any]) -> None:
            encoded = GuardedPacket(packet.EVENT, [event, payload], self.namespace).encode()
            await self.server.eio.send_packet(engine_id, engine_packet.Packet(engine_packet.MESSAGE, data=encoded))

        return send

    def _closing(self, sid: str) -> Any:
        async def close() -> None:
            await self.server.disconnect(sid, namespace=self.namespace)

        return close


def _refusal(code: str) -> socketio.exceptions.ConnectionRefusedError:
    return socketio.exceptions.ConnectionRefusedError(code if code in CONNECT_CODES else "not_allowed")
