"""Patients: search, records, channels, carers, care team, merges, and the visits attached to them."""

from __future__ import annotations

from telemed.care.patients.edits import Details
from telemed.web import request_models_people as ask
from telemed.web.call import Call, Reply
from telemed.web.paging import Page


def _id(call: Call) -> str:
    """The patient of the path."""
    return call.request.match_info["patient_id"]


async def search_patients(call: Call) -> Reply:
    """`POST /patients/search`."""
    body = call.body_as(ask.SearchPatientsBody)
    return Reply(await call.services.patients.reading.search(call.staff, body.text, body.limit))


async def create_patient(call: Call) -> Reply:
    """`POST /patients`."""
    body = call.body_as(ask.CreatePatientBody)
    details = Details(body.name, body.birth_date, body.language, tuple(body.needs), body.interpreter_language)
    return Reply(await call.services.patients.editing.create(call.staff, details, body.confirmed, body.command_id))


async def patient_detail(call: Call) -> Reply:
    """`GET /patients/{patient_id}`."""
    return Reply(await call.services.patients.reading.detail(call.staff, _id(call)))


async def patient_door(call: Call) -> Reply:
    """`GET /patients/{patient_id}/door`."""
    return Reply(await call.services.patients.reading.door(call.staff, _id(call)))


async def edit_patient(call: Call) -> Reply:
    """`PATCH /patients/{patient_id}`."""
    body = call.body_as(ask.EditPatientBody)
    changes = _given(body, nullable="birth_date", but="revision")
    return Reply(await call.services.patients.editing.edit(call.staff, _id(call), changes, body.revision))


async def patient_timeline(call: Call) -> Reply:
    """`GET /patients/{patient_id}/timeline`."""
    return Reply(await call.services.patients.reading.timeline(call.staff, _id(call), Page.asked(call.request)))


async def patient_history(call: Call) -> Reply:
    """`GET /patients/{patient_id}/history`."""
    return Reply(await call.services.patients.reading.history(call.staff, _id(call), Page.asked(call.request)))


async def add_channel(call: Call) -> Reply:
    """`POST /patients/{patient_id}/channels`."""
    body = call.body_as(ask.AddChannelBody)
    contacts = call.services.patients.contacts
    return Reply(await contacts.add_channel(call.staff, _id(call), body.kind, body.value, body.carer_id))


async def revoke_channel(call: Call) -> Reply:
    """`POST /patients/{patient_id}/channels/{channel_id}/revoke`."""
    channel_id = call.request.match_info["channel_id"]
    return Reply(await call.services.patients.contacts.revoke_channel(call.staff, _id(call), channel_id))


async def add_carer(call: Call) -> Reply:
    """`POST /patients/{patient_id}/carers`."""
    body = call.body_as(ask.AddCarerBody)
    contacts = call.services.patients.contacts
    scope = tuple(body.scope)
    return Reply(await contacts.add_carer(call.staff, _id(call), body.name, body.relation, scope, body.ends_on))


async def edit_carer(call: Call) -> Reply:
    """`PATCH /patients/{patient_id}/carers/{carer_id}`."""
    body = call.body_as(ask.EditCarerBody)
    carer_id = call.request.match_info["carer_id"]
    changes = _given(body, nullable="ends_on")
    return Reply(await call.services.patients.contacts.edit_carer(call.staff, _id(call), carer_id, changes))


async def revoke_carer(call: Call) -> Reply:
    """`POST /patients/{patient_id}/carers/{carer_id}/revoke`."""
    carer_id = call.request.match_info["carer_id"]
    return Reply(await call.services.patients.contacts.revoke_carer(call.staff, _id(call), carer_id))


async def colleagues(call: Call) -> Reply:
    """`GET /patients/{patient_id}/colleagues`."""
    return Reply(await call.services.patients.contacts.colleagues(call.staff, _id(call)))


async def add_member(call: Call) -> Reply:
    """`POST /patients/{patient_id}/team`."""
    body = call.body_as(ask.AddMemberBody)
    return Reply(await call.services.patients.contacts.add_member(call.staff, _id(call), body.user_id))


async def end_member(call: Call) -> Reply:
    """`POST /patients/{patient_id}/team/{member_id}/end`."""
    member_id = call.request.match_info["member_id"]
    return Reply(await call.services.patients.contacts.end_member(call.staff, _id(call), member_id))


async def merge_patients(call: Call) -> Reply:
    """`POST /patients/{patient_id}/merge`."""
    body = call.body_as(ask.MergeBody)
    return Reply(await call.services.patients.editing.merge(call.staff, _id(call), body.merged_id, body.revision))


async def undo_merge(call: Call) -> Reply:
    """`POST /patients/{patient_id}/merges/{merge_id}/undo`."""
    merge_id = call.request.match_info["merge_id"]
    return Reply(await call.services.patients.editing.undo(call.staff, _id(call), merge_id))


async def attach_session(call: Call) -> Reply:
    """`POST /sessions/{id}/patient`."""
    body = call.body_as(ask.AttachBody)
    return Reply(await call.services.deps.visits.attach_patient(call.staff, call.session_id, body.patient_id))


async def detach_session(call: Call) -> Reply:
    """`POST /sessions/{id}/patient/detach`."""
    return Reply(await call.services.deps.visits.attach_patient(call.staff, call.session_id, None))


def _given(body: ask.EditPatientBody | ask.EditCarerBody, nullable: str, but: str = "") -> dict[str, object]:
    """The fields a body names, lists as tuples. Null takes away what may be missing; elsewhere it counts as absent."""
    named = {name: getattr(body, name) for name in body.model_fields_set if name != but}
    kept = {name: value for name, value in named.items() if value is not None or name == nullable}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
