"""A NAT in user space: one UDP port towards clients, one mapping per client towards the server; delay, loss, new mappings."""

from __future__ import annotations

import asyncio
import random
import socket
from collections import Counter
from dataclasses import dataclass, field

Address = tuple[str, int]


def kind_of(data: bytes) -> str:
    """What a datagram on a media port is (RFC 7983, RFC 5761)."""
    first = data[0] if data else 255
    if first <= 3:
        return "stun"
    if 20 <= first <= 63:
        return "dtls"
    if 128 <= first <= 191 and len(data) > 1:
        return "rtcp" if 192 <= data[1] <= 223 else "rtp"
    return "other"


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay, client: Address | None) -> None:
        self.relay, self.client = relay, client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self.client is None:
            self.relay.from_client(data, addr)
        else:
            self.relay.to_client(data, self.client)


@dataclass
class Relay:
    """Forwards between clients and `server`. `delay` in seconds each way, `loss` 0..1 each way, `silent` drops everything.

    `seen` counts what arrived here by direction and kind ("up stun", "down rtp", ...), what is then dropped included.
    """

    server: Address
    delay: float = 0.0
    loss: float = 0.0
    silent: bool = False
    source_address: str = "127.0.0.1"
    mappings: dict[Address, asyncio.DatagramTransport] = field(default_factory=dict)
    forwarded: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(7)

    async def start(self, address: str) -> int:
        """Listen on `address`; returns the port clients are to use."""
        loop = asyncio.get_running_loop()
        self.listener, _ = await loop.create_datagram_endpoint(lambda: _Receiver(self, None), local_addr=(address, 0))
        return int(self.listener.get_extra_info("sockname")[1])

    def _pass(self) -> bool:
        return not self.silent and self.random.random() >= self.loss

    def from_client(self, data: bytes, client: Address) -> None:
        """A client's datagram goes out through its mapping, made at its first."""
        self.seen[f"up {kind_of(data)}"] += 1
        mapping = self.mappings.get(client)
        if mapping is None:
            mapping = self._open(client)
        if self._pass():
            asyncio.get_running_loop().call_later(self.delay, self._send, mapping, data, self.server)

    def to_client(self, data: bytes, client: Address) -> None:
        """The server's datagram goes back to the client of the mapping."""
        self.seen[f"down {kind_of(data)}"] += 1
        if self._pass():
            asyncio.get_running_loop().call_later(self.delay, self._send, self.listener, data, client)

    def _send(self, transport: asyncio.DatagramTransport, data: bytes, address: Address) -> None:
        if not transport.is_closing():
            self.forwarded += 1
            transport.sendto(data, address)

    def _open(self, client: Address) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outside.setblocking(False)
        outside.bind((self.source_address, 0))
        protocol = _Receiver(self, client)
        transport = _SocketTransport(outside, protocol, loop)
        self.mappings[client] = transport
        return transport

    def rebind(self, source_address: str | None = None) -> None:
        """Forget all mappings: the next datagram of each client leaves from a new port, and from `source_address` if given."""
        self.source_address = source_address or self.source_address
        for transport in self.mappings.values():
            transport.close()
        self.mappings.clear()

    def close(self) -> None:
        """Stop."""
        self.rebind()
        self.listener.close()


class _SocketTransport(asyncio.DatagramTransport):
    """The little of a datagram transport that is needed, made without awaiting."""

    def __init__(self, sock: socket.socket, protocol: _Receiver, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.sock, self.protocol, self.loop, self.closed = sock, protocol, loop, False
        loop.add_reader(sock.fileno(), self._readable)

    def _readable(self) -> None:
        for _ in range(64):
            try:
                data, address = self.sock.recvfrom(2048)
            except (BlockingIOError, ConnectionError):
                return
            self.protocol.datagram_received(data, address)

    def sendto(self, data: bytes, addr: Address | None = None) -> None:
        try:
            self.sock.sendto(data, addr or ("", 0))
        except (BlockingIOError, ConnectionError):
            return

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.loop.remove_reader(self.sock.fileno())
            self.sock.close()
