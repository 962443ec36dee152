"""The own account: devices, password, the idle lock with its PIN, and showing again who one is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.web.passwords import PasswordChecker, hash_password, is_outdated
from telemed.web.routes import ROUTES
from tests.adapters.web.factors import (
    code_now,
    password_of,
    post,
    signed_in,
    staff_token,
    step_of,
    with_passkey,
    with_totp,
)
from tests.adapters.web.fakes import SESSION_ID
from tests.adapters.web.people import PASSWORD, People
from tests.adapters.web.samples import BODIES, concrete
from tests.adapters.web.site import Answered, Site

ROLE = Role.CLINICIAN
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
CHOSEN = "seven lamps over the river"


async def get(site: Site, path: str) -> Answered:
    return await site.ask("GET", "/api/v1" + path)


async def test_devices_are_named_listed_and_ended(site: Site, people: People) -> None:
    tokens = [staff_token(await post(site, "/auth/login", password_of(ROLE), headers=FIREFOX)) for _ in range(3)]
    site.cookies = {"telemed_staff": tokens[0]}
    listed = (await get(site, "/me/logins")).json["logins"]
    assert [one["is_this"] for one in listed] == [True, False, False]
    assert {one["device"] for one in listed} == {"Firefox on Linux"}
    assert (await post(site, f"/me/logins/{listed[1]['id']}/end")).status == 200
    assert site.visits.signed_out == [people.users[ROLE].id]
    assert (await post(site, f"/me/logins/{listed[1]['id']}/end")).status == 404
    assert (await post(site, "/me/logins/end", {"keep_this": True})).status == 200
    assert len((await get(site, "/me/logins")).json["logins"]) == 1
    everywhere = await post(site, "/me/logins/end", {"keep_this": False})
    assert everywhere.cookies["telemed_staff"].value == ""
    for token in tokens:
        site.cookies = {"telemed_staff": token}
        assert (await get(site, "/me")).status == 401


async def test_nobody_ends_the_login_of_another(site: Site, people: People) -> None:
    await signed_in(site, people, Role.REVIEWER)
    (other,) = (await get(site, "/me/logins")).json["logins"]
    await signed_in(site, people, Role.ADMIN)
    assert (await post(site, f"/me/logins/{other['id']}/end")).status == 404


async def test_another_password_ends_the_other_logins(site: Site, people: People) -> None:
    other = await people.token_of(ROLE)
    await signed_in(site, people, ROLE)
    assert (await post(site, "/me/password", {"password": CHOSEN})).status == 200
    assert (await get(site, "/me")).status == 200
    site.cookies = {"telemed_staff": other}
    assert (await get(site, "/me")).status == 401
    site.cookies = {}
    assert (await post(site, "/auth/login", password_of(ROLE))).status == 401
    assert (await post(site, "/auth/login", {**password_of(ROLE), "password": CHOSEN})).status == 200


async def test_another_password_withdraws_links_to_set_one(site: Site, people: People) -> None:
    await signed_in(site, people, Role.ADMIN)
    tokens = []
    for _ in range(2):
        made = await post(site, f"/admin/users/{people.users[ROLE].id}/reset")
        tokens.append({"token": made.json["invitation"]["link"].partition("#")[2]})
    assert (await post(site, "/invitations/open", tokens[0])).status == 410, "the newer one withdrew it"
    assert (await post(site, "/invitations/open", tokens[1])).status == 200
    await signed_in(site, people, ROLE)
    assert (await post(site, "/me/password", {"password": CHOSEN})).status == 200
    refused = await post(site, "/invitations/accept", {**tokens[1], "password": "eight lamps over the river"})
    assert (refused.status, refused.json["error"]["code"]) == (410, "invitation_over")
    assert (await post(site, "/auth/login", {**password_of(ROLE), "password": CHOSEN})).status == 200


async def test_a_cheap_hash_is_made_anew_at_sign_in(site: Site, people: People, store: Store) -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    assert is_outdated(cheap) and not is_outdated(hash_password(PASSWORD))
    await people.change(ROLE, password_hash=cheap)
    assert (await post(site, "/auth/login", password_of(ROLE))).status == 200
    async with store.read() as tx:
        user = await tx.users.get(people.users[ROLE].id)
    assert user is not None and user.password_hash != cheap and not is_outdated(user.password_hash)
    assert (await post(site, "/auth/login", password_of(ROLE))).status == 200


async def test_while_locked_the_server_answers_nothing_but_what_unlocks(site: Site, people: People) -> None:
    await signed_in(site, people, ROLE)
    assert (await post(site, "/me/lock")).status == 200
    for route in ROUTES:
        path = concrete(route.path)
        if route.is_public or route.while_locked or "{" in path:
            continue
        answer = await site.ask(route.method, path, BODIES.get(f"{route.method} {route.path}"))
        allowed = {"locked"} if ROLE in _granted(route) else {"locked", "not_allowed"}
        assert answer.status == 403, route.path
        assert route.method == "HEAD" or answer.json["error"]["code"] in allowed, route.path
    assert not site.visits.calls
    state = (await get(site, "/me/lock")).json
    assert state["is_locked"] and state["methods"] == ["password"]
    assert (await post(site, "/me/unlock", {"password": "wrong"})).json["error"]["code"] == "wrong_proof"
    assert (await post(site, "/me/unlock", {"password": PASSWORD})).status == 200
    assert (await get(site, "/me")).status == 200


def _granted(route: Any) -> Any:
    from telemed.care.permissions import TABLE

    return TABLE[route.action]


async def test_a_locked_call_goes_on(site: Site, people: People) -> None:
    """Ticket and offer of the call in progress are given; those of another session are not."""
    await signed_in(site, people, ROLE)
    await post(site, "/me/lock")
    site.visits.calls_in_progress.add(SESSION_ID)
    for path in ("/sessions/{id}/ticket", "/sessions/{id}/offer"):
        answer = await site.ask("POST", concrete(path), BODIES[f"POST {path}"])
        assert answer.status == 200, path
    other = concrete("/sessions/{id}/ticket").replace(SESSION_ID, "ses_AnotherOne")
    assert (await site.ask("POST", other, {})).json["error"]["code"] == "locked"
    assert (await site.ask("GET", concrete("/sessions/{id}"))).json["error"]["code"] == "locked"
    assert not site.visits.signed_out and not site.visits.removed


async def test_a_pin_unlocks_five_wrong_ones_block_it(site: Site, people: People, store: Store) -> None:
    await signed_in(site, people, ROLE)
    for easy in ("111111", "123456", "987654", "121212"):
        refused = await post(site, "/me/pin", {"pin": easy})
        assert (refused.status, refused.json["error"]["code"]) == (400, "pin_easy")
    assert (await post(site, "/me/pin", {"pin": "48021"})).status == 400
    assert (await post(site, "/me/pin", {"pin": "480215"})).status == 200
    await post(site, "/me/lock")
    assert (await get(site, "/me/lock")).json["methods"] == ["pin", "password"]
    assert (await post(site, "/me/unlock", {"pin": "480215"})).status == 200
    await post(site, "/me/lock")
    codes = []
    for _ in range(6):
        codes.append((await post(site, "/me/unlock", {"pin": "999991"})).json["error"]["code"])
        site.clock.move(61)
    assert codes == ["wrong_proof"] * 5 + ["pin_blocked"]
    assert (await post(site, "/me/unlock", {"pin": "480215"})).json["error"]["code"] == "pin_blocked"
    assert (await get(site, "/me/lock")).json["methods"] == ["password"]
    assert (await post(site, "/me/unlock", {"password": PASSWORD})).status == 200
    async with store.read() as tx:
        rows = [row.action for row in await tx.audit.page()]
    assert rows.count(AuditAction.UNLOCK_REFUSED) == 5


async def test_parallel_pins_are_counted_too(site: Site, people: People) -> None:
    await signed_in(site, people, ROLE)
    await post(site, "/me/pin", {"pin": "480215"})
    await post(site, "/me/lock")
    answers = await asyncio.gather(*(post(site, "/me/unlock", {"pin": f"90000{n}"}) for n in range(9)))
    assert sum(answer.status == 403 for answer in answers) <= 5 and {answer.status for answer in answers} <= {403, 429}
    site.clock.move(61)
    assert (await post(site, "/me/unlock", {"pin": "480215"})).json["error"]["code"] == "pin_blocked"


async def test_a_pin_belongs_to_one_login_and_signs_nobody_in(site: Site, people: People) -> None:
    await signed_in(site, people, ROLE)
    await post(site, "/me/pin", {"pin": "480215"})
    await signed_in(site, people, ROLE)  # another login of the same person
    await post(site, "/me/lock")
    assert (await get(site, "/me/lock")).json["methods"] == ["password"]
    assert (await post(site, "/me/unlock", {"pin": "480215"})).json["error"]["code"] == "pin_blocked"
    site.cookies = {}
    assert (await post(site, "/auth/login", {**password_of(ROLE), "password": "480215"})).status == 401
    assert (await post(site, "/me/unlock", {"pin": "480215"})).status == 401


@pytest.mark.parametrize("path", ["/me/proof", "/me/unlock"])
async def test_a_code_or_a_passkey_prove_and_unlock(site: Site, people: People, path: str) -> None:
    secret, _ = await with_totp(site, people, ROLE)
    key = await with_passkey(site, people, ROLE)
    await signed_in(site, people, ROLE)
    if path == "/me/unlock":
        await post(site, "/me/lock")
    code = code_now(site, secret)
    assert (await post(site, path, {"code": code})).status == 200
    assert (await post(site, path, {"code": code})).status == 403, "once"
    begun = (await post(site, "/me/passkey")).json
    shown = {"token": begun["token"], "credential": key.get(begun["options"])}
    assert (await post(site, path, shown)).status == 200
    assert (await post(site, path, shown)).status == 403, "once"


async def test_another_ones_passkey_proves_nothing(site: Site, people: People) -> None:
    await with_passkey(site, people, ROLE)
    other = await with_passkey(site, people, Role.ADMIN)
    await signed_in(site, people, ROLE)
    begun = (await post(site, "/me/passkey")).json
    shown = {"token": begun["token"], "credential": other.get(begun["options"])}
    assert (await post(site, "/me/proof", shown)).status == 403


async def test_wrong_proofs_are_slowed_and_nobody_elses_count(site: Site, people: People) -> None:
    await signed_in(site, people, ROLE)
    statuses = [(await post(site, "/me/proof", {"password": "wrong"})).status for _ in range(7)]
    assert statuses == [403] * 5 + [429] * 2
    await signed_in(site, people, ROLE)
    assert (await post(site, "/me/proof", {"password": PASSWORD})).status == 200


async def test_an_account_takes_ten_passkeys(site: Site, people: People) -> None:
    for _ in range(10):
        await with_passkey(site, people, ROLE)
    with pytest.raises(AssertionError, match="too_many_passkeys"):
        await with_passkey(site, people, ROLE)


async def test_the_checker_refuses_what_does_not_fit() -> None:
    checker = PasswordChecker(max_running=1, max_pending=1)
    try:
        results = await asyncio.gather(checker.hash("a"), checker.hash("b"), return_exceptions=True)
        assert sum(isinstance(result, str) for result in results) == 1
    finally:
        checker.close()


async def test_a_stolen_login_does_not_guess_codes_for_a_shift(site: Site, people: People) -> None:
    secret, _ = await with_totp(site, people, ROLE)
    await signed_in(site, people, ROLE)
    answers = []
    for _ in range(14):
        near = {code_now(site, secret, step) for step in (-1, 0, 1)}
        wrong = next(code for code in ("000000", "111111", "222222", "333333") if code not in near)
        answers.append((await post(site, "/me/proof", {"code": wrong})).status)
        site.clock.move(61)
    assert answers[:10] == [403] * 10
    assert answers.count(403) == 12 and answers.count(429) == 2, "ten in an hour, and what fourteen minutes give back"
    assert (await post(site, "/me/proof", {"password": PASSWORD})).status == 200


async def test_what_is_good_once_is_good_once_for_two_at_the_same_time(site: Site, people: People) -> None:
    secret, codes = await with_totp(site, people, ROLE)
    for shown in ({"code": code_now(site, secret)}, {"recovery_code": codes[0]}):
        steps = [await step_of(site, ROLE) for _ in range(4)]
        sent = [post(site, "/auth/step", {"token": step["token"], **shown}) for step in steps]
        assert sorted(answer.status for answer in await asyncio.gather(*sent)) == [200, 401, 401, 401]
    step = await step_of(site, ROLE)
    sent = [post(site, "/auth/step", {"token": step["token"], "recovery_code": code}) for code in codes[1:4]]
    assert sorted(answer.status for answer in await asyncio.gather(*sent)) == [200, 401, 401], "one step, one login"
