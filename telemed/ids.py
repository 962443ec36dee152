"""Identifiers: opaque, random, prefixed by kind, and safe to log in their short form."""

from __future__ import annotations

import secrets
from typing import NewType

UserId = NewType("UserId", str)
OrganisationId = NewType("OrganisationId", str)
SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
LinkId = NewType("LinkId", str)
TrackId = NewType("TrackId", str)
MessageId = NewType("MessageId", str)

ID_RANDOM_BYTES = 12  # 96 bits: no collision to expect in the life of an installation, and not guessable
SECRET_BYTES = 16  # 128 bits, 22 characters of URL-safe base64 (links, seat tokens)
SHORT_ID_LENGTH = 10  # prefix + 6 characters: enough to follow one id through a log


def new_id(prefix: str) -> str:
    """Return a fresh id such as `ses_4kXb...`: `prefix`, an underscore, 16 URL-safe characters."""
    return f"{prefix}_{secrets.token_urlsafe(ID_RANDOM_BYTES)}"


def new_secret() -> str:
    """Return 128 random bits as 22 URL-safe characters. Store only its hash."""
    return secrets.token_urlsafe(SECRET_BYTES)


def short(identifier: str) -> str:
    """Return the form of an id that may appear in logs: enough to correlate, too little to use."""
    return identifier[:SHORT_ID_LENGTH]
