"""What is shown of messages after a visit and of follow-ups: pure projection to the JSON of docs/protocol.md section 1.19."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telemed.care.aftercare.records import FollowUp, VisitMessage
from telemed.care.aftercare.ways import Way
from telemed.care.notify.records import OutboxMessage
from telemed.care.records import SessionRecord
from telemed.care.times import iso_or_none, iso_utc

Json = dict[str, Any]


def way_view(way: Way) -> Json:
    """Return one way to the patient; `shown`: where the notice goes, masked."""
    return {"way": way.way.value, "shown": way.shown}


def message_view(message: VisitMessage, sent: Iterable[OutboxMessage] = ()) -> Json:
    """Return a message as staff see it; `notice`: what became of the SMS or mail that says so, None: there was none."""
    newest = max(sent, key=lambda one: one.created_at, default=None)
    return {
        "id": message.id,
        "session_id": message.session_id,
        "way": message.way.value,
        "by": message.author_name,
        "at": iso_utc(message.created_at),
        "body": message.body,
        "opened_at": iso_or_none(message.opened_at),
        "notice": None if newest is None else newest.state.value,
    }


def own_message_view(message: VisitMessage) -> Json:
    """Return a message as the patient reads it."""
    return {
        "id": message.id,
        "session_id": message.session_id,
        "by": message.author_name,
        "at": iso_utc(message.created_at),
        "body": message.body,
        "new": message.opened_at is None,
    }


def follow_up_view(follow_up: FollowUp, session: SessionRecord) -> Json:
    """Return a follow-up as its owner sees it."""
    return {
        "id": follow_up.id,
        "session_id": follow_up.session_id,
        "patient_name": session.patient_name,
        "patient_id": session.patient_id,
        "due_on": follow_up.due_on.isoformat(),
        "text": follow_up.text,
        "state": follow_up.state.value,
        "state_since": iso_utc(follow_up.state_since),
        "created_at": iso_utc(follow_up.created_at),
        "revision": follow_up.revision,
    }
