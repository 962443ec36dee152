"""After a visit: messages to the patient and follow-ups."""

from __future__ import annotations

from telemed.care.aftercare.ports import Letter, Plan
from telemed.web import request_models_aftercare as ask
from telemed.web.call import Call, Reply


async def read(call: Call) -> Reply:
    """`GET /sessions/{id}/after`."""
    return Reply(await call.services.deps.aftercare.read(call.staff, call.session_id))


async def write_message(call: Call) -> Reply:
    """`POST /sessions/{id}/messages`."""
    body = call.body_as(ask.WriteMessageBody)
    letter = Letter(body.body, body.way, body.command_id)
    return Reply(await call.services.deps.aftercare.write(call.staff, call.session_id, letter))


async def plan_follow_up(call: Call) -> Reply:
    """`POST /sessions/{id}/follow-ups`."""
    body = call.body_as(ask.PlanFollowUpBody)
    plan = Plan(body.due_on, body.text)
    return Reply(await call.services.deps.aftercare.plan(call.staff, call.session_id, plan, body.command_id))


async def edit_follow_up(call: Call) -> Reply:
    """`PATCH /follow-ups/{follow_up_id}`."""
    body = call.body_as(ask.EditFollowUpBody)
    plan = Plan(body.due_on, body.text)
    return Reply(await call.services.deps.aftercare.edit(call.staff, _follow_up_id(call), plan, body.revision))


async def move_follow_up(call: Call) -> Reply:
    """`POST /follow-ups/{follow_up_id}/state`."""
    body = call.body_as(ask.MoveFollowUpBody)
    return Reply(await call.services.deps.aftercare.move(call.staff, _follow_up_id(call), body.state, body.command_id))


async def take_follow_up(call: Call) -> Reply:
    """`POST /follow-ups/{follow_up_id}/take`."""
    command_id = call.body_as(ask.TakeFollowUpBody).command_id
    return Reply(await call.services.deps.aftercare.take(call.staff, _follow_up_id(call), command_id))


async def of_patient(call: Call) -> Reply:
    """`GET /patients/{patient_id}/after`."""
    return Reply(await call.services.patients.aftercare.read(call.staff, call.request.match_info["patient_id"]))


async def open_message(call: Call) -> Reply:
    """`POST /visit-messages/open`."""
    body = call.body_as(ask.OpenMessageBody)
    return Reply(await call.services.deps.aftercare.open(body.token, body.birth_date))


def _follow_up_id(call: Call) -> str:
    return call.request.match_info["follow_up_id"]
