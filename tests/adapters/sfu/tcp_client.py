"""A hand-made peer that reaches the worker by TCP: the UDP one's checks, handshake and media, framed by hand (RFC 4571)."""

from __future__ import annotations

import asyncio
import socket
import struct

from telemed.media.control import Negotiated
from tests.bench.rtp_client import RtpClient


class TcpClient(RtpClient):
    """Connects when it takes the answer. `ended` is true once the worker has closed the connection."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.ended = False
        self.by_udp: socket.socket | None = None  # what is sent goes there instead while it is set
        self._earlier: list[socket.socket] = []
        self._received = b""
        self._waiting = b""
        super().__init__(host)

    def take_answer(self, negotiated: Negotiated) -> None:
        """Connect to the answer's TCP candidate."""
        self.remote = negotiated
        udp, tcp = (next(c for c in negotiated.candidates if c.protocol == name) for name in ("udp", "tcp"))
        self.address = (tcp.address, tcp.port)
        self.udp_address = (udp.address, udp.port)
        self.dial()

    def dial(self) -> None:
        """Open a (further) connection; the one before is left as it is, unread."""
        loop = asyncio.get_running_loop()
        if self._socket.fileno() >= 0:
            loop.remove_reader(self._socket.fileno())
            self._earlier.append(self._socket)
        self._socket = socket.create_connection(self.address, timeout=5)
        self._socket.setblocking(False)
        self._received = self._waiting = b""
        self.ended = False
        loop.add_reader(self._socket.fileno(), self._on_readable, self._socket)

    def use_udp(self) -> None:
        """Send by UDP from now on; the connection stays open and is read."""
        self.by_udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.by_udp.setblocking(False)
        self.by_udp.bind((self.host, 0))
        asyncio.get_running_loop().add_reader(self.by_udp.fileno(), super()._on_readable, self.by_udp)

    def leave_udp(self) -> None:
        """Send by TCP again."""
        assert self.by_udp is not None
        asyncio.get_running_loop().remove_reader(self.by_udp.fileno())
        self.by_udp.close()
        self.by_udp = None

    def hang_up(self, *, reset: bool = False) -> None:
        """Close this end, by RST if wanted."""
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def stop_reading(self) -> None:
        """Let the worker's data pile up."""
        asyncio.get_running_loop().remove_reader(self._socket.fileno())

    def resume_reading(self) -> None:
        """Read again."""
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._on_readable, self._socket)

    async def close(self, notify: bool = True) -> None:
        """End; with `notify` say so by DTLS."""
        await super().close(notify)
        if self.by_udp is not None:
            self.leave_udp()
        for earlier in self._earlier:
            earlier.close()

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._waiting += data
        try:
            self._waiting = self._waiting[self._socket.send(self._waiting) :]
        except BlockingIOError:
            return
        except OSError:
            self.inbox.errors += 1

    def _open(self) -> socket.socket:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def _send(self, data: bytes) -> None:
        if not self.address[1] or self.drop_sends:
            return
        if self.by_udp is not None:
            self.by_udp.sendto(data, self.udp_address)
        else:
            self.write(struct.pack("!H", len(data)) + data)

    def _on_readable(self, handle: socket.socket) -> None:
        try:
            data = handle.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.ended = True
            asyncio.get_running_loop().remove_reader(handle.fileno())
            return
        self._received += data
        while len(self._received) >= 2:
            length = struct.unpack("!H", self._received[:2])[0]
            if len(self._received) < 2 + length:
                return
            packet, self._received = self._received[2 : 2 + length], self._received[2 + length :]
            self._on_packet(packet)
