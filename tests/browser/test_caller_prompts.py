"""The browser's own questions at the caller, answered as a person does it, in every way there is; and what the dispatcher sees.

Nothing says yes by itself here and nothing of the page is replaced: Chromium's questions stand on a screen and are answered by
mouse and keys. Where their buttons are is read from the screen, by the colours of one version of Chromium: so these belong to
`make prove`, and what pages make of each answer is in `test_caller.py` as well."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.asking_chromium import Screen, asking_chromium
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.incident_people import HERE, NOTE_ARRIVALS, PHONE, PLUS_CODE, board, by_code, in_the_call, text_of
from tests.browser.server import Server

SHOWN_VIDEO = '[data-testid="remote-video"]:not([hidden])'
# Patience of the page with an open question, for the test of how it ends.
HURRIED = "{ const real = setTimeout; window.setTimeout = (act, ms, ...all) => real(act, ms === 12_000 ? 4_000 : ms, ...all); }"

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="not installed: xvfb, xdotool (make browsers, as root)"
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asking() -> AsyncIterator[tuple[Browser, Screen]]:
    async with asking_chromium() as browser:
        yield browser


@contextlib.asynccontextmanager
async def a_call_for_help(
    server: Server, asking: tuple[Browser, Screen], preload: str = ""
) -> AsyncIterator[tuple[ChromiumTab, ChromiumTab]]:
    """A dispatcher on the stage, and a caller who opened the link for the first time on a new telephone."""
    async with chromium() as browser:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        caller = await open_chromium_tab(asking[0], preload=NOTE_ARRIVALS + preload, **PHONE, geolocation=HERE)
        try:
            await caller.goto(link)
            await caller.wait("caller-begin")
            yield dispatcher, caller
        finally:
            await caller.close()
        assert (dispatcher.problems, caller.problems) == ([], [])


async def is_at(caller: ChromiumTab, step: str, state: str) -> bool:
    return await caller.page.locator(f'{selector(f"caller-{step}")}[data-state="{state}"]').count() > 0


async def there(tab: ChromiumTab, what: str) -> bool:
    return await tab.page.locator(selector(what)).count() > 0


async def differs(screen: Screen, before: list[tuple[int, int]]) -> bool:
    return screen.buttons() != before


async def facts_say(dispatcher: ChromiumTab, words: str) -> None:
    await expect(dispatcher.page.locator(selector("facts"))).to_contain_text(words, timeout=30_000)


async def numbers_are_there(caller: ChromiumTab) -> None:
    assert await caller.page.locator(selector("call-back")).first.get_attribute("href") == "tel:+49305550100"
    assert await caller.page.locator('a[href="tel:112"]').first.is_visible()


async def write_place(caller: ChromiumTab, dispatcher: ChromiumTab) -> None:
    await caller.fill("place-text", "Behind the red barn")
    await caller.click("place-send")
    await expect(dispatcher.page.locator(selector("place"))).to_contain_text("Behind the red barn")


async def test_granted_in_three_taps_the_place_before_the_camera_is_asked_for(
    server: Server, asking: tuple[Browser, Screen]
) -> None:
    screen = asking[1]
    async with a_call_for_help(server, asking) as (dispatcher, caller):
        taps = 1
        await caller.click("caller-begin")
        await screen.question()
        assert await is_at(caller, "where", "asking"), "a position that is known to the browser is no answer"
        assert not await there(dispatcher, "plus-code")
        taps += 1
        await screen.press("always", lambda: there(caller, "caller-camera"))
        await dispatcher.wait("plus-code")
        assert (await text_of(dispatcher, "plus-code")).strip() == PLUS_CODE
        await screen.question()
        assert await is_at(caller, "camera", "asking") and not await there(dispatcher, SHOWN_VIDEO)
        taps += 1
        await screen.press("once", lambda: there(caller, "caller-live"))
        await dispatcher.wait(SHOWN_VIDEO, timeout=45)
        assert taps == 3 and screen.buttons() == [], "nothing else is asked for: the microphone is the phone's"
        await caller.page.click(".live__more summary")
        await caller.click("talk")
        await screen.press("once", lambda: there(caller, "talk-off"))


async def test_denied_there_is_help_and_another_way_for_each(server: Server, asking: tuple[Browser, Screen]) -> None:
    screen = asking[1]
    async with a_call_for_help(server, asking) as (dispatcher, caller):
        await caller.click("caller-begin")
        await screen.press("never", lambda: is_at(caller, "where", "refused"))
        await caller.wait("how-to-allow")
        await facts_say(dispatcher, "Place refused")
        await numbers_are_there(caller)
        await caller.click("where-again")  # asks nobody any more, and says so
        await eventually(lambda: is_at(caller, "where", "refused"))
        await write_place(caller, dispatcher)
        await caller.click("where-skip")
        await screen.press("never", lambda: is_at(caller, "camera", "refused"))
        await caller.wait("how-to-allow")
        await facts_say(dispatcher, "Camera refused")
        await numbers_are_there(caller)
        await caller.click("camera-skip")
        await caller.wait("caller-live")
        await caller.page.click(".live__more summary")
        await caller.click("talk")
        await screen.press("never", lambda: there(caller, '[data-testid="microphone-no"][data-state="refused"]'))
        await caller.wait("how-to-allow")
        await facts_say(dispatcher, "Microphone refused")
        await caller.click("call-me")
        await caller.wait("call-me-sent")


async def test_dismissed_can_be_asked_again(server: Server, asking: tuple[Browser, Screen]) -> None:
    screen = asking[1]
    async with a_call_for_help(server, asking) as (dispatcher, caller):
        await caller.click("caller-begin")
        await screen.put_away(lambda: is_at(caller, "where", "dismissed"))
        await facts_say(dispatcher, "Place refused")
        await numbers_are_there(caller)
        assert not await there(caller, "how-to-allow"), "there is nothing to take back in the settings"
        await caller.click("where-again")
        await screen.press("once", lambda: there(caller, "caller-camera"))
        await dispatcher.wait("plus-code")
        await screen.put_away(lambda: is_at(caller, "camera", "dismissed"))
        await facts_say(dispatcher, "Camera refused")
        await numbers_are_there(caller)
        await caller.click("camera-again")
        await screen.press("once", lambda: there(caller, "caller-live"))
        await dispatcher.wait(SHOWN_VIDEO, timeout=45)
        await caller.page.click(".live__more summary")
        await caller.click("talk")
        await screen.put_away(lambda: there(caller, '[data-testid="microphone-no"][data-state="dismissed"]'))
        await caller.click("talk")
        await screen.press("once", lambda: there(caller, "talk-off"))


async def test_unanswered_nothing_waits_for_it_and_a_late_yes_counts(server: Server, asking: tuple[Browser, Screen]) -> None:
    screen = asking[1]
    async with a_call_for_help(server, asking, HURRIED) as (dispatcher, caller):
        await caller.click("caller-begin")
        await caller.wait("where-unanswered", timeout=30)
        await screen.question()
        await facts_say(dispatcher, "Place: question not answered")
        await numbers_are_there(caller)
        await write_place(caller, dispatcher)
        await caller.click("where-again")  # a second press makes no second question
        await caller.wait("where-unanswered", timeout=30)
        await caller.click("where-skip")
        await caller.wait("camera-unanswered", timeout=30)
        await facts_say(dispatcher, "Camera: question not answered")
        await numbers_are_there(caller)
        await caller.click("camera-again")
        await caller.wait("camera-unanswered", timeout=30)
        await caller.click("camera-skip")
        await caller.wait("caller-live")
        await caller.fill("caller-write", "I see no question")
        await caller.click("caller-send")
        await dispatcher.click("open-chat")
        await expect(dispatcher.page.locator(selector("chat-message"))).to_contain_text("I see no question")
        await dispatcher.click("open-incident")
        for _ in range(2):  # both are still open, whichever the browser shows first
            before = await screen.question()
            await screen.press("once", lambda before=before: differs(screen, before))  # type: ignore[misc]
        await dispatcher.wait(SHOWN_VIDEO, timeout=45)
        await dispatcher.wait("plus-code")
