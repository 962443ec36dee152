"""Signing in and out: cookies, throttle, equal timing, lives, audit."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.audit_chain import verify
from telemed.care.ports import Store
from telemed.care.records import AuditRow
from telemed.care.roles import Role
from telemed.care.tokens import token_hash
from telemed.errors import TooMany
from telemed.web.passwords import PasswordChecker, hash_password, verify_password
from tests.adapters.web.fakes import OTHER_SESSION_ID, SESSION_ID
from tests.adapters.web.people import PASSWORD, People, email_of
from tests.adapters.web.site import Answered, Site

LOGIN = "/api/v1/auth/login"
CLINICIAN = {"email": email_of(Role.CLINICIAN), "password": PASSWORD}


async def audit_of(store: Store) -> list[AuditRow]:
    async with store.read() as tx:
        return await tx.audit.page()


def staff_cookie(answer: Answered) -> Any:
    (name,) = [name for name in answer.cookies if name.endswith("telemed_staff")]
    return answer.cookies[name]


async def test_signs_in_reads_and_signs_out(site: Site, people: People, store: Store) -> None:
    answer = await site.ask("POST", LOGIN, {**CLINICIAN, "email": "  CLINICIAN@clinic.example "})
    assert answer.status == 200
    assert answer.json == {
        "user": {
            "id": people.users[Role.CLINICIAN].id,
            "name": "Name of clinician",
            "email": email_of(Role.CLINICIAN),
            "role": "clinician",
            "is_privacy_officer": people.users[Role.CLINICIAN].is_privacy_officer,
        }
    }
    cookie = staff_cookie(answer)
    assert (cookie.key, cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (
        "telemed_staff", True, "Lax", "/", "",
    )  # fmt: skip
    assert len(cookie.value) >= 22 and cookie["domain"] == "" and int(cookie["max-age"]) == 12 * 3600
    site.cookies = {"telemed_staff": cookie.value, "telemed_seat_AbCdEfGh": "x" * 22}
    me = await site.ask("GET", "/api/v1/me")
    assert me.json["user"] == answer.json["user"] and me.json["clinic"]["name"] == "Clinic <North>"

    out = await site.ask("POST", "/api/v1/auth/logout", {})
    assert out.status == 200 and out.json == {}
    assert site.visits.signed_out == [people.users[Role.CLINICIAN].id]
    assert out.headers["Clear-Site-Data"] == '"storage"'
    assert {name: gone.value for name, gone in out.cookies.items()} == {"telemed_staff": "", "telemed_seat_AbCdEfGh": ""}
    assert (await site.ask("GET", "/api/v1/me")).status == 401

    rows = await audit_of(store)
    assert [row.action for row in rows] == [AuditAction.SIGN_IN, AuditAction.SIGN_OUT]
    assert {row.actor for row in rows} == {people.users[Role.CLINICIAN].id}
    assert verify(rows).complete


async def test_only_a_hash_of_the_token_is_stored(site: Site, people: People, store: Store) -> None:
    token = staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value
    async with store.read() as tx:
        login = await tx.logins.by_token_hash(token_hash(token))
        assert await tx.logins.by_token_hash(token) is None
    assert login is not None and token not in repr(login)


async def test_over_tls_the_cookie_is_bound_to_this_host(tls_site: Site, people: People) -> None:
    answer = await tls_site.ask("POST", LOGIN, CLINICIAN)
    cookie = staff_cookie(answer)
    assert cookie.key == "__Host-telemed_staff"
    assert cookie["secure"] and cookie["httponly"] and cookie["path"] == "/" and not cookie["domain"]
    tls_site.cookies = {"telemed_staff": cookie.value}  # without its prefix a cookie could come from anywhere
    assert (await tls_site.ask("GET", "/api/v1/me")).status == 401
    tls_site.cookies = {"__Host-telemed_staff": cookie.value}
    assert (await tls_site.ask("GET", "/api/v1/me")).status == 200


async def test_other_programs_get_the_token_in_the_body(site: Site, people: People) -> None:
    answer = await site.ask("POST", LOGIN, CLINICIAN, headers={"X-Telemed-Client": "1"}, origin=None)
    assert answer.status == 200 and not answer.cookies
    me = await site.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {answer.json['token']}"})
    assert me.status == 200
    from_page = await site.ask("POST", LOGIN, CLINICIAN, headers={"X-Telemed-Client": "1"})
    assert "token" not in from_page.json


async def test_every_refusal_reads_the_same(site: Site, people: People, store: Store) -> None:
    await people.change(Role.REVIEWER, is_active=False)
    wrong = [
        {"email": email_of(Role.CLINICIAN), "password": "wrong"},
        {"email": "nobody@clinic.example", "password": PASSWORD},
        {"email": email_of(Role.REVIEWER), "password": PASSWORD},
    ]
    answers = [await site.ask("POST", LOGIN, body) for body in wrong]
    assert {(answer.status, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert answers[0].json["error"]["code"] == "wrong_credentials"
    assert not any(answer.cookies for answer in answers)
    rows = await audit_of(store)
    assert [(row.action, row.outcome, row.object_id) for row in rows] == [
        (AuditAction.SIGN_IN_REFUSED, "refused", people.users[Role.CLINICIAN].id),
        (AuditAction.SIGN_IN_REFUSED, "refused", "unknown"),
        (AuditAction.SIGN_IN_REFUSED, "refused", people.users[Role.REVIEWER].id),
    ]
    assert "@" not in repr(rows)


async def test_an_account_is_throttled_for_one_source(site: Site, people: People) -> None:
    wrong = {**CLINICIAN, "password": "wrong"}
    statuses = [(await site.ask("POST", LOGIN, wrong)).status for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    right = await site.ask("POST", LOGIN, CLINICIAN)
    assert right.status == 429 and int(right.headers["Retry-After"]) >= 1
    unknown = [(await site.ask("POST", LOGIN, {**wrong, "email": "nobody@clinic.example"})).status for _ in range(6)]
    assert unknown == [401] * 5 + [429]  # no difference to a known account
    site.clock.move(13)
    assert (await site.ask("POST", LOGIN, CLINICIAN)).status == 200


async def test_an_address_is_throttled_whatever_account_it_tries(site: Site, people: People) -> None:
    statuses = [(await site.ask("POST", LOGIN, {"email": f"n{n}@x.example", "password": "x"})).status for n in range(21)]
    assert statuses == [401] * 20 + [429]
    assert (await site.ask("POST", LOGIN, CLINICIAN)).status == 429


async def test_success_is_never_throttled(site: Site, people: People) -> None:
    assert {(await site.ask("POST", LOGIN, CLINICIAN)).status for _ in range(25)} == {200}


async def test_unknown_accounts_take_as_long_as_known_ones(site: Site, people: People) -> None:
    async def seconds(email: str) -> float:
        site.clock.move(60)
        started = time.perf_counter()
        assert (await site.ask("POST", LOGIN, {"email": email, "password": "wrong"})).status == 401
        return time.perf_counter() - started

    known, unknown = [], []
    for _ in range(12):  # interleaved, so that other load on the machine hits both
        known.append(await seconds(email_of(Role.CLINICIAN)))
        unknown.append(await seconds("nobody@clinic.example"))
    ratio = statistics.median(known) / statistics.median(unknown)
    assert 0.6 < ratio < 1.67, (statistics.median(known), statistics.median(unknown))
    assert min(unknown) > 0.01  # a hash was computed


async def test_a_login_ends_after_twelve_hours_and_after_eight_idle_ones(site: Site, people: People) -> None:
    site.cookies = {"telemed_staff": staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value}
    site.clock.move(7.9 * 3600)
    assert (await site.ask("GET", "/api/v1/me")).status == 200
    site.clock.move(4 * 3600)  # idle for 4 h only, since that request counted
    assert (await site.ask("GET", "/api/v1/me")).status == 200
    site.clock.move(0.2 * 3600)
    assert (await site.ask("GET", "/api/v1/me")).status == 401

    site.cookies = {"telemed_staff": staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value}
    site.clock.move(8 * 3600)
    assert (await site.ask("GET", "/api/v1/me")).status == 401


async def test_a_call_in_progress_outlives_its_login_and_carries_nothing_else(site: Site, people: People, store: Store) -> None:
    token = staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value
    site.cookies = {"telemed_staff": token}
    ticket, other = f"/api/v1/sessions/{SESSION_ID}/ticket", f"/api/v1/sessions/{OTHER_SESSION_ID}/ticket"
    site.visits.calls_in_progress = {SESSION_ID}
    site.clock.move(13 * 3600)
    assert (await site.ask("POST", ticket, {})).status == 200
    identity = site.visits.calls[-1][1][0]
    async with store.read() as tx:
        login = await tx.logins.by_token_hash(token_hash(token))
    assert login is not None and identity.login_id == login.id
    statuses = {path: (await site.ask("GET", path)).status for path in ("/api/v1/me", f"/api/v1/sessions/{SESSION_ID}/note")}
    assert set(statuses.values()) == {401}, statuses
    assert (await site.ask("POST", other, {})).status == 401
    site.visits.calls_in_progress = set()
    assert (await site.ask("POST", ticket, {})).status == 401, "the call is over"
    site.visits.calls_in_progress = {SESSION_ID}
    assert (await site.ask("POST", "/api/v1/auth/logout", {})).status == 200
    assert (await site.ask("POST", ticket, {})).status == 401, "signed out is signed out"


async def test_signing_in_again_hands_calls_over_before_the_former_login_ends(site: Site, people: People, store: Store) -> None:
    first = staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value
    site.cookies = {"telemed_staff": first}
    second = staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value
    async with store.read() as tx:
        logins = [await tx.logins.by_token_hash(token_hash(token)) for token in (first, second)]
    assert site.visits.renewed == [tuple(login.id for login in logins if login is not None)]
    assert site.visits.signed_out == []


async def test_rows_of_ended_logins_go_away(site: Site, people: People, store: Store) -> None:
    token = staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value
    for days, is_there in ((1, True), (8, False)):
        site.clock.move(days * 24 * 3600)
        await site.ask("POST", LOGIN, CLINICIAN)
        async with store.read() as tx:
            assert (await tx.logins.by_token_hash(token_hash(token)) is not None) is is_there


async def test_a_disabled_user_is_out_at_once(site: Site, people: People) -> None:
    site.cookies = {"telemed_staff": staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value}
    await people.change(Role.CLINICIAN, is_active=False)
    assert (await site.ask("GET", "/api/v1/me")).status == 401


async def test_signing_in_again_closes_the_login_before(site: Site, people: People) -> None:
    first = staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value
    site.cookies = {"telemed_staff": first}
    second = staff_cookie(await site.ask("POST", LOGIN, CLINICIAN)).value
    assert first != second
    assert (await site.ask("GET", "/api/v1/me")).status == 401
    site.cookies = {"telemed_staff": second}
    assert (await site.ask("GET", "/api/v1/me")).status == 200


async def test_another_user_signing_in_ends_the_sockets_of_the_one_before(site: Site, people: People) -> None:
    first = await site.ask("POST", LOGIN, CLINICIAN)
    site.cookies = {"telemed_staff": staff_cookie(first).value}
    again = await site.ask("POST", LOGIN, CLINICIAN)
    assert site.visits.signed_out == [], "the same person goes on working"
    site.cookies = {"telemed_staff": staff_cookie(again).value}
    await site.ask("POST", LOGIN, {"email": email_of(Role.FRONT_DESK), "password": PASSWORD})
    assert site.visits.signed_out == [people.users[Role.CLINICIAN].id]


async def test_a_failing_audit_leaves_no_login(site: Site, people: People, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async with store.read() as tx:
        audit_type = type(tx.audit)

    async def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(audit_type, "append", fail)
    answer = await site.ask("POST", LOGIN, CLINICIAN)
    assert answer.status == 500 and not answer.cookies
    monkeypatch.undo()
    async with store.write() as tx:
        assert await tx.logins.revoke_all(people.users[Role.CLINICIAN].id, site.clock.utcnow()) == 0


async def test_few_hashes_at_once_and_a_bounded_queue() -> None:
    checker = PasswordChecker(max_running=2, max_pending=4)
    try:
        encoded = hash_password(PASSWORD)
        checks = [asyncio.create_task(checker.matches(encoded, PASSWORD)) for _ in range(10)]
        results = await asyncio.gather(*checks, return_exceptions=True)
        assert results.count(True) == 4
        assert sum(isinstance(result, TooMany) for result in results) == 6
        assert await checker.matches(encoded, PASSWORD)  # the queue is free again
    finally:
        checker.close()


async def test_a_cancelled_check_frees_its_place() -> None:
    checker = PasswordChecker(max_running=1, max_pending=3)
    try:
        encoded = hash_password(PASSWORD)
        checks = [asyncio.create_task(checker.matches(encoded, PASSWORD)) for _ in range(3)]
        await asyncio.sleep(0)
        for check in checks:
            check.cancel()
        await asyncio.gather(*checks, return_exceptions=True)
        deadline = time.monotonic() + 10
        while True:
            try:
                assert await checker.matches(encoded, PASSWORD)
                break
            except TooMany:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)
    finally:
        checker.close()


def test_hashes_have_the_agreed_cost_and_refuse_junk() -> None:
    encoded = hash_password("Pässword")
    assert encoded.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert encoded != hash_password("Pässword")
    assert verify_password(encoded, "Pa\u0308ssword")  # the same letters typed as base and accent
    assert not verify_password(encoded, "Password")
    assert not verify_password("junk", "x") and not verify_password("", "x")
