"""Ports, addresses and socket buffers."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from telemed.config import Config
from telemed.doctor.findings import Finding, fault, ok, warn
from telemed.errors import ConfigError
from telemed.layout import Layout
from telemed.sfu.addresses import interface_addresses
from telemed.sfu.udp_socket import BUFFER_BYTES
from telemed.supervisor.ports import check_tcp, check_udp, listen, media_ports


def ports(config: Config, layout: Layout) -> list[Finding]:
    """TCP and UDP ports are free, or in the hands of our own running server."""
    if is_serving(layout):
        return [ok("ports", "in use by the running server")]
    found: list[Finding] = []
    try:
        for entry in listen((config.server.host,), config.server.port):
            entry.close()
        found.append(ok("tcp port", f"{config.server.port} is free"))
    except ConfigError as error:
        found.append(fault("tcp port", error.message, "see the sentence before"))
    workers = config.media.workers or max(1, (os.cpu_count() or 1) - 1)
    wanted = media_ports(config, workers)
    return [
        *found,
        _media("udp ports", [udp for udp, _ in wanted if udp], check_udp),
        _media("media tcp", [tcp for _, tcp in wanted if tcp], check_tcp),
    ]


def _media(subject: str, wanted: list[int], check: Callable[[Sequence[int]], None]) -> Finding:
    """Whether the media workers will get their ports of one kind."""
    try:
        check(wanted)
    except ConfigError as error:
        return fault(subject, error.message, "see the sentence before")
    return ok(subject, ", ".join(map(str, wanted)) + " free; open them in the firewall" if wanted else "free ones are taken")


def is_serving(layout: Layout) -> bool:
    """A `telemed serve` holds this installation."""
    try:
        descriptor = os.open(layout.supervisor_lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def addresses(config: Config) -> list[Finding]:
    """Clients are told addresses they can reach."""
    told = list(config.media.addresses) or interface_addresses(config.media.announce_loopback)
    if not told:
        return [fault("addresses", "no address can be told to clients", "connect a network, or set media.addresses")]
    listed = ", ".join(told)
    private = all(ipaddress.ip_address(address).is_private for address in told)
    if private and _is_public(config.server.base_url):
        fix = 'set media.addresses = ["<public address>"], or ignore this when all clients are in your network'
        return [warn("addresses", f"only private ones are told to clients: {listed}", fix)]
    return [ok("addresses", f"told to clients: {listed}")]


def buffers() -> list[Finding]:
    """The kernel grants the socket buffers that bursts of packets need."""
    found = []
    options = (("receive", socket.SO_RCVBUF, "rmem_max"), ("send", socket.SO_SNDBUF, "wmem_max"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for name, option, setting in options:
            probe.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
            granted = probe.getsockopt(socket.SOL_SOCKET, option) // 2  # the kernel reports the double (socket(7))
            text = f"{granted // 1024} KiB to {name} of {BUFFER_BYTES // 1024} KiB asked for"
            if granted >= BUFFER_BYTES:
                found.append(ok("buffers", text))
            else:
                fix = f"sysctl -w net.core.{setting}={BUFFER_BYTES}, and keep it in /etc/sysctl.d/telemed.conf"
                found.append(warn("buffers", text, fix))
    return found


def _is_public(base_url: str) -> bool:
    """People reach the server from outside: its name is neither localhost nor a private address."""
    name = urlsplit(base_url).hostname or "localhost"
    try:
        return not ipaddress.ip_address(name).is_private
    except ValueError:
        return "." in name and not name.endswith((".local", ".internal", ".lan", ".test"))
