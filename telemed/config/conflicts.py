"""Settings that are right one by one and wrong together."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from telemed.config import rules
from telemed.config.model import Config, Server


def conflicts(config: Config) -> list[tuple[str, str, str]]:
    """Return (key, problem, fix) of each conflict in `config`."""
    return _server(config.server) + _media(config) + _secrets(config)


def _server(server: Server) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    own_tls = bool(server.tls_certificate and server.tls_key)
    if bool(server.tls_certificate) != bool(server.tls_key):
        key = "server.tls_key" if server.tls_certificate else "server.tls_certificate"
        found.append((key, "certificate and key belong together and this one is empty", "name both files, or none"))
    exposed = not rules.is_loopback_host(server.host)
    if exposed and not own_tls and not server.trusted_proxies:
        fix = 'set tls_certificate and tls_key, or trusted_proxies, or host = "127.0.0.1"'
        found.append(("server.host", "would serve other machines without TLS; browsers then refuse cameras", fix))
    if exposed and not server.base_url:
        fix = 'set it, for example "https://care.example.org"'
        found.append(("server.base_url", "is empty, so links would lead to localhost", fix))
    return found + _base_url(server, own_tls)


def _base_url(server: Server, own_tls: bool) -> list[tuple[str, str, str]]:
    if not server.base_url:
        if not own_tls:
            return []
        return [("server.base_url", "is empty although TLS is on", "set it to the https address of the certificate")]
    parts = urlsplit(server.base_url)
    if parts.scheme == "http" and own_tls:
        return [("server.base_url", "begins with http: although TLS is on", "begin it with https:")]
    if parts.scheme == "http" and not rules.is_loopback_host(parts.hostname or ""):
        return [("server.base_url", "begins with http:; browsers then refuse cameras", "begin it with https:")]
    if parts.scheme == "https" and not own_tls and not server.trusted_proxies:
        fix = 'set tls_certificate and tls_key, or, behind a proxy, trusted_proxies = ["127.0.0.1"]'
        return [("server.base_url", "begins with https: and nobody speaks TLS", fix)]
    return []


def _media(config: Config) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    media = config.media
    if media.udp_port and media.udp_port + max(media.workers, 1) - 1 > 65535:
        found.append(("media.udp_port", "leaves no room for a port per worker below 65536", "lower udp_port or workers"))
    loopback = [address for address in media.addresses if ipaddress.ip_address(address).is_loopback]
    if loopback and not media.announce_loopback:
        fix = "take the loopback address out, or set announce_loopback = true"
        found.append(("media.addresses", "names a loopback address, which no other machine can reach", fix))
    return found


def _secrets(config: Config) -> list[tuple[str, str, str]]:
    if config.secrets.installation_key and config.secrets.installation_key_file:
        fix = "keep one of installation_key and installation_key_file"
        return [("secrets.installation_key_file", "is a second source for the installation key", fix)]
    return []
