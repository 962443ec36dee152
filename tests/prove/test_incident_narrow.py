"""An accident at the end of a narrow, slow and lossy link: when the dispatcher has place and picture. For docs/networks.md."""

from __future__ import annotations

import contextlib
import pathlib
import statistics
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser

from tests.browser.browsers import ChromiumTab, eventually, open_chromium_tab
from tests.browser.incident_people import ALLOWED, NOTE_ANSWERS, NOTE_ARRIVALS, by_code, in_the_call
from tests.browser.server import Server
from tests.net.call_page import CHROMIUM, chromium_at
from tests.net.conditions.link import CLEAN, Impairment, Link, link
from tests.net.conditions.record import write
from tests.net.conditions.verdict import Verdict
from tests.net.namespaces import network
from tests.net.serving import serving

pytestmark = [pytest.mark.prove, pytest.mark.browser, pytest.mark.netns, pytest.mark.timeout(600)]

SERVICE, NEAR, FAR = "10.87.9.1", "10.87.1.2", "10.87.1.1"
ROUNDS = 5
ON_LOOPBACK = (2.0, 1.5)  # seconds from the yes to place and picture, a good link
NARROW = (5.0, 5.0)
# What the person does after the link: the one button. The browser asks for the place and for the camera.
BEGIN = "() => { document.querySelector('[data-testid=caller-begin]').click(); window.taps = (window.taps ?? 0) + 1; }"
COUNT_QUESTIONS = """(() => { window.questions = 0; if (!navigator.mediaDevices) return;
 const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
 media.getUserMedia = (wish) => { window.questions += 1; return ask(wish); };
 const place = navigator.geolocation, where = place.getCurrentPosition.bind(place);
 place.getCurrentPosition = (...all) => { window.questions += 1; return where(...all); }; })();"""


@dataclass(frozen=True)
class Here:
    """Server, dispatcher's browser, the phone's, and the link between."""

    server: Server
    beside: Browser
    phone: Browser
    link: Link


@dataclass(frozen=True)
class Round:
    """Seconds of one accident. `page`: from the link to the first page, which nobody is held to."""

    page: float
    place: float
    picture: float
    after_last: float  # from the last yes until the dispatcher has both
    taps: int
    questions: int


@contextlib.asynccontextmanager
async def far_phone(folder: pathlib.Path) -> AsyncIterator[Here]:
    with network("server", "phone") as net:
        inside, phone = net.namespaces["server"], net.namespaces["phone"]
        inside.add_address("lo", SERVICE + "/32")
        async with link(phone, NEAR, inside, FAR) as between:
            phone.ip("route", "add", "default", "via", FAR)
            async with (
                serving(folder, inside, SERVICE) as running,
                chromium_at(inside.wrapper(folder, CHROMIUM)) as beside,
                chromium_at(phone.wrapper(folder, CHROMIUM)) as far,
            ):
                yield Here(running, beside, far, between)


async def at_the_board(here: Here) -> ChromiumTab:
    """By the page for signing in: no request leads into the namespace but a browser's."""
    tab = await open_chromium_tab(here.beside, preload=NOTE_ARRIVALS, ignore_https_errors=True)
    email, password = here.server.account("dispatcher")
    await tab.goto(here.server.base_url + "/sign-in")
    await tab.fill("login-email", email)
    await tab.fill("login-password", password)
    await tab.click("login-submit")
    await tab.page.wait_for_url("**/today")
    await tab.goto(here.server.base_url + "/urgent")
    await tab.wait("new-incident")
    return tab


async def accident(here: Here, impairment: Impairment) -> Round:
    """From the link to place and picture, all of it over the bad link."""
    await here.link.set(CLEAN)
    dispatcher = await at_the_board(here)
    url = await by_code(dispatcher)
    await in_the_call(dispatcher)
    preload = COUNT_QUESTIONS + NOTE_ANSWERS + NOTE_ARRIVALS
    caller = await open_chromium_tab(here.phone, preload=preload, ignore_https_errors=True, **ALLOWED)
    await here.link.set(impairment)
    await caller.page.goto(url, wait_until="commit", timeout=60_000)
    await caller.wait("caller-begin", timeout=60)
    page = await caller.evaluate("() => performance.now() / 1000")
    await caller.evaluate(BEGIN)
    came = await eventually(lambda: dispatcher.evaluate("() => window.came.picture && window.came.place && window.came"), 60)
    told = await caller.evaluate("() => ({...window.answered, taps: window.taps, questions: window.questions})")
    await here.link.set(CLEAN)
    await caller.close()
    await dispatcher.close()
    last = max(told["place"], told["camera"])
    times = (came["place"] - told["place"], came["picture"] - told["camera"], max(came["place"], came["picture"]) - last)
    return Round(page, *(one / 1000 for one in times), told["taps"], told["questions"])


@pytest.mark.parametrize(
    ("condition", "impairment", "limits"),
    [
        ("accident: place and picture on a good link", CLEAN, ON_LOOPBACK),
        (
            "accident: place and picture over 1 Mbit/s, 150 ms each way, 2 % loss",
            Impairment(delay=0.15, loss=0.02, rate=1_000_000),
            NARROW,
        ),
    ],
    ids=["good", "narrow"],
)
async def test_place_and_picture_are_there(
    tmp_path: pathlib.Path, condition: str, impairment: Impairment, limits: tuple[float, float]
) -> None:
    async with far_phone(tmp_path) as here:
        rounds = []
        for seed in range(1, ROUNDS + 1):
            bad = Impairment(impairment.delay, impairment.jitter, impairment.loss, impairment.burst, impairment.rate, seed=seed)
            rounds.append(await accident(here, bad))
            print(rounds[-1])
    wanted = f"first place <= {limits[0]:.0f} s and first picture <= {limits[1]:g} s after the last yes; taps counted"
    verdict = Verdict(condition, wanted)
    verdict.seconds(f"{ROUNDS} accidents, worst: place after its yes", max(one.place for one in rounds), limits[0])
    verdict.seconds("picture after its yes", max(one.picture for one in rounds), limits[1])
    verdict.seconds("both after the last yes", max(one.after_last for one in rounds), max(limits))
    medians = [statistics.median(times) for times in zip(*((one.place, one.picture) for one in rounds), strict=True)]
    verdict.tell(f"medians {medians[0]:.2f} and {medians[1]:.2f} s")
    counted = {(one.taps, one.questions) for one in rounds}
    verdict.holds("1 tap and 2 questions of the browser after the link", counted == {(1, 2)})
    verdict.tell(f"first page {max(one.page for one in rounds):.1f} s after the link")
    write(verdict.finding())
    assert not verdict.missed
