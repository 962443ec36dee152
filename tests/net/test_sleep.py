"""A computer that sleeps in the middle of a call: the others see that it is away, and it is back soon after waking."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Iterator

import psutil
import pytest

from tests.browser.browsers import eventually
from tests.browser.server import Server
from tests.net.call_page import CHROMIUM, chromium_at, chromium_page
from tests.net.conditions.judged import judged
from tests.net.meeting import Meeting
from tests.prove.figures import note

pytestmark = pytest.mark.browser

BACK_AFTER = 5.0  # seconds from waking to media both ways
LONG_SLEEP = 60.0  # seconds
SEEN_AWAY = 30.0  # seconds; the ping and its time-out take ten


def processes_of(mark: str) -> list[psutil.Process]:
    """The browser that was started with this argument, and all it has started."""
    for process in psutil.process_iter(["cmdline"]):
        arguments = process.info["cmdline"] or []
        if mark in arguments and not any(one.startswith("--type=") for one in arguments):
            return [process, *process.children(recursive=True)]
    raise AssertionError("the browser is not there")


@contextlib.contextmanager
def asleep(mark: str) -> Iterator[None]:
    """The browser's processes stand still, as all do on a computer that sleeps."""
    stopped = processes_of(mark)
    try:
        for process in stopped:
            process.suspend()
        yield
    finally:
        for process in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


@contextlib.asynccontextmanager
async def call_with_a_laptop(server: Server) -> AsyncIterator[tuple[Meeting, str]]:
    """A call whose patient has a browser of their own, and the argument that browser is known by."""
    mark = "--telemed-laptop=" + secrets.token_hex(8)
    async with chromium_at() as clinic, chromium_at(CHROMIUM, mark) as laptop:
        call = Meeting(server.base_url, await chromium_page(clinic), await chromium_page(laptop))
        await call.start(server.account("clinician"))
        await call.bring_in_patient()
        await call.flows(timeout=40.0)
        yield call, mark


async def is_away(call: Meeting) -> None:
    """Wait until the doctor sees the patient as reconnecting: not gone, and still one person."""

    async def seen() -> bool:
        people = (await call.doctor.look())["people"]
        return [p["state"] for p in people if p["id"] == call.patient_id] == ["reconnecting"]

    await eventually(seen, SEEN_AWAY)


async def sleep_through(call: Meeting, mark: str, seconds: float) -> float:
    """Sleep until the others have seen it, for `seconds` at least; seconds from waking until media flows both ways."""
    begun = time.monotonic()
    with asleep(mark):
        await is_away(call)
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - begun)))
    woke = time.monotonic()
    await call.flows(timeout=60.0)
    took = time.monotonic() - woke
    print(f"asleep {woke - begun:.1f} s, media both ways {took:.2f} s after waking: {(await call.patient.look())['events']}")
    await call.is_one_person()
    return took


async def test_a_short_sleep(server: Server) -> None:
    async with call_with_a_laptop(server) as (call, mark):
        await sleep_through(call, mark, 0.0)


@pytest.mark.prove
@pytest.mark.timeout(300)
async def test_back_soon_after_a_minute_asleep(server: Server) -> None:
    with judged("laptop asleep 60 s (SIGSTOP)", "back <= 5 s after waking, others saw it as away") as verdict:
        async with call_with_a_laptop(server) as (call, mark):
            took = await sleep_through(call, mark, LONG_SLEEP)
        verdict.seconds("sound and pictures both ways after waking", took, BACK_AFTER)
        verdict.tell("seen as reconnecting meanwhile, the same person, one tile")
    note("a laptop asleep for 60 s in a call", ", ".join(verdict.figures))
