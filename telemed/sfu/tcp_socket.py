"""Opening the worker's TCP port for ICE (RFC 6544) and setting its connections up."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

BACKLOG = 128  # connections the kernel holds until they are accepted
RECEIVE_BUFFER = 256 * 1024  # bytes: what a camera at 2 Mbit/s sends in half a second
SEND_BUFFER = 128 * 1024  # bytes in flight and waiting in the kernel, per connection
UNSENT_BYTES = 16 * 1024  # of them not yet sent: the rest waits with us, where sound overtakes pictures
KEEP_ALIVE = ((socket.TCP_KEEPIDLE, 15), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))  # seconds, seconds, probes
IPV6_HOST_BITS = 64  # one customer has a whole /64, so that is what a limit counts


@dataclass(frozen=True, slots=True)
class MediaListener:
    """The listening socket and its port."""

    socket: socket.socket
    port: int


def open_media_listener(port: int, wished: int = 0) -> MediaListener:
    """Listen on TCP `port` of all addresses, IPv6 and IPv4 in one socket; IPv4 alone where IPv6 is missing.

    Port 0: `wished` if it is free, else any. Raises OSError when a named port is taken.
    """
    if not port and wished:
        try:
            return open_media_listener(wished)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    try:
        handle = _listen(socket.AF_INET6, ("::", port))
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        handle = _listen(socket.AF_INET, ("0.0.0.0", port))  # noqa: S104 - media comes in on every interface by design
    return MediaListener(handle, handle.getsockname()[1])


def set_up(connection: socket.socket) -> None:
    """Make an accepted connection fit for media: never blocking, no waiting for more to send, dead ones found out."""
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEP_ALIVE:
        connection.setsockopt(socket.IPPROTO_TCP, option, value)


def source_of(host: str) -> str:
    """Return what limits count a remote address as: an IPv4 address, or the /64 of an IPv6 one."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> IPV6_HOST_BITS << IPV6_HOST_BITS))


def _listen(family: int, address: tuple[str, int]) -> socket.socket:
    """Open, configure and bind one listening socket of `family`. Buffer sizes pass on to what it accepts."""
    handle = socket.socket(family, socket.SOCK_STREAM)
    try:
        handle.setblocking(False)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restarted worker takes its port back at once
        if family == socket.AF_INET6:
            handle.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        handle.bind(address)
        handle.listen(BACKLOG)
    except OSError:
        handle.close()
        raise
    return handle
