"""The states of a follow-up, as a table, and when the link of a message is over. Pure.

| state | moves by | seen |
|---|---|---|
| `open` | its owner: done, cancelled | on Today from its day on, before it under "later"; in the record |
| `done`, `cancelled` | its owner: open again (undo) | in the record |

Nothing moves by time: a follow-up that is overdue stays until somebody says what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.aftercare.records import FollowUp, VisitMessage
from telemed.care.aftercare.words import FollowUpState
from telemed.care.audit_actions import AuditAction
from telemed.errors import Conflict

LINK_LIFE = timedelta(days=30)
MAX_TRIES = 5  # wrong dates of birth; then the link is over
MAX_MESSAGES = 20  # of one visit
MAX_OPEN = 200  # follow-ups of one member of staff: more nobody reads
FURTHEST = timedelta(days=5 * 366)  # a follow-up later than that is a mistake

TRANSITIONS: Mapping[tuple[FollowUpState, FollowUpState], AuditAction] = {
    (FollowUpState.OPEN, FollowUpState.DONE): AuditAction.FOLLOW_UP_DONE,
    (FollowUpState.OPEN, FollowUpState.CANCELLED): AuditAction.FOLLOW_UP_CANCELLED,
    (FollowUpState.DONE, FollowUpState.OPEN): AuditAction.FOLLOW_UP_REOPENED,
    (FollowUpState.CANCELLED, FollowUpState.OPEN): AuditAction.FOLLOW_UP_REOPENED,
}


def moved(follow_up: FollowUp, to: FollowUpState, now: datetime) -> tuple[FollowUp, AuditAction | None]:
    """Return it in its new state, and what to write down (None: it was there already). Raises Conflict."""
    if follow_up.state is to:
        return follow_up, None
    action = TRANSITIONS.get((follow_up.state, to))
    if action is None:
        raise Conflict("Open it again first.")
    return replace(follow_up, state=to, state_since=now), action


def is_over(message: VisitMessage, now: datetime) -> bool:
    """Whether nobody can read a message behind its link any more."""
    return message.tries >= MAX_TRIES or message.expires_at is None or now >= message.expires_at
