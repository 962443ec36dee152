"""Every setting of the server: frozen records whose fields carry default, unit, bounds and reason.

The reason of a setting is the comment an operator reads in `config.example.toml`, which is printed from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from telemed.config import rules
from telemed.config.rules import Rule

T = TypeVar("T")


def setting(default: T, rule: Rule, about: str) -> T:
    """Declare one key: its default, its rule, and the reason for both (shown to operators)."""
    return cast(T, field(default=cast(Any, default), metadata={"rule": rule, "about": about}))


@dataclass(frozen=True, slots=True)
class Clinic:
    """What patients see of the clinic, on every page and before any script runs."""

    name: str = setting("Clinic", rules.text(1, 120), "Shown on every page and to patients who open a link. 1 to 120 characters.")
    phone: str = setting(
        "",
        rules.matching(rules.PHONE, 'a telephone number such as "+49 30 1234567"', optional=True),
        "Whom to call when the video visit does not work; shown on each error page. The server asks for it.",
    )
    emergency_number: str = setting(
        "112",
        rules.matching(rules.EMERGENCY_NUMBER, 'digits only, such as "112"'),
        "The emergency number of your country, shown to patients who wait. 112 works in all of the EU.",
    )


@dataclass(frozen=True, slots=True)
class Server:
    """Where the web pages, the interface and the signalling listen."""

    host: str = setting(
        "127.0.0.1",
        rules.host(),
        'Address to listen on. "127.0.0.1": behind a proxy on this machine; "::" or "0.0.0.0": on all addresses.',
    )
    port: int = setting(
        8080, rules.integer(0, 65535, "TCP port; 0 takes a free one"), "TCP port of the web server. 443 needs a right."
    )
    base_url: str = setting(
        "",
        rules.origin(),
        "What people type to reach this server; links and QR codes begin with it. Empty: http://localhost:<port>.",
    )
    trusted_proxies: tuple[str, ...] = setting(
        (),
        rules.each(rules.is_address, 'a list of addresses such as ["127.0.0.1", "::1"]'),
        "Addresses of reverse proxies whose X-Forwarded-For is believed. Nobody else's is.",
    )
    tls_certificate: str = setting(
        "",
        rules.text(0, 512),
        "PEM file with the certificate and its chain. Empty: a proxy does TLS, or nobody (loopback).",
    )
    tls_key: str = setting("", rules.text(0, 512), "PEM file with the private key of tls_certificate.")


@dataclass(frozen=True, slots=True)
class Media:
    """The media workers, which carry sound and pictures."""

    udp_port: int = setting(
        10000,
        rules.integer(0, 65535, "UDP port; 0 takes free ones"),
        "UDP port of the first media worker; the others take the following ones. Open them in the firewall.",
    )
    tcp_port: int = setting(
        0,
        rules.integer(0, 65535, "TCP port; 0 takes the numbers of the UDP ports"),
        "TCP port of the first media worker, for networks that let no UDP through; the others take the following ones. "
        "0: the same numbers as by UDP. Open them in the firewall too.",
    )
    workers: int = setting(
        0, rules.integer(0, 64, "processes"), "Media worker processes. 0: one per processor core but one, at least one."
    )
    addresses: tuple[str, ...] = setting(
        (),
        rules.each(rules.is_announceable, 'a list of IP addresses such as ["203.0.113.7"]'),
        "Addresses told to clients, for a server behind NAT. Empty: all addresses of this machine but loopback.",
    )
    announce_loopback: bool = setting(
        False, rules.boolean(), "Tell clients 127.0.0.1 too. Only for trials with a browser on the same machine."
    )


@dataclass(frozen=True, slots=True)
class Store:
    """Where everything that lasts is kept."""

    directory: str = setting(
        "var",
        rules.text(1, 512),
        "Directory of the database, files and sockets; made with mode 0700. Relative to this file. Needs a local disk.",
    )


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys of this installation. The environment variable TELEMED_INSTALLATION_KEY goes before both."""

    installation_key: str = setting(
        "",
        rules.matching(rules.INSTALLATION_KEY, "at least 43 random characters; `telemed init` writes them", optional=True),
        "Key from which link tokens are made: 43 or more random characters (256 bits). This file must then be chmod 600.",
    )
    installation_key_file: str = setting(
        "", rules.text(0, 512), "File that holds the installation key instead, for example a mounted secret; chmod 600."
    )


@dataclass(frozen=True, slots=True)
class Logging:
    """Log lines go to standard error, one line each, and never hold names, addresses, tokens or texts."""

    level: str = setting(
        "info",
        rules.choice("debug", "info", "warning", "error"),
        "The least important lines to write. Even debug is safe to hand over.",
    )
    format: str = setting(
        "text", rules.choice("text", "json"), 'How lines are written: "text" for people, "json" for programs that collect them.'
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that protect the server and the people on it."""

    stop_seconds: int = setting(
        10, rules.integer(1, 60, "seconds"), "Time for an ordered stop before processes are killed. systemd waits 90 s."
    )
    drain_seconds: int = setting(
        20,
        rules.integer(0, 3600, "seconds"),
        "How long a stop waits for running calls to end first. `telemed drain` waits as long as it is told.",
    )
    disk_warn_percent: int = setting(
        10, rules.integer(0, 90, "percent"), "Free space of the disk below which the log, `telemed doctor` and /readyz warn."
    )
    disk_refuse_percent: int = setting(
        2, rules.integer(0, 50, "percent"), "Free space below which no new session begins. Running calls go on."
    )
    disk_refuse_megabytes: int = setting(
        500, rules.integer(0, 1_000_000, "megabytes"), "The same in megabytes; whichever is reached first counts."
    )
    media_cpu_percent: int = setting(
        80,
        rules.integer(0, 100, "percent of one core"),
        "Load of one media worker, as its share of a core. Beyond it pictures are lowered, and if that is not enough no new call "
        "begins; running calls go on. 0: not judged by it.",
    )
    media_delay_milliseconds: int = setting(
        100,
        rules.integer(0, 5000, "milliseconds"),
        "The same by the time 99 of 100 packets spend in a busy worker. 0: not judged by it.",
    )
    media_packets_per_second: int = setting(
        0,
        rules.integer(0, 1_000_000, "packets per second"),
        "The same by the packets of sound and pictures a worker sends, for a line with a known bound. 0: not judged by it.",
    )
    media_urgent_reserve_percent: int = setting(
        20, rules.integer(0, 100, "percent"), "How far urgent visits may go beyond that load before they are refused, too."
    )


@dataclass(frozen=True, slots=True)
class Backup:
    """Nightly back-ups of database, files and settings, sealed to the recovery key. Copy them to another machine."""

    directory: str = setting(
        "", rules.text(0, 512), "Directory of the back-ups, made with mode 0700. Relative to this file. Empty: none are made."
    )
    keep_days: int = setting(14, rules.integer(1, 3650, "days"), "Older back-ups are removed; the newest one stays in any case.")
    hour: int = setting(2, rules.integer(0, 23, "hour, UTC"), "Hour of the day, UTC, after which the nightly back-up is made.")
    recipient: str = setting(
        "",
        rules.matching(rules.RECIPIENT, "what `telemed init` or `telemed recovery key` wrote", optional=True),
        "Public half of the recovery key: back-ups are sealed with it, and only the recovery key opens them. No secret.",
    )
    signing_key: str = setting(
        "",
        rules.matching(rules.SIGNER, "what `telemed init` or `telemed recovery key` wrote", optional=True),
        "Signs back-ups; the recovery key tells a good signature. Empty: the audit key signs. This file must then be chmod 600.",
    )


@dataclass(frozen=True, slots=True)
class Metrics:
    """Who may read /metrics and the details of /readyz. They hold counts, never patients' data."""

    addresses: tuple[str, ...] = setting(
        ("127.0.0.1", "::1"),
        rules.each(rules.is_address, 'a list of addresses such as ["127.0.0.1", "::1"]'),
        "Addresses that may read without a token. Through a proxy the one behind it counts, never the proxy's.",
    )
    token: str = setting(
        "",
        rules.matching(rules.METRICS_TOKEN, "16 to 256 random characters without spaces", optional=True),
        "Token others send as `Authorization: Bearer <token>`. Empty: only the addresses above. Keep this file chmod 600.",
    )
    token_file: str = setting("", rules.text(0, 512), "File that holds the token instead; chmod 600.")


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that sends invitations, codes, links and notices. Without one they are shown on screen only."""

    host: str = setting(
        "", rules.host('a host name such as "mail.example.org"', optional=True), "Its name or address. Empty: no mail is sent."
    )
    port: int = setting(587, rules.integer(1, 65535, "TCP port"), "587 with starttls, 465 with tls, 25 with none.")
    security: str = setting(
        "starttls",
        rules.choice("starttls", "tls", "none"),
        'How the connection is sealed. The certificate is checked. "none": only to a mail server on this machine or network.',
    )
    authority_file: str = setting(
        "", rules.text(0, 512), "PEM file of the authority of its certificate. Empty: the authorities this machine trusts."
    )
    username: str = setting("", rules.text(0, 256), "Account there. Empty: it takes our mail without one.")
    password: str = setting("", rules.text(0, 256), "Password of the account. This file must then be chmod 600.")
    password_file: str = setting("", rules.text(0, 512), "File that holds the password instead; chmod 600.")
    sender: str = setting(
        "",
        rules.matching(rules.MAIL_ADDRESS, 'an address such as "telemed@example.org"', optional=True),
        "Address our mails come from. The clinic's name is put before it.",
    )


@dataclass(frozen=True, slots=True)
class Sms:
    """The provider that sends SMS: told by HTTP POST, as docs/operations.md describes. Without one no SMS are sent."""

    url: str = setting("", rules.web_address(), "Where messages are posted to. Empty: no SMS.")
    token: str = setting(
        "", rules.text(0, 512), "Sent along as `Authorization: Bearer <token>`. This file must then be chmod 600."
    )
    token_file: str = setting("", rules.text(0, 512), "File that holds the token instead; chmod 600.")
    sender: str = setting("", rules.text(0, 20), "Number or name the SMS come from, if the provider wants one.")
    report_token: str = setting(
        "",
        rules.matching(rules.REPORT_TOKEN, "24 to 256 random characters without spaces", optional=True),
        "Secret by which the provider reports what arrived (docs/operations.md). Empty: no reports. Keep this file chmod 600.",
    )
    report_token_file: str = setting("", rules.text(0, 512), "File that holds it instead; chmod 600.")


@dataclass(frozen=True, slots=True)
class SecondSms(Sms):
    """Another provider, for links of emergencies alone: what the first has not confirmed after 5 s goes out once more by it."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Where the signed head of the audit trail goes each day. Without these nobody can find a wholly rewritten database."""

    checkpoint_directory: str = setting(
        "",
        rules.text(0, 512),
        "Directory on another machine (a mounted share whose files this server cannot change later). Relative to this file.",
    )
    checkpoint_mail: str = setting(
        "",
        rules.matching(rules.MAIL_ADDRESS, 'an address such as "audit@example.org"', optional=True),
        "Address that gets it by mail: somebody who does not run this server. Needs [mail].",
    )
    timestamp_url: str = setting(
        "",
        rules.web_address(),
        "Time-stamp service (RFC 3161) that proves the day. It keeps nothing: use it beside one of the others.",
    )
    timestamp_authority_file: str = setting(
        "", rules.text(0, 512), "PEM file with the root certificate of that service; its answers are then checked against it."
    )


@dataclass(frozen=True, slots=True)
class Recording:
    """Where recordings are kept, and the key that opens their keys. What is recorded, and for how long, is a policy (/admin)."""

    directory: str = setting(
        "",
        rules.text(0, 512),
        'Directory of the recordings, made with mode 0700. Relative to this file. Empty: "recordings" in store.directory.',
    )
    master_key_file: str = setting(
        "",
        rules.text(0, 512),
        "File with the master key, 32 random bytes in base64, chmod 600, best on another disk than the recordings. Empty: the "
        "environment variable TELEMED_RECORDING_KEY, or else a key made from the installation key.",
    )


@dataclass(frozen=True, slots=True)
class Oidc:
    """Single sign-on of staff by the clinic's own provider (OpenID Connect). Without an issuer there is none."""

    issuer: str = setting(
        "",
        rules.web_address(),
        "Its issuer, exactly as it names itself, such as https://login.example.org/realms/clinic. Empty: no single sign-on.",
    )
    client_id: str = setting("", rules.text(0, 256), "What this server is called there.")
    client_secret: str = setting(
        "", rules.text(0, 512), "Secret of the client; empty for a public one. This file must then be chmod 600."
    )
    client_secret_file: str = setting("", rules.text(0, 512), "File that holds the secret instead; chmod 600.")
    label: str = setting(
        "", rules.text(0, 60), 'What the button says after "Sign in with". Empty: "Sign in with your clinic account".'
    )
    authority_file: str = setting(
        "", rules.text(0, 512), "PEM file of the authority of its certificate. Empty: the authorities this machine trusts."
    )
    link_by_email: bool = setting(
        False,
        rules.boolean(),
        "Join an account here at first sign-in when the provider calls its address verified. Only if it verifies addresses.",
    )
    trust_provider_factors: bool = setting(
        False,
        rules.boolean(),
        "Never ask for a second step after it. Otherwise one is asked for unless it says that it asked (amr, acr).",
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """A relay (coturn) for people whose network lets no media through. turn/README.md says how to run it."""

    host: str = setting(
        "",
        rules.host('a host name such as "turn.example.org", or an address', optional=True),
        "Name or address at which clients reach the relay. Empty: there is none.",
    )
    port: int = setting(
        3478, rules.integer(1, 65535, "UDP and TCP port"), "Port without TLS, UDP and TCP. Media is sealed either way."
    )
    tls_port: int = setting(
        0,
        rules.integer(0, 65535, "TCP port; 0: none"),
        "Port with TLS: 443 passes most firewalls (on an address of its own), 5349 is the usual one. 0: none.",
    )
    tls_certificate: str = setting(
        "", rules.text(0, 512), "PEM file with the relay's certificate and its chain. Empty: server.tls_certificate."
    )
    tls_key: str = setting("", rules.text(0, 512), "PEM file with the private key of tls_certificate. Empty: server.tls_key.")
    realm: str = setting("", rules.host('a host name such as "example.org"', optional=True), "Realm of the relay. Empty: host.")
    secret: str = setting(
        "",
        rules.matching(rules.TURN_SECRET, "32 to 256 letters, digits, - or _; `telemed init` writes them", optional=True),
        "Secret that this server and the relay share; credentials are made from it. This file must then be chmod 600.",
    )
    secret_file: str = setting("", rules.text(0, 512), "File that holds the secret instead; chmod 600.")
    addresses: tuple[str, ...] = setting(
        (),
        rules.each(rules.is_announceable, 'a list of IP addresses such as ["192.0.2.7"]'),
        "Addresses of its machine on which the relay listens and relays. Empty: all.",
    )
    external_address: str = setting(
        "",
        rules.host("an IP address", optional=True),
        "Public address of the relay when it stands behind NAT 1:1. Needs the inner one as the only one in addresses.",
    )
    peers: tuple[str, ...] = setting(
        (),
        rules.each(rules.is_announceable, 'a list of IP addresses such as ["203.0.113.7"]'),
        "The only addresses it relays to. Empty: media.addresses, or without them all of this machine but loopback.",
    )
    first_relay_port: int = setting(
        49152, rules.integer(1024, 65535, "UDP port"), "First UDP port from which it sends to the media workers."
    )
    last_relay_port: int = setting(65535, rules.integer(1024, 65535, "UDP port"), "Last one. A call takes a few for each person.")
    user_quota: int = setting(
        24, rules.integer(3, 1000, "allocations"), "Allocations of one credential: a browser makes one for each way and network."
    )
    total_quota: int = setting(1200, rules.integer(3, 100_000, "allocations"), "Allocations of all together.")
    allocation_kbits: int = setting(
        10_000, rules.integer(100, 1_000_000, "kbit/s"), "Most that one allocation may carry each way; more is dropped."
    )


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. Field names are the section names of the file."""

    clinic: Clinic = field(default_factory=Clinic)
    server: Server = field(default_factory=Server)
    media: Media = field(default_factory=Media)
    store: Store = field(default_factory=Store)
    secrets: Secrets = field(default_factory=Secrets)
    logging: Logging = field(default_factory=Logging)
    limits: Limits = field(default_factory=Limits)
    backup: Backup = field(default_factory=Backup)
    metrics: Metrics = field(default_factory=Metrics)
    mail: Mail = field(default_factory=Mail)
    sms: Sms = field(default_factory=Sms)
    sms_second: SecondSms = field(default_factory=SecondSms)
    audit: Audit = field(default_factory=Audit)
    recording: Recording = field(default_factory=Recording)
    oidc: Oidc = field(default_factory=Oidc)
    turn: Turn = field(default_factory=Turn)
