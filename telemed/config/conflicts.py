"""Settings that are right one by one and wrong together."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Callable, Container
from urllib.parse import urlsplit

from telemed.config import rules
from telemed.config.model import Config, SecondSms, Server, Sms, Turn

Problem = tuple[str, str, str]  # key, what is wrong, how to mend it
Check = Callable[[Config], list[Problem]]


def conflicts(config: Config, faulty: Container[str] = ()) -> list[Problem]:
    """Return (key, problem, fix) of each conflict in `config`; what depends on a key in `faulty` is not judged."""
    judged = (check for needs, check in CHECKS if not any(_is_faulty(key, faulty) for key in needs))
    return [problem for check in judged for problem in check(config)]


def _is_faulty(key: str, faulty: Container[str]) -> bool:
    return key in faulty or key.partition(".")[0] in faulty


def _own_tls(server: Server) -> bool:
    return bool(server.tls_certificate and server.tls_key)


def _pair(config: Config) -> list[Problem]:
    server = config.server
    if bool(server.tls_certificate) == bool(server.tls_key):
        return []
    key = "server.tls_key" if server.tls_certificate else "server.tls_certificate"
    return [(key, "certificate and key belong together and this one is empty", "name both files, or none")]


def _exposed_without_tls(config: Config) -> list[Problem]:
    server = config.server
    if rules.is_loopback_host(server.host) or _own_tls(server) or server.trusted_proxies:
        return []
    fix = 'set tls_certificate and tls_key, or trusted_proxies, or host = "127.0.0.1"'
    return [("server.host", "would serve other machines without TLS; browsers then refuse cameras", fix)]


def _exposed_without_name(config: Config) -> list[Problem]:
    if rules.is_loopback_host(config.server.host) or config.server.base_url:
        return []
    return [("server.base_url", "is empty, so links would lead to localhost", 'set it, for example "https://care.example.org"')]


def _base_url(config: Config) -> list[Problem]:
    server = config.server
    own_tls = _own_tls(server)
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


def _ports(config: Config) -> list[Problem]:
    media, workers = config.media, max(config.media.workers, 1)
    found = [
        (f"media.{key}", "leaves no room for a port per worker below 65536", f"lower {key} or workers")
        for key, port in (("udp_port", media.udp_port), ("tcp_port", media.tcp_port))
        if port + workers - 1 > 65535
    ]
    first = media.tcp_port or media.udp_port
    if first and first <= config.server.port < first + workers:
        fix = "set media.tcp_port to ports of their own"
        found.append(("server.port", "is a TCP port of the media workers too", fix))
    return found


def _loopback(config: Config) -> list[Problem]:
    loopback = any(ipaddress.ip_address(address).is_loopback for address in config.media.addresses)
    if not loopback or config.media.announce_loopback:
        return []
    fix = "take the loopback address out, or set announce_loopback = true"
    return [("media.addresses", "names a loopback address, which no other machine can reach", fix)]


def _two_keys(config: Config) -> list[Problem]:
    if not (config.secrets.installation_key and config.secrets.installation_key_file):
        return []
    fix = "keep one of installation_key and installation_key_file"
    return [("secrets.installation_key_file", "is a second source for the installation key", fix)]


def _mail(config: Config) -> list[Problem]:
    """What is missing to send a mail, and what would give the password away."""
    mail = config.mail
    found = []
    if mail.host and not mail.sender:
        found.append(("mail.sender", "is empty, and every mail needs one", 'write one, such as "telemed@example.org"'))
    if mail.password and mail.password_file:
        found.append(("mail.password_file", "is a second source for the password", "keep one of password and password_file"))
    if bool(mail.username) != bool(mail.password or mail.password_file):
        found.append(("mail.username", "and the password belong together and one is missing", "write both, or neither"))
    if mail.username and mail.security == "none" and not rules.is_loopback_host(mail.host):
        found.append(("mail.security", "would send the password in clear", 'use "starttls" or "tls"'))
    return found


def _sms(config: Config) -> list[Problem]:
    return _provider("sms", config.sms)


def _second_sms(config: Config) -> list[Problem]:
    """A second provider repeats what the first has not confirmed: there must be a first, and it must be another."""
    second = config.sms_second
    found = _provider("sms_second", second)
    if second.url and not config.sms.url:
        found.append(("sms_second.url", "is a second provider without a first", "fill the section [sms]"))
    if second.url and second.url == config.sms.url:
        found.append(("sms_second.url", "is the first provider once more", "name another, or leave it empty"))
    if second.report_token and second.report_token == config.sms.report_token:
        found.append(("sms_second.report_token", "is the secret of the first provider", "agree on another with the second"))
    return found


def _provider(section: str, sms: Sms) -> list[Problem]:
    found = []
    if sms.token and sms.token_file:
        found.append((f"{section}.token_file", "is a second source for the token", "keep one of token and token_file"))
    if sms.report_token and sms.report_token_file:
        fix = "keep one of report_token and report_token_file"
        found.append((f"{section}.report_token_file", "is a second source for the secret of reports", fix))
    parts = urlsplit(sms.url)
    if parts.scheme == "http" and not rules.is_loopback_host(parts.hostname or ""):
        found.append((f"{section}.url", "would send codes, numbers and the token in clear", "begin it with https:"))
    return found


def _audit(config: Config) -> list[Problem]:
    if not config.audit.checkpoint_mail or config.mail.host:
        return []
    return [("audit.checkpoint_mail", "names a recipient and no mail server is configured", "fill the section [mail]")]


def _oidc(config: Config) -> list[Problem]:
    """What is missing to send people to the provider, and what would let others listen to it."""
    oidc = config.oidc
    found = []
    if bool(oidc.issuer) != bool(oidc.client_id):
        key = "oidc.client_id" if oidc.issuer else "oidc.issuer"
        found.append((key, "is empty; issuer and client_id belong together", "write both, or neither"))
    if oidc.client_secret and oidc.client_secret_file:
        fix = "keep one of client_secret and client_secret_file"
        found.append(("oidc.client_secret_file", "is a second source for the secret", fix))
    parts = urlsplit(oidc.issuer)
    if parts.scheme == "http" and not rules.is_loopback_host(parts.hostname or ""):
        found.append(("oidc.issuer", "would be asked in clear, and anybody could sign in", "begin it with https:"))
    if parts.query:
        found.append(("oidc.issuer", "has a query, which no issuer has", "leave out what follows the question mark"))
    return found


def _turn(config: Config) -> list[Problem]:
    """What is missing for a relay that works and serves nobody else."""
    turn = config.turn
    found = []
    if turn.secret and turn.secret_file:
        found.append(("turn.secret_file", "is a second source for the secret", "keep one of secret and secret_file"))
    if bool(turn.tls_certificate) != bool(turn.tls_key):
        key = "turn.tls_key" if turn.tls_certificate else "turn.tls_certificate"
        found.append((key, "certificate and key belong together and this one is empty", "name both files, or none"))
    if turn.first_relay_port > turn.last_relay_port:
        found.append(("turn.last_relay_port", "is below first_relay_port", "exchange them"))
    return found + (_used_turn(config) if turn.host else [])


def _used_turn(config: Config) -> list[Problem]:
    turn, media = config.turn, config.media
    found = []
    if not (turn.secret or turn.secret_file):
        found.append(("turn.secret", "is empty", "write 43 random characters, as `openssl rand -hex 32` prints them"))
    if turn.tls_port and not (turn.tls_certificate or config.server.tls_certificate):
        found.append(("turn.tls_certificate", "is empty, and tls_port needs one", "name both files, or set tls_port = 0"))
    if turn.tls_port == turn.port:
        found.append(("turn.tls_port", "is the port without TLS, too", "use 5349 or 443"))
    if turn.external_address and (len(turn.addresses) != 1 or not rules.is_announceable(turn.external_address)):
        fix = "name the inner address as the only one of addresses, and the public one here"
        found.append(("turn.external_address", "stands for no single inner address", fix))
    last = media.udp_port + max(media.workers, 1) - 1
    if media.udp_port and turn.first_relay_port <= last and media.udp_port <= turn.last_relay_port:
        found.append(("turn.first_relay_port", "leads into the ports of the media workers", "keep the two ranges apart"))
    return found


TLS = ("server.tls_certificate", "server.tls_key")
TURN = tuple(f"turn.{entry.name}" for entry in dataclasses.fields(Turn))
SECOND_SMS = tuple(f"sms_second.{entry.name}" for entry in dataclasses.fields(SecondSms))
CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (TLS, _pair),
    ((*TLS, "server.host", "server.trusted_proxies"), _exposed_without_tls),
    (("server.host", "server.base_url"), _exposed_without_name),
    ((*TLS, "server.base_url", "server.trusted_proxies"), _base_url),
    (("media.udp_port", "media.tcp_port", "media.workers", "server.port"), _ports),
    (("media.addresses", "media.announce_loopback"), _loopback),
    (("secrets.installation_key", "secrets.installation_key_file"), _two_keys),
    (("mail.host", "mail.sender", "mail.username", "mail.password", "mail.password_file", "mail.security"), _mail),
    (("sms.url", "sms.token", "sms.token_file", "sms.report_token", "sms.report_token_file"), _sms),
    (("sms.url", *SECOND_SMS), _second_sms),
    (("audit.checkpoint_mail", "mail.host"), _audit),
    (("oidc.issuer", "oidc.client_id", "oidc.client_secret", "oidc.client_secret_file"), _oidc),
    ((*TURN, *TLS, "media.udp_port", "media.workers"), _turn),
)
