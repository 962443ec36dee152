"""Where a second factor is required, acts of weight ask for both: a password somebody saw over a shoulder is not enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.care.staff.policies import FixedPolicies, SecondFactor
from telemed.care.staff.sign_in_steps import PROOF_LIFE
from tests.adapters.web.factors import code_now, post, signed_in, with_passkey, with_totp
from tests.adapters.web.people import PASSWORD, People
from tests.adapters.web.site import Site, running_site, settings_for

ROLE = Role.CLINICIAN


@pytest.fixture
async def strict(store: Store, static_root: Path) -> AsyncIterator[Site]:
    """A clinic that requires a second factor."""
    ports = {"policies": FixedPolicies(second_factor=SecondFactor.REQUIRED)}
    async with running_site(store, settings_for(static_root), ports=ports) as running:
        yield running


async def refusal(site: Site, shown: dict[str, Any]) -> str:
    """Try to prove; -> the code of the refusal, empty when it proved. Whether acts of weight go is as it says."""
    answer = await post(site, "/me/proof", shown)
    acts = await post(site, "/me/recovery-codes")
    assert (acts.status == 403 and acts.json["error"]["code"] == "proof_needed") is (answer.status != 200)
    return "" if answer.status == 200 else str(answer.json["error"]["code"])


async def long_after(site: Site, people: People) -> None:
    await signed_in(site, people, ROLE)
    site.clock.move(PROOF_LIFE.total_seconds() + 1)


async def ways(site: Site) -> Any:
    return (await site.ask("GET", "/api/v1/me/lock")).json["proof"]


async def test_a_password_proves_only_with_a_code(strict: Site, people: People) -> None:
    secret, _ = await with_totp(strict, people, ROLE)
    await long_after(strict, people)
    assert await ways(strict) == [["password", "totp"]]
    assert await refusal(strict, {"password": PASSWORD}) == "proof_incomplete"
    assert await refusal(strict, {"code": code_now(strict, secret)}) == "proof_incomplete"
    wrong = f"{(int(code_now(strict, secret)) + 1) % 10**6:06d}"
    assert await refusal(strict, {"password": PASSWORD, "code": wrong}) == "wrong_proof"
    both = {"password": PASSWORD, "code": code_now(strict, secret)}
    assert await refusal(strict, {**both, "password": "wrong"}) == "wrong_proof", "and the code is not used up"
    assert await refusal(strict, both) == ""
    strict.clock.move(PROOF_LIFE.total_seconds() + 1)
    assert await refusal(strict, {"password": PASSWORD}) == "proof_incomplete"


async def test_half_a_proof_is_not_tried_out(strict: Site, people: People) -> None:
    """Right and wrong passwords get the same answer, and neither counts as an attempt."""
    secret, _ = await with_totp(strict, people, ROLE)
    await long_after(strict, people)
    assert {await refusal(strict, {"password": word}) for word in (PASSWORD, "wrong", "wrong too") * 3} == {"proof_incomplete"}
    assert await refusal(strict, {"password": PASSWORD, "code": code_now(strict, secret)}) == ""


async def test_a_passkey_proves_alone(strict: Site, people: People) -> None:
    key = await with_passkey(strict, people, ROLE)
    await long_after(strict, people)
    assert await ways(strict) == [["passkey"]]
    assert await refusal(strict, {"password": PASSWORD}) == "proof_incomplete"
    begun = (await post(strict, "/me/passkey")).json
    assert await refusal(strict, {"token": begun["token"], "credential": key.get(begun["options"])}) == ""


async def test_unlocking_stays_quick(strict: Site, people: People) -> None:
    secret, _ = await with_totp(strict, people, ROLE)
    await signed_in(strict, people, ROLE)
    for shown in ({"password": PASSWORD}, {"code": code_now(strict, secret)}):
        await post(strict, "/me/lock")
        assert (await post(strict, "/me/unlock", shown)).status == 200
    strict.clock.move(PROOF_LIFE.total_seconds() + 1)
    assert (await post(strict, "/me/recovery-codes")).json["error"]["code"] == "proof_needed", "unlocking proves nothing"


async def test_where_it_is_offered_or_not_set_up_the_password_proves(site: Site, strict: Site, people: People) -> None:
    await long_after(strict, people)
    assert await ways(strict) == [["password"]]
    assert (await post(strict, "/me/proof", {"password": PASSWORD})).status == 200
    await with_totp(site, people, ROLE)
    await long_after(site, people)
    assert await ways(site) == [["password"], ["totp"]]
    assert (await post(site, "/me/proof", {"password": PASSWORD})).status == 200


@pytest.mark.parametrize("body", [{}, {"password": "x", "credential": {}}, {"code": "123456", "credential": {}}])
async def test_nothing_and_too_much_are_bad_requests(strict: Site, people: People, body: dict[str, Any]) -> None:
    await signed_in(strict, people, ROLE)
    assert (await post(strict, "/me/proof", body)).status == 400
