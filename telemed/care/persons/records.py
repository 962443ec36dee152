"""Rows of codes sent to contact channels and of the logins of patients and carers. Times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CodePurpose(StrEnum):
    """What a code is for."""

    SIGN_IN = "sign_in"
    CHOOSE = "choose"  # the code was right and several people have the channel: never sent, the browser keeps it
    VERIFY = "verify"  # whether the channel reaches its owner


@dataclass(frozen=True, slots=True)
class ChannelCodeRecord:
    """One code. `code_hash`: of the code and a key that is not in the database (`codes.hashed`)."""

    id: str
    channel_id: str
    purpose: CodePurpose
    code_hash: str = field(repr=False)
    attempts: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonLoginRecord:
    """One signed-in browser of a patient, or of a carer acting for one. `device`: the browser in words, "Firefox on Linux"."""

    id: str
    patient_id: str
    carer_id: str | None
    token_hash: str = field(repr=False)
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
