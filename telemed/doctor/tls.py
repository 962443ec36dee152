"""The server's own certificate files."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from telemed.config import Server
from telemed.doctor.findings import Finding, fault, ok, warn

SOON_DAYS = 14  # automatic renewal happens 30 days before the end; at 14 it has failed


def certificate(server: Server, now: dt.datetime) -> list[Finding]:
    """The files parse, belong together, name our address and are valid. `now` is aware UTC."""
    if not server.tls_certificate:
        return [ok("tls", "left to the reverse proxy" if server.trusted_proxies else "not used: loopback only")]
    try:
        chain = x509.load_pem_x509_certificates(Path(server.tls_certificate).read_bytes())
        key = serialization.load_pem_private_key(Path(server.tls_key).read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return [fault("tls", "certificate or key cannot be read", "use PEM files, the key without a passphrase")]
    leaf = chain[0]
    if key.public_key() != leaf.public_key():
        return [fault("tls", "the key does not belong to the certificate", "name files of one pair")]
    return [_validity(leaf, now), _name(leaf, server.base_url)]


def _validity(leaf: x509.Certificate, now: dt.datetime) -> Finding:
    left = (leaf.not_valid_after_utc - now).days
    until = leaf.not_valid_after_utc.date().isoformat()
    if leaf.not_valid_before_utc > now:
        return fault(
            "tls", f"the certificate begins on {leaf.not_valid_before_utc.date().isoformat()}", "check the clock, or get another"
        )
    if left < 0:
        return fault("tls", f"the certificate ended on {until}", "renew it, then `telemed reload`")
    if left < SOON_DAYS:
        return warn("tls", f"the certificate ends on {until}, in {left} days", "renew it, then `telemed reload`")
    return ok("tls", f"the certificate is valid until {until}")


def _name(leaf: x509.Certificate, base_url: str) -> Finding:
    host = urlsplit(base_url).hostname or "localhost"
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return fault("tls", "the certificate names no host (subjectAltName)", "get one that names the host of server.base_url")
    try:
        covered = ipaddress.ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        covered = any(_matches(pattern.lower(), host) for pattern in names.get_values_for_type(x509.DNSName))
    if covered:
        return ok("tls", "the certificate names the host of server.base_url")
    return fault("tls", "the certificate does not name the host of server.base_url", "get one that does, or correct base_url")


def _matches(pattern: str, host: str) -> bool:
    """RFC 6125 section 6.4.3: a wildcard stands for one whole label."""
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return host == pattern
