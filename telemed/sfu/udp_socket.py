"""Opening the worker's UDP socket and reading what the kernel says beside each datagram."""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
from dataclasses import dataclass

SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python's socket module does not name it
SO_RXQ_OVFL = 40  # count of datagrams the kernel dropped because the queue was full
IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)  # Python 3.11 does not name it
SO_MEMINFO = 55  # what the socket holds and has dropped, at any time (sock_diag.h)
BUFFER_BYTES = 4 * 1024 * 1024  # about 300 ms of the load one core can carry
PEER_BUFFER_BYTES = 512 * 1024  # of a socket for one peer: about a second of what a browser sends
ANCILLARY_BYTES = socket.CMSG_SPACE(16) + socket.CMSG_SPACE(20) + socket.CMSG_SPACE(4)

_TIMESPEC = struct.Struct("@ll")
_OVERFLOW = struct.Struct("@I")
_MEMINFO = struct.Struct("@9I")  # the last is the count of drops
unpack_timespec = _TIMESPEC.unpack
unpack_overflow = _OVERFLOW.unpack

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
Ancillary = list[tuple[int, int, bytes]]


@dataclass(frozen=True, slots=True)
class MediaSocket:
    """The bound socket, its port, and what the kernel granted."""

    socket: socket.socket
    port: int
    dual_stack: bool
    receive_buffer: int  # bytes, as Linux reports it: twice the payload room
    send_buffer: int


def open_media_socket(port: int) -> MediaSocket:
    """Bind UDP `port` (0: any) on all addresses, IPv6 and IPv4 in one socket; IPv4 alone where IPv6 is missing.

    Raises OSError when the port is taken.
    """
    try:
        handle = _bind(socket.AF_INET6, ("::", port))
        dual_stack = True
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        handle = _bind(socket.AF_INET, ("0.0.0.0", port))  # noqa: S104 - media comes in on every interface by design
        dual_stack = False
    return MediaSocket(
        handle,
        handle.getsockname()[1],
        dual_stack,
        handle.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF),
        handle.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF),
    )


def _bind(family: int, address: SocketAddress) -> socket.socket:
    """Open, configure and bind one non-blocking socket of `family`."""
    handle = socket.socket(family, socket.SOCK_DGRAM)
    try:
        _configure(handle, BUFFER_BYTES)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        handle.bind(address)
    except OSError:
        handle.close()
        raise
    return handle


def _configure(handle: socket.socket, receive_buffer: int) -> None:
    """Ask for what is read beside each datagram: our address, the kernel's time stamp, its count of drops."""
    handle.setblocking(False)
    if handle.family == socket.AF_INET6:
        handle.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        handle.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        handle.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    handle.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    handle.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)


def open_peer_socket(media: MediaSocket, remote: SocketAddress, local: bytes) -> socket.socket:
    """Open another socket on the port of `media` that gets what comes from `remote` to our packed address `local`, and nothing
    else: the kernel prefers the connected socket. Sending goes on through `media`.

    Between bind and connect it gets what anybody sends to `local`. That stays in its queue and is read with its real source, so
    a datagram of another peer is only read elsewhere. SO_REUSEPORT admits sockets of the same user alone and is taken from
    `media` again at once: a second worker on this port is still refused. Raises OSError.
    """
    main = media.socket
    handle = socket.socket(main.family, socket.SOCK_DGRAM)
    try:
        _configure(handle, PEER_BUFFER_BYTES)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        main.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            handle.bind((socket.inet_ntop(main.family, local), media.port, *remote[2:]))
        finally:
            main.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
        handle.connect(remote)
    except (OSError, ValueError) as error:  # ValueError: `local` is not an address of this family
        handle.close()
        raise error if isinstance(error, OSError) else OSError(errno.EADDRNOTAVAIL, "no local address") from error
    return handle


def dropped_datagrams(handle: socket.socket) -> int:
    """Return the kernel's running count (32 bits) of what this socket's queue or filter dropped. Raises OSError."""
    return int(_MEMINFO.unpack(handle.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, _MEMINFO.size))[-1])


def local_address(ancillary: Ancillary) -> bytes:
    """Return the packed address (16 bytes, or 4 on an IPv4 socket) a datagram was sent to; empty when not told."""
    for level, kind, value in ancillary:
        if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            return value[:16]
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            return value[8:12]  # struct in_pktinfo: interface, local address, header's destination
    return b""


def kernel_drops(ancillary: Ancillary) -> int | None:
    """Return the kernel's running count of dropped datagrams when it came with this one."""
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_RXQ_OVFL:
            return int(unpack_overflow(value)[0])
    return None


def source_ancillary(remote: SocketAddress, local: bytes) -> Ancillary | None:
    """Return control data that makes a reply to `remote` leave from `local`, or None when the kernel does so unasked.

    The kernel is asked by connecting a throw-away socket: no packet is sent. Called once per new path.
    """
    if not local or _default_source(remote) == local:
        return None
    if len(local) == 16:
        return [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, local + bytes(4))]
    return [(socket.IPPROTO_IP, IP_PKTINFO, bytes(4) + local + bytes(4))]


def _default_source(remote: SocketAddress) -> bytes:
    """Return the packed source address the kernel would choose towards `remote`; empty when it has no route."""
    family = socket.AF_INET6 if len(remote) == 4 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.connect(remote)
            return socket.inet_pton(family, probe.getsockname()[0].partition("%")[0])
        except OSError:
            return b""


def plain_address(address: tuple[str, int, *tuple[object, ...]]) -> tuple[str, int]:
    """Return (host, port) with an IPv4-mapped IPv6 host as plain IPv4: what a client must read in XOR-MAPPED-ADDRESS."""
    host = address[0].partition("%")[0]
    if host.startswith("::ffff:"):
        mapped = ipaddress.IPv6Address(host).ipv4_mapped
        if mapped is not None:
            host = str(mapped)
    return host, address[1]
