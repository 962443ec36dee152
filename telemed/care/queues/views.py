"""What staff and the person itself see of a waiting room: pure projection to the JSON of docs/protocol.md "Waiting rooms"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telemed.care.notify.masking import masked
from telemed.care.notify.records import Medium
from telemed.care.queues import hours, states
from telemed.care.queues.presence import is_away
from telemed.care.queues.records import EntryRecord, QueueMember, QueueRecord, WalkInLink
from telemed.care.queues.words import IN_LINE
from telemed.care.records import MessageRecord, OrganisationRecord, ParticipantRecord
from telemed.care.states import ParticipantState
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.views import device_view, needs_view

Json = dict[str, Any]
_ASLEEP = frozenset({ParticipantState.ASLEEP})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in line: `place` from 1, None when out of it; `wait` in seconds, None: unknown."""

    place: int | None = None
    wait: int | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """The chat of an entry, as far as staff are shown it in a row."""

    unread: int = 0
    last: MessageRecord | None = None


def late_view(queue: QueueRecord) -> Json | None:
    """What everybody who waits was told."""
    if not queue.late_minutes or queue.late_at is None:
        return None
    return {"minutes": queue.late_minutes, "at": iso_utc(queue.late_at)}


def own_view(
    entry: EntryRecord, queue: QueueRecord, standing: Standing, is_open: bool, clinic: OrganisationRecord, came_from: str | None
) -> Json:
    """What the person sees of its own place. `came_from`: name of the waiting room that sent it on."""
    waits = entry.state in IN_LINE
    moved = {"session_id": entry.into_session_id} if entry.into_session_id is not None else None
    held = entry.held_until if entry.called_at is not None else None
    return {
        "entry_id": entry.id,
        "name": queue.name,
        "state": entry.state.value,
        "place": standing.place if waits else None,
        "ahead": standing.place - 1 if waits and standing.place is not None else None,
        "expected_wait": standing.wait if waits else None,
        "late": late_view(queue),
        "notice": queue.notice,
        "phone": queue.phone or clinic.phone,
        "priority": entry.priority.value,
        "open": is_open,
        "keep_place": {"phone": masked(Medium.SMS, entry.phone), "until": iso_or_none(held)} if entry.phone else None,
        "called_at": iso_or_none(entry.called_at),
        "moved_to": moved,
        "transferred_from": came_from,
    }


def entry_row(
    entry: EntryRecord, seat: ParticipantRecord, standing: Standing, lines: Lines, names: Mapping[str, str], now: datetime
) -> Json:
    """One row of the live list of staff. `names`: of staff and of waiting rooms, by id."""
    return {
        "id": entry.id,
        "queue_id": entry.queue_id,
        "session_id": entry.session_id,
        "participant_id": entry.participant_id,
        "state": entry.state.value,
        "name": seat.name,
        "birth_date": entry.birth_date.isoformat() if entry.birth_date is not None else None,
        "reason": entry.reason,
        "answers": [{"question": question, "answer": answer} for question, answer in entry.answers],
        "since": iso_utc(entry.joined_at),
        "state_since": iso_utc(entry.state_since),
        "place": standing.place,
        "priority": entry.priority.value,
        "needs": needs_view(seat),
        "interpreter_language": entry.interpreter_language,
        "device": device_view(seat.device),
        "page": _page(seat),
        "unread": lines.unread,
        "last_line": None if lines.last is None else line_view(lines.last, entry),
        "keeps_place": bool(entry.phone),
        "taken_by": _person(entry.taken_by, names),
        "for_user": _person(entry.for_user, names),
        "called_at": iso_or_none(entry.called_at),
        "held_until": iso_or_none(entry.held_until),
        "decide": states.is_asked(entry, now),
        "acknowledged": _acknowledged(entry, names),
        "transferred_from": names.get(entry.transferred_from) if entry.transferred_from else None,
        "transfer_note": entry.transfer_note,
        "into_session_id": entry.into_session_id,
        "into_participant_id": entry.into_participant_id,
    }


def line_view(line: MessageRecord, entry: EntryRecord) -> Json:
    """One line of chat as the list shows it; `mine`: from the clinic."""
    return {"name": line.name, "body": line.body, "at": iso_utc(line.at), "mine": line.participant_id != entry.participant_id}


def queue_view(queue: QueueRecord, members: list[QueueMember], links: list[WalkInLink], names: Mapping[str, str]) -> Json:
    """A waiting room as admins set it."""
    return {
        "id": queue.id,
        "revision": queue.revision,
        "closed": queue.closed,
        "created_at": iso_utc(queue.created_at),
        "name": queue.name,
        "phone": queue.phone,
        "notice": queue.notice,
        "time_zone": queue.time_zone,
        "hours": [{"day": span.day, "from": clock_text(span.begins), "to": clock_text(span.ends)} for span in queue.hours],
        "closed_days": [day.isoformat() for day in queue.closed_days],
        "members": [{"user_id": m.user_id, "name": names.get(m.user_id, ""), "alerts": m.alerts} for m in members],
        "reasons": list(queue.reasons),
        "questions": questions_view(queue),
        "max_waiting": queue.max_waiting,
        "links": [
            {"id": link.id, "created_at": iso_utc(link.created_at), "revoked_at": iso_or_none(link.revoked_at)} for link in links
        ],
    }


def questions_view(queue: QueueRecord) -> list[Json]:
    """The intake questions."""
    return [
        {"id": one.id, "kind": one.kind.value, "text": one.text, "choices": list(one.choices), "required": one.required}
        for one in queue.questions
    ]


def door_view(queue: QueueRecord, clinic: OrganisationRecord, now: datetime, waiting: int) -> Json:
    """A waiting room as a stranger with the link sees it."""
    return {
        "name": queue.name,
        "phone": queue.phone or clinic.phone,
        "notice": queue.notice,
        "open": hours.is_open(queue, now),
        "next_opening": iso_or_none(hours.next_opening(queue, now)),
        "closes_at": iso_or_none(hours.closes_at(queue, now)),
        "full": waiting >= queue.max_waiting,
        "reasons": list(queue.reasons),
        "questions": questions_view(queue),
        "waiting": waiting,
    }


def clock_text(minutes: int) -> str:
    """Minutes of a day as a clock shows them."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _page(seat: ParticipantRecord) -> str:
    if not is_away(seat):
        return "open"
    return "asleep" if seat.state in _ASLEEP else "away"


def _person(user_id: str | None, names: Mapping[str, str]) -> Json | None:
    return None if user_id is None else {"user_id": user_id, "name": names.get(user_id, "")}


def _acknowledged(entry: EntryRecord, names: Mapping[str, str]) -> Json | None:
    if entry.acknowledged_at is None:
        return None
    return {"by": names.get(entry.acknowledged_by or "", ""), "at": iso_utc(entry.acknowledged_at)}
