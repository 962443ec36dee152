"""The handover's table of states, and who leads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction as A
from telemed.care.oncall.records import Handover
from telemed.care.oncall.words import HandoverEvent as E
from telemed.care.oncall.words import HandoverState as S
from telemed.errors import Conflict

MAX_BRIEF = 500
MAX_OF_SESSION = 60
SHOWN_AFTER = timedelta(seconds=60)

TABLE: Mapping[tuple[S, E], tuple[S, A]] = {
    (S.OFFERED, E.ACCEPTED): (S.ACCEPTED, A.HANDOVER_ACCEPTED),
    (S.OFFERED, E.DECLINED): (S.DECLINED, A.HANDOVER_DECLINED),
    (S.OFFERED, E.WITHDRAWN): (S.WITHDRAWN, A.HANDOVER_WITHDRAWN),
    (S.ACCEPTED, E.RELEASED): (S.RELEASED, A.HANDOVER_RELEASED),
    (S.ACCEPTED, E.WITHDRAWN): (S.WITHDRAWN, A.HANDOVER_WITHDRAWN),  # taken back, or the taker went before the release
}
OPEN = frozenset({S.OFFERED, S.ACCEPTED})


def moved(handover: Handover, event: E, now: datetime) -> tuple[Handover, A]:
    """The handover after an event. Raises Conflict `handover_over`."""
    found = TABLE.get((handover.state, event))
    if found is None:
        raise Conflict("This handover was answered or is over.", code="handover_over")
    state, action = found
    if event is E.RELEASED:
        return replace(handover, state=state, released_at=now), action
    return replace(handover, state=state, answered_at=now), action


def lead_of(created_by: str, handovers: Collection[Handover]) -> str:
    """The user who leads: who took the last released handover, else who made the session."""
    released = [one for one in handovers if one.released_at is not None]
    last = max(released, key=lambda one: (one.released_at, one.id), default=None)
    return created_by if last is None else last.to_user


def open_one(handovers: Collection[Handover]) -> Handover | None:
    """The handover under way; there is at most one."""
    return next((one for one in handovers if one.state in OPEN), None)


def followed(handovers: Collection[Handover], present: Collection[str]) -> tuple[Handover, E] | None:
    """What befalls a handover that was accepted when one of the two is not in the call (`present`: users who are).

    Without the taker there is nobody to release to: who gave it keeps the lead. Without the giver it counts as released, also
    where the giver had gone before the yes.
    """
    one = open_one(handovers)
    if one is None or one.state is not S.ACCEPTED:
        return None
    if one.to_user not in present:
        return one, E.WITHDRAWN
    return (one, E.RELEASED) if one.from_user not in present else None


def may_offer(user_id: str, lead: str, present: Collection[str]) -> bool:
    """Who leads hands over; when that person is not in the call (left, removed, end of shift), whoever of staff is."""
    return user_id == lead or (lead not in present and user_id in present)


def is_shown(handover: Handover, now: datetime) -> bool:
    """Whether the two still see it on their pages."""
    ended = handover.released_at or handover.answered_at
    return handover.state in OPEN or ended is None or now - ended < SHOWN_AFTER
