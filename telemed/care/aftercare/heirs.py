"""Who may act on a follow-up whose owner is gone: left, in another role, or at another site. Pure.

Whoever knew the visit comes first: staff who were in it, and the team of its waiting room. Where none of them is left either,
everybody who cares for people at its site may take it: it is better seen by many than by nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from telemed.care.aftercare.records import FollowUp
from telemed.care.records import SessionRecord, UserRecord
from telemed.care.roles import CARE_ROLES


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A follow-up of somebody who is gone."""

    follow_up: FollowUp
    session: SessionRecord
    was: str  # the owner's name
    heirs: frozenset[str]  # user ids


def is_able(user: UserRecord, session: SessionRecord) -> bool:
    """Whether somebody can still act on what was agreed in this visit."""
    own = user.organisation_id == session.organisation_id and user.staff.works_at(session.site_id)
    return own and user.is_active and user.role in CARE_ROLES


def able_people(people: Iterable[UserRecord], session: SessionRecord) -> frozenset[str]:
    """Return all who can; the same for every visit of one organisation and site."""
    return frozenset(one.id for one in people if is_able(one, session))


def heirs(able: frozenset[str], close: Collection[str]) -> frozenset[str]:
    """Return who of them may take it; `close`: staff of the visit and the team of its waiting room."""
    return able.intersection(close) or able
