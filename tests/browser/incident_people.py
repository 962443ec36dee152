"""A dispatcher and a caller in real browsers: the link goes from one to the other by hand, as a code to scan would carry it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser

from tests.browser.browsers import ChromiumTab, Tab, chromium, eventually, open_chromium_tab
from tests.browser.people import let_in
from tests.browser.server import Server

HERE = {"latitude": 52.5163, "longitude": 13.3777, "accuracy": 18}
HOSTILE = "<img src=x onerror=alert(1)> \"' OR 1=1 -- 🚑"
PLUS_CODE = "9F4MG98H+G3"  # of that place
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "en-GB"}
ALLOWED: dict[str, Any] = {**PHONE, "permissions": ["geolocation", "camera"], "geolocation": HERE}
READ_LINK = "() => document.querySelector('[data-testid=incident-link]')?.value ?? ''"
# When the person's yes was heard by the page, and everything that could be heard or felt.
NOTE_ANSWERS = """(() => { window.answered = {}; if (!navigator.mediaDevices) return;
 const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);
 window.asked = [];
 media.getUserMedia = async (wish) => { window.asked.push(Object.keys(wish).filter((kind) => wish[kind]));
  const stream = await ask(wish);
  window.answered.camera ??= Date.now(); return stream; };
 const place = navigator.geolocation, where = place.getCurrentPosition.bind(place);
 const note = (yes) => (found) => { window.answered.place ??= Date.now(); yes(found); };
 place.getCurrentPosition = (yes, no, options) => where(note(yes), no, options);
 window.noises = [];
 const noisy = (owner, name) => { const real = owner[name];
  owner[name] = function (...all) { window.noises.push(name); return real.apply(this, all); }; };
 noisy(HTMLMediaElement.prototype, "play"); noisy(OscillatorNode.prototype, "start");
 noisy(AudioBufferSourceNode.prototype, "start");
 noisy(Navigator.prototype, "vibrate"); noisy(SpeechSynthesis.prototype, "speak"); })();"""
# When the place and the first picture are there on the dispatcher's page.
NOTE_ARRIVALS = """(() => { window.came = {}; window.cards = {};
 const look = () => { if (document.querySelector('[data-testid="coordinates"]')) window.came.place ??= Date.now();
  const video = document.querySelector('[data-testid="remote-video"]');
  if (video && !video.watched) { video.watched = true;
   video.requestVideoFrameCallback(() => { window.came.picture ??= Date.now(); }); }
  const card = document.querySelector('[data-testid="caller-card"]')?.dataset.card;
  if (card) window.cards[card] ??= Date.now(); };
 new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true}); })();"""


async def board(browser: Browser, server: Server, **options: Any) -> ChromiumTab:
    """A dispatcher at the board of incidents."""
    tab = await open_chromium_tab(browser, preload=NOTE_ARRIVALS, **options)
    await let_in(tab, server, "dispatcher")
    await tab.goto(server.base_url + "/urgent")
    await tab.wait("new-incident")
    return tab


async def by_code(dispatcher: ChromiumTab, *, reason: str = "Fall from a ladder", silent: bool = False) -> str:
    """Make an incident whose link is scanned; returns the link."""
    await dispatcher.fill("incident-reason", reason)
    if silent:
        await dispatcher.click("kind-silent")
    await dispatcher.click("caller-agreed")
    await dispatcher.click("incident-code")
    return str(await eventually(lambda: dispatcher.evaluate(READ_LINK)))


async def in_the_call(dispatcher: ChromiumTab) -> None:
    """From the board to the stage, the caller's place beside it."""
    await dispatcher.click("incident-open")
    await dispatcher.wait("incident-panel")


@dataclass(frozen=True)
class Scene:
    """A dispatcher on the stage and a caller on the first page."""

    dispatcher: ChromiumTab
    caller: ChromiumTab
    link: str


@contextlib.asynccontextmanager
async def a_scene(server: Server, *, preload: str = "", silent: bool = False, **options: Any) -> AsyncIterator[Scene]:
    """An incident with a caller whose browser has been told yes before; `options` say otherwise."""
    async with chromium() as browser:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher, silent=silent)
        await in_the_call(dispatcher)
        caller = await open_chromium_tab(browser, preload=NOTE_ANSWERS + NOTE_ARRIVALS + preload, **{**ALLOWED, **options})
        await caller.goto(link)
        yield Scene(dispatcher, caller, link)
        assert (dispatcher.problems, caller.problems) == ([], [])


async def text_of(tab: Tab, testid: str) -> str:
    """What an element says, empty while it is not there."""
    return str(await tab.evaluate(f"() => document.querySelector('[data-testid=\"{testid}\"]')?.innerText ?? ''"))
