"""What signing in asks of the clinic's policies. Read anew for each decision, so that a change counts at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class SecondFactor(StrEnum):
    """Whether a password alone is enough."""

    REQUIRED = "required"  # whoever has no second factor sets one up right after the password, before anything else
    OFFERED = "offered"  # asked of those who have one


class SignInPolicies(Protocol):
    """The policies of sign-in, as they are now."""

    @property
    def second_factor(self) -> str:
        """One of SecondFactor."""
        ...

    @property
    def idle_lock_minutes(self) -> int:
        """Minutes without a touch until pages are hidden; 0: never."""
        ...

    @property
    def login_hours(self) -> int:
        """Hours a login lives."""
        ...


@dataclass(frozen=True, slots=True)
class FixedPolicies:
    """Policies that nobody changes: those of a server without any set, and of tests."""

    second_factor: str = SecondFactor.OFFERED
    idle_lock_minutes: int = 0
    login_hours: int = 12
