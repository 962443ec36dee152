"""Signing in by the clinic's provider, joining and parting: what opens, what is owed, what is written down."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.care.staff.policies import FixedPolicies, SecondFactor
from telemed.web.passwords import NO_PASSWORD
from tests.adapters.web.factors import code_now, with_totp
from tests.adapters.web.oidc.conftest import COOKIE, ROLE, House
from tests.adapters.web.oidc.fake_provider import CANARY, CLIENT_ID
from tests.adapters.web.people import email_of
from tests.adapters.web.site import Site

STRICT = FixedPolicies(second_factor=SecondFactor.REQUIRED)
BY_EMAIL = [{"link_by_email": True}]


async def actions(store: Store) -> list[str]:
    async with store.read() as tx:
        return [row.action for row in await tx.audit.page()]


async def logins(store: Store, house: House, role: Role = ROLE) -> list[Any]:
    async with store.read() as tx:
        return await tx.logins.of_user(house.people.users[role].id, house.site.clock.utcnow())


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_who_is_joined_signs_in(house: House, store: Store, algorithm: str) -> None:
    house.provider.algorithm = algorithm
    await house.join()
    answer = await house.sign_in()
    assert answer.status == 200 and answer.json["user"]["email"] == email_of(ROLE)
    assert COOKIE not in house.site.cookies and "telemed_staff" in house.site.cookies
    assert (await house.site.ask("GET", "/api/v1/me")).status == 200
    assert "provider" in {login.method for login in await logins(store, house)}
    written = await actions(store)
    assert written.count(AuditAction.PROVIDER_LINKED) == 1 and written.count(AuditAction.SIGN_IN) == 1
    form = house.provider.forms[-1]
    assert set(form) == {"grant_type", "code", "redirect_uri", "code_verifier"} and len(form["code_verifier"]) == 43
    assert house.provider.authorizations[-1].startswith("Basic ")


async def test_nothing_of_the_answer_is_kept_or_logged(
    house: House, store: Store, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    await house.join()
    url = await house.go()
    came = await house.back(house.provider.consent(url))
    assert came.headers["Location"] == "/sign-in#provider"
    assert (came.headers["Referrer-Policy"], came.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert (await house.post("/auth/provider/finish")).status == 200
    await store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("telemed.db*"))
    for secret in (CANARY, "at-secret", "eyJ", url.partition("state=")[2][:22]):
        assert secret not in caplog.text and secret.encode() not in kept
    assert "GET /auth/oidc/callback 303" in caplog.text


async def test_a_stranger_and_a_shut_account_are_told_the_same(house: House, store: Store) -> None:
    stranger = await house.sign_in()
    await house.join()
    await house.people.change(ROLE, is_active=False)
    house.site.cookies = {}
    shut = await house.sign_in()
    for answer in (stranger, shut):
        assert answer.status == 401 and answer.json["error"]["code"] == "account_unknown"
        assert "telemed_staff" not in answer.cookies
    assert (await actions(store)).count(AuditAction.SIGN_IN_REFUSED) == 2


@pytest.mark.parametrize("policies", [STRICT], ids=["required"])
@pytest.mark.parametrize(
    ("said", "is_enough"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["pwd", "otp"]}, True),
        ({"acr": "https://refeds.org/profile/mfa"}, True),
        ({"acr": "1"}, False),
    ],
)
async def test_a_second_factor_is_the_providers_or_ours(house: House, said: dict[str, Any], is_enough: bool) -> None:
    await house.join()
    house.provider.claims = said
    answer = await house.sign_in()
    assert answer.status == 200
    assert (answer.json.get("user") is not None) is is_enough
    assert (answer.json.get("step") or {}).get("kind") == (None if is_enough else "enrol")


@pytest.mark.parametrize("policies", [STRICT], ids=["required"])
@pytest.mark.parametrize("oidc_changes", [{"trust_factors": True}], ids=["trusted"])
async def test_the_operator_may_trust_the_provider(house: House) -> None:
    await house.join()
    assert (await house.sign_in()).json["user"]["email"] == email_of(ROLE)


async def test_our_own_second_step_follows(house: House, store: Store) -> None:
    secret, _ = await with_totp(house.site, house.people, ROLE)
    await house.join()
    step = (await house.sign_in()).json["step"]
    assert (step["kind"], step["methods"]) == ("factor", ["totp", "recovery"])
    assert "telemed_staff" not in house.site.cookies
    body = {"token": step["token"], "code": code_now(house.site, secret)}
    answer = await house.site.ask("POST", "/api/v1/auth/step", body)
    assert answer.status == 200 and answer.json["user"]["email"] == email_of(ROLE)
    assert "provider+totp" in {login.method for login in await logins(store, house)}


@pytest.mark.parametrize("oidc_changes", BY_EMAIL, ids=["by e-mail"])
async def test_a_verified_address_joins_once(house: House, store: Store) -> None:
    house.provider.claims = {"email": email_of(ROLE), "email_verified": True}
    assert (await house.sign_in()).json["user"]["email"] == email_of(ROLE)
    house.provider.claims = {"email": "elsewhere@clinic.example", "email_verified": True}
    assert (await house.sign_in()).json["user"]["email"] == email_of(ROLE)  # by subject from now on
    house.provider.subject, house.provider.claims = "person-2", {"email": email_of(ROLE), "email_verified": True}
    assert (await house.sign_in()).json["error"]["code"] == "account_unknown"  # somebody else with the same address
    assert (await actions(store)).count(AuditAction.PROVIDER_LINKED) == 1


@pytest.mark.parametrize("oidc_changes", BY_EMAIL, ids=["by e-mail"])
@pytest.mark.parametrize("verified", [None, False, "true", 1])
async def test_an_unverified_address_joins_nothing(house: House, store: Store, verified: Any) -> None:
    house.provider.claims = said = {"email": email_of(ROLE), "email_verified": verified}
    house.provider.userinfo = {"sub": house.provider.subject, **said}
    assert (await house.sign_in()).json["error"]["code"] == "account_unknown"
    assert AuditAction.PROVIDER_LINKED not in await actions(store)


async def test_without_leave_no_address_joins(house: House) -> None:
    house.provider.claims = {"email": email_of(ROLE), "email_verified": True}
    assert (await house.sign_in()).json["error"]["code"] == "account_unknown"
    assert "/userinfo" not in house.provider.asked


@pytest.mark.parametrize("oidc_changes", BY_EMAIL, ids=["by e-mail"])
async def test_the_address_may_stand_in_userinfo(house: House) -> None:
    house.provider.userinfo = {"sub": "somebody-else", "email": email_of(ROLE), "email_verified": True}
    assert (await house.sign_in()).json["error"]["code"] == "provider_mistrusted"
    house.provider.userinfo["sub"] = house.provider.subject
    assert (await house.sign_in()).json["user"]["email"] == email_of(ROLE)


async def test_joining_asks_for_a_proof_and_parting_does(house: House, store: Store) -> None:
    await house.join()
    house.site.cookies = {"telemed_staff": await house.people.token_of(ROLE)}
    state = (await house.site.ask("GET", "/api/v1/me/provider")).json
    assert state == {"is_on": True, "label": "Test House", "since": "2026-03-01T08:00:00.000Z"}
    assert (await house.post("/me/provider")).json["error"]["code"] == "identity_there"
    assert (await house.post("/me/provider/remove")).status == 200
    assert (await house.post("/me/provider/remove")).status == 404
    house.site.cookies = {}
    assert (await house.sign_in()).json["error"]["code"] == "account_unknown"
    assert AuditAction.PROVIDER_UNLINKED in await actions(store)
    house.site.cookies = {"telemed_staff": await house.people.token_of(ROLE)}
    house.site.clock.move(601)
    for path in ("/me/provider", "/me/provider/finish", "/me/provider/remove"):
        assert (await house.post(path)).json["error"]["code"] == "proof_needed"


async def test_one_identity_opens_one_account(house: House) -> None:
    await house.join()
    house.site.cookies = {"telemed_staff": await house.people.token_of(Role.DISPATCHER)}
    await house.back(house.provider.consent(await house.go("/me/provider")))
    assert (await house.post("/me/provider/finish")).json["error"]["code"] == "identity_taken"


async def test_another_login_does_not_finish_joining(house: House) -> None:
    house.site.cookies = {"telemed_staff": await house.people.token_of(ROLE)}
    await house.back(house.provider.consent(await house.go("/me/provider")))
    for role in (ROLE, Role.DISPATCHER):
        house.site.cookies["telemed_staff"] = await house.people.token_of(role)
        assert (await house.post("/me/provider/finish")).json["error"]["code"] == "step_over"
    assert (await house.post("/auth/provider/finish")).json["error"]["code"] == "step_over"  # nor is it a sign-in


async def test_the_last_way_in_stays(house: House) -> None:
    await house.join()
    await house.people.change(ROLE, password_hash=NO_PASSWORD)
    house.site.cookies = {"telemed_staff": await house.people.token_of(ROLE)}
    assert (await house.post("/me/provider/remove")).json["error"]["code"] == "last_way"
    assert (await house.site.ask("GET", "/api/v1/me/provider")).json["since"] is not None


async def test_a_reset_with_factors_parts(house: House) -> None:
    await house.join()
    house.site.cookies = {"telemed_staff": await house.people.token_of(Role.ADMIN)}
    path = f"/api/v1/admin/users/{house.people.users[ROLE].id}/reset"
    assert (await house.site.ask("POST", path, {"remove_factors": True})).status == 200
    house.site.cookies = {}
    assert (await house.sign_in()).json["error"]["code"] == "account_unknown"


async def test_without_a_provider_nothing_is_there(site: Site) -> None:
    for path in ("/auth/provider", "/auth/provider/finish"):
        assert (await site.ask("POST", f"/api/v1{path}", {})).status == 404
    came = await site.ask("GET", "/auth/oidc/callback?code=a&state=b")
    assert (came.status, came.headers["Location"]) == (303, "/sign-in#provider")


async def test_what_is_asked_for_is_little(house: House) -> None:
    url = await house.go()
    assert f"client_id={CLIENT_ID}&" in url and "&scope=openid&" in url and "code_challenge_method=S256" in url
    assert "verifier" not in url
