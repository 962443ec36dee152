"""Erasing a recording before its time: two different people with the right, or one and a week where there is only one.

Whatever is erased this way, a legal hold stops it. Everybody with the right is told of each step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.break_glass import clean_reason, may_review
from telemed.care.identity import Staff
from telemed.care.recording.records import EraseRequest, RecordingRecord
from telemed.care.recording.words import RecordingState
from telemed.care.records import UserRecord
from telemed.errors import Conflict

SINGLE_ERASE_DAYS = 7  # time for anybody to object where nobody else can confirm
SINGLE_DELAY = timedelta(days=SINGLE_ERASE_DAYS)
REQUEST_LIFE = timedelta(days=30)  # a wish nobody confirmed by then is over; it can be uttered again
ERASABLE = frozenset({RecordingState.READY, RecordingState.FAILED})


def officers(staff: Iterable[UserRecord], site_id: str | None) -> list[UserRecord]:
    """Who has the right for a recording of this site: active privacy officers, admins never."""
    return [
        user
        for user in staff
        if user.is_active and may_review(user.role, user.is_privacy_officer) and user.staff.works_at(site_id)
    ]


def check_erasable(recording: RecordingRecord) -> None:
    """Raise Conflict: `recording_held` under a legal hold, `recording_in_use` while it is not finished, `recording_erased`."""
    if recording.state is RecordingState.ERASED:
        raise Conflict("This recording is erased.", code="recording_erased")
    if recording.hold:
        raise Conflict("This recording is under a legal hold.", code="recording_held")
    if recording.state not in ERASABLE:
        raise Conflict("This recording is not finished.", code="recording_in_use")


def asked(request_id: str, recording: RecordingRecord, officer: Staff, reason: str, others: int, now: datetime) -> EraseRequest:
    """A wish to erase. `others`: how many other people have the right. Raises Conflict, and InvalidInput for the reason."""
    check_erasable(recording)
    confirm_after = None if others else now + SINGLE_DELAY
    return EraseRequest(request_id, recording.id, officer.user_id, clean_reason(reason), now, confirm_after)


def confirmed(request: EraseRequest, recording: RecordingRecord, officer: Staff, others: int, now: datetime) -> EraseRequest:
    """The wish confirmed. `others`: how many people besides this one have the right now.

    Raises Conflict: those of `check_erasable`, `erase_over` for a wish that was confirmed, cancelled or is too old, `own_request`
    when somebody else has to confirm, `too_early` before the week of a single officer is over.
    """
    check_erasable(recording)
    if not request.is_open or now >= _ends(request):
        raise Conflict("This request is over.", code="erase_over")
    if officer.user_id == request.asked_by:
        _check_alone(request, others, now)
    return replace(request, confirmed_by=officer.user_id, confirmed_at=now)


def cancelled(request: EraseRequest, officer: Staff, now: datetime) -> EraseRequest:
    """The wish taken back, by whoever has the right. Raises Conflict `erase_over`."""
    if not request.is_open:
        raise Conflict("This request is over.", code="erase_over")
    return replace(request, cancelled_by=officer.user_id, cancelled_at=now)


def is_stale(request: EraseRequest, now: datetime) -> bool:
    """Whether a wish waited too long: it is cancelled before a new one is made."""
    return request.is_open and now >= _ends(request)


def whom_to_tell(officers_of_site: Iterable[UserRecord], request: EraseRequest) -> list[UserRecord]:
    """Who is told of a step: everybody with the right, who asked and who confirmed among them."""
    return sorted(officers_of_site, key=lambda user: (user.id != request.asked_by, user.id))


def _check_alone(request: EraseRequest, others: int, now: datetime) -> None:
    """Whoever asked confirms only where nobody else could, and only when it was so from the beginning."""
    if others or request.confirm_after is None:
        raise Conflict("Somebody else has to confirm this.", code="own_request")
    if now < request.confirm_after:
        raise Conflict("This can be confirmed later.", code="too_early")


def _ends(request: EraseRequest) -> datetime:
    return (request.confirm_after or request.at) + REQUEST_LIFE
