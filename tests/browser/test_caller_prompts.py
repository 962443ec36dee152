"""The browser's own questions at the caller, answered as a person does it, in every way there is; and what the dispatcher sees.

Nothing says yes by itself here and nothing of the page is replaced: the questions of Chromium and Firefox stand on a screen and
are answered by mouse and keys. Where their buttons are is read from the colours of one version of Chromium and from the inside of
one version of Firefox: so these belong to `make prove`, and what pages make of each answer is in `test_caller.py` as well."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import expect

from tests.browser.asking import Asking, Questions
from tests.browser.asking_chromium import asking_chromium
from tests.browser.asking_firefox import asking_firefox
from tests.browser.browsers import ChromiumTab, Tab, chromium, eventually, selector
from tests.browser.incident_people import PLUS_CODE, board, by_code, in_the_call, text_of
from tests.browser.server import Server
from tests.prove.figures import note

SHOWN_VIDEO = '[data-testid="remote-video"]:not([hidden])'
# Patience of the page with an open question, for the test of how it ends.
HURRY = """() => { const real = setTimeout;
 window.setTimeout = (act, ms, ...all) => real(act, ms === 12_000 ? 4_000 : ms, ...all); }"""
NOTE_PROBLEMS = """() => { window.problems = []; addEventListener("error", ({message}) => window.problems.push(message));
 addEventListener("unhandledrejection", ({reason}) => window.problems.push(String(reason))); }"""
NUMBERS = """() => [document.querySelector('[data-testid="call-back"]')?.getAttribute("href"),
 document.querySelector('a[href="tel:112"]')?.checkVisibility()]"""
Opened = Callable[[], contextlib.AbstractAsyncContextManager[Asking]]

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(600),  # on a busy machine each question takes its time
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="not installed: xvfb, xdotool (make browsers, as root)"
    ),
    pytest.mark.parametrize("opened", [asking_chromium, asking_firefox], ids=["chromium", "firefox"]),
]


@dataclass(frozen=True)
class Call:
    """A dispatcher on the stage, and a caller who opened the link for the first time, with the questions of that browser."""

    dispatcher: ChromiumTab
    caller: Tab
    questions: Questions

    async def is_at(self, step: str, state: str) -> bool:
        return await there(self.caller, f'{selector(f"caller-{step}")}[data-state="{state}"]')

    async def voice_is(self, state: str) -> bool:
        return await there(self.caller, f'[data-testid="microphone-no"][data-state="{state}"]')

    async def facts_say(self, words: str) -> None:
        await expect(self.dispatcher.page.locator(selector("facts"))).to_contain_text(words, timeout=30_000)

    async def numbers_are_there(self) -> None:
        assert await self.caller.evaluate(NUMBERS) == ["tel:+49305550100", True]

    async def write_place(self) -> None:
        await self.caller.fill("place-text", "Behind the red barn")
        await self.caller.click("place-send")
        await expect(self.dispatcher.page.locator(selector("place"))).to_contain_text("Behind the red barn")

    async def write(self, words: str) -> None:
        """Letters always get through."""
        await self.caller.fill("caller-write", words)
        await self.caller.click("caller-send")
        await self.dispatcher.click("open-chat")
        await expect(self.dispatcher.page.locator(selector("chat-message"))).to_contain_text(words)
        await self.dispatcher.click("open-incident")

    async def helped(self, state: str) -> None:
        """Only who refused is told how to take that back: who put the question away will be asked again."""
        assert await there(self.caller, "how-to-allow") == (state == "refused")


@contextlib.asynccontextmanager
async def a_call_for_help(server: Server, opened: Opened) -> AsyncIterator[Call]:
    async with chromium() as browser, opened() as asking:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        await asking.tab.goto(link)
        await asking.tab.wait("caller-begin")
        await asking.tab.evaluate(NOTE_PROBLEMS)
        yield Call(dispatcher, asking.tab, asking.questions)
        assert (dispatcher.problems, await asking.tab.evaluate("() => window.problems")) == ([], [])


async def there(tab: Tab, what: str) -> bool:
    return bool(await tab.evaluate(f"() => document.querySelector({json.dumps(selector(what))}) !== null"))


async def test_granted_in_three_taps_the_place_before_the_camera_is_asked_for(
    server: Server, opened: Opened, request: pytest.FixtureRequest
) -> None:
    async with a_call_for_help(server, opened) as call:
        caller, dispatcher, questions = call.caller, call.dispatcher, call.questions
        await caller.click("caller-begin")
        await questions.question()
        assert await call.is_at("where", "asking"), "a position that is known to the browser is no answer"
        assert not await there(dispatcher, "plus-code")
        await questions.press("once", lambda: there(caller, "caller-camera"))
        await dispatcher.wait("plus-code")
        assert (await text_of(dispatcher, "plus-code")).strip() == PLUS_CODE
        await questions.question()
        assert await call.is_at("camera", "asking") and not await there(dispatcher, SHOWN_VIDEO)
        await questions.press("once", lambda: there(caller, "caller-live"))
        await dispatcher.wait(SHOWN_VIDEO, timeout=45)
        taps = 1 + questions.answered
        assert taps == 3 and not await questions.shown(), "nothing else is asked for: the microphone is the phone's"
        await caller.click(".live__more summary")
        await caller.click("talk")
        await questions.press("always", lambda: there(caller, "talk-off"))
        browser = request.node.callspec.id.capitalize()
    note(f"a caller's taps from the link to place and picture, {browser} asking", f"{taps}: 1 on the page, {taps - 1} answers")


async def test_denied_there_is_help_and_another_way_for_each(server: Server, opened: Opened) -> None:
    async with a_call_for_help(server, opened) as call:
        caller, questions = call.caller, call.questions
        await caller.click("caller-begin")
        await questions.press("never", lambda: call.is_at("where", "refused"))
        await caller.wait("how-to-allow")
        await call.facts_say("Place refused")
        await call.numbers_are_there()
        await caller.click("where-again")  # asks nobody any more, and says so
        await eventually(lambda: call.is_at("where", "refused"))
        await call.write_place()
        await caller.click("where-skip")
        await questions.press("never", lambda: call.is_at("camera", "refused"))
        await caller.wait("how-to-allow")
        await call.facts_say("Camera refused")
        await call.numbers_are_there()
        await caller.click("camera-skip")
        await caller.wait("caller-live")
        await caller.click(".live__more summary")
        await caller.click("talk")
        await questions.press("never", lambda: call.voice_is("refused"))
        await caller.wait("how-to-allow")
        await call.facts_say("Microphone refused")
        await caller.click("call-me")
        await caller.wait("call-me-sent")


async def test_put_away_can_be_asked_again(server: Server, opened: Opened) -> None:
    """Chromium asks again at once; in Firefox that is a no for this tab, taken back as the page says."""
    async with a_call_for_help(server, opened) as call:
        caller, questions = call.caller, call.questions
        state = questions.after_escape
        await caller.click("caller-begin")
        await questions.put_away(lambda: call.is_at("where", state))
        await call.facts_say("Place refused")
        await call.numbers_are_there()
        await call.helped(state)
        await questions.take_back()
        await caller.click("where-again")
        await questions.press("once", lambda: there(caller, "caller-camera"))
        await call.dispatcher.wait("plus-code")
        await questions.put_away(lambda: call.is_at("camera", state))
        await call.facts_say("Camera refused")
        await call.numbers_are_there()
        await call.helped(state)
        await questions.take_back()
        await caller.click("camera-again")
        await questions.press("once", lambda: there(caller, "caller-live"))
        await call.dispatcher.wait(SHOWN_VIDEO, timeout=45)
        await caller.click(".live__more summary")
        await caller.click("talk")
        await questions.put_away(lambda: call.voice_is("dismissed"))  # beside an open camera Firefox's is "Not now"
        await call.helped("dismissed")
        await caller.click("talk")
        await questions.press("once", lambda: there(caller, "talk-off"))


async def test_unanswered_nothing_waits_for_it_and_a_late_yes_counts(server: Server, opened: Opened) -> None:
    async with a_call_for_help(server, opened) as call:
        caller, dispatcher, questions = call.caller, call.dispatcher, call.questions
        await caller.evaluate(HURRY)
        await caller.click("caller-begin")
        await caller.wait("where-unanswered", timeout=30)
        await questions.question()
        await call.facts_say("Place: question not answered")
        await call.numbers_are_there()
        await call.write_place()
        await caller.click("where-again")  # a second press makes no second question
        await caller.wait("where-unanswered", timeout=30)
        await caller.click("where-skip")
        await caller.wait("camera-unanswered", timeout=30)
        await call.facts_say("Camera: question not answered")
        await call.numbers_are_there()
        await caller.click("camera-again")
        await caller.wait("camera-unanswered", timeout=30)
        await caller.click("camera-skip")
        await caller.wait("caller-live")
        await caller.click(".live__more summary")
        await caller.click("talk")
        await caller.wait("microphone-unanswered", timeout=30)
        await call.facts_say("Microphone: question not answered")
        await caller.click("talk")
        await caller.wait("microphone-unanswered", timeout=30)
        await call.write("I see no question")
        for _ in range(3):  # all are still open, whichever the browser shows first
            before = await questions.question()
            await questions.press("once", lambda before=before: differs(questions, before))  # type: ignore[misc]
        await dispatcher.wait(SHOWN_VIDEO, timeout=45)
        await dispatcher.wait("plus-code")
        await caller.wait("talk-off", timeout=30)


async def differs(questions: Questions, before: object) -> bool:
    return await questions.shown() != before
