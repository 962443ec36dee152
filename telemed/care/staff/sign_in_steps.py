"""How long a begun sign-in waits, how often it may be answered, and what a proof of identity is worth for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.records import LoginRecord
from telemed.care.staff.records import InvitationRecord, QuickUnlockRecord, SignInStepRecord

STEP_LIFE = timedelta(minutes=5)  # to find the phone and type six digits
STEP_ATTEMPTS = 5  # wrong answers to one step; then the password is asked again
ENROL_LIFE = timedelta(minutes=20)  # to install an authenticator app on the way
PROOF_LIFE = timedelta(minutes=10)  # NIST SP 800-63B section 2.2.3 leaves it open; a task, not a shift
PIN_ATTEMPTS = 5
INVITE_LIFE = timedelta(days=7)
RESET_LIFE = timedelta(hours=24)


PASSWORD = "password"  # noqa: S105 - the name of the usual first factor


def step_kind(kind: str, first: str) -> str:
    """How a step is written down: its kind, and after a colon the first factor where it was not the password."""
    return kind if first == PASSWORD else f"{kind}:{first}"


def first_factor(step: SignInStepRecord) -> str:
    """What was shown before a second factor was owed."""
    return step.kind.partition(":")[2] or PASSWORD


def is_open(step: SignInStepRecord | None, kind: str, now: datetime) -> bool:
    """Whether a step of this kind still waits for an answer."""
    return step is not None and step.kind.partition(":")[0] == kind and step.used_at is None and now < step.expires_at


def failed(step: SignInStepRecord, now: datetime) -> SignInStepRecord:
    """The step after a wrong answer; the last one ends it."""
    attempts = step.attempts + 1
    return replace(step, attempts=attempts, used_at=now if attempts >= STEP_ATTEMPTS else None)


def is_proved(login: LoginRecord, now: datetime) -> bool:
    """Whether the holder showed lately who they are, for acts that ask for it anew."""
    return login.proved_at is not None and now - login.proved_at < PROOF_LIFE


def pin_failed(unlock: QuickUnlockRecord) -> QuickUnlockRecord:
    """The PIN after a wrong one; the last one blocks it until the next full sign-in."""
    attempts = unlock.attempts + 1
    return replace(unlock, attempts=attempts, is_blocked=attempts >= PIN_ATTEMPTS)


def is_usable(invitation: InvitationRecord | None, now: datetime) -> bool:
    """Whether an invitation still opens something."""
    if invitation is None or invitation.used_at is not None or invitation.revoked_at is not None:
        return False
    return now < invitation.expires_at
