"""In which ways a member of staff who is signed in shows again who they are, for acts that ask for it."""

from __future__ import annotations

from enum import StrEnum

from telemed.care.staff.policies import SecondFactor
from telemed.care.staff.records import Factors


class Shown(StrEnum):
    """One thing that is shown."""

    PASSWORD = "password"  # noqa: S105 - a word
    TOTP = "totp"
    PASSKEY = "passkey"


Way = tuple[Shown, ...]  # what is shown together, in the order it is asked for


def proof_ways(has_password: bool, factors: Factors, policy: str) -> tuple[Way, ...]:
    """Every way that is enough, the usual one first.

    Where a second factor is required, an account that has one does not prove itself with half of it: the password goes with a
    code. A passkey verifies its user and stands alone; so does a code where there is no password to go with it.
    """
    passkey: tuple[Way, ...] = ((Shown.PASSKEY,),) if factors.passkeys else ()
    if policy == SecondFactor.REQUIRED and has_password and (factors.totp or factors.passkeys):
        both: tuple[Way, ...] = ((Shown.PASSWORD, Shown.TOTP),) if factors.totp else ()
        return both + passkey
    password: tuple[Way, ...] = ((Shown.PASSWORD,),) if has_password else ()
    code: tuple[Way, ...] = ((Shown.TOTP,),) if factors.totp else ()
    return password + passkey + code


def is_way(shown: Way, ways: tuple[Way, ...]) -> bool:
    """Whether what is shown is enough, or more than enough."""
    return any(set(way) <= set(shown) for way in ways)
