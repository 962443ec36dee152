"""Passkeys of patients and carers: added on Home, shown at the door, worthless with whom they stood for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.notify.records import Medium
from telemed.care.patients.records import ChannelRecord
from telemed.care.patients.words import CarerScope, ChannelKind
from telemed.care.persons import passkeys
from telemed.care.roles import Role
from telemed.care.staff.sign_in_steps import STEP_LIFE
from telemed.web import response_models_person as give
from telemed.web.response_models_identity import PasskeyStep
from tests.adapters.web.authenticator import Authenticator
from tests.adapters.web.factors import with_passkey
from tests.adapters.web.fakes import START
from tests.adapters.web.patients import MERGED_ID, NAME, PATIENT_ID, TWIN_ID
from tests.adapters.web.people import People
from tests.adapters.web.site import Answered
from tests.adapters.web.test_person_sign_in import API, BROWSER, MAIL, PHONE, Door, add_carer, door

__all__ = ["door"]


async def post(door: Door, path: str, body: dict[str, Any] | None = None, **more: Any) -> Answered:
    return await door.site.ask("POST", API + path, body or {}, headers=BROWSER, **more)


async def offered(door: Door) -> Any:
    answer = await post(door, "/home/passkeys/options")
    assert answer.status == 200, answer.text
    return answer.json


async def added(door: Door, **options: Any) -> Authenticator:
    """Give whoever is signed in a passkey."""
    authenticator, begun = Authenticator(**options), await offered(door)
    answer = await post(door, "/home/passkeys", _body(begun, authenticator))
    assert answer.status == 200, answer.text
    return authenticator


def _body(begun: Any, authenticator: Authenticator) -> dict[str, Any]:
    return {"token": begun["token"], "credential": authenticator.create(begun["options"])}


async def show(door: Door, authenticator: Authenticator, token: str | None = None, path: str = "/person/passkey") -> Answered:
    """At the door, with nothing typed and nobody signed in."""
    door.site.cookies = {}
    begun = (await post(door, f"{path}/options")).json
    return await post(door, path, {"token": token or begun["token"], "credential": authenticator.get(begun["options"])})


async def home_of(door: Door, answer: Answered) -> Any:
    """The page the answer opens."""
    assert answer.status == 200, answer.text
    door.site.cookies = {"telemed_person": answer.cookies["telemed_person"].value}
    return (await door.site.ask("GET", f"{API}/home")).json


def is_refused(answer: Answered) -> bool:
    """The one answer to everything that is wrong with a passkey."""
    expected = {"code": "passkey_refused", "message": "This passkey was not accepted."}
    return (answer.status, answer.json["error"]) == (401, answer.json["error"] | expected) and not answer.cookies


async def test_a_passkey_opens_home_without_a_code(door: Door) -> None:
    await door.enter()
    begun = await offered(door)
    asked = begun["options"]["authenticatorSelection"]
    assert (asked["userVerification"], asked["residentKey"]) == ("required", "required")
    assert begun["options"]["user"]["name"] == NAME
    authenticator = Authenticator()
    answer = await post(door, "/home/passkeys", _body(begun, authenticator))
    kept = answer.json["passkey"]
    assert (kept["name"], kept["last_used_at"]) == ("Firefox on Linux", None) and authenticator.handle.decode() == PATIENT_ID
    assert (await door.site.ask("GET", f"{API}/home")).json["passkeys"] == [kept]
    door.site.cookies = {}
    door.site.clock.move(90 * 86400)
    shown = (await post(door, "/person/passkey/options")).json
    assert shown["options"]["userVerification"] == "required" and shown["options"]["allowCredentials"] == []
    answer = await post(door, "/person/passkey", {"token": shown["token"], "credential": authenticator.get(shown["options"])})
    assert answer.json == {"signed_in": True}
    cookie = answer.cookies["telemed_person"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == "2592000"
    home = await home_of(door, answer)
    assert home["person"]["name"] == NAME and home["passkeys"][0]["last_used_at"]
    rows = await door.audit()
    assert (PATIENT_ID, "person.passkey_added", PATIENT_ID, "done") in rows
    assert rows.count((PATIENT_ID, "person.signed_in", PATIENT_ID, "done")) == 2


async def test_answers_are_as_the_document_describes_them(door: Door) -> None:
    await door.enter()
    begun, authenticator = await offered(door), Authenticator()
    PasskeyStep.model_validate(begun)
    give.PersonPasskeyAdded.model_validate((await post(door, "/home/passkeys", _body(begun, authenticator))).json)
    assert give.Home.model_validate((await door.site.ask("GET", f"{API}/home")).json).passkeys
    give.PersonSignedIn.model_validate((await show(door, authenticator)).json)


async def test_the_owner_is_told_on_every_verified_channel_and_nowhere_else(door: Door, people: People) -> None:
    await add_carer(people)
    async with people.store.write() as tx:
        await tx.channels.create(ChannelRecord("chn_new", PATIENT_ID, ChannelKind.EMAIL, "new@example.org", START))
    await door.enter()
    await added(door)
    async with people.store.read() as tx:
        (kept,) = await tx.passkeys.of_person(PATIENT_ID, None)
        messages = await tx.outbox.about(kept.id)
    assert {message.recipient for message in messages} == {MAIL, "+491701234567"} and len(messages) == 2
    assert {message.template for message in messages} == {"passkey_added"}
    assert all(set(message.details) == {"device", "when"} and NAME not in str(message.details) for message in messages)
    door.post.media = {Medium.MAIL}
    door.site.clock.move(1)
    await added(door)
    async with people.store.read() as tx:
        _, second = await tx.passkeys.of_person(PATIENT_ID, None)
        assert [message.medium for message in await tx.outbox.about(second.id)] == [Medium.MAIL]


async def test_the_door_refuses_everything_else_with_one_answer(door: Door, people: People) -> None:
    await door.enter()
    own = await added(door)
    stranger = Authenticator(handle=PATIENT_ID.encode())
    unverified = replace(own, verifies=False)
    elsewhere = replace(own, origin="https://imitation.example")
    another_key = replace(stranger, id=own.id)
    another_handle = replace(own, handle=TWIN_ID.encode())
    no_handle = replace(own, handle=b"")
    for wrong in (stranger, unverified, elsewhere, another_key, another_handle, no_handle):
        assert is_refused(await show(door, wrong)), wrong
    own.count = 10
    assert (await show(door, own)).status == 200
    own.count = 3  # a copy counts from where it was taken
    assert is_refused(await show(door, own))
    begun = (await post(door, "/person/passkey/options")).json
    assert is_refused(await post(door, "/person/passkey", {"token": begun["token"], "credential": {"rawId": 7}}))
    assert is_refused(await post(door, "/person/passkey", {"token": begun["token"], "credential": {}})) is False  # spent
    assert ("anonymous", "person.signed_in", "unknown", "refused") in await door.audit()


async def test_the_doors_of_staff_and_of_patients_stay_apart(door: Door, people: People) -> None:
    staff = await with_passkey(door.site, people, Role.CLINICIAN)
    assert is_refused(await show(door, staff))
    await door.enter()
    own = await added(door)
    assert is_refused(await show(door, own, path="/auth/passkey"))
    begun = (await post(door, "/auth/passkey/options")).json
    body = {"token": begun["token"], "credential": own.get(begun["options"])}
    assert (await post(door, "/person/passkey", body)).json["error"]["code"] == "step_over"
    begun = (await post(door, "/person/passkey/options")).json
    body = {"token": begun["token"], "credential": staff.get(begun["options"])}
    assert (await post(door, "/auth/passkey", body)).json["error"]["code"] == "step_over"


async def test_a_challenge_takes_one_answer_within_five_minutes(door: Door) -> None:
    await door.enter()
    authenticator = await added(door)
    door.site.cookies = {}
    begun = (await post(door, "/person/passkey/options")).json
    right = {"token": begun["token"], "credential": authenticator.get(begun["options"])}
    assert (await post(door, "/person/passkey", right)).status == 200
    again = await post(door, "/person/passkey", right)
    assert (again.status, again.json["error"]["code"]) == (401, "step_over")
    begun = (await post(door, "/person/passkey/options")).json
    wrong = {"token": begun["token"], "credential": Authenticator().get(begun["options"])}
    assert is_refused(await post(door, "/person/passkey", wrong))
    right = {"token": begun["token"], "credential": authenticator.get(begun["options"])}
    assert (await post(door, "/person/passkey", right)).json["error"]["code"] == "step_over"
    begun = (await post(door, "/person/passkey/options")).json
    door.site.clock.move(STEP_LIFE.total_seconds())
    right = {"token": begun["token"], "credential": authenticator.get(begun["options"])}
    assert (await post(door, "/person/passkey", right)).json["error"]["code"] == "step_over"


async def test_adding_takes_one_answer_of_the_login_that_began(door: Door, people: People) -> None:
    await add_carer(people)
    mine = await door.enter()
    begun = await offered(door)
    door.site.cookies = {}
    await door.enter(PHONE, "car_daughter")
    taken = await post(door, "/home/passkeys", _body(begun, Authenticator()))
    assert (taken.status, taken.json["error"]["code"]) == (409, "step_over")
    door.site.cookies = {"telemed_person": mine}
    unverified = await post(door, "/home/passkeys", _body(begun, Authenticator(verifies=False)))
    assert (unverified.status, unverified.json["error"]["code"]) == (400, "passkey_refused")
    spent = await post(door, "/home/passkeys", _body(begun, Authenticator()))
    assert (spent.status, spent.json["error"]["code"]) == (409, "step_over")
    begun = await offered(door)
    door.site.clock.move(STEP_LIFE.total_seconds())
    assert (await post(door, "/home/passkeys", _body(begun, Authenticator()))).status == 409
    assert (await door.site.ask("GET", f"{API}/home")).json["passkeys"] == []


async def test_no_passkey_twice_and_no_more_than_ten(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    await door.enter()
    authenticator = await added(door)
    begun = await offered(door)
    assert [one["id"] for one in begun["options"]["excludeCredentials"]]
    again = await post(door, "/home/passkeys", _body(begun, authenticator))
    assert (again.status, again.json["error"]["code"]) == (409, "passkey_there")
    monkeypatch.setattr(passkeys, "MAX_PASSKEYS", 1)
    full = await post(door, "/home/passkeys", _body(await offered(door), Authenticator()))
    assert (full.status, full.json["error"]["code"]) == (409, "too_many_passkeys")


async def test_a_removed_passkey_opens_nothing_and_anothers_cannot_be_removed(door: Door, people: People) -> None:
    await add_carer(people)
    mine = await door.enter()
    authenticator = await added(door)
    (kept,) = (await door.site.ask("GET", f"{API}/home")).json["passkeys"]
    door.site.cookies = {}
    await door.enter(PHONE, "car_daughter")
    assert (await door.site.ask("GET", f"{API}/home")).json["passkeys"] == []
    assert (await post(door, f"/home/passkeys/{kept['id']}/remove")).status == 404
    door.site.cookies = {"telemed_person": mine}
    assert (await post(door, f"/home/passkeys/{kept['id']}/remove")).status == 200
    assert (await post(door, f"/home/passkeys/{kept['id']}/remove")).status == 404
    assert (await door.site.ask("GET", f"{API}/home")).json["passkeys"] == []
    assert is_refused(await show(door, authenticator))
    assert (PATIENT_ID, "person.passkey_removed", PATIENT_ID, "done") in await door.audit()


async def test_a_carers_passkey_stands_for_that_carer_while_it_may_act(door: Door, people: People) -> None:
    carer = await add_carer(people, scope=(CarerScope.SEE_VISITS,))
    await door.enter(PHONE, "car_daughter")
    authenticator = await added(door)
    assert authenticator.handle == b"car_daughter"
    home = await home_of(door, await show(door, authenticator))
    assert (home["person"]["role"], home["person"]["name"]) == ("carer", "Dora") and home["details"] is None
    for changes in ({"ends_at": START}, {"revoked_at": START}, {"patient_id": TWIN_ID}):
        async with people.store.write() as tx:
            await tx.carers.save(replace(carer, **changes))  # type: ignore[arg-type]
        assert is_refused(await show(door, authenticator)), changes
    async with people.store.write() as tx:
        await tx.carers.save(replace(carer, ends_at=START + timedelta(days=1)))
    assert (await show(door, authenticator)).status == 200


async def as_staff(door: Door, people: People, path: str, body: dict[str, Any] | None = None) -> Answered:
    door.site.cookies = {"telemed_staff": await people.token_of(Role.FRONT_DESK)}
    answer = await post(door, path, body)
    assert answer.status == 200, answer.text
    return answer


@pytest.mark.parametrize("channel", ["chn_mail", "chn_phone"])
async def test_a_number_taken_off_the_record_ends_its_owners_passkeys(door: Door, people: People, channel: str) -> None:
    await add_carer(people)
    await door.enter()
    own = await added(door)
    door.site.cookies = {}
    await door.enter(PHONE, "car_daughter")
    carers = await added(door)
    await as_staff(door, people, f"/patients/{PATIENT_ID}/channels/{channel}/revoke")
    assert is_refused(await show(door, own))
    assert (await show(door, carers)).status == 200
    desk = people.users[Role.FRONT_DESK].id
    assert (desk, AuditAction.PERSON_PASSKEY_REMOVED.value, PATIENT_ID, "done") in await door.audit()
    await as_staff(door, people, f"/patients/{PATIENT_ID}/channels/chn_car_daughter/revoke")
    assert is_refused(await show(door, carers))


async def test_after_a_merge_the_passkey_opens_the_kept_record_and_after_the_way_back_its_own(
    door: Door, people: People
) -> None:
    async with people.store.write() as tx:
        twin = ChannelRecord("chn_twin", TWIN_ID, ChannelKind.EMAIL, "twin@example.org", START, verified_at=START)
        await tx.channels.create(twin)
    step = (await door.ask("twin@example.org")).json["step"]
    async with people.store.read() as tx:
        (message,) = await tx.outbox.about("chn_twin")
    door.site.cookies = {"telemed_person": (await door.confirm(step, message.details["code"])).cookies["telemed_person"].value}
    authenticator = await added(door)
    assert authenticator.handle.decode() == TWIN_ID
    door.site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    merged = await post(door, f"/patients/{PATIENT_ID}/merge", {"merged_id": TWIN_ID, "revision": 1})
    assert merged.status == 200, merged.text
    home = await home_of(door, await show(door, authenticator))
    assert {contact["shown"] for contact in home["contacts"]} >= {MAIL, "twin@example.org"} and len(home["passkeys"]) == 1
    assert is_refused(await show(door, replace(authenticator, handle=b"pat_nobody")))
    assert (await show(door, replace(authenticator, handle=MERGED_ID.encode()))).status == 200  # another record it leads from
    door.site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    undone = await post(door, f"/patients/{PATIENT_ID}/merges/{merged.json['merge']['id']}/undo")
    assert undone.status == 200, undone.text
    authenticator.count = 10  # the copy above has counted on
    home = await home_of(door, await show(door, authenticator))
    assert {contact["shown"] for contact in home["contacts"]} == {"twin@example.org"}


async def test_other_sites_and_addresses_have_no_passkeys(door: Door) -> None:
    await door.enter()
    for path in ("/person/passkey/options", "/home/passkeys/options"):
        assert (await post(door, path, origin="https://evil.example")).status == 403
        answer = await post(door, path, origin="http://127.0.0.1:8080")
        assert (answer.status, answer.json["error"]["code"]) == (400, "passkeys_unavailable")


async def test_one_source_tries_as_often_as_with_codes(door: Door) -> None:
    statuses = [(await post(door, "/person/passkey/options")).status for _ in range(41)]
    assert statuses == [200] * 40 + [429]


async def test_whoever_was_joined_by_mistake_keeps_no_way_into_the_others_record(door: Door, people: People) -> None:
    async with people.store.write() as tx:
        twin = ChannelRecord("chn_twin", TWIN_ID, ChannelKind.EMAIL, "twin@example.org", START, verified_at=START)
        await tx.channels.create(twin)
    await door.enter()
    owners = await added(door)
    door.site.clock.move(60)
    merged = await as_staff(door, people, f"/patients/{PATIENT_ID}/merge", {"merged_id": TWIN_ID, "revision": 1})
    step = (await door.ask("twin@example.org")).json["step"]
    async with people.store.read() as tx:
        (message,) = await tx.outbox.about("chn_twin")
    twins_login = (await door.confirm(step, message.details["code"])).cookies["telemed_person"].value
    door.site.cookies = {"telemed_person": twins_login}
    assert (await door.site.ask("GET", f"{API}/home")).json["person"]["name"] == NAME
    twins = await added(door)
    await as_staff(door, people, f"/patients/{PATIENT_ID}/merges/{merged.json['merge']['id']}/undo")
    door.site.cookies = {"telemed_person": twins_login}
    assert (await door.site.ask("GET", f"{API}/home")).status == 401
    assert is_refused(await show(door, twins))
    home = await home_of(door, await show(door, owners))
    assert {contact["shown"] for contact in home["contacts"]} >= {MAIL} and len(home["passkeys"]) == 1
    desk = people.users[Role.FRONT_DESK].id
    assert (desk, AuditAction.PERSON_PASSKEY_REMOVED.value, PATIENT_ID, "done") in await door.audit()
