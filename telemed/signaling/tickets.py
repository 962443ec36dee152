"""Join tickets: signed, 60 seconds, one use (RFC 8725: fixed algorithm, explicit type, issuer and audience checked).

The key is made at every start of the control process: tickets of an earlier process are worthless, so "used once" need not be
remembered over a restart.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from telemed.clock import Clock
from telemed.errors import NotAllowed, TooMany

TICKET_SECONDS = 60  # protocol section 1.2
ALGORITHM = "HS256"
TOKEN_TYPE = "telemed-ticket+jwt"  # noqa: S105 - a JOSE type, not a secret
ISSUER = "telemed"
KEY_BYTES = 32  # RFC 7518 section 3.2: at least the size of the hash
MAX_USED = 100_000  # tickets used in the last minute; beyond that someone is playing


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a ticket speaks for: a participant of a session on `/call`, a user on `/staff` (`session_id` empty)."""

    audience: str  # the namespace
    subject: str  # participant id or user id
    session_id: str
    user_id: str  # the staff user behind a staff seat, else empty
    holder: str = ""  # the login or seat cookie it was issued to: what it opens ends with that
    number: int = 0  # set when it is redeemed


class Tickets:
    """Issues tickets and redeems each once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(KEY_BYTES)
        self._used: dict[str, float] = {}  # jti -> monotonic time it may be forgotten
        self._issued = 0
        self._revoked: dict[
            str, tuple[int, float]
        ] = {}  # subject or user -> last ticket that is dead, and until when it matters

    def issue(self, ticket: Ticket) -> str:
        """A signed ticket, valid for TICKET_SECONDS."""
        now = self._clock.utcnow()
        self._issued += 1
        claims = {
            "num": self._issued,
            "iss": ISSUER,
            "aud": ticket.audience,
            "sub": ticket.subject,
            "ses": ticket.session_id,
            "usr": ticket.user_id,
            "hld": ticket.holder,
            "iat": now,
            "exp": now + timedelta(seconds=TICKET_SECONDS),
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"typ": TOKEN_TYPE})

    def redeem(self, token: str, audience: str) -> Ticket:
        """Check and use up a ticket for `audience`; raises NotAllowed("bad_ticket"), TooMany when flooded with valid ones."""
        try:
            claims = self._decode(token, audience)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise NotAllowed(code="bad_ticket") from None
        subject, session_id, user_id, holder = (str(claims[name]) for name in ("sub", "ses", "usr", "hld"))
        ticket = Ticket(audience, subject, session_id, user_id, holder, int(claims["num"]))
        if self.is_revoked(ticket):
            raise NotAllowed(code="bad_ticket")
        self._use(str(claims["jti"]))
        return ticket

    def is_revoked(self, ticket: Ticket) -> bool:
        """Whether a ticket has become worthless, perhaps since it was redeemed; asked again when a connection begins."""
        return any(ticket.number <= self._revoked.get(key, (0, 0.0))[0] for key in (ticket.subject, ticket.user_id))

    def revoke(self, subject: str) -> None:
        """Make every ticket issued so far for a participant or user worthless: its seat moved, or the user signed out."""
        now = self._clock.monotonic()
        self._revoked = {key: entry for key, entry in self._revoked.items() if entry[1] > now}
        self._revoked[subject] = (self._issued, now + TICKET_SECONDS)

    def _decode(self, token: str, audience: str) -> dict[str, Any]:
        if jwt.get_unverified_header(token).get("typ") != TOKEN_TYPE:
            raise jwt.InvalidTokenError("type")
        claims: dict[str, Any] = jwt.decode(
            token,
            self._key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            options={
                "require": ["iss", "aud", "sub", "ses", "usr", "hld", "iat", "exp", "jti", "num"],
                "verify_exp": False,  # judged below by the clock the ticket was issued with
                "verify_iat": False,
            },
        )
        if int(claims["exp"]) <= self._clock.utcnow().timestamp():
            raise jwt.ExpiredSignatureError
        return claims

    def _use(self, ticket_id: str) -> None:
        now = self._clock.monotonic()
        if ticket_id in self._used:
            raise NotAllowed(code="bad_ticket")
        if len(self._used) >= MAX_USED:
            self._used = {key: until for key, until in self._used.items() if until > now}
            if len(self._used) >= MAX_USED:
                raise TooMany()
        self._used[ticket_id] = now + TICKET_SECONDS
