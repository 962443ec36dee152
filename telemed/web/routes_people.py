"""Routes of patients: search, records and what hangs on them."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_people as ask
from telemed.web import response_models as give_calls
from telemed.web import response_models_people as give
from telemed.web.handlers import patients
from telemed.web.route import Route
from telemed.web.throttle import Rate

SEARCH_RATE = Rate(120, 60.0)  # one person, typing: the page asks when the typing pauses
CREATE_RATE = Rate(60, 60.0)

_RECORD = "/patients/{patient_id}"

PEOPLE_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/patients/search",
        Action.SEARCH_PATIENTS,
        patients.search_patients,
        give.FoundPatients,
        ask.SearchPatientsBody,
        rate=SEARCH_RATE,
    ),
    Route(
        "POST",
        "/patients",
        Action.CREATE_PATIENT,
        patients.create_patient,
        give.PatientCreated,
        ask.CreatePatientBody,
        rate=CREATE_RATE,
        errors=(404, 409),
    ),
    Route("GET", _RECORD, Action.READ_PATIENT, patients.patient_detail, give.PatientDetail),
    Route("PATCH", _RECORD, Action.EDIT_PATIENT, patients.edit_patient, give.PatientAnswer, ask.EditPatientBody, errors=(409,)),
    Route("GET", f"{_RECORD}/door", Action.SEARCH_PATIENTS, patients.patient_door, give.Door),
    Route("GET", f"{_RECORD}/timeline", Action.READ_PATIENT, patients.patient_timeline, give.Timeline, pages=True),
    Route("GET", f"{_RECORD}/history", Action.READ_PATIENT, patients.patient_history, give.History, pages=True),
    Route(
        "POST",
        f"{_RECORD}/channels",
        Action.EDIT_PATIENT,
        patients.add_channel,
        give.ChannelAnswer,
        ask.AddChannelBody,
        errors=(409,),
    ),
    Route("POST", f"{_RECORD}/channels/{{channel_id}}/revoke", Action.EDIT_PATIENT, patients.revoke_channel, give_calls.Nothing),
    Route(
        "POST", f"{_RECORD}/carers", Action.EDIT_PATIENT, patients.add_carer, give.CarerAnswer, ask.AddCarerBody, errors=(409,)
    ),
    Route(
        "PATCH",
        f"{_RECORD}/carers/{{carer_id}}",
        Action.EDIT_PATIENT,
        patients.edit_carer,
        give.CarerAnswer,
        ask.EditCarerBody,
        errors=(409,),
    ),
    Route("POST", f"{_RECORD}/carers/{{carer_id}}/revoke", Action.EDIT_PATIENT, patients.revoke_carer, give_calls.Nothing),
    Route("GET", f"{_RECORD}/colleagues", Action.EDIT_CARE_TEAM, patients.colleagues, give.Colleagues),
    Route(
        "POST", f"{_RECORD}/team", Action.EDIT_CARE_TEAM, patients.add_member, give.MemberAnswer, ask.AddMemberBody, errors=(409,)
    ),
    Route("POST", f"{_RECORD}/team/{{member_id}}/end", Action.EDIT_CARE_TEAM, patients.end_member, give_calls.Nothing),
    Route("POST", f"{_RECORD}/merge", Action.MERGE_PATIENTS, patients.merge_patients, give.Merged, ask.MergeBody, errors=(409,)),
    Route("POST", f"{_RECORD}/merges/{{merge_id}}/undo", Action.MERGE_PATIENTS, patients.undo_merge, give.Parted, errors=(409,)),
    Route(
        "POST",
        "/sessions/{id}/patient",
        Action.ATTACH_SESSION,
        patients.attach_session,
        give_calls.SessionAnswer,
        ask.AttachBody,
        errors=(409,),
    ),
    Route(
        "POST",
        "/sessions/{id}/patient/detach",
        Action.ATTACH_SESSION,
        patients.detach_session,
        give_calls.SessionAnswer,
        errors=(409,),
    ),
)
