"""Answers about sign-in, the own account and staff accounts (protocol section 1.4)."""

from __future__ import annotations

from typing import Any, Literal

from telemed.care.roles import Role
from telemed.web.response_models import Answer, Time, User


class StepOwed(Answer):
    """What a sign-in still waits for."""

    token: str
    kind: Literal["factor", "enrol"]
    methods: list[Literal["passkey", "totp", "recovery"]]
    expires_in: int


class SignInAnswer(Answer):
    """Signed in (`user`; `token` for other programs), or a step is owed (`step`)."""

    user: User | None = None
    token: str | None = None
    step: StepOwed | None = None
    recovery_codes: list[str] | None = None


class PasskeyOptions(Answer):
    """What `navigator.credentials` takes."""

    options: dict[str, Any]


class PasskeyStep(PasskeyOptions):
    """The same with the step's token."""

    token: str


class TotpOffer(Answer):
    """What one puts into an authenticator app."""

    secret: str
    uri: str
    qr: list[str]


class InvitationAnswer(Answer):
    """Whose invitation it is."""

    kind: Literal["invite", "reset"]
    name: str
    email: str


class Passkey(Answer):
    """A passkey as its owner sees it."""

    id: str
    name: str
    created_at: Time
    last_used_at: Time | None


class RecoveryCodes(Answer):
    """Codes, shown once; empty where the former ones stay."""

    recovery_codes: list[str]


class PasskeyAdded(RecoveryCodes):
    """A new passkey."""

    passkey: Passkey


class TotpSince(Answer):
    """The authenticator app."""

    since: Time


class Security(Answer):
    """What the account page shows."""

    totp: TotpSince | None
    passkeys: list[Passkey]
    recovery_codes: int
    has_password: bool
    has_pin: bool
    second_factor: Literal["required", "offered"]
    idle_minutes: int
    is_proved: bool
    language: str


class SignedInDevice(Answer):
    """A signed-in browser."""

    id: str
    device: str
    method: str
    created_at: Time
    last_seen_at: Time
    is_this: bool
    is_locked: bool


class Logins(Answer):
    """Where one is signed in, this browser first."""

    logins: list[SignedInDevice]


class LockState(Answer):
    """What the lock screen and the question for a proof need to know."""

    is_locked: bool
    idle_minutes: int
    methods: list[Literal["pin", "password", "passkey", "totp"]]
    proof: list[list[Literal["password", "passkey", "totp"]]]
    name: str


class OpenInvitation(Answer):
    """An invitation that works; `link` is there once, when no mail went out."""

    id: str
    kind: Literal["invite", "reset"]
    expires_at: Time
    link: str | None = None


class Account(Answer):
    """A staff account as admins see it."""

    id: str
    name: str
    email: str
    role: Role
    site_id: str | None
    language: str
    is_active: bool
    is_privacy_officer: bool
    has_password: bool
    totp: bool
    passkeys: int
    recovery_codes: int
    created_at: Time
    last_seen_at: Time | None
    invitation: OpenInvitation | None


class AccountAnswer(Answer):
    """One account."""

    user: Account


class AccountInvited(AccountAnswer):
    """One account and its new invitation."""

    invitation: OpenInvitation


class Accounts(Answer):
    """A page of accounts; `next` is the `after` of the following one."""

    users: list[Account]
    next: str | None
