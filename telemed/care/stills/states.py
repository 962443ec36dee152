"""The still's state machine: what moves it, who may, what the audit trail says, and when it moves by itself.

asked -> sending -> kept -> erased; or declined, cancelled, refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction as A
from telemed.care.stills.records import KeptPicture, StillRecord
from telemed.care.stills.words import StillCause as C
from telemed.care.stills.words import StillEvent as E
from telemed.care.stills.words import StillState as S
from telemed.errors import Conflict

ASKED_SECONDS = 15 * 60.0  # whoever has not taken one by then will not; staff ask again
SENDING_SECONDS = 24 * 3600.0  # of one upload, however often it was broken off


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in `state`, `event` may be caused by `causes` and leads to `next_state`. `audit` is None where nothing changes."""

    state: S
    event: E
    causes: frozenset[C]
    next_state: S
    audit: A | None


_STAFF, _TAKER, _SYSTEM = frozenset({C.STAFF}), frozenset({C.TAKER}), frozenset({C.SYSTEM})
_ANYBODY = _STAFF | _TAKER | _SYSTEM
_ROWS: tuple[tuple[S, E, frozenset[C], S, A | None], ...] = (
    (S.ASKED, E.BEGUN, _TAKER, S.SENDING, A.STILL_BEGUN),
    (S.ASKED, E.DECLINED, _TAKER, S.DECLINED, A.STILL_DECLINED),
    (S.ASKED, E.CANCELLED, _ANYBODY, S.CANCELLED, A.STILL_CANCELLED),
    (S.ASKED, E.TIMED_OUT, _SYSTEM, S.CANCELLED, A.STILL_CANCELLED),
    (S.SENDING, E.FINISHED, _TAKER, S.KEPT, A.STILL_KEPT),
    (S.SENDING, E.REFUSED, _TAKER, S.REFUSED, A.STILL_REFUSED),
    (S.SENDING, E.CANCELLED, _ANYBODY, S.CANCELLED, A.STILL_CANCELLED),
    (S.SENDING, E.TIMED_OUT, _SYSTEM, S.CANCELLED, A.STILL_CANCELLED),
    (S.KEPT, E.FINISHED, _TAKER, S.KEPT, None),
    (S.KEPT, E.ERASED, _STAFF | _SYSTEM, S.ERASED, A.STILL_ERASED),
    (S.DECLINED, E.DECLINED, _TAKER, S.DECLINED, None),
    (S.DECLINED, E.CANCELLED, _SYSTEM, S.CANCELLED, A.STILL_CANCELLED),  # a new try takes its place
    (S.REFUSED, E.CANCELLED, _SYSTEM, S.CANCELLED, A.STILL_CANCELLED),
    (S.CANCELLED, E.CANCELLED, _ANYBODY, S.CANCELLED, None),
    (S.ERASED, E.ERASED, _STAFF | _SYSTEM, S.ERASED, None),
)
TABLE: Mapping[tuple[S, E], Transition] = {(row[0], row[1]): Transition(*row) for row in _ROWS}
TIME_OUTS: Mapping[S, float] = {S.ASKED: ASKED_SECONDS, S.SENDING: SENDING_SECONDS}


def apply(still: StillRecord, event: E, cause: C, now_utc: datetime) -> tuple[StillRecord, A | None]:
    """Return the still after `event` and the audit action to record (None: nothing changed). Raises Conflict `still_over`."""
    row = TABLE.get((still.state, event))
    if row is None or cause not in row.causes:
        raise Conflict("This is not possible with this picture now.", code="still_over")
    if row.next_state is still.state:
        return still, row.audit
    return replace(still, state=row.next_state, state_since=now_utc), row.audit


def finished(still: StillRecord, picture: KeptPicture, now_utc: datetime) -> tuple[StillRecord, A | None]:
    """`apply` for an upload that is whole."""
    after, action = apply(still, E.FINISHED, C.TAKER, now_utc)
    if action is None:
        return after, None
    kept = replace(after, kept_at=now_utc, mime=picture.mime, size=picture.size, sha256=picture.sha256)
    return replace(kept, width=picture.width, height=picture.height), action


def is_overdue(still: StillRecord, now_utc: datetime) -> bool:
    """Whether TIMED_OUT is due."""
    limit = TIME_OUTS.get(still.state)
    return limit is not None and (now_utc - still.state_since).total_seconds() >= limit
