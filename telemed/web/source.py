"""Where a request comes from: the key of per-address limits. Kept in memory only, never logged."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from aiohttp import web

UNKNOWN = "unknown"  # a connection without an address (closed meanwhile)
_MAPPED = "::ffff:"  # RFC 4291 section 2.5.5.2
IPV6_HOST_BITS = 64  # one customer has a whole /64, so that is what a limit counts


def source_key(remote: str | None, forwarded_for: str | None, trusted_proxies: frozenset[str]) -> str:
    """Return the address a limit counts: the peer's, or, when the peer is a proxy of ours, the last hop it did not know itself.

    Only entries that proxies of ours appended to X-Forwarded-For count; what a client wrote in front of them is ignored.
    """
    address = plain_address(remote or UNKNOWN)
    hops = [hop.strip() for hop in forwarded_for.split(",")] if forwarded_for else []
    while address in trusted_proxies and hops:
        address = plain_address(hops.pop())
    return _network(address)


def forwarded_for(request: web.BaseRequest) -> str | None:
    """Return X-Forwarded-For whole: a proxy may append a line of its own to those a client wrote, and the last hop counts."""
    lines = request.headers.getall("X-Forwarded-For", ())
    return ",".join(lines) if lines else None


def plain_address(address: str) -> str:
    """Return an IPv4 address that a dual-stack socket shows as IPv6 in its own form, so that it compares; others unchanged."""
    return address.removeprefix(_MAPPED) if "." in address else address


def _network(address: str) -> str:
    """Return the part of an address that belongs to one customer."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> IPV6_HOST_BITS << IPV6_HOST_BITS))
    return str(parsed)
