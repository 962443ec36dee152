"""What is done to doors: stuffing, timing, stolen cookies, requests lent by other sites. None succeeds, and the owner gets in."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telemed.care.permission_table import BY_SECRET
from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.web.origin import SAFE_METHODS
from telemed.web.routes import ROUTES
from tests.adapters.web.factors import code_now, password_of, post, signed_in, staff_token, step_of, with_totp
from tests.adapters.web.people import PASSWORD, People, email_of
from tests.adapters.web.samples import BODIES, concrete
from tests.adapters.web.site import Answered, Site, running_site, settings_for

ROLE = Role.CLINICIAN
ROUNDS = int(os.environ.get("TELEMED_TIMING_ROUNDS", "40"))
MAX_DIFFERENCE = 0.005  # seconds between the means of known and unknown accounts
# Origins a browser may send from elsewhere: other sites, look-alikes, other schemes and ports, sandboxes, garbage.
ORIGINS = (
    "https://evil.example",
    "http://localhost:8081",
    "https://localhost:8080",
    "http://localhost",
    "http://localhost.evil.example:8080",
    "http://evil.localhost:8080",
    "http://127.0.0.1:8081",
    "http://[::1]:9",
    "null",
    "file://",
    "HTTP://LOCALHOST:8080/",
    "http://localhost:8080, http://evil.example",
)
CHANGING = [route for route in ROUTES if route.method not in SAFE_METHODS and "{" not in concrete(route.path)]


@pytest.fixture
async def proxied(store: Store, people: People, static_root: Path) -> AsyncIterator[Site]:
    """A server behind a proxy, so that tests can come from anywhere."""
    async with running_site(store, settings_for(static_root, trusted_proxies=frozenset({"127.0.0.1"}))) as site:
        yield site


async def sign_in(site: Site, email: str, password: str, source: str) -> Answered:
    return await post(site, "/auth/login", {"email": email, "password": password}, headers={"X-Forwarded-For": source})


async def test_stuffed_credentials_open_nothing_and_the_owner_gets_in(proxied: Site, people: People) -> None:
    """Lists of leaked pairs, from many sources, on every account; meanwhile its owner comes with a known browser."""
    secret, codes = await with_totp(proxied, people, ROLE)
    first = await post(
        proxied, "/auth/step", {"token": (await step_of(proxied, ROLE))["token"], "code": code_now(proxied, secret)}
    )
    device = {name: entry.value for name, entry in first.cookies.items() if "device" in name}
    proxied.clock.move(60)
    guesses = [(email_of(role), f"leaked password {n}") for n in range(14) for role in (ROLE, Role.ADMIN, Role.REVIEWER)]
    for start in range(0, len(guesses), 6):
        tries = guesses[start : start + 6]
        answers = await asyncio.gather(*(sign_in(proxied, *pair, f"203.0.113.{start + n}") for n, pair in enumerate(tries)))
        assert {answer.status for answer in answers} <= {401, 429} and not any(answer.cookies for answer in answers)
    proxied.cookies = device
    step = (await sign_in(proxied, email_of(ROLE), PASSWORD, "203.0.113.1")).json["step"]
    opened = await post(proxied, "/auth/step", {"token": step["token"], "code": code_now(proxied, secret)})
    assert opened.status == 200
    proxied.cookies = {}
    step = (await sign_in(proxied, email_of(ROLE), PASSWORD, "198.51.100.7")).json["step"]  # or with paper, from anywhere
    assert (await post(proxied, "/auth/step", {"token": step["token"], "recovery_code": codes[0]})).status == 200


async def test_a_stolen_cookie_is_worth_nothing_after_sign_out(site: Site, people: People) -> None:
    token = staff_token(await post(site, "/auth/login", password_of(ROLE)))
    site.cookies = {"telemed_staff": token}
    assert (await post(site, "/auth/logout")).status == 200
    for route in (route for route in ROUTES if not route.is_public and "{" not in concrete(route.path)):
        answer = await site.ask(route.method, concrete(route.path), BODIES.get(f"{route.method} {route.path}"))
        assert answer.status == 401, route.path
    assert not site.visits.calls


@pytest.mark.parametrize("origin", ORIGINS)
async def test_no_other_site_changes_anything(site: Site, people: People, store: Store, origin: str) -> None:
    """Fetches with the cookie of somebody signed in, whatever they claim in Sec-Fetch-Site; forms and plain texts."""
    await signed_in(site, people, ROLE)
    async with store.read() as tx:
        before = len(await tx.audit.page())
    for route in CHANGING:
        path, body = concrete(route.path), BODIES.get(f"{route.method} {route.path}", {})
        for claim in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-origin"}):
            answer = await site.ask(route.method, path, body, headers=claim, origin=origin)
            assert (answer.status, answer.json["error"]["code"]) == (403, "wrong_origin"), (route.path, claim)
            assert not answer.cookies
    assert not site.visits.calls
    async with store.read() as tx:
        assert len(await tx.audit.page()) == before


@pytest.mark.parametrize("claim", ["cross-site", "same-site", "none", "garbage"])
async def test_our_own_origin_with_a_foreign_claim_is_refused(site: Site, people: People, claim: str) -> None:
    await signed_in(site, people, ROLE)
    for route in CHANGING:
        body = BODIES.get(f"{route.method} {route.path}", {})
        answer = await site.ask(route.method, concrete(route.path), body, headers={"Sec-Fetch-Site": claim})
        assert (answer.status, answer.json["error"]["code"]) == (403, "wrong_origin"), route.path
    no_origin = await site.ask("POST", "/api/v1/me/logins/end", {"keep_this": False}, origin=None)
    assert no_origin.status == 403, "a cookie without an Origin"
    assert not site.visits.signed_out


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
async def test_forms_change_nothing_even_from_our_own_origin(site: Site, people: People, kind: str) -> None:
    await signed_in(site, people, ROLE)
    for route in CHANGING:
        answer = await site.ask(route.method, concrete(route.path), headers={"Content-Type": kind}, data=b'{"keep_this":false}')
        asks_a_secret = route.action in BY_SECRET  # and no cookie: without it nothing is there, whatever is sent
        assert answer.status in ((404,) if asks_a_secret else (400, 403, 415)), route.path
    assert not site.visits.signed_out and (await site.ask("GET", "/api/v1/me")).status == 200


async def measured(site: Site, rounds: range) -> float:
    """Mean difference in seconds, known minus unknown accounts, of the middle half of pairs: a busy machine has outliers."""
    differences = []
    for n in rounds:
        times: dict[str, float] = {}
        for kind in ("known", "unknown") if n % 2 else ("unknown", "known"):
            email = email_of(ROLE) if kind == "known" else f"nobody{n}@clinic.example"
            site.clock.move(15)
            begun = time.perf_counter()
            answer = await sign_in(site, email, "a wrong password", f"10.{n % 250}.{n // 250}.1")
            times[kind] = time.perf_counter() - begun
            assert answer.status == 401
        differences.append(times["known"] - times["unknown"])
    quarter = len(differences) // 4
    return statistics.fmean(sorted(differences)[quarter:-quarter])


@pytest.mark.alone
async def test_known_and_unknown_accounts_take_the_same_time(proxied: Site, people: People) -> None:
    """Real argon2, alternating, each from a source of its own. A difference in the code shows in every series, noise in one."""
    series = []
    for start in range(0, 3 * ROUNDS, ROUNDS):
        series.append(await measured(proxied, range(start, start + ROUNDS)))
        if abs(series[-1]) < MAX_DIFFERENCE:
            break
    print(f"difference {series[-1] * 1000:.2f} ms over {ROUNDS} pairs")
    assert abs(series[-1]) < MAX_DIFFERENCE, series


async def test_accounts_with_and_without_a_factor_or_password_look_alike(site: Site, people: People) -> None:
    """Until the password is right, nothing tells what an account has."""
    await with_totp(site, people, ROLE)
    await people.change(Role.ADMIN, password_hash="!")  # invited, none set yet
    wrong = [{"email": email, "password": "wrong"} for email in (email_of(ROLE), email_of(Role.ADMIN), "nobody@clinic.example")]
    answers = [await post(site, "/auth/login", body) for body in wrong]
    assert len({(answer.status, answer.text) for answer in answers}) == 1
    begun = [await post(site, "/auth/passkey/options") for _ in range(2)]
    assert all(answer.status == 200 and not answer.json["options"].get("allowCredentials") for answer in begun)
