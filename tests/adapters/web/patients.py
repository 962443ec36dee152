"""One patient with everything that hangs on a record, whom every care role looks after, and one good request per route."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from telemed.care.break_glass import BreakGlassRecord
from telemed.care.patients.names import fold
from telemed.care.patients.records import CarerRecord, ChannelRecord, MergeRecord, PatientRecord, TeamMemberRecord
from telemed.care.patients.words import CarerScope, ChannelKind, Relation
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import CARE_ROLES, Role
from tests.adapters.web.fakes import START

PATIENT_ID = "pat_AbCdEfGhIjKlMnOp"
TWIN_ID = "pat_TwInTwInTwInTwIn"  # a second record of the same person
MERGED_ID = "pat_MeRgEdMeRgEdMeRg"  # merged into the first
NAME = "Zoë Müller"
BORN = date(1956, 3, 12)

PATIENT_IDS = {
    "patient_id": PATIENT_ID,
    "channel_id": "chn_AbCdEfGhIjKlMnOp",
    "carer_id": "car_AbCdEfGhIjKlMnOp",
    "member_id": "tmm_reviewer",
    "merge_id": "mrg_AbCdEfGhIjKlMnOp",
    "person_login_id": "ptl_AbCdEfGhIjKlMnOp",
    "person_passkey_id": "psk_AbCdEfGhIjKlMnOp",
    "break_glass_id": "brk_AbCdEfGhIjKlMnOp",
}


# Well formed, and of no step.
PASSKEY: dict[str, Any] = {
    "token": "step-token-0123456789a",
    "credential": {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}},
}


def account_id(role: Role) -> str:
    """The id of the role's account in every database of the tests, of the form of all our ids."""
    return f"usr_{role.value:0<16}"


PATIENT_BODIES: dict[str, dict[str, Any]] = {
    "POST /sessions/{id}/patient": {"patient_id": PATIENT_ID},
    "POST /sessions/{id}/patient/detach": {},
    "POST /patients/search": {"text": "mueller zoe"},
    "POST /patients": {"name": "Somebody New", "birth_date": "1990-01-31", "command_id": "command-patient"},
    "PATCH /patients/{patient_id}": {"revision": 1, "name": NAME},
    "POST /patients/{patient_id}/channels": {"kind": "email", "value": "New@Clinic.example"},
    "POST /patients/{patient_id}/channels/{channel_id}/revoke": {},
    "POST /patients/{patient_id}/channels/{channel_id}/code": {},
    "POST /patients/{patient_id}/channels/{channel_id}/verify": {"code": "000000"},
    "POST /person/code": {"contact": "somebody@example.org"},
    "POST /person/confirm": {"step": f"chc_{'a' * 16}.{'b' * 22}", "code": "000000"},
    "POST /person/choose": {"step": f"chc_{'a' * 16}.{'b' * 22}", "person": PATIENT_ID},
    "POST /person/passkey/options": {},
    "POST /person/passkey": PASSKEY,
    "POST /demo/code": {"contact": "somebody@example.org"},
    "POST /home/visits/{id}/join": {},
    "POST /home/sign-out": {},
    "POST /home/devices/end": {},
    "POST /home/devices/{person_login_id}/end": {},
    "POST /home/channel/code": {"channel_id": "chn_AbCdEfGhIjKlMnOp"},
    "POST /home/channel/verify": {"channel_id": "chn_AbCdEfGhIjKlMnOp", "code": "000000"},
    "POST /home/passkeys/options": {},
    "POST /home/passkeys": PASSKEY,
    "POST /home/passkeys/{person_passkey_id}/remove": {},
    "POST /patients/{patient_id}/carers": {"name": "Carla", "relation": "child", "scope": ["join_visits"]},
    "PATCH /patients/{patient_id}/carers/{carer_id}": {"relation": "parent"},
    "POST /patients/{patient_id}/carers/{carer_id}/revoke": {},
    "POST /patients/{patient_id}/team": {"user_id": account_id(Role.CLINICIAN)},
    "POST /patients/{patient_id}/team/{member_id}/end": {},
    "POST /patients/{patient_id}/merge": {"merged_id": TWIN_ID, "revision": 1},
    "POST /patients/{patient_id}/merges/{merge_id}/undo": {},
    "POST /patients/{patient_id}/break-glass": {"reason": "Found unconscious, allergies unknown"},
    "POST /break-glass/{break_glass_id}/close": {},
    "POST /break-glass/search": {"show": "all"},
    "POST /break-glass/{break_glass_id}/review": {},
}


def a_patient(patient_id: str, organisation_id: str, user_id: str, **changes: Any) -> PatientRecord:
    """A record to start from."""
    values: dict[str, Any] = {
        "id": patient_id,
        "organisation_id": organisation_id,
        "name": NAME,
        "folded_name": fold(NAME),
        "created_by": user_id,
        "created_at": START,
        "updated_at": START,
        "birth_date": BORN,
    }
    return PatientRecord(**(values | changes))


async def settle_patients(tx: Transaction, users: Mapping[Role, UserRecord]) -> None:
    """Write the records."""
    maker = users[Role.FRONT_DESK]
    for patient_id, merged_into in ((PATIENT_ID, None), (TWIN_ID, None), (MERGED_ID, PATIENT_ID)):
        await tx.patients.create(a_patient(patient_id, maker.organisation_id, maker.id, merged_into=merged_into))
        for role in sorted(CARE_ROLES):
            member = TeamMemberRecord(f"tmm_{role.value}_{patient_id[4:8]}", patient_id, users[role].id, maker.id, START)
            await tx.care_teams.add(member)
    await tx.care_teams.add(TeamMemberRecord("tmm_reviewer", PATIENT_ID, users[Role.REVIEWER].id, maker.id, START))
    carer = CarerRecord(PATIENT_IDS["carer_id"], PATIENT_ID, "Carl", Relation.CHILD, (CarerScope.JOIN_VISITS,), maker.id, START)
    await tx.carers.create(carer)
    await tx.channels.create(ChannelRecord(PATIENT_IDS["channel_id"], PATIENT_ID, ChannelKind.PHONE, "+49301234567", START))
    access = BreakGlassRecord(
        PATIENT_IDS["break_glass_id"], users[Role.REVIEWER].id, PATIENT_ID, "An old emergency", START, START, closed_at=START
    )
    await tx.break_glasses.create(access)
    await tx.patient_merges.create(MergeRecord(PATIENT_IDS["merge_id"], PATIENT_ID, MERGED_ID, {}, maker.id, START))
