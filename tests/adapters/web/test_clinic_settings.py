"""Settings of the clinic: in force at once, written down, taken back; and what an admin sees of use and messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.clinic.live_settings import LiveSettings, read_settings
from telemed.care.identity import ActorRef
from telemed.care.notify.records import Medium
from telemed.care.records import ParticipantEventRecord, ParticipantRecord, SessionRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantEvent, ParticipantState, SessionKind, SessionState
from telemed.ids import new_id
from telemed.store import Store
from tests.adapters.web.clinic_samples import MESSAGE_ID, RECIPIENT, SITE_ID
from tests.adapters.web.fakes import START
from tests.adapters.web.people import People
from tests.adapters.web.site import Site, running_site, settings_for

CANARY = "Canarina Zebrowski"
READS = [
    "/admin/clinic",
    "/admin/sites",
    "/admin/policies",
    "/admin/templates",
    "/admin/changes",
    "/admin/health",
    "/admin/usage/30",
    "/admin/outbox",
    "/admin/sign-in",
]


async def as_admin(site: Site, people: People) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.ADMIN)}


async def ask(site: Site, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    site.clock.move(1)  # changes have an order
    answer = await site.ask(method, "/api/v1" + path, body)
    assert answer.status == status, (path, answer.text)
    return answer.json


async def audited(store: Store) -> list[tuple[str, str]]:
    async with store.read() as tx:
        return [(row.action, row.object_id) for row in await tx.audit.page()]


async def test_the_clinics_details_stand_on_pages_at_once(site: Site, people: People, store: Store) -> None:
    await as_admin(site, people)
    done = await ask(site, "PATCH", "/admin/clinic", {"name": "North & South", "emergency_number": "911"})
    page = (await site.ask("GET", "/sign-in")).text
    assert "North &amp; South" in page and "911" in page
    assert (await ask(site, "GET", "/clinic"))["name"] == "North & South"
    assert (AuditAction.CLINIC_CHANGED.value, people.users[Role.ADMIN].organisation_id) in await audited(store)
    await ask(site, "POST", f"/admin/changes/{done['change_id']}/revert", {})
    assert "North" not in (await ask(site, "GET", "/clinic"))["name"]
    assert (await ask(site, "PATCH", "/admin/clinic", {"emergency_number": "112"}))["change_id"] is None  # as it is already


@pytest.mark.parametrize(
    "body",
    [{"name": ""}, {"name": "x" * 121}, {"phone": "call us"}, {"emergency_number": "one"}, {"name": "a\u202eb"}, {"demo": False}],
)
async def test_details_that_are_none_are_refused(site: Site, people: People, body: Any) -> None:
    await as_admin(site, people)
    await ask(site, "PATCH", "/admin/clinic", body, status=400)


async def test_a_policy_is_in_force_at_once_and_is_taken_back(store: Store, people: People, static_root: Any) -> None:
    async with store.read() as tx:
        live = await read_settings(tx)
    async with running_site(store, settings_for(static_root), ports={"live": live, "policies": live}) as site:
        await as_admin(site, people)
        await _policy_in_force(site, live, store)


async def _policy_in_force(site: Site, live: LiveSettings, store: Store) -> None:
    assert (live.login_hours, live.second_factor, live.idle_lock_minutes) == (12, "offered", 0)  # a demo's
    first = await ask(site, "PUT", "/admin/policies", {"name": "login_hours", "value": 8})
    assert live.login_hours == 8
    await ask(site, "PUT", "/admin/policies", {"name": "login_hours", "value": 6})
    refused = await ask(site, "POST", f"/admin/changes/{first['change_id']}/revert", {}, status=409)
    assert refused["error"]["code"] == "changed_since" and live.login_hours == 6
    changes = (await ask(site, "GET", "/admin/changes"))["changes"]
    assert [(row["key"], row["can_revert"]) for row in changes[:2]] == [("login_hours", True), ("login_hours", False)]
    assert changes[0]["before"] == {"value": 8} and changes[0]["changed_by"] == "Name of admin"
    back = await ask(site, "POST", f"/admin/changes/{changes[0]['id']}/revert", {})
    assert live.login_hours == 8
    await ask(site, "PUT", "/admin/policies", {"name": "login_hours", "value": None})
    row = next(row for row in (await ask(site, "GET", "/admin/policies"))["policies"] if row["name"] == "login_hours")
    assert live.login_hours == 12 and not row["is_set"]
    trail = await audited(store)
    assert (AuditAction.POLICY_CHANGED.value, first["change_id"]) in trail
    assert (AuditAction.SETTING_REVERTED.value, back["change_id"]) in trail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("login_hours", 0),
        ("login_hours", 25),
        ("login_hours", "12"),
        ("login_hours", True),
        ("link_days", 91),
        ("second_factor", 1),
        ("second_factor", "never"),
        ("idle_lock_minutes", -1),
        ("idle_lock_minutes", 121),
        ("nothing", 1),
    ],
)
async def test_values_beyond_the_bounds_are_refused(site: Site, people: People, name: str, value: Any) -> None:
    await as_admin(site, people)
    await ask(site, "PUT", "/admin/policies", {"name": name, "value": value}, status=400)


async def test_a_new_login_lives_as_long_as_the_policy_says(store: Store, people: People, static_root: Any) -> None:
    async with store.read() as tx:
        live = await read_settings(tx)
    async with running_site(store, settings_for(static_root), ports={"live": live, "policies": live}) as site:
        await as_admin(site, people)
        await ask(site, "PUT", "/admin/policies", {"name": "login_hours", "value": 2})
        site.cookies = {}
        user = people.users[Role.CLINICIAN]
        await ask(site, "POST", "/auth/login", {"email": user.email, "password": "correct horse battery staple"})
        async with store.read() as tx:
            logins = await tx.logins.of_user(user.id, site.clock.utcnow())
        assert min(login.expires_at - login.created_at for login in logins) == timedelta(hours=2)


async def test_sites_are_made_once_and_closed(site: Site, people: People, store: Store) -> None:
    await as_admin(site, people)
    body = {"name": "South", "command_id": "command-7"}
    made = await ask(site, "POST", "/admin/sites", body)
    assert await ask(site, "POST", "/admin/sites", body) == made
    await ask(site, "PATCH", f"/admin/sites/{made['id']}", {"closed": True})
    sites = {row["name"]: row for row in (await ask(site, "GET", "/admin/sites"))["sites"]}
    assert sites["South"]["closed_at"] and sites["North"]["closed_at"] is None
    changes = (await ask(site, "GET", "/admin/changes"))["changes"]
    await ask(site, "POST", f"/admin/changes/{changes[0]['id']}/revert", {})
    again = {row["name"]: row for row in (await ask(site, "GET", "/admin/sites"))["sites"]}
    assert again["South"]["closed_at"] is None
    await ask(site, "PATCH", "/admin/sites/sit_Unknown0", {"closed": True}, status=404)
    assert (AuditAction.SITE_CREATED.value, made["id"]) in await audited(store)


async def test_an_admin_of_one_site_changes_nothing_for_all(site: Site, people: People) -> None:
    await people.change(Role.ADMIN, site_id=SITE_ID)
    await as_admin(site, people)
    assert (await ask(site, "GET", "/admin/clinic"))["may_change"] is False
    assert [row["name"] for row in (await ask(site, "GET", "/admin/sites"))["sites"]] == ["North"]
    await ask(site, "PATCH", "/admin/clinic", {"name": "Mine"}, status=403)
    await ask(site, "PUT", "/admin/policies", {"name": "login_hours", "value": 8}, status=403)
    await ask(site, "POST", "/admin/sites", {"name": "South", "command_id": "command-8"}, status=403)


async def test_a_wording_of_ones_own_is_previewed_used_and_taken_back(site: Site, people: People, store: Store) -> None:
    await as_admin(site, people)
    which = {"name": "visit_link", "language": "en", "medium": "sms"}
    shown = await ask(site, "POST", "/admin/templates/preview", which | {"body": "{clinic}: {link}"})
    assert shown["text"].startswith("Clinic <North>: https://") and shown["parts"] == 1
    for body in ("no link", "{link} {surname}", "{link} {", "x" * 500 + "{link}", ""):
        await ask(site, "POST", "/admin/templates/preview", which | {"body": body}, status=400)
        await ask(site, "PUT", "/admin/templates", which | {"body": body}, status=400)
    await ask(site, "PUT", "/admin/templates", which | {"body": "Here: {link}"})
    organisation = people.users[Role.ADMIN].organisation_id
    async with store.read() as tx:
        own = await tx.templates.get(organisation, "visit_link", "en", Medium.SMS)
    assert own is not None and own.body == "Here: {link}"
    await ask(site, "POST", "/admin/templates/reset", which)
    rows = (await ask(site, "GET", "/admin/templates"))["templates"]
    row = next(row for row in rows if (row["name"], row["language"], row["medium"]) == ("visit_link", "en", "sms"))
    assert not row["is_own"] and "for you alone" in row["body"]
    await ask(site, "PUT", "/admin/templates", {**which, "name": "audit_head", "body": "{checkpoint}"}, status=400)


async def test_messages_are_masked_and_sent_again_once(site: Site, people: People, store: Store) -> None:
    await as_admin(site, people)
    answer = await site.ask("GET", "/api/v1/admin/outbox")
    assert RECIPIENT not in answer.text and "canary" not in answer.text
    row = answer.json["messages"][0]
    assert (row["recipient"], row["state"], row["can_repeat"]) == ("c…@….example", "failed", True)
    first = await ask(site, "POST", f"/admin/outbox/{MESSAGE_ID}/again", {})
    assert await ask(site, "POST", f"/admin/outbox/{MESSAGE_ID}/again", {}) == first
    await ask(site, "POST", f"/admin/outbox/{first['message']['id']}/again", {}, status=409)
    await ask(site, "POST", "/admin/outbox/out_Unknown0/again", {}, status=404)
    assert (AuditAction.MESSAGE_SENT_AGAIN.value, MESSAGE_ID) in await audited(store)


async def visit(store: Store, people: People, wait: float, minutes: float) -> None:
    """One visit today, with a patient who waited and was let in."""
    doctor = people.users[Role.CLINICIAN]
    session = SessionRecord(
        new_id("ses"), doctor.organisation_id, SessionKind.SCHEDULED, SessionState.ENDED, START, doctor.id, START,
        patient_name=CANARY, reason=CANARY, started_at=START, ended_at=START + timedelta(minutes=minutes),
    )  # fmt: skip
    seat = ParticipantRecord(new_id("par"), session.id, Role.PATIENT, CANARY, ParticipantState.LEFT, START, START)
    steps = (
        (ParticipantState.CHECKING, ParticipantState.WAITING, 0.0),
        (ParticipantState.WAITING, ParticipantState.ADMITTED, wait),
        (ParticipantState.ADMITTED, ParticipantState.CONNECTED, wait + 1),
    )
    async with store.write() as tx:
        await tx.sessions.create(session)
        await tx.participants.create(seat)
        for before, after, seconds in steps:
            event = ParticipantEventRecord(
                new_id("evt"), session.id, seat.id, ParticipantEvent.ADMITTED, before, after, ActorRef(seat.id, "patient"),
                START + timedelta(seconds=seconds),
            )  # fmt: skip
            await tx.events.append(event)


async def test_use_is_counted_without_names(site: Site, people: People, store: Store) -> None:
    await as_admin(site, people)
    before = (await ask(site, "GET", "/admin/usage/7"))["totals"]
    for wait, minutes in ((30, 10), (60, 20), (300, 30)):
        await visit(store, people, wait, minutes)
    used = await ask(site, "GET", "/admin/usage/7")
    assert len(used["days"]) == 7 and used["days"][-1]["day"] == START.date().isoformat()
    assert used["totals"]["sessions"] - before["sessions"] == 3
    assert (used["totals"]["minutes"], used["totals"]["participants"]) == (before["minutes"] + 60, before["participants"] + 3)
    assert (used["totals"]["wait_median"], used["totals"]["wait_slow"]) == (60, 300)
    await ask(site, "GET", "/admin/usage/31", status=404)


async def test_an_admin_reads_no_name_of_a_patient(site: Site, people: People, store: Store) -> None:
    await visit(store, people, 30, 10)
    await as_admin(site, people)
    for path in READS:
        answer = await site.ask("GET", "/api/v1" + path)
        assert answer.status == 200 and CANARY not in answer.text, path


async def test_nobody_but_admins_reads_or_sets(site: Site, people: People) -> None:
    for role in sorted({Role.CLINICIAN, Role.FRONT_DESK, Role.REVIEWER}):
        site.cookies = {"telemed_staff": await people.token_of(role)}
        for path in READS:
            await ask(site, "GET", path, status=403)
        await ask(site, "PUT", "/admin/policies", {"name": "login_hours", "value": 8}, status=403)


async def test_settings_of_another_clinic_do_not_exist(site: Site, people: People, store: Store) -> None:
    async with store.write() as tx:
        clinic = await tx.organisations.get(people.users[Role.ADMIN].organisation_id)
        assert clinic is not None
        await tx.organisations.create(replace(clinic, id="org_Other000", created_at=START + timedelta(days=1)))
    await people.change(Role.ADMIN, organisation_id="org_Other000")
    await as_admin(site, people)
    await ask(site, "POST", "/admin/changes/chg_AbCdEfGh/revert", {}, status=404)
    await ask(site, "PATCH", f"/admin/sites/{SITE_ID}", {"name": "Mine"}, status=404)
    await ask(site, "POST", f"/admin/outbox/{MESSAGE_ID}/again", {}, status=404)
    assert (await ask(site, "GET", "/admin/changes"))["changes"] == []
    await ask(site, "PUT", "/admin/policies", {"name": "login_hours", "value": 8}, status=403)  # they hold for the whole server
    await ask(site, "PATCH", "/admin/clinic", {"name": "Guests"})
    assert (await ask(site, "GET", "/admin/clinic"))["clinic"]["name"] == "Guests"
    async with store.read() as tx:
        first = await tx.organisations.first()
    assert first is not None and first.name == clinic.name
