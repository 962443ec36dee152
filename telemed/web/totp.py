"""Codes of authenticator apps (RFC 6238): six digits, SHA-1, 30 seconds, as every app knows them."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
WINDOW = 1  # steps a clock may be off, either way (RFC 6238 section 5.2 recommends one)


def new_secret() -> str:
    """Return 160 random bits (RFC 4226 section 4) in base32, as one types them into an app."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, account: str, issuer: str) -> str:
    """Return what the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def matching_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the time step whose code this is, None for a wrong one and for one of `last_step` or before: a code works once."""
    app = pyotp.HOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(app.at(step), code) and step > last_step:
            found = step
    return found
