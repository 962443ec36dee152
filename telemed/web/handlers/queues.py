"""Waiting rooms: set by admins, walked into by anybody with the link."""

from __future__ import annotations

from typing import Any

from telemed.care.identity import Seat
from telemed.care.needs import needs_of
from telemed.care.ports import Json, LinkOpened
from telemed.care.queues.ports import Arrival, QueueChange
from telemed.care.queues.records import Opening, Question, QueueMember
from telemed.errors import NotSignedIn
from telemed.web.call import Call, NewCookie, Reply
from telemed.web.handlers.links import SEAT_COOKIE_SECONDS
from telemed.web.origin import is_other_program
from telemed.web.queues import bodies as ask

_PLAIN = ("name", "phone", "notice", "time_zone", "max_waiting", "closed")


async def list_queues(call: Call) -> Reply:
    """`GET /admin/queues`."""
    return Reply(await call.services.deps.queues.list(call.staff))


async def create_queue(call: Call) -> Reply:
    """`POST /admin/queues`."""
    body = call.body_as(ask.CreateQueueBody)
    return Reply(await call.services.deps.queues.create(call.staff, _change(body), body.command_id))


async def edit_queue(call: Call) -> Reply:
    """`PATCH /admin/queues/{queue_id}`."""
    body = call.body_as(ask.EditQueueBody)
    return Reply(await call.services.deps.queues.edit(call.staff, _queue_id(call), _change(body), body.revision))


async def create_walk_in_link(call: Call) -> Reply:
    """`POST /admin/queues/{queue_id}/links`."""
    body = call.body_as(ask.MakeWalkInBody)
    return Reply(await call.services.deps.queues.create_link(call.staff, _queue_id(call), body.command_id))


async def revoke_walk_in_link(call: Call) -> Reply:
    """`POST /admin/queues/{queue_id}/links/{walk_in_id}/revoke`."""
    await call.services.deps.queues.revoke_link(call.staff, _queue_id(call), call.request.match_info["walk_in_id"])
    return Reply({})


async def set_alerts(call: Call) -> Reply:
    """`POST /queues/{queue_id}/alerts`."""
    await call.services.deps.queues.set_alerts(call.staff, _queue_id(call), call.body_as(ask.AlertsBody).on)
    return Reply({})


async def open_walk_in(call: Call) -> Reply:
    """`POST /walk-ins/open`."""
    body = call.body_as(ask.OpenWalkInBody)
    return Reply(await call.services.deps.queues.look_in(body.token, body.device))


async def enter_walk_in(call: Call) -> Reply:
    """`POST /walk-ins/enter`."""
    body = call.body_as(ask.EnterWalkInBody)
    arrival = Arrival(
        body.token,
        body.device,
        body.name,
        body.reason,
        body.birth_date,
        body.answers,
        needs_of(body.needs),
        body.interpreter_language,
        body.language,
        body.anew,
        call.source,
    )
    entered = await call.services.deps.queues.enter(arrival)
    return _seated(call, entered.opened, {"entry_id": entered.entry_id})


async def follow(call: Call) -> Reply:
    """`POST /sessions/{id}/follow`."""
    if not isinstance(call.who, Seat):
        raise NotSignedIn("Please open your link again.")
    opened = await call.services.deps.queues.follow(call.who, call.body_as(ask.FollowBody).device)
    return _seated(call, opened, {})


def _seated(call: Call, opened: LinkOpened, more: Json) -> Reply:
    """The seat as `POST /links/open` gives it."""
    content = {
        "status": opened.status,
        "session_id": opened.session_id,
        "participant_id": opened.participant_id,
        "name": opened.name,
        "state": opened.state,
        "clinic": opened.clinic,
        **more,
    }
    if opened.seat_token is None or opened.session_id is None:
        return Reply(content)
    if is_other_program(call.request.headers):
        return Reply({**content, "token": opened.seat_token})
    name = call.services.jar.seat_name(opened.session_id)
    return Reply(content, (NewCookie(name, opened.seat_token, SEAT_COOKIE_SECONDS),))


def _change(body: ask.CreateQueueBody | ask.EditQueueBody) -> QueueChange:
    """What was given; what is absent stays."""
    given = {name: getattr(body, name, None) for name in _PLAIN}
    fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if body.hours is not None:
        fields["hours"] = tuple(Opening(*one.span) for one in body.hours)
    if body.closed_days is not None:
        fields["closed_days"] = tuple(sorted(set(body.closed_days)))
    if body.reasons is not None:
        fields["reasons"] = tuple(dict.fromkeys(body.reasons))
    if body.questions is not None:
        fields["questions"] = tuple(
            Question(one.id, one.kind, one.text, tuple(one.choices), one.required) for one in body.questions
        )
    members = None if body.members is None else tuple(QueueMember("", one.user_id, one.alerts) for one in body.members)
    return QueueChange(fields, members)


def _queue_id(call: Call) -> str:
    return call.request.match_info["queue_id"]
