"""What really came over the wire: the source addresses of UDP datagrams, read below IP. Needs root (CAP_NET_RAW)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import Counter

ALL_PROTOCOLS = 0x0003  # ETH_P_ALL of linux/if_ether.h
IPV4, IPV6, UDP = 0x0800, 0x86DD, 17
FIXED_HEADER = {IPV4: 20, IPV6: 40}  # bytes


def udp_source(protocol: int, packet: bytes) -> str | None:
    """Source address of an IP packet that carries UDP; None for others. Extension headers are not followed."""
    if len(packet) < FIXED_HEADER.get(protocol, len(packet) + 1):
        return None
    kind, source = (packet[9], packet[12:16]) if protocol == IPV4 else (packet[6], packet[8:24])
    return str(ipaddress.ip_address(source)) if kind == UDP else None


class Listener:
    """Counts incoming UDP datagrams of this network namespace by source address."""

    def __init__(self) -> None:
        self.sources: Counter[str] = Counter()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS))
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._readable)

    def _readable(self) -> None:
        for _ in range(64):
            try:
                packet, (_interface, protocol, direction, *_rest) = self._socket.recvfrom(64)
            except BlockingIOError:
                return
            source = udp_source(protocol, packet)
            if direction != socket.PACKET_OUTGOING and source is not None:
                self.sources[source] += 1

    def close(self) -> None:
        """Stop."""
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
