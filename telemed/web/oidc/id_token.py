"""Checks an ID token: OpenID Connect Core section 3.1.3.7 and RFC 8725. The library verifies signature, issuer and audience."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from telemed.care.staff.provider_factors import says_multi_factor
from telemed.web.oidc.key_set import ALGORITHMS, KeySet
from telemed.web.oidc.refusals import mistrusted

MAX_TOKEN = 16 * 1024  # characters
MAX_SUBJECT = 255  # OpenID Connect Core section 2
LEEWAY = 60.0  # seconds two clocks may differ
MAX_AGE = 300.0  # seconds since it was issued: we get it right when it is made
MAX_METHODS = 16

_OPTIONS: Options = {
    "require": ["iss", "sub", "aud", "exp", "iat", "nonce"],
    "verify_exp": False,  # times are checked here, against our own clock
    "verify_iat": False,
    "verify_nbf": False,
}


class UnknownKey(Exception):
    """No key of the set fits, or its signature does not: the set may be an old one."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an ID token says of a person. `email` only when the provider calls it verified."""

    subject: str
    is_multi_factor: bool
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """What it must say."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    now: datetime


def check(token: str, keys: KeySet, expected: Expected) -> Claims:
    """Return what a genuine, fresh token for us says. Raises NotSignedIn `provider_mistrusted`, UnknownKey."""
    algorithm, key_id = _header(token)
    key = keys.find(key_id, algorithm)
    if key is None:
        raise UnknownKey
    try:
        said = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=expected.client_id,
            issuer=expected.issuer,
            options=_OPTIONS,
        )
    except jwt.InvalidSignatureError:
        raise UnknownKey from None
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise mistrusted(type(error).__name__) from None
    _check_party(said, expected)
    _check_times(said, expected.now.timestamp())
    return _claims(said)


def verified_email(said: dict[str, Any]) -> str | None:
    """The address in claims when the provider says that it checked it: `true` and nothing like it."""
    email = said.get("email")
    return email if said.get("email_verified") is True and isinstance(email, str) and 3 <= len(email) <= 254 else None


def _header(token: str) -> tuple[str, str | None]:
    if len(token) > MAX_TOKEN:
        raise mistrusted("too_long")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise mistrusted("no_token") from None
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if algorithm not in ALGORITHMS:
        raise mistrusted("algorithm")
    if "crit" in header or not isinstance(kind, str) or kind.upper() != "JWT":  # RFC 8725 section 3.11
        raise mistrusted("type")
    if key_id is not None and not isinstance(key_id, str):
        raise mistrusted("key_id")
    return algorithm, key_id


def _check_party(said: dict[str, Any], expected: Expected) -> None:
    """It answers this very sign-in, and was made for us."""
    nonce, audience, party = said.get("nonce"), said.get("aud"), said.get("azp")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise mistrusted("nonce")
    if isinstance(audience, list) and len(audience) > 1 and party is None:
        raise mistrusted("authorized_party")
    if party is not None and party != expected.client_id:
        raise mistrusted("authorized_party")


def _check_times(said: dict[str, Any], now: float) -> None:
    if now - LEEWAY >= _time(said, "exp"):
        raise mistrusted("expired")
    issued = _time(said, "iat")
    if issued > now + LEEWAY or issued < now - MAX_AGE - LEEWAY:
        raise mistrusted("issued_at")
    if "nbf" in said and _time(said, "nbf") > now + LEEWAY:
        raise mistrusted("not_yet")


def _time(said: dict[str, Any], name: str) -> float:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise mistrusted(name)
    return value


def _claims(said: dict[str, Any]) -> Claims:
    subject, methods, context = said.get("sub"), said.get("amr"), said.get("acr")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise mistrusted("subject")
    named = [name for name in methods[:MAX_METHODS] if isinstance(name, str)] if isinstance(methods, list) else []
    return Claims(subject, says_multi_factor(named, context if isinstance(context, str) else ""), verified_email(said))
