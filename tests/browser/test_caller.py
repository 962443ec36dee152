"""The caller's page: found, seen and guided after one tap; whatever the browser is told; and over cuts and reloads."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import pathlib
import sqlite3
from typing import Any

import pytest
from playwright.async_api import expect

from telemed.media.pictures import stripped
from tests.browser.axe import accessible
from tests.browser.browsers import (
    ChromiumTab,
    FirefoxTab,
    chromium,
    eventually,
    media_flows,
    open_chromium_tab,
    open_firefox_tab,
    selector,
)
from tests.browser.cuts import cut_off
from tests.browser.frozen import freezable_chromium
from tests.browser.incident_people import (
    ALLOWED,
    HERE,
    HOSTILE,
    PHONE,
    PLUS_CODE,
    READ_LINK,
    Scene,
    a_scene,
    board,
    by_code,
    in_the_call,
    text_of,
)
from tests.browser.server import Server
from tests.browser.test_degraded import FAKE_ANSWER
from tests.browser.test_stills import SUM
from tests.pictures import encoded, jpeg_with

FIRST_PLACE_MS = 2_000  # after the yes
FIRST_PICTURE_MS = 1_500
CARD_MS = 300
SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")].filter((one) => one.offsetParent)
.map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()]).filter(([, box]) => box.height < 44 || box.width < 44)
.map(([what, box]) => `${what}: ${box.width}x${box.height}`)"""
FINE_PRINT = """() => [...document.querySelectorAll("body *")].filter((one) => one.offsetParent
&& [...one.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim())
&& parseFloat(getComputedStyle(one).fontSize) < 17)
.map((one) => one.outerHTML.slice(0, 90))"""
REFUSE_CAMERA = 'navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));'
NO_ANSWER_FOR_CAMERA = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"
NO_ANSWER_FOR_PLACE = "navigator.geolocation.getCurrentPosition = () => {};"
# A question that was closed: refused, and the browser would ask again.
PERMISSION = "navigator.permissions.query = async () => ({state: 'STATE'});"
# A telephone whose clock is three hours behind.
CLOCK_BEHIND = """(() => { const Real = Date, behind = 3 * 3600e3;
window.Date = class extends Real { constructor(...all) { if (all.length) super(...all); else super(Real.now() - behind); }
 static now() { return Real.now() - behind; } }; })();"""
AS_FAST_AS_IT_IS = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
# Of a picture on its way, bytes that are there.
SENT = "() => document.querySelector('.still-progress')?.value || 0"
SHOWN_VIDEO = '[data-testid="remote-video"]:not([hidden])'
REFUSE_PLACE = "navigator.geolocation.getCurrentPosition = (yes, no) => no({code: 1, PERMISSION_DENIED: 1});"


async def fits(scene: Scene, place: str) -> None:
    """Large enough for a shaking hand, nothing sideways, nothing axe-core objects to."""
    tab = scene.caller
    assert await tab.evaluate(SMALL) == [], place
    assert await tab.evaluate(FINE_PRINT) == [], place
    for width, height in ((320, 568), (390, 844)):
        await tab.page.set_viewport_size({"width": width, "height": height})
        assert await tab.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, place
    await accessible(tab, place)


@pytest.mark.real_time
async def test_one_tap_and_the_place_then_the_picture_are_there(server: Server) -> None:
    async with a_scene(server, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.wait("caller-begin")
        await fits(scene, "the first page")
        await caller.click("caller-begin")
        await dispatcher.wait("plus-code")
        assert (await text_of(dispatcher, "plus-code")).strip() == PLUS_CODE
        came = await eventually(lambda: dispatcher.evaluate("() => window.came.picture && window.came"))
        answered = await caller.evaluate("() => window.answered")
        place_ms, picture_ms = came["place"] - answered["place"], came["picture"] - answered["camera"]
        print(f"first place after {place_ms} ms, first picture after {picture_ms} ms")
        assert place_ms <= FIRST_PLACE_MS and picture_ms <= FIRST_PICTURE_MS
        assert await caller.evaluate("() => window.asked") == [["video"]], "the microphone is the phone's"
        await caller.wait("caller-self")
        await fits(scene, "the call")
        await accessible(dispatcher, "the stage of an incident")


@pytest.mark.real_time
async def test_a_card_is_there_within_a_blink_and_stays_when_the_network_goes(server: Server) -> None:
    async with a_scene(server, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await dispatcher.wait("card-cpr")
        for card in ("recovery_position", "press_wound", "cpr"):
            began = await dispatcher.evaluate(
                f"() => {{ document.querySelector('[data-testid=\"card-{card}\"]').click(); return Date.now(); }}"
            )
            shown = await eventually(lambda name=card: caller.evaluate(f"() => window.cards.{name}"), interval=0.02)  # type: ignore[misc]
            print(f"{card}: shown after {shown - began} ms")
            assert shown - began <= CARD_MS, card
        await caller.wait("metronome")
        await expect(dispatcher.page.locator('[data-testid="card-cpr"]')).to_contain_text("On the caller's screen")
        await fits(scene, "a card")
        await caller.page.context.set_offline(True)
        await caller.wait("caller-offline", timeout=30)
        assert await caller.page.is_visible(selector("caller-card")) and await caller.page.is_visible(selector("metronome"))
        await accessible(caller, "a card without network")
        await caller.page.context.set_offline(False)
        await expect(caller.page.locator(selector("caller-offline"))).to_have_count(0, timeout=30_000)
        await caller.reload()
        await caller.wait("caller-card")
        await dispatcher.click("card-clear")
        await expect(caller.page.locator(selector("caller-card"))).to_have_count(0)


async def test_what_the_device_cannot_do_is_asked_of_the_person(server: Server) -> None:
    async with a_scene(server, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await dispatcher.click("ask-light")  # this camera has no light
        await caller.wait("caller-ask")
        await expect(caller.page.locator(selector("caller-ask"))).to_contain_text("Turn on a light")
        assert "speak" in await caller.evaluate("() => window.noises")
        await expect(dispatcher.page.locator(selector("ask-light"))).to_have_attribute("data-shown", "true")
        await fits(scene, "a request")
        await caller.click("ask-done")
        await expect(caller.page.locator(selector("caller-ask"))).to_have_count(0)
        await caller.reload()
        await caller.wait("caller-live")
        await expect(caller.page.locator(selector("caller-ask"))).to_have_count(0)
        assert await caller.page.locator(selector("camera-light")).count() == 0, "what is missing is hidden"


@pytest.mark.parametrize(
    ("preload", "state"),
    [
        (PERMISSION.replace("STATE", "denied") + REFUSE_PLACE, "refused"),
        (PERMISSION.replace("STATE", "prompt") + REFUSE_PLACE, "dismissed"),
        (PERMISSION.replace("STATE", "prompt") + NO_ANSWER_FOR_PLACE, "unanswered"),
    ],
)
async def test_without_the_place_there_is_another_way(server: Server, preload: str, state: str) -> None:
    async with a_scene(server, preload=preload, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.click("caller-begin")
        if state == "unanswered":  # the question is open while it happens
            await caller.reload()
            await cut(caller)
        await expect(caller.page.locator(selector("caller-where"))).to_have_attribute("data-state", state, timeout=20_000)
        await fits(scene, f"the place {state}")
        assert await caller.page.locator(selector("how-to-allow")).count() == (1 if state == "refused" else 0)
        assert await caller.page.locator(selector("call-back")).get_attribute("href") == "tel:+49305550100"
        await caller.fill("place-text", HOSTILE)
        await caller.click("place-send")
        await expect(dispatcher.page.locator(selector("place"))).to_contain_text("<img src=x")
        await caller.click("where-skip")
        await caller.wait("caller-live")
        await dispatcher.wait("remote-video")


@pytest.mark.parametrize(
    ("preload", "state"),
    [
        (PERMISSION.replace("STATE", "denied") + REFUSE_CAMERA, "refused"),
        (PERMISSION.replace("STATE", "prompt") + REFUSE_CAMERA, "dismissed"),
        (NO_ANSWER_FOR_CAMERA, "unanswered"),
    ],
)
async def test_without_the_camera_the_place_is_there_and_the_call_goes_on(server: Server, preload: str, state: str) -> None:
    async with a_scene(server, preload=preload, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.click("caller-begin")
        await dispatcher.wait("plus-code")
        if state == "unanswered":
            await caller.wait("caller-camera")
            await caller.reload()
            await cut(caller)
        await expect(caller.page.locator(selector("caller-camera"))).to_have_attribute("data-state", state, timeout=20_000)
        await fits(scene, f"the camera {state}")
        await caller.click("camera-skip")
        await caller.wait("caller-live")
        await caller.fill("caller-write", HOSTILE)
        await caller.click("caller-send")
        await expect(caller.page.locator(selector("caller-line"))).to_contain_text("<img src=x")
        await dispatcher.click("open-chat")
        await expect(dispatcher.page.locator(selector("chat-message"))).to_contain_text("<img src=x")
        await caller.page.click(".live__more summary")
        await caller.click("call-me")
        await caller.wait("call-me-sent")
        await dispatcher.click("open-incident")
        await dispatcher.wait("wants-call")


def answer_of(server: Server, name: str, setting: str) -> dict[str, Any]:
    """What the browser shall answer to our page by itself."""
    return {"permission": {"name": name}, "setting": setting, "origin": server.base_url}


async def test_the_browsers_own_no_is_understood_and_taken_back(server: Server) -> None:
    """Nothing of the page is replaced and nothing says yes by itself: each question is answered with no, until somebody allows it
    in the browser's settings. With a reload and a cut in the middle of it."""
    async with chromium() as browser, freezable_chromium(without=FAKE_ANSWER) as caller:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        await caller.send("Emulation.setGeolocationOverride", **HERE)
        await caller.goto(link)
        await caller.click("caller-begin")
        await caller.wait('[data-testid="caller-where"][data-state="refused"]')
        await caller.reload()
        await caller.wait('[data-testid="caller-where"][data-state="refused"]')
        for offline in (True, False):
            await caller.send("Network.emulateNetworkConditions", offline=offline, **AS_FAST_AS_IT_IS)
            await asyncio.sleep(10 if offline else 0)  # what is shown is how long the cut lasts
        await caller.send("Browser.setPermission", **answer_of(server, "geolocation", "granted"))
        await caller.click("where-again")
        await caller.wait('[data-testid="caller-camera"][data-state="refused"]')
        await dispatcher.wait("plus-code")
        await expect(dispatcher.page.locator(selector("facts"))).to_contain_text("Camera refused", timeout=30_000)
        await caller.reload()
        await caller.wait('[data-testid="caller-camera"][data-state="refused"]')
        await caller.send("Browser.setPermission", **answer_of(server, "camera", "granted"))
        await caller.click("camera-again")
        await caller.wait("caller-live")
        await dispatcher.wait(SHOWN_VIDEO, timeout=30)
        assert dispatcher.problems == []


async def test_a_reload_and_a_cut_at_each_step(server: Server) -> None:
    async with a_scene(server, preload=CLOCK_BEHIND) as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.wait("caller-begin")
        await caller.reload()
        await cut(caller)
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await dispatcher.wait("remote-video")
        await cut(caller)
        await expect(caller.page.locator(selector("caller-offline"))).to_have_count(0, timeout=30_000)
        await caller.reload()
        await caller.wait("caller-live")
        await eventually(lambda: caller.page.is_visible(selector("caller-self")))
        await dispatcher.reload()
        await dispatcher.wait("plus-code")
        await dispatcher.wait("remote-video", timeout=30)


async def cut(caller: ChromiumTab) -> None:
    """Ten seconds without any network at the caller."""
    await caller.context.set_offline(True)
    await asyncio.sleep(10)  # what is shown is how long the cut lasts
    await caller.context.set_offline(False)


async def test_a_page_that_is_put_away_is_missed_and_comes_back(server: Server) -> None:
    async with chromium() as browser, freezable_chromium() as phone:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        await phone.send("Browser.grantPermissions", origin=server.base_url, permissions=["geolocation", "videoCapture"])
        await phone.send("Emulation.setGeolocationOverride", **HERE)
        await phone.goto(link)
        await phone.click("caller-begin")
        await phone.wait("caller-live")
        await dispatcher.wait(SHOWN_VIDEO, timeout=30)
        await phone.sleep()
        await dispatcher.wait("caller-away", timeout=60)
        await phone.wake()
        await expect(dispatcher.page.locator(selector("caller-away"))).to_have_count(0, timeout=60_000)
        await media_flows(dispatcher, videos=1, audios=0, timeout=60)
        assert dispatcher.problems == []


async def test_used_in_two_tabs_and_on_two_devices(server: Server) -> None:
    async with a_scene(server) as scene:
        await scene.caller.click("caller-begin")
        await scene.caller.wait("caller-live")
        second = await scene.caller.context.new_page()
        await second.goto(scene.link)
        await second.wait_for_selector(f"{selector('caller-live')}, {selector('caller-start')}")
        await scene.caller.wait("caller-elsewhere")
        await scene.caller.page.click(f"{selector('caller-elsewhere')} button")
        await scene.caller.wait("caller-live")
        await scene.caller.page.wait_for_selector('[data-testid="caller-self"]:not([hidden])')  # the camera is back by itself
        browser = scene.dispatcher.context.browser
        assert browser
        other = await open_chromium_tab(browser, **ALLOWED)
        await other.goto(scene.link)
        await other.wait("caller-moving")
        await accessible(other, "open on another device")
        await other.click("caller-move")
        await scene.dispatcher.click("move-approve")
        await other.click("caller-begin")
        await other.wait("caller-live")
        await scene.caller.wait("caller-over")
        await scene.dispatcher.wait(SHOWN_VIDEO, timeout=45)
        assert other.problems == []


async def test_a_link_that_leads_nowhere_says_so_with_the_number(server: Server) -> None:
    """One that was never made, one of a crew, one of a visit, and one that was taken back; then no network at all."""
    async with chromium() as browser:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher, reason="Taken back")
        tab = await open_chromium_tab(browser, **PHONE)
        for address in ("/e#" + "A" * 22, "/e#short", "/e"):
            await tab.goto("about:blank")
            await tab.goto(server.base_url + address)
            await tab.wait("caller-unknown")
            assert "+49 30 5550100" in await tab.page.inner_text("body")
        await accessible(tab, "an unknown link")
        await tab.goto(link.replace("/e#", "/v#"))
        await tab.fill("crew-pin-field", "123456")
        await tab.click("crew-open")
        await expect(tab.page.locator(selector("crew-over"))).to_contain_text("not complete")
        await tab.goto(link.replace("/e#", "/j#"))
        await expect(tab.page.locator(".notice-page code")).to_contain_text("link_unknown")
        await tab.page.route("**/api/v1/callers/open", lambda route: route.abort())
        await tab.goto(link)
        await tab.wait("caller-trouble")
        await tab.page.unroute("**/api/v1/callers/open")
        await tab.wait("caller-start")  # by itself
        await dispatcher.click("incident-more")
        await dispatcher.click("incident-revoke")
        await tab.wait("caller-over")
        await tab.reload()
        await tab.wait("caller-over")
        assert dispatcher.problems == []


def past_its_time(server: Server, dispatcher: ChromiumTab) -> None:
    """The links of the visit the dispatcher is in; the server has no way to be told another date."""
    session = dispatcher.page.url.rsplit("/", 1)[-1]
    with contextlib.closing(sqlite3.connect(server.var / "telemed.sqlite3", timeout=5)) as database, database:
        changed = database.execute(
            "UPDATE link SET expires_at = '2001' || substr(expires_at, 5) WHERE session_id = ?", (session,)
        )
        assert changed.rowcount == 1


async def test_a_link_past_its_time_says_so_with_the_numbers(server: Server) -> None:
    async with chromium() as browser:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        caller = await open_chromium_tab(browser, **ALLOWED)
        await caller.goto(link)
        await caller.wait("caller-begin")
        past_its_time(server, dispatcher)
        await caller.reload()  # who was here before has no more of it than somebody new
        await caller.wait("caller-expired")
        await expect(caller.page.locator(selector("caller-expired"))).to_contain_text("no longer valid")
        words = await caller.page.inner_text("body")
        assert "+49 30 5550100" in words and "112" in words
        assert await caller.page.locator(f"{selector('caller-begin')}, {selector('caller-again')}").count() == 0
        assert await caller.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        await accessible(caller, "a link past its time")
        other = await open_firefox_tab(width=390, height=844)
        try:
            await other.goto(link)
            await other.wait("caller-expired")
            assert "+49 30 5550100" in await other.evaluate("() => document.body.innerText")
        finally:
            await other.close()
        assert (dispatcher.problems, caller.problems) == ([], [])


async def test_a_picture_goes_on_after_a_cut_and_after_a_reload(server: Server, tmp_path: pathlib.Path) -> None:
    photo = jpeg_with(encoded("mjpeg", 1600, 1200, noise=24), 6)
    (tmp_path / "photo.jpg").write_bytes(photo)
    async with chromium() as browser:
        dispatcher = await board(browser, server)
        await dispatcher.click("kind-upload")
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        caller = await open_chromium_tab(browser, **ALLOWED)
        await caller.goto(link)
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await caller.click("send-picture")
        await caller.page.set_input_files(selector("still-file"), tmp_path / "photo.jpg")
        await caller.click("still-send")
        before = await eventually(lambda: caller.evaluate(SENT), timeout=60)
        await cut(caller)
        went_on = f"() => {{ const sent = ({SENT})(); return sent > {before} && sent; }}"
        kept = await eventually(lambda: caller.evaluate(went_on), timeout=60)
        await caller.reload()
        await caller.wait("caller-live", timeout=30)
        first = await eventually(lambda: caller.evaluate(SENT), timeout=60)
        assert first >= kept, "what was there is not sent again"
        await dispatcher.wait("still-open", timeout=100)
        await dispatcher.click("still-open")
        read, told = await eventually(lambda: dispatcher.evaluate(SUM))
        assert read == told == hashlib.sha256(stripped(photo, 40_000_000).data).hexdigest()
        assert (dispatcher.problems, caller.problems) == ([], [])


async def test_without_scripts_the_page_says_who_we_are_and_the_numbers(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, **PHONE, java_script_enabled=False)
        await tab.goto(server.base_url + "/e#" + "A" * 22)
        words = await tab.page.inner_text("body")
        assert "Demo Clinic" in words and "+49 30 5550100" in words and "112" in words and "Stay on the phone" in words


@pytest.mark.timeout(300)
async def test_two_callers_in_firefox_over_a_cut_and_a_reload(server: Server) -> None:
    place = """Object.defineProperty(navigator, "geolocation", {value: {getCurrentPosition: (yes) => yes({timestamp: Date.now(),
 coords: {latitude: 52.5163, longitude: 13.3777, accuracy: 18, altitude: null, heading: null, speed: null}}),
 watchPosition: () => 1, clearWatch() {}}});"""
    async with chromium() as browser:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher)
        await in_the_call(dispatcher)
        caller = await open_firefox_tab(width=390, height=844, preload=place)
        try:
            await caller.goto(link)
            await caller.click("caller-begin")
            await caller.wait("caller-live")
            await dispatcher.wait("plus-code")
            await dispatcher.wait("remote-video")
            await eventually(lambda: dispatcher.evaluate("() => window.came.picture"))
            await dispatcher.click("card-cpr")
            await caller.wait("metronome")
            await a_witness_in_firefox(dispatcher, caller, link)
        finally:
            await caller.close()


async def a_witness_in_firefox(dispatcher: ChromiumTab, caller: FirefoxTab, link: str) -> None:
    """A second caller: both seen, each guided alone, and what both wrote in a cut arrives once."""
    await dispatcher.click("add-caller")
    await dispatcher.click("add-caller-code")
    other = await eventually(lambda: dispatcher.evaluate(READ_LINK), timeout=30)
    assert other != link
    witness = await caller.another()
    await witness.goto(str(other))
    await witness.click("caller-begin")
    await witness.wait("caller-live", timeout=30)
    both = dispatcher.page.locator(selector("plus-code"))
    await expect(both).to_have_count(2, timeout=30_000)
    await expect(dispatcher.page.locator(SHOWN_VIDEO)).to_have_count(2, timeout=45_000)
    async with cut_off(caller, dispatcher):  # and the witness: one browser, one network
        for tab, words in ((caller, "one"), (witness, "two")):
            await tab.wait("caller-offline", timeout=30)
            await tab.fill("caller-write", words)
            await tab.click("caller-send")
        await dispatcher.page.locator(selector("addressee")).locator("input").last.check()
        await dispatcher.click("card-hold_still")
        await dispatcher.click("open-chat")
        await dispatcher.fill("chat-input", "three")
        await dispatcher.click("chat-send")
    await witness.wait('[data-testid="caller-card"][data-card="hold_still"]', timeout=30)
    await caller.wait('[data-testid="caller-card"][data-card="cpr"]')
    for tab in (caller, witness):
        await tab.reload()
        await tab.wait("caller-live", timeout=30)
    await caller.wait('[data-testid="caller-card"][data-card="cpr"]')
    await witness.wait('[data-testid="caller-card"][data-card="hold_still"]')
    lines = dispatcher.page.locator(f"{selector('chat-message')}[data-status=sent]")
    await expect(lines).to_have_count(3, timeout=30_000)
    said = " ".join(await lines.all_inner_texts())
    assert [said.count(word) for word in ("one", "two", "three")] == [1, 1, 1]
