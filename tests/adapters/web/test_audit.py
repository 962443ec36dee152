"""Reading the audit trail: by whom, about what, page by page, and never unseen."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ANONYMOUS, ActorRef
from telemed.care.records import OrganisationRecord
from telemed.care.roles import Role
from telemed.ids import new_id
from tests.adapters.web.fakes import START
from tests.adapters.web.patients import PATIENT_IDS
from tests.adapters.web.people import People
from tests.adapters.web.site import Answered, Site

PATIENT = PATIENT_IDS["patient_id"]


async def as_role(site: Site, people: People, role: Role) -> None:
    site.cookies = {"telemed_staff": await people.token_of(role)}


async def search(site: Site, **asked: object) -> Answered:
    return await site.ask("POST", "/api/v1/audit/search", asked)


async def write(site: Site, actor: ActorRef, action: AuditAction, object_id: str, minutes: int = 0) -> None:
    async with site.store.write() as tx:
        at = START + timedelta(minutes=minutes)
        await tx.audit.append(actor, action, object_id, AuditOutcome.DONE, at)


async def test_only_privacy_officers_search(site: Site, people: People) -> None:
    await people.change(Role.CLINICIAN, is_privacy_officer=False)
    await as_role(site, people, Role.CLINICIAN)
    assert (await search(site)).status == 403
    assert (await site.ask("GET", "/api/v1/audit/state")).status == 403
    assert (await site.ask("GET", "/api/v1/audit/people")).status == 403
    assert (await site.ask("POST", "/api/v1/audit/mine", {})).status == 200
    site.cookies = {}
    assert (await search(site)).status == 401


async def test_a_search_is_in_the_trail_it_searched(site: Site, people: People) -> None:
    await as_role(site, people, Role.REVIEWER)
    found = (await search(site, object_id="ses_none")).json
    assert (found["rows"], found["next"]) == ([], None)
    row = (await search(site)).json["rows"][0]
    assert (row["action"], row["object_id"], row["actor"]) == ("audit.searched", "ses_none", people.users[Role.REVIEWER].id)


async def test_conditions_and_pages(site: Site, people: People) -> None:
    clinician = people.users[Role.CLINICIAN].staff.ref
    for number in range(25):
        await write(site, clinician, AuditAction.SESSION_READ, f"ses_{number}", minutes=number)
    await write(site, clinician, AuditAction.CHAT_SENT, "msg_1", minutes=30)
    await write(site, ANONYMOUS, AuditAction.LINK_REFUSED, "lnk_1", minutes=31)
    await as_role(site, people, Role.REVIEWER)
    asked = {"actor": clinician.id, "group": "session", "limit": 10}
    seen, before = [], {}
    for _ in range(3):
        page = (await search(site, **asked, **before)).json
        seen += [row["object_id"] for row in page["rows"]]
        before = {"before": page["next"]}
    assert seen == [f"ses_{number}" for number in reversed(range(25))]
    assert page["next"] is None
    assert page["people"] == [{"id": clinician.id, "name": "Name of clinician", "role": "clinician"}]
    span = {"since": (START + timedelta(minutes=5)).isoformat(), "until": (START + timedelta(minutes=7)).isoformat()}
    assert [row["object_id"] for row in (await search(site, group="session", **span)).json["rows"]] == ["ses_6", "ses_5"]
    assert [row["object_id"] for row in (await search(site, object_id="msg_1")).json["rows"]] == ["msg_1"]
    assert [row["actor"] for row in (await search(site, actor="anonymous")).json["rows"]] == ["anonymous"]


@pytest.mark.parametrize(
    "asked",
    [
        {"group": "nonsense"},
        {"limit": 101},
        {"limit": 0},
        {"actor": "x' OR 1=1"},
        {"since": "2026-11-22T09:00:00"},
        {"since": "2026-11-22T09:00:00Z", "until": "2026-11-22T09:00:00Z"},
        {"name": "Jane"},
    ],
)
async def test_bad_questions_are_refused(site: Site, people: People, asked: dict[str, object]) -> None:
    await as_role(site, people, Role.REVIEWER)
    assert (await search(site, **asked)).status == 400


async def test_ones_own_acts_are_only_ones_own(site: Site, people: People) -> None:
    await write(site, people.users[Role.CLINICIAN].staff.ref, AuditAction.SESSION_READ, "ses_1")
    await write(site, people.users[Role.ADMIN].staff.ref, AuditAction.USER_CREATED, "usr_1")
    await as_role(site, people, Role.ADMIN)
    own = people.users[Role.ADMIN].id
    rows = (await site.ask("POST", "/api/v1/audit/mine", {})).json["rows"]
    assert {row["actor"] for row in rows} == {own}
    assert (await site.ask("POST", "/api/v1/audit/mine", {"actor": people.users[Role.CLINICIAN].id})).status == 400


async def test_an_export_needs_a_proof_and_holds_no_formula(site: Site, people: People) -> None:
    await people.change(Role.CLINICIAN, name='=HYPERLINK("x"), "quoted"')
    await write(site, people.users[Role.CLINICIAN].staff.ref, AuditAction.SESSION_READ, "ses_1")
    await as_role(site, people, Role.REVIEWER)
    answer = (await site.ask("POST", "/api/v1/audit/export", {"object_id": "ses_1"})).json
    head, line = list(csv.reader(io.StringIO(answer["csv"])))
    assert (answer["rows"], answer["more"], head[:3]) == (1, False, ["sequence", "at", "actor"])
    assert line[3] == '\'=HYPERLINK("x"), "quoted"'
    assert (await search(site)).json["rows"][0]["action"] == "audit.exported"
    site.clock.move(3600)
    assert (await site.ask("POST", "/api/v1/audit/export", {})).json["error"]["code"] == "proof_needed"


async def test_another_organisations_rows_are_not_found(site: Site, people: People) -> None:
    other = OrganisationRecord(new_id("org"), "Other", "1", "112", False, START)
    theirs = replace(
        people.users[Role.CLINICIAN], id=new_id("usr"), organisation_id=other.id, email="c@other.example", name="Theirs"
    )
    async with site.store.write() as tx:
        await tx.organisations.create(other)
        await tx.users.create(theirs)
    await write(site, theirs.staff.ref, AuditAction.SESSION_READ, "ses_theirs")
    await write(site, people.users[Role.CLINICIAN].staff.ref, AuditAction.SESSION_READ, "ses_ours")
    await as_role(site, people, Role.REVIEWER)
    found = (await search(site)).json
    objects = {row["object_id"] for row in found["rows"]}
    assert "ses_ours" in objects
    assert "ses_theirs" not in objects
    assert (await search(site, actor=theirs.id)).json["rows"] == []
    assert "Theirs" not in {person["name"] for person in (await site.ask("GET", "/api/v1/audit/people")).json["people"]}


async def test_who_saw_a_patients_data(site: Site, people: People) -> None:
    clinician = people.users[Role.CLINICIAN].staff.ref
    responder = people.users[Role.RESPONDER].staff.ref
    for minutes in (0, 1, 2):
        await write(site, clinician, AuditAction.PATIENT_READ, PATIENT, minutes)
    await write(site, responder, AuditAction.GLASS_BROKEN, PATIENT, 3)
    await write(site, responder, AuditAction.PATIENT_READ, PATIENT, 4)
    await as_role(site, people, Role.REVIEWER)  # a privacy officer
    path = f"/api/v1/patients/{PATIENT}/access"
    lines = (await site.ask("POST", path, {})).json["accesses"]
    told = {(line["name"], line["act"], line["times"], line["in_emergency"]) for line in lines}
    assert ("Name of clinician", "saw_record", 3, False) in told
    assert ("Name of responder", "broke_glass", 1, True) in told
    assert ("Name of responder", "saw_record", 1, True) in told
    again = (await site.ask("POST", path, {})).json["accesses"]
    assert ("Name of reviewer", "saw_access") in {(line["name"], line["act"]) for line in again}
    await people.change(Role.REVIEWER, is_privacy_officer=False)
    assert (await site.ask("POST", path, {})).status == 403
    await as_role(site, people, Role.ADMIN)
    assert (await site.ask("POST", path, {})).status == 403


async def test_the_state_names_what_is_known(site: Site, people: People) -> None:
    await as_role(site, people, Role.REVIEWER)
    state = (await site.ask("GET", "/api/v1/audit/state")).json
    assert (state["complete_up_to"], state["deliveries"], state["warnings"]) == (None, [], ["no_way"])
