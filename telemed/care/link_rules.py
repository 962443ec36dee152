"""Whether a link opens a seat now: valid, too early, expired, revoked, ended, removed, or live on another device.

Opening changes nothing that a preview bot could use up: a link works any number of times until its visit ends or it is revoked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.care.records import LinkRecord, MoveRequest, ParticipantRecord, SeatTokenRecord, SessionRecord
from telemed.care.session_states import USABLE
from telemed.care.states import IN_CALL, ParticipantState, SessionState
from telemed.errors import Gone, NotAllowed, NotFound, TooEarly

LINK_LIFE = timedelta(days=30)  # a link to a planned visit; it ends with its visit anyway
EARLY = timedelta(minutes=30)  # how long before the planned start a link opens the waiting room
MOVE_LIFE = timedelta(minutes=5)  # how long an approved move may be used, and an undecided one stays asked


class Opening(StrEnum):
    """What to do with a link that works."""

    NEW_SEAT_TOKEN = "new_seat_token"  # noqa: S105 - a word: this device gets a cookie of its own
    SAME_DEVICE = "same_device"  # this device holds the seat already
    MOVE_APPROVED = "move_approved"  # staff agreed: this device gets the seat, the other loses it
    APPROVAL_NEEDED = "approval_needed"  # the seat is live on another device


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What the decision depends on.

    `tokens` are the seat's cookies that are neither revoked nor expired; `seat_live` says whether one of them has a connection
    now; `move` is the latest request of this device.
    """

    link: LinkRecord
    session: SessionRecord
    participant: ParticipantRecord
    tokens: Collection[SeatTokenRecord]
    seat_live: bool
    move: MoveRequest | None = None
    yields: bool = False  # a place in line, or somebody called back from one: nobody is there who could agree to a move


def check_link(link: LinkRecord | None, session: SessionRecord | None, seat: ParticipantRecord | None, now: datetime) -> None:
    """Raise what is wrong with a link, the reason a person can do most about first.

    NotFound `link_unknown`; Gone `removed`, `visit_ended`, `link_revoked`, `link_expired`; TooEarly. Whoever was
    removed reads so although removal also revoked the link.
    """
    if link is None or session is None or seat is None:
        raise NotFound("This link is not known.", code="link_unknown")
    if seat.state in (ParticipantState.REMOVED, ParticipantState.DENIED):
        raise Gone("You were asked to leave this visit.", code="removed")
    if session.state is SessionState.EXPIRED:
        raise Gone("This link has expired.", code="link_expired")
    if session.state not in USABLE:
        raise Gone("This visit has ended.", code="visit_ended")
    if link.revoked_at is not None:
        raise Gone("This link was withdrawn.", code="link_revoked")
    if now >= link.expires_at:
        raise Gone("This link has expired.", code="link_expired")
    if link.not_before is not None and now < link.not_before:
        raise TooEarly("It is too early for this visit.", retry_after=(link.not_before - now).total_seconds())


def open_link(facts: LinkFacts, device_hash: str, now: datetime) -> Opening:
    """Decide how a link opens its seat for one device. Raises as `check_link`, and NotAllowed `move_denied`.

    The first device gets the seat. The same device always gets it again. Another one gets it freely while nobody sits there, else
    only when staff approved its request to move. A place in line goes to the newest device: its link is proof enough.
    """
    check_link(facts.link, facts.session, facts.participant, now)
    if any(token.device_hash == device_hash for token in facts.tokens):
        return Opening.SAME_DEVICE
    move = facts.move if facts.move is not None and now - facts.move.at <= MOVE_LIFE else None
    if move is not None and move.used_at is None and move.approved is True:
        return Opening.MOVE_APPROVED
    if not is_taken(facts):
        return Opening.NEW_SEAT_TOKEN
    if move is not None and move.approved is False:
        raise NotAllowed("The call stays on the other device.", code="move_denied")
    return Opening.APPROVAL_NEEDED


def is_taken(facts: LinkFacts) -> bool:
    """Whether another device holds the seat so firmly that staff must agree to a move: it is connected, or the person is in the
    call or on hold and may be reconnecting this moment."""
    if not facts.tokens or facts.yields:
        return False
    held = facts.participant.state in IN_CALL or facts.participant.state is ParticipantState.ON_HOLD
    return facts.seat_live or held


def not_before(session: SessionRecord) -> datetime | None:
    """Return from when links to a session work; None: at once."""
    return None if session.starts_at is None else session.starts_at - EARLY
