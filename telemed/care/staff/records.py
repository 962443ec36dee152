"""Rows of staff identity as values. All times are aware UTC datetimes; hashes are those of `tokens.token_hash`.

What is secret is either hashed (codes, tokens) or sealed with a key that is not in the database (`sealed_secret`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class StepKind(StrEnum):
    """What a begun sign-in waits for."""

    FACTOR = "factor"  # the password was right; a second factor is owed
    ENROL = "enrol"  # the password was right; a second factor must be set up first
    PASSKEY = "passkey"  # a passkey was asked for, of whoever holds one
    PASSKEY_PROOF = "passkey_proof"  # somebody signed in shows a passkey again
    PASSKEY_NEW = "passkey_new"  # somebody signed in adds a passkey
    PERSON_PASSKEY = "person_passkey"  # the same two, of patients and carers: no step of one door opens the other
    PERSON_PASSKEY_NEW = "person_passkey_new"
    PROVIDER = "provider"  # somebody was sent to the clinic's sign-in provider


class InvitationKind(StrEnum):
    """What an invitation is for."""

    INVITE = "invite"  # a new member of staff
    RESET = "reset"  # another password for one who has an account


@dataclass(frozen=True, slots=True)
class TotpRecord:
    """An authenticator app (RFC 6238). It counts once `confirmed_at` is set; codes of steps up to `last_step` are used."""

    user_id: str
    sealed_secret: bytes = field(repr=False)
    last_step: int
    created_at: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PasskeyRecord:
    """A passkey (WebAuthn credential) of a member of staff (`user_id`), of a patient (`patient_id`), or of a carer (`patient_id`
    of the record it acts for, and `carer_id`)."""

    id: str
    user_id: str | None
    patient_id: str | None
    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    carer_id: str | None = None


@dataclass(frozen=True, slots=True)
class RecoveryCodeRecord:
    """One of the codes kept on paper; opens the account once when the other factors are lost."""

    id: str
    user_id: str
    code_hash: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignInStepRecord:
    """What the next request of a sign-in continues. `secret`: the challenge a passkey has to sign, empty where there is none."""

    id: str
    user_id: str | None
    kind: str  # as `step_kind` writes it, or of whoever else keeps steps here
    token_hash: str
    secret: bytes = field(repr=False)
    attempts: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """A link by which somebody sets a password. `created_by` is None when the command line made it."""

    id: str
    user_id: str
    kind: str  # one of InvitationKind
    token_hash: str
    created_by: str | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuickUnlockRecord:
    """The PIN that unlocks one login after the idle lock; it never signs anybody in."""

    login_id: str
    pin_hash: str = field(repr=False)
    attempts: int
    is_blocked: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OidcIdentityRecord:
    """An account and who its holder is at the clinic's sign-in provider. Nothing the provider gave is kept beside these ids."""

    id: str
    user_id: str
    issuer: str
    subject: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Factors:
    """What a member of staff can show besides the password."""

    totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether a second factor is set up; recovery codes alone are none."""
        return self.totp or self.passkeys > 0
