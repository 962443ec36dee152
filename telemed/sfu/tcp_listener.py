"""The worker's TCP port for clients whose network lets no UDP through (ICE-TCP, RFC 6544, passive): who may connect, how often.

The UDP port and its packet path know nothing of this; connections hand their frames to the same mux.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter

from telemed.sfu.counters import Counters
from telemed.sfu.tcp_connection import TcpConnection
from telemed.sfu.tcp_socket import MediaListener, set_up, source_of
from telemed.sfu.udp_mux import UdpMux

MAX_CONNECTIONS = 1024  # in all: 200 people with the few that a browser opens at a time
MAX_PER_SOURCE = 256  # a clinic behind one address
MAX_WAITING = 256  # not admitted yet, in all; drop rule: the oldest gives way, honest ones need a round trip
MAX_WAITING_PER_SOURCE = 32
ACCEPTS_PER_TURN = 8  # each costs some 0.1 ms
ACCEPTS_PER_SECOND = 200  # beyond it the kernel's queue waits, and then refuses


class TcpListener:
    """Owns the listening socket and all its connections."""

    def __init__(self, listener: MediaListener, mux: UdpMux, counters: Counters) -> None:
        self.port = listener.port
        self._socket = listener.socket
        self._mux = mux
        self._counters = counters
        self._connections: dict[TcpConnection, None] = {}
        self._waiting: dict[TcpConnection, None] = {}  # not admitted when last looked at, oldest first
        self._by_source: Counter[str] = Counter()
        self._accepts_left = ACCEPTS_PER_SECOND
        self._listening = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        """Connections that are open."""
        return len(self._connections)

    def start(self) -> None:
        """Begin accepting in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._resume()

    def close(self) -> None:
        """Stop listening and end every connection. Idempotent."""
        self._pause()
        self._loop = None
        self._socket.close()
        for connection in list(self._connections):
            connection.end()

    def sweep(self, now: float) -> None:
        """Every second: end connections that keep us waiting, accept again."""
        for connection in list(self._connections):
            connection.judge(now)
        self._accepts_left = ACCEPTS_PER_SECOND
        self._resume()

    def _resume(self) -> None:
        if self._loop is not None and not self._listening:
            self._loop.add_reader(self._socket.fileno(), self._on_acceptable)
            self._listening = True

    def _pause(self) -> None:
        if self._loop is not None and self._listening:
            self._loop.remove_reader(self._socket.fileno())
            self._listening = False

    def _on_acceptable(self) -> None:
        for _ in range(ACCEPTS_PER_TURN):
            if not self._accepts_left:
                self._pause()
                return
            try:
                connection, address = self._socket.accept()
            except BlockingIOError:
                return
            except OSError:  # gone again, or no descriptor is left: not before the next second
                self._counters.fail_accept += 1
                self._pause()
                return
            self._accepts_left -= 1
            self._take(connection, str(address[0]), int(address[1]))

    def _take(self, connection: socket.socket, host: str, port: int) -> None:
        """Take one connection in, or refuse it."""
        self._counters.in_connections += 1
        source = source_of(host)
        if len(self._connections) >= MAX_CONNECTIONS or self._by_source[source] >= MAX_PER_SOURCE:
            self._counters.drop_connection_limit += 1
            connection.close()
            return
        self._make_room(source)
        try:
            set_up(connection)
        except OSError:  # it was reset meanwhile
            self._counters.fail_accept += 1
            connection.close()
            return
        opened = TcpConnection(connection, (host, port, source), self._mux, self._counters, self._forget)
        self._connections[opened] = self._waiting[opened] = None
        self._by_source[source] += 1

    def _make_room(self, source: str) -> None:
        """End the oldest that proved nothing yet when there are too many such, of this source or in all."""
        for connection in [entry for entry in self._waiting if entry.admitted]:
            del self._waiting[connection]
        same = [entry for entry in self._waiting if entry.source == source]
        if len(same) >= MAX_WAITING_PER_SOURCE:
            oldest = same[0]
        elif len(self._waiting) >= MAX_WAITING:
            oldest = next(iter(self._waiting))
        else:
            return
        self._counters.drop_connection_limit += 1
        oldest.end()

    def _forget(self, connection: TcpConnection) -> None:
        self._connections.pop(connection, None)
        self._waiting.pop(connection, None)
        self._by_source[connection.source] -= 1
        if not self._by_source[connection.source]:
            del self._by_source[connection.source]
