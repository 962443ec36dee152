"""On-call duty, paging, handover and vital signs."""

from __future__ import annotations

from telemed.care.oncall.requests import NewPage, NewVital
from telemed.web import request_models_on_call as ask
from telemed.web.call import Call, Reply


async def rosters(call: Call) -> Reply:
    """`GET /admin/on-call`."""
    return Reply(await call.services.rosters.read(call.staff))


async def create_speciality(call: Call) -> Reply:
    """`POST /admin/specialities`."""
    body = call.body_as(ask.CreateSpecialityBody)
    values = ask.stored(body.model_dump(exclude={"command_id"}))
    return Reply(await call.services.rosters.create(call.staff, values, body.command_id))


async def edit_speciality(call: Call) -> Reply:
    """`PATCH /admin/specialities/{speciality_id}`."""
    body = call.body_as(ask.EditSpecialityBody)
    speciality_id = call.request.match_info["speciality_id"]
    return Reply(await call.services.rosters.edit(call.staff, speciality_id, body.revision, body.values))


async def set_shifts(call: Call) -> Reply:
    """`PUT /admin/specialities/{speciality_id}/shifts`."""
    body = call.body_as(ask.ShiftsBody)
    speciality_id = call.request.match_info["speciality_id"]
    shifts = [shift.values for shift in body.shifts]
    return Reply(await call.services.rosters.set_shifts(call.staff, speciality_id, body.revision, shifts))


async def choices(call: Call) -> Reply:
    """`GET /on-call`."""
    return Reply(await call.services.on_call.paging.choices(call.staff))


async def begin_page(call: Call) -> Reply:
    """`POST /pages`."""
    body = call.body_as(ask.PageBody)
    wanted = NewPage(body.speciality_id, body.session_id, body.brief, body.command_id)
    return Reply(await call.services.on_call.paging.begin(call.staff, wanted))


async def read_page(call: Call) -> Reply:
    """`GET /pages/{page_id}`."""
    return Reply(await call.services.on_call.paging.read(call.staff, _page_id(call)))


async def accept_page(call: Call) -> Reply:
    """`POST /pages/{page_id}/accept`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    return Reply(await call.services.on_call.paging.accept(call.staff, _page_id(call), command_id))


async def decline_page(call: Call) -> Reply:
    """`POST /pages/{page_id}/decline`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    return Reply(await call.services.on_call.paging.decline(call.staff, _page_id(call), command_id))


async def cancel_page(call: Call) -> Reply:
    """`POST /pages/{page_id}/cancel`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    return Reply(await call.services.on_call.paging.cancel(call.staff, _page_id(call), command_id))


async def read_vitals(call: Call) -> Reply:
    """`GET /sessions/{id}/vitals`."""
    return Reply(await call.services.on_call.vitals.read(call.staff, call.session_id))


async def note_vital(call: Call) -> Reply:
    """`POST /sessions/{id}/vitals`."""
    body = call.body_as(ask.VitalBody)
    wanted = NewVital(body.kind, body.value, body.second, body.at)
    return Reply(await call.services.on_call.vitals.note(call.staff, call.session_id, wanted, body.command_id))


async def remove_vital(call: Call) -> Reply:
    """`POST /sessions/{id}/vitals/{vital_id}/remove`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    vital_id = call.request.match_info["vital_id"]
    return Reply(await call.services.on_call.vitals.remove(call.staff, call.session_id, vital_id, command_id))


async def handover_colleagues(call: Call) -> Reply:
    """`GET /sessions/{id}/colleagues`."""
    return Reply(await call.services.on_call.handovers.colleagues(call.staff, call.session_id))


async def offer_handover(call: Call) -> Reply:
    """`POST /sessions/{id}/handovers`."""
    body = call.body_as(ask.HandoverBody)
    handovers = call.services.on_call.handovers
    return Reply(await handovers.offer(call.staff, call.session_id, body.to_user_id, body.brief, body.command_id))


async def accept_handover(call: Call) -> Reply:
    """`POST /handovers/{handover_id}/accept`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    return Reply(await call.services.on_call.handovers.accept(call.staff, _handover_id(call), command_id))


async def decline_handover(call: Call) -> Reply:
    """`POST /handovers/{handover_id}/decline`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    return Reply(await call.services.on_call.handovers.decline(call.staff, _handover_id(call), command_id))


async def withdraw_handover(call: Call) -> Reply:
    """`POST /handovers/{handover_id}/withdraw`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    return Reply(await call.services.on_call.handovers.withdraw(call.staff, _handover_id(call), command_id))


async def release_handover(call: Call) -> Reply:
    """`POST /handovers/{handover_id}/release`."""
    command_id = call.body_as(ask.OnlyCommand).command_id
    return Reply(await call.services.on_call.handovers.release(call.staff, _handover_id(call), command_id))


def _page_id(call: Call) -> str:
    return call.request.match_info["page_id"]


def _handover_id(call: Call) -> str:
    return call.request.match_info["handover_id"]
