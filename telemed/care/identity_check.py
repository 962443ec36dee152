"""That somebody of the staff made sure who a person in the call is: who did so, when, and by what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from telemed.care.times import iso_utc


class IdentityHow(StrEnum):
    """By what it was made sure."""

    SAID = "said"  # the full name and the date of birth
    KNOWN = "known"  # the two know each other
    DOCUMENT = "document"  # shown to the camera


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """One confirmation. `name` is that of `by`, as it was then."""

    by: str  # user id
    name: str
    at: datetime
    how: IdentityHow


def decided(before: IdentityCheck | None, how: str | None, by: str, name: str, at: datetime) -> IdentityCheck | None:
    """Return what holds after somebody said `how` (None: not after all). Said again, whoever said so first stays named."""
    if how is None:
        return None
    if before is not None and before.how == how:
        return before
    return IdentityCheck(by, name, at, IdentityHow(how))


def identity_view(check: IdentityCheck | None) -> dict[str, Any] | None:
    """Return it for staff; None: not confirmed."""
    return None if check is None else {"by": check.name, "at": iso_utc(check.at), "how": check.how.value}
