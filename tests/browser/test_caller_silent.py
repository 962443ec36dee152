"""A caller who must not be heard: dark, no sound, no vibration, no voice; text in the caller's own language; gone in one tap."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.axe import accessible
from tests.browser.browsers import eventually, selector
from tests.browser.incident_people import PLUS_CODE, a_scene, text_of
from tests.browser.server import Server

# What could be heard: voices that are received and played, tones, words read aloud; and what could be felt.
HEARD = """async () => { const heard = (window.noises || []).filter((one) => one !== "play");
 const playing = [...document.querySelectorAll("audio, video")].filter((one) => !one.muted && !one.paused);
 const voices = playing.map((one) => one.outerHTML);
 let samples = 0;
 for (const connection of window.connections || []) for (const line of (await connection.getStats()).values())
  if (line.type === "inbound-rtp" && line.kind === "audio") samples += line.totalSamplesReceived || 0;
 return {heard, voices, samples}; }"""
BRIGHTEST = """() => { const bright = (text) => Math.max(...(text.match(/\\d+/g) || [0]).slice(0, 3).map(Number));
 return Math.max(...[...document.querySelectorAll("body, body *")].filter((one) => one.offsetParent || one === document.body)
 .map((one) => getComputedStyle(one).backgroundColor).filter((one) => !one.endsWith(", 0)")).map(bright)); }"""
DARK = 160  # of 255, the red of "Leave quickly" included


async def test_nothing_is_ever_heard_in_a_silent_call(server: Server) -> None:
    async with a_scene(server, silent=True, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.wait("caller-begin")
        await caller.click("caller-begin")
        await caller.wait("caller-silent-view")
        await dispatcher.wait("plus-code")
        assert (await text_of(dispatcher, "plus-code")).strip() == PLUS_CODE
        await dispatcher.click("toggle-mic")  # somebody speaks
        await dispatcher.click("card-cpr")
        await caller.wait("metronome")
        await dispatcher.click("ask-light")
        await caller.wait("caller-ask")
        await dispatcher.click("open-chat")
        await dispatcher.fill("chat-input", "Help is on its way")
        await dispatcher.page.keyboard.press("Enter")
        await expect(caller.page.locator(selector("caller-line"))).to_contain_text("Help is on its way")
        await accessible(caller, "silent")
        assert await caller.evaluate(BRIGHTEST) <= DARK
        assert "Demo" not in await caller.page.title()
        heard = await caller.evaluate(HEARD)
        assert heard == {"heard": [], "voices": [], "samples": 0}


async def test_phrases_in_the_callers_own_language(server: Server) -> None:
    async with a_scene(server, silent=True) as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.click("caller-begin")
        await caller.wait("caller-silent-view")
        await caller.page.select_option(selector("phrase-language"), "uk")
        await caller.click("phrase-danger")
        await dispatcher.click("open-chat")
        await expect(dispatcher.page.locator(selector("chat-message"))).to_contain_text("Я в небезпеці · I am in danger")
        await caller.page.select_option(selector("phrase-language"), "ar")
        assert await caller.page.get_attribute(".phrases", "dir") == "rtl"
        await caller.reload()
        await caller.wait("caller-silent-view")
        assert await caller.page.input_value(selector("phrase-language")) == "ar"


async def test_the_caller_goes_silent_and_leaves_quickly_by_keyboard(server: Server) -> None:
    async with a_scene(server) as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.wait("caller-silent")
        await caller.page.focus(selector("caller-silent"))
        await caller.page.keyboard.press("Enter")
        await caller.wait("caller-silent-view")
        await dispatcher.wait("plus-code")
        await caller.page.focus(selector("leave-quickly"))
        await caller.page.keyboard.press("Enter")
        await caller.page.wait_for_url("**/clock")
        assert "Demo Clinic" not in await caller.page.content()
        assert await caller.evaluate("() => sessionStorage.length") == 0
        await eventually(lambda: dispatcher.page.is_visible(selector("left-quickly")))
        await caller.page.go_back()
        assert "/e" not in caller.page.url
