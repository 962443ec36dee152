"""Listening sockets and port checks before anything starts: a port that is taken is named, with who has it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from telemed.config import Config
from telemed.errors import ConfigError

BACKLOG = 512  # connections that wait while control restarts
ATTEMPTS_FOR_A_COMMON_PORT = 8  # a free port of one address may be taken on another


class PortTaken(ConfigError):
    """Somebody else listens there."""

    code = "port_taken"


def listen(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Return TCP sockets listening on `port` of every host; 0 takes one port that is free on all of them.

    Hosts this machine does not have are left out as long as one remains (::1 may be switched off). Raises PortTaken, ConfigError.
    """
    for attempt in range(ATTEMPTS_FOR_A_COMMON_PORT):
        try:
            return _listen_on_all(hosts, port)
        except PortTaken:
            if port or attempt == ATTEMPTS_FOR_A_COMMON_PORT - 1:
                raise
    raise AssertionError("the loop returns or raises")


def check_udp(ports: Sequence[int]) -> None:
    """Raise PortTaken, naming all of `ports` that cannot be bound. The workers bind them for themselves afterwards."""
    taken = [port for port in ports if port and not _is_free(port, socket.SOCK_DGRAM)]
    if taken:
        names = ", ".join(str(port) for port in taken)
        raise PortTaken(f"UDP port {names} (media) is in use by another program. Stop it, or set media.udp_port (--udp-port).")


def media_ports(config: Config, workers: int) -> list[tuple[int, int]]:
    """The (UDP, TCP) ports of the media workers; 0 takes a free one, by TCP if possible the number of the UDP port."""
    media = config.media
    tcp = media.tcp_port or media.udp_port
    return [(_nth(media.udp_port, index), _nth(tcp, index)) for index in range(workers)]


def check_tcp(ports: Sequence[int]) -> None:
    """Raise PortTaken, naming the first of `ports` that cannot be listened on and who has it."""
    for port in ports:
        if port and not _is_free(port, socket.SOCK_STREAM):
            fix = "Stop it, or choose others with media.tcp_port (--tcp-port)."
            raise PortTaken(f"TCP port {port} (media) is in use by another program ({holder(port)}). {fix}")


def _nth(first: int, index: int) -> int:
    return first + index if first else 0


def _listen_on_all(hosts: Sequence[str], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    absent = 0
    try:
        for address in _addresses(hosts):
            try:
                sockets.append(_bind(address, port))
            except OSError as error:
                absent += _absent_or_raise(error, port)
                continue
            port = sockets[0].getsockname()[1]
    except ConfigError:
        for entry in sockets:
            entry.close()
        raise
    if not sockets:
        raise ConfigError("None of the addresses to listen on belongs to this machine. Correct server.host (--host).")
    return sockets


def _addresses(hosts: Sequence[str]) -> list[tuple[int, str]]:
    """(family, address) of each host, without repeats."""
    found: list[tuple[int, str]] = []
    for host in hosts:
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        except OSError as error:
            raise ConfigError("The name to listen on is unknown. Correct server.host (--host).") from error
        found += [(info[0], str(info[4][0])) for info in infos]
    return list(dict.fromkeys(found))


def _bind(address: tuple[int, str], port: int) -> socket.socket:
    family, host = address
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if host == "::" else 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _absent_or_raise(error: OSError, port: int) -> int:
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return 1
    if error.errno == errno.EADDRINUSE:
        fix = "Stop it, or choose another with server.port (--port)."
        raise PortTaken(f"TCP port {port} is in use by another program ({holder(port)}). {fix}") from None
    if error.errno == errno.EACCES:
        raise ConfigError(
            f"TCP port {port} needs a right this user lacks (CAP_NET_BIND_SERVICE). Choose one above 1023."
        ) from None
    raise ConfigError(f"TCP port {port} cannot be opened ({error.strerror}).") from None


def holder(port: int) -> str:
    """Who listens on TCP `port`: `process 4711 nginx`, as far as this user may know."""
    import psutil  # noqa: PLC0415 - only needed to explain a fault

    try:
        for entry in psutil.net_connections("tcp"):
            if entry.laddr and entry.laddr.port == port and entry.status == psutil.CONN_LISTEN and entry.pid:
                return f"process {entry.pid} {psutil.Process(entry.pid).name()}"
    except (psutil.Error, OSError):
        return "process unknown"
    return "process unknown"


def _is_free(port: int, kind: int) -> bool:
    """True when `port` can be bound on all addresses of the families this machine has."""
    return all(_can_bind(family, kind, host, port) for family, host in ((socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")))


def _can_bind(family: int, kind: int, host: str, port: int) -> bool:
    """False when somebody has the port; a family this machine lacks does not count."""
    try:
        with socket.socket(family, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended do not count
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True
