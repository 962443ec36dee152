"""Failed sign-ins: a guesser is stopped, and the owner of the account is not shut out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.errors import TooMany
from telemed.web.device_cookie import MAX_KEPT
from telemed.web.sign_in_limits import ACCOUNT_RATE, KNOWN_SECONDS, SLOW_PLACES, SLOW_SECONDS, SignInLimits
from telemed.web.throttle import MAX_KEYS
from tests.adapters.web.fakes import TurnableClock
from tests.adapters.web.people import PASSWORD, People, email_of
from tests.adapters.web.site import Answered, Site, running_site, settings_for

LOGIN = "/api/v1/auth/login"
RIGHT = {"email": email_of(Role.CLINICIAN), "password": PASSWORD}
WRONG = {**RIGHT, "password": "wrong"}


@pytest.fixture
async def proxied(store: Store, people: People, static_root: Path) -> AsyncIterator[Site]:
    """A server behind a proxy, so that tests can come from anywhere."""
    async with running_site(store, settings_for(static_root, trusted_proxies=frozenset({"127.0.0.1"}))) as site:
        yield site


async def sign_in(site: Site, body: dict[str, str], source: str) -> Answered:
    return await site.ask("POST", LOGIN, body, headers={"X-Forwarded-For": source})


def device_cookies(answer: Answered) -> dict[str, str]:
    return {name: entry.value for name, entry in answer.cookies.items() if "telemed_device_" in name and entry.value}


async def test_a_stranger_cannot_lock_a_doctor_out(proxied: Site) -> None:
    statuses = [(await sign_in(proxied, WRONG, "203.0.113.9")).status for _ in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert (await sign_in(proxied, RIGHT, "203.0.113.9")).status == 429, "a right guess is not told either"
    assert (await sign_in(proxied, RIGHT, "198.51.100.7")).status == 200


async def test_one_customer_of_an_internet_provider_is_one_source(proxied: Site) -> None:
    statuses = [(await sign_in(proxied, WRONG, f"2001:db8:1:2::{n:x}")).status for n in range(1, 8)]
    assert statuses == [401] * 5 + [429] * 2
    assert (await sign_in(proxied, RIGHT, "2001:db8:1:3::1")).status == 200


async def test_a_known_browser_gets_in_past_a_guesser_behind_the_same_address(proxied: Site) -> None:
    """A clinic has one address: a patient in its wireless network must not shut its doctors out."""
    proxied.cookies = device_cookies(await sign_in(proxied, RIGHT, "203.0.113.9"))
    assert len(proxied.cookies) == 1
    mark, proxied.cookies = proxied.cookies, {}
    for n in range(25):
        await sign_in(proxied, {"email": f"n{n % 5}@x.example", "password": "x"}, "203.0.113.9")
        await sign_in(proxied, WRONG, "203.0.113.9")
    assert (await sign_in(proxied, RIGHT, "203.0.113.9")).status == 429
    proxied.cookies = mark
    assert (await sign_in(proxied, RIGHT, "203.0.113.9")).status == 200
    assert [(await sign_in(proxied, WRONG, "203.0.113.9")).status for _ in range(6)] == [401] * 5 + [429], "a stolen browser"


async def test_the_mark_of_a_browser_counts_for_its_account_and_its_time(proxied: Site) -> None:
    ((name, value),) = device_cookies(await sign_in(proxied, RIGHT, "203.0.113.9")).items()
    other = device_cookies(await sign_in(proxied, {**RIGHT, "email": email_of(Role.ADMIN)}, "203.0.113.9"))
    assert name not in other and "@" not in name + value

    async def passes(cookies: dict[str, str]) -> bool:
        """Whether it helps where the source has failed too often."""
        proxied.cookies = {}
        for _ in range(6):
            await sign_in(proxied, WRONG, "203.0.113.77")
        proxied.cookies = cookies
        answer = await sign_in(proxied, RIGHT, "203.0.113.77")
        proxied.clock.move(60)
        return answer.status == 200

    assert not await passes(other)
    assert not await passes({name: next(iter(other.values()))})
    assert not await passes({name: value[:-2] + "AA"})
    assert not await passes({name: "junk"})
    assert await passes({name: value})
    proxied.clock.move(90 * 24 * 3600)
    assert not await passes({name: value})


async def test_the_mark_opens_nothing_and_travels_with_sign_in_alone(tls_site: Site, people: People) -> None:
    answer = await tls_site.ask("POST", LOGIN, RIGHT)
    ((name, entry),) = [(name, entry) for name, entry in answer.cookies.items() if "device" in name]
    assert name.startswith("__Secure-telemed_device_")
    assert entry["path"] == "/api/v1/auth" and entry["secure"] and entry["httponly"] and entry["samesite"] == "Lax"
    tls_site.cookies = {name: entry.value, "__Host-telemed_staff": entry.value}
    assert (await tls_site.ask("GET", "/api/v1/me")).status == 401


async def test_a_browser_of_many_people_forgets_some(proxied: Site) -> None:
    proxied.cookies = {f"telemed_device_{n:08d}": "x" for n in range(20)}
    answer = await sign_in(proxied, RIGHT, "203.0.113.9")
    gone = [name for name, entry in answer.cookies.items() if "device" in name and not entry.value]
    assert len(gone) == 20 - (MAX_KEPT - 1) and len(device_cookies(answer)) == 1


async def test_no_limit_logs_who_or_whence(proxied: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(7):
        await sign_in(proxied, WRONG, "203.0.113.9")
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("telemed"))
    assert "429" in ours and "203.0.113.9" not in ours and "clinic.example" not in ours


class Pauses:
    """Holds whoever pauses until the test lets go."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.go = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self.go.wait()


async def fail(limits: SignInLimits, source: str, device: str | None = None) -> None:
    async with limits.attempt("account", source, device):
        pass


async def besieged() -> tuple[SignInLimits, Pauses, TurnableClock]:
    """An account that so many sources guess at that strangers are slowed; its owner was there before, from 198.51.100.7."""
    clock, pauses = TurnableClock(), Pauses()
    limits = SignInLimits(clock, pauses)
    async with limits.attempt("account", "198.51.100.7", None) as succeeded:
        succeeded()
    limits.remember("account", "198.51.100.7")
    for n in range(ACCOUNT_RATE.count):
        await fail(limits, f"10.0.{n}.1")
    assert not pauses.asked
    return limits, pauses, clock


async def test_many_sources_together_are_slowed_and_not_refused() -> None:
    limits, pauses, _ = await besieged()
    held = [asyncio.create_task(fail(limits, f"10.1.{n}.1")) for n in range(SLOW_PLACES)]
    await asyncio.sleep(0)
    assert pauses.asked == [SLOW_SECONDS] * SLOW_PLACES
    with pytest.raises(TooMany) as refused:
        await fail(limits, "10.2.0.1")
    assert refused.value.retry_after == SLOW_SECONDS
    pauses.go.set()
    await asyncio.gather(*held)
    await fail(limits, "10.3.0.1")
    assert len(pauses.asked) == SLOW_PLACES + 1, "the places are free again"


async def test_the_owner_is_not_slowed() -> None:
    limits, pauses, clock = await besieged()
    await fail(limits, "198.51.100.7")
    await fail(limits, "10.9.0.1", device="a browser that is known")
    async with limits.attempt("another account", "10.9.0.2", None):
        pass
    assert not pauses.asked
    clock.move(KNOWN_SECONDS)
    for n in range(ACCOUNT_RATE.count):
        await fail(limits, f"10.4.{n}.1")
    pauses.go.set()
    await fail(limits, "198.51.100.7")
    assert pauses.asked, "that was a month ago"


async def test_a_cancelled_attempt_gives_its_place_back() -> None:
    limits, pauses, _ = await besieged()
    held = [asyncio.create_task(fail(limits, f"10.1.{n}.1")) for n in range(SLOW_PLACES)]
    await asyncio.sleep(0)
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)
    pauses.go.set()
    await fail(limits, "10.2.0.1")
    assert not limits._held


async def test_what_is_remembered_stays_bounded() -> None:
    limits = SignInLimits(TurnableClock(), Pauses())
    for n in range(MAX_KEYS + 5):
        async with limits.attempt("account", f"source {n}", None) as succeeded:
            succeeded()
        limits.remember("account", f"source {n}")
    assert len(limits._known) == MAX_KEYS
