"""What the web adapter is told at start. The composition root fills it from the configuration."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from telemed.config import Turn
from telemed.web.languages import LANGUAGES
from telemed.web.oidc.settings import OidcSettings
from telemed.web.throttle import Rate


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Bounds of slow and many connections. Times in seconds."""

    head: float = 10.0  # a request head must be complete this long after the connection opened or the last answer ended
    tls_handshake: float = 10.0
    request: float = 15.0  # from the complete head to the end of the answer; uploads and pages alike
    lingering: float = 2.0  # how long the rest of a refused body is read and thrown away before the connection closes
    line_bytes: int = 4096  # request line
    field_bytes: int = 8190  # one header field
    fields: int = 64  # header fields of one request
    total: int = 2000  # connections at once; more are closed unheard
    per_address: int = 256  # connections of one address at once; proxies of ours are exempt
    requests: Rate = Rate(6000, 60.0)  # of one address, whatever they ask for: a ward opening its pages, a hundred files each
    handshakes: Rate = Rate(600, 60.0)  # of them new sockets: each costs memory until it proves who it is
    strangers: Rate = Rate(3000, 60.0)  # of them requests that need an identity and bring none that counts


@dataclass(slots=True)
class WebSettings:
    """The clinic as pages name it, where we are reached, and where files lie. Only the clinic's words ever change."""

    clinic_name: str
    clinic_phone: str
    emergency_number: str
    demo: bool
    base_url: str  # as people type it, without a final slash; https here means cookies are Secure
    static_root: Path
    version: str
    other_origins: tuple[str, ...] = ()  # further origins under which we are reached, e.g. http://127.0.0.1:8080 in a demo
    languages: tuple[str, ...] = LANGUAGES  # offered ones; the first is the default
    trusted_proxies: frozenset[str] = frozenset()  # addresses whose X-Forwarded-For is believed
    limits: ConnectionLimits = ConnectionLimits()
    device_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)  # signs the marks of known browsers
    identity_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)  # seals secrets of second factors
    sends_mail: bool = False  # a mail server is configured; else admins hand links over themselves
    report_token: str = field(default="", repr=False)  # by which the SMS gateway reports; "": none are taken
    second_report_token: str = field(default="", repr=False)  # likewise of the second gateway
    oidc: OidcSettings | None = None  # the clinic's own sign-in provider
    turn: Turn = field(default_factory=Turn, repr=False)  # the relay, told to who takes part in a call; without a host: none

    def set_clinic(self, name: str, phone: str, emergency_number: str) -> None:
        """Name the clinic so on every page from now on."""
        self.clinic_name, self.clinic_phone, self.emergency_number = name, phone, emergency_number

    @property
    def origins(self) -> frozenset[str]:
        """All origins of our own."""
        return frozenset({self.base_url, *self.other_origins})

    @property
    def secure(self) -> bool:
        """People reach us over TLS (ours or a proxy's)."""
        return self.base_url.startswith("https://")
