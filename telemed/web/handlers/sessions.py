"""Sessions as staff lead them: create, read, edit, seat, links, note, outcome."""

from __future__ import annotations

from telemed.web.call import Call, Reply
from telemed.web.request_models import CompleteBody, CreateLinkBody, CreateSessionBody, EditSessionBody, WriteNoteBody


async def create_session(call: Call) -> Reply:
    """`POST /sessions`."""
    body = call.body_as(CreateSessionBody)
    visits = call.services.deps.visits
    return Reply(
        await visits.create_session(
            call.staff, body.kind.value, body.patient_name, body.reason, body.command_id, body.patient_id
        )
    )


async def session_detail(call: Call) -> Reply:
    """`GET /sessions/{id}`."""
    return Reply(await call.services.deps.visits.session_detail(call.staff, call.session_id))


async def session_quality(call: Call) -> Reply:
    """`GET /sessions/{id}/quality`."""
    return Reply(await call.services.deps.visits.session_quality(call.staff, call.session_id))


async def edit_session(call: Call) -> Reply:
    """`PATCH /sessions/{id}`."""
    body = call.body_as(EditSessionBody)
    visits = call.services.deps.visits
    return Reply(await visits.edit_session(call.staff, call.session_id, body.patient_name, body.reason))


async def take_seat(call: Call) -> Reply:
    """`POST /sessions/{id}/seat`."""
    return Reply(await call.services.deps.visits.take_seat(call.staff, call.session_id))


async def create_link(call: Call) -> Reply:
    """`POST /sessions/{id}/links`."""
    body = call.body_as(CreateLinkBody)
    visits = call.services.deps.visits
    return Reply(
        await visits.create_link(call.staff, call.session_id, body.role, body.name, body.participant_id, body.command_id)
    )


async def revoke_link(call: Call) -> Reply:
    """`POST /sessions/{id}/links/{link_id}/revoke`."""
    await call.services.deps.visits.revoke_link(call.staff, call.session_id, call.request.match_info["link_id"])
    return Reply({})


async def read_note(call: Call) -> Reply:
    """`GET /sessions/{id}/note`."""
    return Reply(await call.services.deps.visits.read_note(call.staff, call.session_id))


async def write_note(call: Call) -> Reply:
    """`PUT /sessions/{id}/note`."""
    body = call.body_as(WriteNoteBody)
    return Reply(await call.services.deps.visits.write_note(call.staff, call.session_id, body.body, body.revision))


async def complete(call: Call) -> Reply:
    """`POST /sessions/{id}/complete`."""
    body = call.body_as(CompleteBody)
    visits = call.services.deps.visits
    return Reply(await visits.complete(call.staff, call.session_id, body.outcome.value, body.note, body.command_id))
