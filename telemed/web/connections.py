"""At the door: how many connections there may be, and what aiohttp's own log lines may say."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from telemed.web.settings import ConnectionLimits
from telemed.web.source import plain_address

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds


class Doorkeeper(asyncio.Protocol):
    """Lets a new connection in, or closes it unheard when there are too many. Drop rule: the newcomer goes."""

    def __init__(self, server: web.Server, limits: ConnectionLimits, trusted_proxies: frozenset[str]) -> None:
        self._server = server
        self._limits = limits
        self._trusted = trusted_proxies

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the connection to aiohttp, which takes over as its protocol."""
        assert isinstance(transport, asyncio.Transport)
        if not self._has_room(transport):
            transport.abort()
            return
        protocol = self._server()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    def _has_room(self, transport: asyncio.Transport) -> bool:
        open_now = self._server.connections
        if len(open_now) >= self._limits.total:
            return False
        if len(open_now) < self._limits.per_address:
            return True
        address = _address(transport.get_extra_info("peername"))
        if address in self._trusted:
            return True
        return sum(_address(other.peername) == address for other in open_now) < self._limits.per_address


def _address(peername: object) -> str:
    return plain_address(str(peername[0])) if isinstance(peername, tuple) and peername else ""


def cut_off(transport: asyncio.BaseTransport | None) -> None:
    """Reset a connection: what waits to be sent is thrown away here and in the kernel."""
    if not isinstance(transport, asyncio.WriteTransport):
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


class QuietFaults(logging.Filter):
    """Keeps addresses and pieces of requests out of what aiohttp logs: malformed requests are dropped, faults keep their type."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record may be written, after taking out what it must not say."""
        kind = _failure_type(record)
        if kind is not None and issubclass(kind, HttpProcessingError):
            return False
        record.msg = "HTTP connection fault: %s"
        record.args = (kind.__name__ if kind is not None else "unknown",)
        record.exc_info = None
        record.exc_text = None
        return True


def _failure_type(record: logging.LogRecord) -> type[BaseException] | None:
    """What was raised. Our record factory has taken the exception itself out already and left its type."""
    if record.exc_info:
        return record.exc_info[0]
    left: type[BaseException] | None = getattr(record, "failure_type", None)
    return left


def http_logger() -> logging.Logger:
    """Return the logger to give to aiohttp."""
    logger = logging.getLogger("telemed.web.http")
    if not any(isinstance(known, QuietFaults) for known in logger.filters):
        logger.addFilter(QuietFaults())
    return logger
