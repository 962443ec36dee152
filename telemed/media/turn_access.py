"""Credentials for the relay that end by themselves, and what a browser is told of it (docs/protocol.md section 1.12).

The user name is `<end>:<random>`, the password an HMAC-SHA1 over it under a secret that server and relay share ("A REST API for
Access to TURN Services", draft-uberti-behave-turn-rest-00, section 2.2; coturn's `use-auth-secret`). SHA-1 is what the relay
speaks; as an HMAC it is not known to be weak. The name says nothing about who got it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from telemed.config import Turn

LIFE_SECONDS = 600  # the longest a credential may outlive the right to use it: it cannot be taken back


@dataclass(frozen=True, slots=True)
class TurnAccess:
    """One credential."""

    username: str
    password: str = field(repr=False)


def turn_access(secret: str, utc_seconds: float, token: str, life: int = LIFE_SECONDS) -> TurnAccess:
    """A credential that ends `life` seconds after `utc_seconds` (since the epoch); `token` is random, without colons."""
    username = f"{int(utc_seconds) + life}:{token}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return TurnAccess(username, base64.b64encode(digest).decode())


def turn_urls(turn: Turn) -> list[str]:
    """The ways to the relay (RFC 7065), those first that delay media least: UDP, TCP, TLS."""
    host = f"[{turn.host}]" if ":" in turn.host else turn.host
    ways = [f"turn:{host}:{turn.port}?transport=udp", f"turn:{host}:{turn.port}?transport=tcp"]
    return [*ways, f"turns:{host}:{turn.tls_port}?transport=tcp"] if turn.tls_port else ways


def ice_document(turn: Turn, utc_seconds: float, token: str) -> dict[str, Any]:
    """What a client passes to its connections as `iceServers`, and for how many seconds; nothing and 0 without a relay."""
    if not turn.host:
        return {"servers": [], "expires_in": 0}
    access = turn_access(turn.secret, utc_seconds, token)
    servers = [{"urls": [url], "username": access.username, "credential": access.password} for url in turn_urls(turn)]
    return {"servers": servers, "expires_in": LIFE_SECONDS}
