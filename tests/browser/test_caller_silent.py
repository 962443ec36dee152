"""A caller who must not be heard: dark, no sound, no vibration, no voice; text in the caller's own language; gone in one tap."""

from __future__ import annotations

import asyncio
import io
from array import array
from collections.abc import Iterator
from typing import Any

import aiohttp
import av
import pytest
from playwright.async_api import expect

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, eventually, selector
from tests.browser.incident_people import PLUS_CODE, a_scene, text_of
from tests.browser.recorded_call import FINISHED_SECONDS, STAGE_SECONDS, fetched, says
from tests.browser.server import Server
from tests.client.seat import sign_in as client_sign_in

# What could be heard: voices that are received and played, tones, words read aloud; and what could be felt.
HEARD = """async () => { const heard = (window.noises || []).filter((one) => one !== "play");
 const playing = [...document.querySelectorAll("audio, video")].filter((one) => !one.muted && !one.paused);
 const voices = playing.map((one) => one.outerHTML);
 let samples = 0, packets = 0;
 for (const connection of window.connections || []) for (const line of (await connection.getStats()).values())
  if (line.type === "inbound-rtp" && line.kind === "audio") {
   samples += line.totalSamplesReceived || 0; packets += line.packetsReceived || 0; }
 return {heard, voices, samples, packets}; }"""
# From the first moment of the page: contexts of sound, tracks of others' sound, elements that play aloud, notices of the system.
LISTEN = """(() => { const ears = window.ears = {contexts: 0, tracks: 0, playing: 0, notices: 0};
 const counted = (name, what) => { const Real = window[name]; if (!Real) return;
  window[name] = class extends Real { constructor(...all) { super(...all); ears[what] += 1; } }; };
 counted("AudioContext", "contexts"); counted("webkitAudioContext", "contexts"); counted("Notification", "notices");
 const Real = window.RTCPeerConnection;
 window.RTCPeerConnection = class extends Real { constructor(...all) { super(...all);
  this.addEventListener("track", ({track}) => { if (track.kind === "audio") ears.tracks += 1; }); } };
 document.addEventListener("playing", ({target}) => { if (!target.muted) ears.playing += 1; }, true); })();"""
EARS = "() => window.ears"
MAKE_NOISE = """async () => { navigator.vibrate(1); const sound = new AudioContext(); sound.createOscillator().start();
 return {heard: window.noises.filter((one) => one !== "play"), contexts: window.ears.contexts}; }"""
SPOKEN_SECONDS = 5.0
SPOKEN = 0.01  # of full scale; a fake microphone beeps far louder, and nobody's is still
BRIGHTEST = """() => { const bright = (text) => Math.max(...(text.match(/\\d+/g) || [0]).slice(0, 3).map(Number));
 return Math.max(...[...document.querySelectorAll("body, body *")].filter((one) => one.offsetParent || one === document.body)
 .map((one) => getComputedStyle(one).backgroundColor).filter((one) => !one.endsWith(", 0)")).map(bright)); }"""
DARK = 160  # of 255, the red of "Leave quickly" included
# From the first picture on, until the caller does something.
WATCH_LIGHT = f"""(() => {{ window.brightest = 0;
 const look = () => {{ requestAnimationFrame(look);
  if (document.body) window.brightest = Math.max(window.brightest, ({BRIGHTEST})()); }};
 requestAnimationFrame(look); }})();"""


async def silent_so_far(caller: ChromiumTab) -> None:
    """Nothing was heard or felt at the caller since the page was opened, nor could have been."""
    assert await caller.evaluate(HEARD) == {"heard": [], "voices": [], "samples": 0, "packets": 0}
    assert await caller.evaluate(EARS) == {"contexts": 0, "tracks": 0, "playing": 0, "notices": 0}


@pytest.mark.own_server
@pytest.mark.timeout(300)  # a whole call and the making of its files, on a busy machine of two cores
async def test_nothing_is_ever_heard_in_a_whole_recorded_silent_call(server: Server) -> None:
    async with a_scene(server, silent=True, preload=LISTEN + WATCH_LIGHT, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.wait("caller-begin")
        await caller.wait("leave-quickly")
        assert 0 < await caller.evaluate("() => window.brightest") <= DARK
        assert await caller.page.title() == "–"
        await accessible(caller, "the first page of a silent link")
        await caller.click("caller-begin")
        await caller.wait("caller-silent-view")
        await dispatcher.wait("plus-code")
        assert (await text_of(dispatcher, "plus-code")).strip() == PLUS_CODE
        await dispatcher.wait("remote-video", timeout=STAGE_SECONDS)
        await dispatcher.click("toggle-mic")  # somebody speaks, from here to the end
        await refuses_and_agrees(dispatcher, caller)
        await dispatcher.click("card-cpr")
        await caller.wait("metronome")
        await dispatcher.wait('[data-testid="freeze"]:not([disabled])')
        await dispatcher.click("freeze")
        await caller.wait("shown-frame")
        await dispatcher.click("ask-light")
        await caller.wait("caller-ask")
        await dispatcher.click("open-chat")
        await dispatcher.fill("chat-input", "Help is on its way")
        await dispatcher.page.keyboard.press("Enter")
        await expect(caller.page.locator(selector("caller-line"))).to_contain_text("Help is on its way")
        await caller.click("phrase-danger")
        await expect(dispatcher.page.locator(selector("chat-message"))).to_have_count(2)
        await accessible(caller, "silent")
        assert await caller.evaluate(BRIGHTEST) <= DARK
        assert "Demo" not in await caller.page.title()
        await silent_so_far(caller)
        await recorded_for(dispatcher, SPOKEN_SECONDS)
        await silent_so_far(caller)
        await dispatcher.click("open-incident")
        await dispatcher.click("incident-end")
        await dispatcher.click("incident-end-now")
        await expect(caller.page.locator(selector("caller-silent-view"))).to_have_count(0, timeout=STAGE_SECONDS * 1000)
        await silent_so_far(caller)
        assert await caller.evaluate(MAKE_NOISE) == {"heard": ["vibrate", "start"], "contexts": 1}, "these ears do hear"
    await assert_recorded(server)


async def refuses_and_agrees(dispatcher: ChromiumTab, caller: ChromiumTab) -> None:
    """The caller is asked without a sound, says no, is left out, and changes its mind."""
    await dispatcher.click("more")
    await dispatcher.click("menu-recording-ask")
    await dispatcher.click("recording-agree")
    await caller.click("recording-refuse")
    await dispatcher.click("bleed-video_only")
    await eventually(lambda: says(caller, "pictures"), STAGE_SECONDS)
    assert "not you" in await text_of(caller, "recording-mark")
    await accessible(caller, "silent, not recorded")
    assert await caller.evaluate(SIDEWAYS) == 0
    await asyncio.sleep(1)  # of the recording without the caller
    await caller.click("recording-mark")
    await caller.click("recording-agree")
    await eventually(lambda: says(caller, "on"), STAGE_SECONDS)


async def recorded_for(dispatcher: ChromiumTab, seconds: float) -> None:
    """So much of the call is written; the mark says that it is."""
    await eventually(lambda: says(dispatcher, "on"), STAGE_SECONDS)
    await asyncio.sleep(seconds)
    assert await says(dispatcher, "on")


async def assert_recorded(server: Server) -> None:
    """The dispatcher is heard in the recording; the caller is in it from its yes on; what was shown and written is beside it."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        staff = await client_sign_in(server.base_url, http, server.account("dispatcher"))

        async def ready() -> Any:
            listed = (await staff.post("/recordings/search"))["recordings"]
            return [one["id"] for one in listed if one["state"] == "ready"]

        recording_id = str((await eventually(ready, FINISHED_SECONDS))[0])
        shown = (await staff.call("GET", f"/recordings/{recording_id}"))["recording"]
        told = await staff.call("GET", f"/recordings/{recording_id}/timeline")
        people = {person["role"]: person["id"] for person in shown["participants"]}
        own = [one for one in shown["segments"] if one["participant_id"] == people["dispatcher"]]
        other = [one for one in shown["segments"] if one["participant_id"] == people["guest"]]
        loudness = [loudest(await fetched(staff, recording_id, one["id"])) for one in own]
    assert max(loudness) > SPOKEN, "the dispatcher speaks in it"
    left_out = [one for one in told["consent"] if (one["participant_id"], one["what"]) == (people["guest"], "not_captured")]
    assert left_out and left_out[0]["start_ms"] == 0 and left_out[0]["end_ms"] >= 1000
    assert other and min(one["start_ms"] for one in other) >= left_out[0]["end_ms"], "nothing of before its yes"
    acts = {(one["kind"], one["what"], one["participant_id"]) for one in told["acts"]}
    wanted = {("instruction", "card"), ("instruction", "light"), ("drawing", "frozen"), ("silence", "begun")}
    assert acts == {(*act, people["guest"]) for act in wanted}
    assert all(one["seen"] for one in told["acts"] if one["kind"] == "instruction")
    assert len(told["chat"]) == 2


def loudest(content: bytes) -> float:
    """The loudest sample in a file, of full scale; 0 without sound."""
    return max(map(abs, samples(content)), default=0.0)


def samples(content: bytes) -> Iterator[float]:
    with av.open(io.BytesIO(content)) as container:
        if not container.streams.audio:
            return
        resampler = av.AudioResampler("flt", "mono", 48_000)
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                yield from array("f", bytes(piece.planes[0])[: piece.samples * 4])


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
