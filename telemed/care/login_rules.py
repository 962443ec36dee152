"""How long a staff login lives, and when it may outlive itself: a call in progress is never cut by a clock.

Working counts as activity: requests, commands over a socket, and being in a call with somebody. A login that has reached its
absolute end while its holder is in a call still carries that call (its socket, its offers), and nothing else, until it ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.care.records import LoginRecord, ParticipantRecord, UserRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantState

LIFE = timedelta(hours=12)  # a shift; then sign in again (NIST SP 800-63B AAL2 allows 24 h)
IDLE = timedelta(hours=8)  # without any activity; not of responders
TOUCH_EVERY = timedelta(minutes=5)  # how exact `last_seen_at` is; each touch is a write

_TALKING = frozenset({ParticipantState.CONNECTED, ParticipantState.RECONNECTING, ParticipantState.ON_HOLD})


class Standing(StrEnum):
    """What a login is worth now."""

    VALID = "valid"
    EXPIRED = "expired"  # too old, or idle too long: carries a call in progress
    ENDED = "ended"  # signed out, its user gone or disabled: carries nothing


def standing(login: LoginRecord | None, user: UserRecord | None, now: datetime) -> Standing:
    """Judge a login; None is one that is not known (any more)."""
    if login is None or user is None or login.revoked_at is not None or not user.is_active:
        return Standing.ENDED
    # A shift without a call is a quiet shift: the phone in the vehicle opens on its one button until the end of it.
    idle = LIFE if user.role is Role.RESPONDER else IDLE
    expired = now >= login.expires_at or now - login.last_seen_at >= idle
    return Standing.EXPIRED if expired else Standing.VALID


def is_in_call(seat: ParticipantRecord, seats: Iterable[ParticipantRecord]) -> bool:
    """Whether a seat is in a call with somebody: alone with a camera that was left on, nothing is in progress."""
    return seat.state in _TALKING and any(other.state in _TALKING for other in seats if other.id != seat.id)
