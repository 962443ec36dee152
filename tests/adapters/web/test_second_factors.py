"""Second factors at the door: codes once, passkeys, recovery codes, enrolment that is owed; half a sign-in opens nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.care.staff.policies import FixedPolicies, SecondFactor
from telemed.web.routes import ROUTES
from tests.adapters.web.authenticator import Authenticator
from tests.adapters.web.factors import code_now, password_of, post, signed_in, staff_token, step_of, with_passkey, with_totp
from tests.adapters.web.people import People, email_of
from tests.adapters.web.samples import BODIES, concrete
from tests.adapters.web.site import Site, running_site, settings_for

ROLE = Role.CLINICIAN


@pytest.fixture
async def strict(store: Store, static_root: Path) -> AsyncIterator[Site]:
    """A clinic that requires a second factor."""
    ports = {"policies": FixedPolicies(second_factor=SecondFactor.REQUIRED)}
    async with running_site(store, settings_for(static_root), ports=ports) as running:
        yield running


async def actions(store: Store) -> list[str]:
    async with store.read() as tx:
        return [row.action for row in await tx.audit.page()]


async def test_a_code_opens_and_works_once(site: Site, people: People, store: Store) -> None:
    secret, _ = await with_totp(site, people, ROLE)
    step = await step_of(site, ROLE)
    assert (step["kind"], step["methods"], step["expires_in"]) == ("factor", ["totp", "recovery"], 300)
    code = code_now(site, secret)
    answer = await post(site, "/auth/step", {"token": step["token"], "code": code})
    assert answer.status == 200 and answer.json["user"]["email"] == email_of(ROLE)
    site.cookies = {"telemed_staff": staff_token(answer)}
    assert (await site.ask("GET", "/api/v1/me")).status == 200
    site.cookies = {}
    for reused in (step["token"], (await step_of(site, ROLE))["token"]):
        refused = await post(site, "/auth/step", {"token": reused, "code": code})
        assert refused.status == 401 and not refused.cookies
    assert AuditAction.FACTOR_REFUSED in await actions(store)


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
async def test_a_clock_may_be_one_step_off(site: Site, people: People, steps: int, status: int) -> None:
    secret, _ = await with_totp(site, people, ROLE)
    step = await step_of(site, ROLE)
    assert (await post(site, "/auth/step", {"token": step["token"], "code": code_now(site, secret, steps)})).status == status


async def test_five_wrong_codes_end_a_step_and_time_does(site: Site, people: People) -> None:
    secret, _ = await with_totp(site, people, ROLE)
    step = await step_of(site, ROLE)
    wrong = {"token": step["token"], "code": "000000" if code_now(site, secret) != "000000" else "111111"}
    answers = [await post(site, "/auth/step", wrong) for _ in range(6)]
    assert [answer.json["error"]["code"] for answer in answers] == ["wrong_code"] * 5 + ["step_over"]
    right = await post(site, "/auth/step", {"token": step["token"], "code": code_now(site, secret)})
    assert right.json["error"]["code"] == "step_over"
    late = await step_of(site, ROLE)
    site.clock.move(301)
    answer = await post(site, "/auth/step", {"token": late["token"], "code": code_now(site, secret)})
    assert answer.json["error"]["code"] == "step_over"


async def test_codes_are_not_guessed_across_steps_and_the_owner_gets_in(site: Site, people: People) -> None:
    secret, codes = await with_totp(site, people, ROLE)
    own = await post(site, "/auth/step", {"token": (await step_of(site, ROLE))["token"], "code": code_now(site, secret)})
    device = {name: entry.value for name, entry in own.cookies.items() if "device" in name}
    site.clock.move(60)
    statuses = []
    for _ in range(15):
        token = (await step_of(site, ROLE))["token"]
        statuses.append((await post(site, "/auth/step", {"token": token, "code": "000000"})).status)
    assert statuses == [401] * 10 + [429] * 5
    site.cookies = device  # the owner's browser is known
    step = await step_of(site, ROLE)
    assert (await post(site, "/auth/step", {"token": step["token"], "code": code_now(site, secret)})).status == 200
    site.cookies = {}  # or a recovery code, on any browser
    step = await step_of(site, ROLE)
    assert (await post(site, "/auth/step", {"token": step["token"], "recovery_code": codes[0]})).status == 200


async def test_recovery_codes_work_once_each(site: Site, people: People) -> None:
    _, codes = await with_totp(site, people, ROLE)
    assert len(codes) == len(set(codes)) == 10
    typed = codes[3].lower().replace("-", " ")
    statuses = [
        (await post(site, "/auth/step", {"token": (await step_of(site, ROLE))["token"], "recovery_code": one})).status
        for one in (typed, codes[3], codes[4], "ABCD-EFGH-JKLM-NPQR")
    ]
    assert statuses == [200, 401, 200, 401]
    await signed_in(site, people, ROLE)
    assert (await site.ask("GET", "/api/v1/me/security")).json["recovery_codes"] == 8
    new = (await post(site, "/me/recovery-codes")).json["recovery_codes"]
    site.cookies = {}
    for one, status in ((codes[0], 401), (new[0], 200)):
        token = (await step_of(site, ROLE))["token"]
        assert (await post(site, "/auth/step", {"token": token, "recovery_code": one})).status == status


async def test_a_passkey_as_second_factor_and_alone(site: Site, people: People) -> None:
    key = await with_passkey(site, people, ROLE)
    step = await step_of(site, ROLE)
    assert step["methods"] == ["passkey", "recovery"]
    options = (await post(site, "/auth/step/passkey", {"token": step["token"]})).json["options"]
    answer = await post(site, "/auth/step", {"token": step["token"], "credential": key.get(options)})
    assert answer.status == 200, answer.text
    begun = (await post(site, "/auth/passkey/options")).json
    assert begun["options"]["userVerification"] == "required" and not begun["options"].get("allowCredentials")
    shown = {"token": begun["token"], "credential": key.get(begun["options"])}
    alone = await post(site, "/auth/passkey", shown)
    assert alone.status == 200 and alone.json["user"]["email"] == email_of(ROLE)
    assert (await post(site, "/auth/passkey", shown)).status == 401, "a challenge is signed once"


async def test_what_is_no_passkey_of_ours_is_refused(site: Site, people: People) -> None:
    key = await with_passkey(site, people, ROLE)
    unverified = replace(key, verifies=False)
    elsewhere = replace(key, origin="https://evil.example")
    stranger = Authenticator(handle=key.handle)
    someone = replace(key, handle=people.users[Role.ADMIN].id.encode())
    for wrong in (unverified, elsewhere, stranger, someone, replace(key, key=stranger.key)):
        begun = (await post(site, "/auth/passkey/options")).json
        answer = await post(site, "/auth/passkey", {"token": begun["token"], "credential": wrong.get(begun["options"])})
        assert (answer.status, answer.json["error"]["code"]) == (401, "passkey_refused")
    begun = (await post(site, "/auth/passkey/options")).json
    copied = replace(key, count=0)
    key.count = 5
    assert (await post(site, "/auth/passkey", {"token": begun["token"], "credential": key.get(begun["options"])})).status == 200
    begun = (await post(site, "/auth/passkey/options")).json
    answer = await post(site, "/auth/passkey", {"token": begun["token"], "credential": copied.get(begun["options"])})
    assert answer.status == 401, "its counter went backwards"


async def test_any_bytes_as_a_passkey_are_a_refusal(site: Site, people: People) -> None:
    key = await with_passkey(site, people, ROLE)
    begun = (await post(site, "/auth/passkey/options")).json
    good = key.get(begun["options"])
    for field in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for value in ("", "AA", "_w" * 500, "{", None, 7, [], "\ud800x"):
            begun = (await post(site, "/auth/passkey/options")).json
            bad = {**good, "response": {**good["response"], field: value}}
            status = (await post(site, "/auth/passkey", {"token": begun["token"], "credential": bad})).status
            assert status in (400, 401), (field, value)
            site.clock.move(5)
    for bad in ({}, {"rawId": good["rawId"]}, {**good, "response": []}, {**good, "type": "x"}, {**good, "id": "x"}):
        begun = (await post(site, "/auth/passkey/options")).json
        assert (await post(site, "/auth/passkey", {"token": begun["token"], "credential": bad})).status in (400, 401)


async def test_a_removed_or_shut_out_holder_does_not_sign_in_with_a_passkey(site: Site, people: People) -> None:
    key = await with_passkey(site, people, ROLE)
    await people.change(ROLE, is_active=False)
    begun = (await post(site, "/auth/passkey/options")).json
    assert (await post(site, "/auth/passkey", {"token": begun["token"], "credential": key.get(begun["options"])})).status == 401
    await people.change(ROLE, is_active=True)
    await signed_in(site, people, ROLE)
    (passkey,) = (await site.ask("GET", "/api/v1/me/security")).json["passkeys"]
    assert (await post(site, f"/me/passkeys/{passkey['id']}/remove")).status == 200
    site.cookies = {}
    begun = (await post(site, "/auth/passkey/options")).json
    assert (await post(site, "/auth/passkey", {"token": begun["token"], "credential": key.get(begun["options"])})).status == 401


async def test_where_a_factor_is_required_it_is_set_up_before_anything_else(strict: Site, people: People) -> None:
    step = await step_of(strict, ROLE)
    assert (step["kind"], step["methods"]) == ("enrol", ["totp", "passkey"])
    offer = (await post(strict, "/auth/enrol/totp", {"token": step["token"]})).json
    assert offer["uri"].startswith("otpauth://totp/") and len(offer["qr"]) == len(offer["qr"][0])
    wrong = await post(strict, "/auth/enrol/totp/confirm", {"token": step["token"], "code": "000000"})
    assert wrong.json["error"]["code"] == "wrong_code"
    body = {"token": step["token"], "code": code_now(strict, offer["secret"])}
    answer = await post(strict, "/auth/enrol/totp/confirm", body)
    assert answer.status == 200 and len(answer.json["recovery_codes"]) == 10
    assert (await post(strict, "/auth/enrol/totp/confirm", body)).json["error"]["code"] == "step_over"
    assert (await step_of(strict, ROLE))["kind"] == "factor"
    strict.cookies = {"telemed_staff": staff_token(answer)}
    removed = await post(strict, "/me/totp/remove")
    assert (removed.status, removed.json["error"]["code"]) == (409, "last_factor")


async def test_a_passkey_is_set_up_where_one_is_owed(strict: Site, people: People) -> None:
    step, key = await step_of(strict, ROLE), Authenticator()
    early = {"token": step["token"], "credential": {"id": "x", "rawId": "AA"}, "name": "Key"}
    assert (await post(strict, "/auth/enrol/passkey/confirm", early)).json["error"]["code"] == "passkey_not_offered"
    options = (await post(strict, "/auth/enrol/passkey", {"token": step["token"]})).json["options"]
    body = {"token": step["token"], "credential": key.create(options), "name": "My key"}
    answer = await post(strict, "/auth/enrol/passkey/confirm", body)
    assert answer.status == 200 and len(answer.json["recovery_codes"]) == 10


async def test_a_second_begun_sign_in_adds_no_factor_beside_the_owners(strict: Site, people: People) -> None:
    thief, key = await step_of(strict, ROLE), Authenticator()  # knows the password, and began before the owner did
    options = (await post(strict, "/auth/enrol/passkey", {"token": thief["token"]})).json["options"]
    owner = await step_of(strict, ROLE)
    offer = (await post(strict, "/auth/enrol/totp", {"token": owner["token"]})).json
    body = {"token": owner["token"], "code": code_now(strict, offer["secret"])}
    assert (await post(strict, "/auth/enrol/totp/confirm", body)).status == 200
    added = {"token": thief["token"], "credential": key.create(options), "name": "Mine now"}
    for path, sent in (("/auth/enrol/passkey", {"token": thief["token"]}), ("/auth/enrol/passkey/confirm", added)):
        refused = await post(strict, path, sent)
        assert (refused.status, refused.json["error"]["code"]) == (401, "step_over")
        assert not refused.cookies


async def test_a_half_done_sign_in_opens_nothing(site: Site, people: People) -> None:
    await with_totp(site, people, ROLE)
    token = (await step_of(site, ROLE))["token"]
    protected = [route for route in ROUTES if not route.is_public and "{" not in concrete(route.path)]
    assert len(protected) > 40
    for held in ({"telemed_staff": token}, {"telemed_staff": token, "telemed_seat_IjKlMnOp": "x" * 22}):
        site.cookies = held
        for route in protected:
            body = BODIES.get(f"{route.method} {route.path}")
            answer = await site.ask(route.method, concrete(route.path), body)
            bearer = {"Authorization": f"Bearer {token}"}
            as_bearer = await site.ask(route.method, concrete(route.path), body, headers=bearer)
            assert {answer.status, as_bearer.status} <= {401, 429}, route.path
    site.cookies = {}
    for path in ("/auth/enrol/totp", "/auth/enrol/passkey"):
        assert (await post(site, path, {"token": token})).json["error"]["code"] == "step_over", "no other factor is added"
    begun = (await post(site, "/auth/passkey/options")).json
    crossed = await post(site, "/auth/step", {"token": begun["token"], "code": "000000"})
    assert crossed.json["error"]["code"] == "step_over", "a step of one kind is none of another"


async def test_the_secret_is_sealed_and_codes_are_hashed(site: Site, people: People, store: Store) -> None:
    secret, codes = await with_totp(site, people, ROLE)
    async with store.read() as tx:
        kept = await tx.totps.get(people.users[ROLE].id)
    assert kept is not None and secret.encode() not in kept.sealed_secret and len(kept.sealed_secret) == 12 + len(secret) + 16
    async with store.read() as tx:
        assert await tx.recovery_codes.left(people.users[ROLE].id) == len(codes) == 10
    async with store.write() as tx:
        assert not await tx.recovery_codes.use(people.users[ROLE].id, codes[0], site.clock.utcnow()), "kept as a hash"


async def test_a_second_browser_step_does_not_fix_a_session(site: Site, people: People) -> None:
    """A login planted before is never the one that is signed in: each sign-in makes a new one and ends the former."""
    planted = await people.token_of(Role.REVIEWER)
    site.cookies = {"telemed_staff": planted}
    answer = await post(site, "/auth/login", password_of(ROLE))
    assert staff_token(answer) != planted
    assert (await site.ask("GET", "/api/v1/me")).status == 401, "the planted one ended"
