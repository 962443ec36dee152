"""Getting a doctor from the scene: two taps to ringing, escalation, cuts and reloads, vital signs, and what gloves need."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing

import pytest
from playwright.async_api import Locator, expect

from tests.browser.axe import SIDEWAYS
from tests.browser.browsers import (
    ChromiumTab,
    FirefoxTab,
    chromium,
    eventually,
    media_flows,
    open_chromium_tab,
    open_firefox_tab,
)
from tests.browser.cuts import cut_off
from tests.browser.on_call import PHONE, make_speciality, signed_in
from tests.browser.people import sign_in
from tests.browser.server import Server
from tests.browser.test_admin import faults

pytestmark = pytest.mark.own_server  # each makes specialities and counts pages

# Visible controls that are too small, or too close to a neighbour: what gloves need.
TOO_SMALL = """() => { const seen = [...document.querySelectorAll(".scene :is(button, a, input)")].filter((e) => e.offsetParent);
 const boxes = seen.map((e) => [e, e.getBoundingClientRect()]);
 const small = boxes.filter(([, b]) => b.width < 63.5 || b.height < 63.5).map(([e]) => e.outerHTML.slice(0, 90));
 for (const [one, a] of boxes) for (const [other, b] of boxes) { if (one === other) continue;
  const dx = Math.max(a.left - b.right, b.left - a.right), dy = Math.max(a.top - b.bottom, b.top - a.bottom);
  if (Math.max(dx, dy) < 11.5) small.push("close: " + one.outerHTML.slice(0, 60) + " / " + other.outerHTML.slice(0, 60)); }
 for (const e of document.querySelectorAll(".scene *")) if (e.offsetParent && parseFloat(getComputedStyle(e).fontSize) < 20
  && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) small.push("text: " + e.outerHTML.slice(0, 90));
 return small; }"""
RINGS = """() => Boolean(document.querySelector('[data-testid="ring-dialog"]'))"""
STILLS = """() => document.querySelectorAll('[data-testid="still-open"]').length"""
THUMB_PX = 57  # 15 mm: the radius of what a thumb in a glove covers
FOCUSED = "() => document.activeElement?.dataset.testid ?? ''"
# The server hears of the press, the page never of the answer.
NO_ANSWER = """() => { const real = window.fetch; window.fetch = (url, init) => { const answer = real(url, init);
 return String(url).endsWith("/pages") ? new Promise(() => {}) : answer; }; }"""


async def thumb(tab: ChromiumTab, place: Locator) -> None:
    """Press as a thumb in a glove does: over a wide area, and not in the middle of it."""
    await place.scroll_into_view_if_needed()
    box = await place.bounding_box()
    assert box is not None
    point = {"x": box["x"] + box["width"] * 0.3, "y": box["y"] + box["height"] * 0.7, "radiusX": THUMB_PX, "radiusY": THUMB_PX}
    touch = await tab.context.new_cdp_session(tab.page)
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await touch.detach()


async def by_keyboard(tab: ChromiumTab, testid: str) -> None:
    """Tab to it, and Enter."""
    await tab.wait(testid)
    for _ in range(40):
        await tab.press("Tab")
        if await tab.evaluate(FOCUSED) == testid:
            await tab.press("Enter")
            return
    raise AssertionError(f"{testid} is not reached")


def pages_begun(server: Server) -> int:
    """How many there are in the database."""
    with closing(sqlite3.connect(f"file:{server.var / 'telemed.sqlite3'}?mode=ro", uri=True, timeout=10)) as database:
        return int(database.execute("SELECT count(*) FROM oncall_page").fetchone()[0])


async def test_two_taps_ring_a_doctor_who_comes(server: Server) -> None:
    async with chromium() as browser:
        await make_speciality(browser, server, "Trauma", "clinician")
        await make_speciality(browser, server, "Stroke", "dispatcher")
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        phone = await signed_in(browser, server, "responder", **PHONE)
        await phone.goto(server.base_url + "/scene")
        await phone.wait("get-doctor")
        assert await faults(phone) == [] and await phone.evaluate(TOO_SMALL) == []
        await thumb(phone, phone.page.get_by_test_id("get-doctor"))
        pick = phone.page.locator('[data-testid="pick-speciality"]', has_text="Trauma")
        await pick.wait_for()
        assert await phone.evaluate(TOO_SMALL) == []
        began = time.monotonic()
        await thumb(phone, pick)
        await doctor.wait("ring-dialog", timeout=5)
        # The second that is promised is held by test_paging.py; here the browsers of a busy machine are waited for as well.
        print(f"second tap -> ringing: {time.monotonic() - began:.2f} s")
        await phone.wait("paged")
        assert await faults(doctor) == [] and await faults(phone) == [] and await phone.evaluate(TOO_SMALL) == []
        await doctor.press("Escape")
        assert await doctor.evaluate(RINGS), "a slip sends nobody away"
        await phone.reload()
        await phone.wait("paged", timeout=20)
        await doctor.reload()
        await doctor.wait("ring-accept")
        await doctor.page.keyboard.press("Enter")  # the answer has the focus
        await doctor.wait("call-stage", timeout=20)
        named = re.compile(r"At the scene: Trauma \(.+\)")
        await expect(doctor.page.locator("h1.top__title")).to_have_text(named, timeout=15_000)
        await expect(doctor.page).to_have_title(named, timeout=15_000)
        await media_flows(doctor, videos=1, audios=1)
        await media_flows(phone, videos=1, audios=1)
        await phone.fill("enter-pulse", "400")
        await phone.click("save-pulse")
        await phone.page.wait_for_selector(".vital__fault")
        await thumb(phone, phone.page.get_by_test_id("enter-pulse"))
        await phone.page.keyboard.press("Control+A")
        await phone.page.keyboard.type("88")
        await thumb(phone, phone.page.get_by_test_id("save-pulse"))
        await phone.wait("vital-pulse")
        await phone.fill("enter-blood_pressure", "120")
        await phone.fill("enter-second", "80")
        await phone.click("save-blood_pressure")
        await phone.wait("vital-blood_pressure")
        assert "88" in (await doctor.page.text_content('[data-testid="vital-strip"]') or "")
        assert await phone.evaluate(TOO_SMALL) == [] and await faults(phone) == []
        for width, height in ((390, 844), (320, 568), (820, 1180), (1440, 900)):
            await phone.page.set_viewport_size({"width": width, "height": height})
            assert await phone.page.evaluate(SIDEWAYS) <= 0, (width, height)
        await phone.page.set_viewport_size({"width": 390, "height": 844})
        await asked_and_recorded(doctor, phone)
        await thumb(phone, phone.page.get_by_test_id("scene-microphone"))
        await phone.wait('[data-testid="scene-microphone"][aria-pressed="false"]')
        await thumb(phone, phone.page.get_by_test_id("scene-end"))
        await thumb(phone, phone.page.get_by_test_id("scene-sure"))
        await phone.wait("get-doctor")
        await doctor.goto(server.base_url + "/today")
        await expect(doctor.page.get_by_text("At the scene: Trauma").first).to_be_visible(timeout=20_000)
        assert doctor.problems == [] and phone.problems == []


async def asked_and_recorded(doctor: ChromiumTab, phone: ChromiumTab) -> None:
    """Who is at the scene is asked before it is recorded, in this page's sizes, and sees that it is."""
    await doctor.click("more")
    await doctor.click("menu-recording-ask")
    await phone.wait("recording-ask")
    assert await phone.evaluate(TOO_SMALL) == [] and await faults(phone) == []
    await thumb(phone, phone.page.get_by_test_id("recording-agree"))
    await doctor.click("recording-agree")
    await phone.wait('[data-testid="recording-mark"][data-state="on"]')
    await phone.wait("banner-recording-on")
    assert await phone.evaluate(TOO_SMALL) == [] and await faults(phone) == []
    assert await phone.page.evaluate(SIDEWAYS) <= 0


async def test_cuts_and_reloads_at_each_step(server: Server) -> None:
    async with chromium() as browser:
        await make_speciality(browser, server, "Trauma", "clinician")
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        phone = await signed_in(browser, server, "responder", **PHONE)
        await phone.goto(server.base_url + "/")
        assert phone.page.url.endswith("/scene"), "where a responder begins"

        # Without a network at the press: the telephone at once, and why.
        await phone.wait("get-doctor")
        await phone.page.context.set_offline(True)
        await phone.click("get-doctor")
        await phone.wait("scene-phone")
        await phone.wait(".scene__trouble")
        assert await phone.page.get_attribute(".scene__trouble a", "href") == "tel:+4930112233"
        await phone.page.context.set_offline(False)

        # A reload before the answer is there: the same call, not a second one.
        await phone.evaluate(NO_ANSWER)
        await phone.click("get-doctor")
        await doctor.wait("ring-dialog")
        assert await faults(phone) == [] and await phone.evaluate(TOO_SMALL) == []
        await phone.reload()
        await phone.wait("paged", timeout=20)
        assert pages_begun(server) == 1

        # While it rings.
        for tab in (phone, doctor):
            await tab.page.context.set_offline(True)
        await phone.page.wait_for_timeout(10_000)  # the cut itself
        await phone.wait("scene-phone")
        for tab in (phone, doctor):
            await tab.page.context.set_offline(False)
        assert await doctor.evaluate(RINGS), "it still rings"
        await doctor.click("ring-accept")
        await doctor.wait("call-stage", timeout=30)
        await media_flows(doctor, videos=1, audios=1, timeout=40)

        # In the call: what was typed stays, is taken once, and is there after a reload.
        await phone.page.context.set_offline(True)
        await phone.fill("enter-pulse", "88")
        await phone.click("save-pulse")
        await phone.wait(".vital__fault")
        await phone.page.context.set_offline(False)
        await phone.click("save-pulse")
        await phone.wait("vital-pulse")
        await phone.reload()
        await phone.wait("vital-pulse", timeout=20)
        await media_flows(phone, videos=1, audios=1, timeout=40)
        assert pages_begun(server) == 1


async def test_nobody_answers_and_the_number_is_shown(server: Server) -> None:
    async with chromium() as browser:
        await make_speciality(browser, server, "Trauma", "clinician", "dispatcher", steps=(5, 5))
        doctor, second = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await sign_in(doctor, server)
        await sign_in(second, server, "dispatcher")
        phone = await signed_in(browser, server, "responder", **PHONE)
        await phone.goto(server.base_url + "/scene")
        await by_keyboard(phone, "get-doctor")
        await doctor.wait("ring-dialog")
        assert not await second.evaluate(RINGS)
        await second.wait("ring-dialog", timeout=20)
        await doctor.wait("ring-missed")  # too late for the question, not for a yes
        assert not await doctor.evaluate(RINGS) and await faults(doctor) == []
        await second.click("ring-decline")
        await phone.wait("last-resort", timeout=5)
        assert await phone.page.get_attribute('[data-testid="last-resort"]', "href") == "tel:+4930112233"
        assert await faults(phone) == [] and await phone.evaluate(TOO_SMALL) == []
        assert await doctor.page.get_by_test_id("missed-accept").is_visible()
        await by_keyboard(phone, "page-again")
        await doctor.wait("ring-dialog")
        await by_keyboard(phone, "scene-end")
        await by_keyboard(phone, "scene-sure")
        await phone.wait("get-doctor")
        await eventually(lambda: doctor.evaluate(RINGS.replace("=> Boolean", "=> !Boolean")))


@pytest.mark.timeout(300)
async def test_the_scene_in_firefox_over_reloads_and_cuts_at_each_step(server: Server) -> None:
    async with chromium() as browser:
        await make_speciality(browser, server, "Trauma", "clinician")
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        fox = await open_firefox_tab(width=390, height=844)
        try:
            await begun_from_firefox(server, fox, doctor)
            await answered_and_told_in_firefox(fox, doctor)
            await handed_over_in_firefox(fox, doctor)
            assert pages_begun(server) == 1 and doctor.problems == []
        finally:
            await fox.close()


async def begun_from_firefox(server: Server, fox: FirefoxTab, doctor: ChromiumTab) -> None:
    """From signing in to ringing: nothing is called without a network, and once with it."""
    email, password = server.account("responder")
    await fox.goto(server.base_url + "/sign-in")
    await fox.fill("login-email", email)
    await fox.fill("login-password", password)
    await fox.click("login-submit")
    await fox.wait("get-doctor", timeout=30)
    await fox.reload()
    await fox.wait("get-doctor")
    await fox.set_offline(True)
    await fox.click("get-doctor")
    await fox.wait("scene-phone")
    await fox.wait(".scene__trouble", timeout=30)
    await fox.set_offline(False)
    assert pages_begun(server) == 0
    await fox.click("get-doctor")
    await doctor.wait("ring-dialog", timeout=30)
    await fox.reload()
    await fox.wait("paged", timeout=30)


async def answered_and_told_in_firefox(fox: FirefoxTab, doctor: ChromiumTab) -> None:
    """The doctor says yes while neither has a network; later what is measured and taken without one gets there once."""
    async with cut_off(fox, doctor):
        await doctor.click("ring-accept")
        await doctor.wait("ring-waits")
        await fox.wait("scene-phone", timeout=30)
    await doctor.wait("call-stage", timeout=40)
    await media_flows(doctor, videos=1, audios=1, timeout=40)
    await fox.reload()
    await media_flows(fox, videos=1, audios=1, timeout=60)
    await fox.wait("handed-over", timeout=30)
    async with cut_off(fox):
        await fox.fill("enter-pulse", "88")
        await fox.click("save-pulse")
        await fox.click("scene-still")
        await fox.wait(".vital__fault", timeout=30)
        await fox.click("handed-over")
        await fox.wait(".toast", timeout=30)
    await fox.click("save-pulse")
    await fox.wait("vital-pulse", timeout=30)
    await eventually(lambda: doctor.evaluate(STILLS), timeout=90)
    await fox.reload()
    await fox.wait("vital-pulse", timeout=30)
    assert await doctor.evaluate(STILLS) == 1 and await doctor.page.locator(".vital-strip dt").count() == 1


async def handed_over_in_firefox(fox: FirefoxTab, doctor: ChromiumTab) -> None:
    """What was not said in the cut is said now, and stays said after a reload."""
    assert await doctor.page.locator('[data-testid="handover-dialog"]').count() == 0, "not without the network, and not by itself"
    await fox.click("handed-over")
    await doctor.wait("handover-dialog", timeout=30)
    await fox.reload()
    await fox.wait("handed-over", timeout=30)
    await doctor.click("ring-accept")
    await fox.wait("scene-leave", timeout=30)
    await fox.reload()
    await fox.wait("scene-leave", timeout=30)
    await fox.click("scene-leave")
    await fox.wait("get-doctor", timeout=30)
