"""Names of the links that people make for themselves, and their end when a visit was another person's after all."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.records import LinkRecord
from telemed.care.states import IN_CALL, ParticipantState
from telemed.care.tokens import derived_token, token_hash
from telemed.signaling.step import VisitStep

MAX_RENEWED = 20  # links of one person to one visit, one after the other
RECOVERED = "recover"  # prefix of those that are sent to a verified channel because the former one was lost
_SEEN_BY_STAFF = IN_CALL | {ParticipantState.ON_HOLD}


def home_prefix(session_id: str) -> str:
    """What the names of links from Home to this visit begin with."""
    return f"home-{session_id}"


def hash_of(link_key: bytes, for_id: str, prefix: str, number: int) -> str:
    """The token hash of somebody's link number `number`."""
    return token_hash(derived_token(link_key, for_id, f"{prefix}-{number}"))


async def end_own_links(step: VisitStep, link_key: bytes, patient_id: str) -> None:
    """The visit is not this patient's: withdraw what let it in from Home and what was sent to its channels.

    Cookies of a seat that was entered so end too, unless somebody is in the call on it: that person staff see, and may remove.
    """
    ways = [(patient_id, home_prefix(step.session.id)), *((seat_id, RECOVERED) for seat_id in step.seats)]
    for for_id, prefix in ways:
        for number in range(MAX_RENEWED):
            link = await step.tx.links.by_token_hash(hash_of(link_key, for_id, prefix, number))
            if link is None:
                break
            await _end(step, link)


async def _end(step: VisitStep, link: LinkRecord) -> None:
    if link.revoked_at is None:
        await step.tx.links.save(replace(link, revoked_at=step.now))
        await step.audit(AuditAction.LINK_REVOKED, link.id)
    seat = step.seats.get(link.participant_id)
    if link.opened_at is not None and seat is not None and seat.state not in _SEEN_BY_STAFF:
        await step.tx.seats.revoke_of_participant(seat.id, step.now)
