"""Which addresses a worker announces, and as what candidates."""

from __future__ import annotations

import ipaddress

import psutil

from telemed.media.control import Candidate

HOST_TYPE_PREFERENCE = 126  # RFC 8445 section 5.1.2.2
TCP_TYPE_PREFERENCE = 90  # below every UDP candidate, as RFC 6544 section 4.2 asks for; browsers use the same number
PASSIVE_PREFERENCE = 4  # RFC 6544 section 4.2: direction preference of passive host candidates
COMPONENT_RTP = 1

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def interface_addresses(announce_loopback: bool) -> list[str]:
    """Return every usable address of interfaces that are up, in the kernel's order; 127.0.0.1 last when asked for.

    Link-local IPv6 is left out: it needs an interface name that other machines do not share.
    """
    status = psutil.net_if_stats()
    found: list[str] = []
    for name, entries in psutil.net_if_addrs().items():
        if name in status and not status[name].isup:
            continue
        for entry in entries:
            address = _usable(entry.address)
            if address is not None and str(address) not in found:
                found.append(str(address))
    return [*found, "127.0.0.1"] if announce_loopback else found


def host_candidates(addresses: list[str], port: int, dual_stack: bool) -> tuple[Candidate, ...]:
    """Return UDP host candidates, earlier addresses with higher priority; IPv6 ones only when the socket takes it."""
    usable = [address for address in addresses if dual_stack or ":" not in address]
    return tuple(
        Candidate(
            address=address,
            port=port,
            protocol="udp",
            priority=(HOST_TYPE_PREFERENCE << 24) | ((65535 - index) << 8) | (256 - COMPONENT_RTP),
            foundation=str(index + 1),
        )
        for index, address in enumerate(usable)
    )


def tcp_candidates(addresses: list[str], port: int, dual_stack: bool) -> tuple[Candidate, ...]:
    """Return passive TCP host candidates (RFC 6544) for the same addresses, each below every UDP one."""
    usable = [address for address in addresses if dual_stack or ":" not in address]
    return tuple(
        Candidate(
            address=address,
            port=port,
            protocol="tcp",
            priority=(TCP_TYPE_PREFERENCE << 24) | ((PASSIVE_PREFERENCE << 13 | (8191 - index)) << 8) | (256 - COMPONENT_RTP),
            foundation=str(len(usable) + index + 1),
        )
        for index, address in enumerate(usable)
    )


def _usable(text: str) -> IPAddress | None:
    """Return the address if it can be announced; None for MAC addresses, loopback, link-local, multicast, unspecified."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if address.is_loopback or address.is_multicast or address.is_unspecified:
        return None
    return None if address.version == 6 and address.is_link_local else address
