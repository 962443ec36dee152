"""Being asked, told and let out of a recording, in two real browsers: before the call, in it, by hand and by keyboard."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.people import admit, invite_another, join_as_patient, sign_in, start_consultation
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = {"viewport": {"width": 1000, "height": 640}}
PHONE = {"viewport": {"width": 390, "height": 844}}
SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))
STAGE_SECONDS = 45.0  # from a press to its effect on another page, on a loaded two-core machine
# Counts what a person would hear and feel, and lets it happen.
LISTEN = """(() => { window.tones = 0; window.shakes = 0;
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...rest) { window.tones += 1; return start.apply(this, rest); };
navigator.vibrate = () => { window.shakes += 1; return true; }; })()"""
MARK = """() => document.querySelector('[data-testid="recording-mark"]')?.dataset.state ?? null"""
MARK_WORDS = """() => document.querySelector('[data-testid="recording-mark"]')?.textContent ?? ''"""
# Equal weight: the same height, and neither wider than the other by more than its words need.
BUTTON_LOOKS = """() => [...document.querySelectorAll('[data-testid="FIRST"], [data-testid="SECOND"]')].map((one) => {
 const { height, right, bottom, left } = one.getBoundingClientRect();
 const { backgroundColor, color, borderColor, fontSize, fontWeight } = getComputedStyle(one);
 return {height: Math.round(height), look: [backgroundColor, color, borderColor, fontSize, fontWeight].join(),
  seen: left >= 0 && right <= innerWidth && bottom <= innerHeight && bottom > 0}; })"""
FOCUS_IN = """() => !!document.activeElement.closest('[data-testid="TESTID"]')"""
CARD_OVER_BAR = """() => { const card = document.querySelector('.rec-card').getBoundingClientRect();
 const bar = document.querySelector('.bar').getBoundingClientRect(); return card.bottom > bar.top + 1; }"""
# Toasts of which a part is beyond the edge, or what stands in them is.
WIDE_TOASTS = """() => [...document.querySelectorAll('.toast, .toast *')]
 .filter((one) => one.getBoundingClientRect().right > innerWidth).length"""
SET_POLICY = """([name, value]) => fetch("/api/v1/admin/policies", {method: "PUT",
headers: {"Content-Type": "application/json"}, body: JSON.stringify({name, value})}).then((answer) => answer.status)"""


@dataclass(frozen=True)
class Call:
    """A doctor and a patient in one consultation."""

    browser: Browser
    doctor: ChromiumTab
    patient: ChromiumTab


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for all of this file; every test has its own consultation."""
    running = await start_prepared_server(tmp_path_factory.mktemp("recording"))
    try:
        yield running
    finally:
        await stop_server(running)


async def listening_tab(browser: Browser, **options: object) -> ChromiumTab:
    """A page that counts tones and vibrations."""
    tab = await open_chromium_tab(browser, **options)
    await tab.page.add_init_script(LISTEN)
    return tab


async def join_silently(tab: ChromiumTab, link: str, name: str) -> None:
    """As `join_as_patient`, on a device that must not be heard."""
    await tab.goto(link)
    await tab.wait("join-continue")
    await tab.click("stay-silent")
    await tab.fill("join-name", name)
    await tab.click("join-continue")
    await tab.wait("waiting-room", timeout=20)


@contextlib.asynccontextmanager
async def a_call(server: Server, *, silent: bool = False) -> AsyncIterator[Call]:
    """From sign-in to both being on the stage. `silent`: the patient says in the device check that the device must be so."""
    async with chromium() as browser:
        doctor, patient = await listening_tab(browser, **DESK), await listening_tab(browser, **PHONE)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        await (join_silently if silent else join_as_patient)(patient, link, "Ada Example")
        await admit(doctor)
        await patient.wait("call-stage", timeout=STAGE_SECONDS)
        await doctor.wait("remote-video", timeout=STAGE_SECONDS)
        yield Call(browser, doctor, patient)
        assert doctor.problems == [] and patient.problems == []


async def marked(tab: ChromiumTab, state: str | None) -> None:
    """Wait until the head of the stage says this of the recording; None: nothing."""

    async def right() -> bool:
        return bool(await tab.evaluate(MARK) == state)

    await eventually(right, STAGE_SECONDS)


async def gone(tab: ChromiumTab, testid: str) -> None:
    """Wait until nothing of this name is on the page."""
    await tab.page.wait_for_selector(selector(testid), state="detached", timeout=STAGE_SECONDS * 1000)


async def from_menu(tab: ChromiumTab, testid: str) -> None:
    """Choose an entry of the call's menu."""
    await tab.click("more")
    await tab.click(testid)


async def equal_answers(tab: ChromiumTab, first: str, second: str) -> None:
    """Two answers that look alike, both in sight."""
    looks = await tab.evaluate(BUTTON_LOOKS.replace("FIRST", first).replace("SECOND", second))
    assert len(looks) == 2 and looks[0] == looks[1] and looks[0]["seen"], looks


async def recorded(call: Call) -> None:
    """Asked by the doctor, agreed to by both."""
    await from_menu(call.doctor, "menu-recording-ask")
    for tab in (call.patient, call.doctor):
        await tab.wait("recording-ask", timeout=STAGE_SECONDS)
        await tab.click("recording-agree")
    for tab in (call.doctor, call.patient):
        await marked(tab, "on")


async def set_policy(browser: Browser, server: Server, name: str, value: str) -> None:
    """An admin decides."""
    tab = await open_chromium_tab(browser)
    email, password = server.account("admin")
    await tab.goto(server.base_url + "/sign-in")
    await tab.fill("login-email", email)
    await tab.fill("login-password", password)
    await tab.click("login-submit")
    await tab.wait("admin-page")
    assert await tab.page.evaluate(SET_POLICY, [name, value]) == 200
    await tab.close()


async def test_asked_agreed_withdrawn_and_agreed_again(product: Server) -> None:
    async with a_call(product) as call:
        doctor, patient = call.doctor, call.patient
        await from_menu(doctor, "menu-recording-ask")
        await patient.wait("recording-ask", timeout=STAGE_SECONDS)
        await equal_answers(patient, "recording-agree", "recording-refuse")
        await accessible(patient, "asked")
        assert not await patient.evaluate(CARD_OVER_BAR), "the microphone stays within reach"
        tones = await patient.evaluate("() => window.tones")
        await patient.click("recording-agree")
        await gone(patient, "recording-ask")
        await doctor.click("recording-agree")
        await doctor.wait("banner-recording-on", timeout=STAGE_SECONDS)
        await patient.wait("banner-recording-on", timeout=STAGE_SECONDS)
        assert "You are recorded" in await patient.page.inner_text(selector("banner-recording-on"))
        await eventually(lambda: patient.evaluate(f"() => window.tones > {tones} && window.shakes > 0"))
        await marked(patient, "on")
        await accessible(patient, "recorded")
        await accessible(doctor, "recording")
        await patient.click("notice-answer")
        await patient.wait("recording-earlier", timeout=STAGE_SECONDS)
        assert "not you" in await patient.evaluate(MARK_WORDS)
        await patient.page.set_viewport_size({"width": 320, "height": 568})
        assert await patient.evaluate(WIDE_TOASTS) == 0, "taking it back stays within reach"
        await patient.page.set_viewport_size(PHONE["viewport"])
        await equal_answers(patient, "earlier-keep", "earlier-destroy")
        await accessible(patient, "earlier")
        await doctor.wait("recording-bleed", timeout=STAGE_SECONDS)
        await accessible(doctor, "bleed")
        await doctor.click("bleed-video_only")
        await gone(doctor, "recording-bleed")
        await marked(doctor, "pictures")
        await patient.click("earlier-keep")
        await gone(patient, "recording-earlier")
        await patient.click("recording-mark")
        await patient.click("recording-agree")
        await marked(doctor, "on")
        await stop(call)


async def stop(call: Call) -> None:
    """Asked once more, then everybody hears of the end."""
    await from_menu(call.doctor, "menu-recording-stop")
    await accessible(call.doctor, "stop")
    await call.doctor.click("confirm-recording-stop")
    for tab in (call.doctor, call.patient):
        await tab.wait("banner-recording-off", timeout=STAGE_SECONDS)
        await marked(tab, None)


async def test_the_question_waits_and_the_keyboard_answers_it(product: Server) -> None:
    async with a_call(product) as call:
        doctor, patient = call.doctor, call.patient
        await from_menu(doctor, "menu-recording-ask")
        await patient.wait("recording-ask", timeout=STAGE_SECONDS)
        await eventually(lambda: patient.evaluate(FOCUS_IN.replace("TESTID", "recording-ask")))
        await patient.page.keyboard.press("Escape")
        await gone(patient, "recording-ask")
        await eventually(lambda: patient.evaluate("() => document.activeElement.dataset.testid === 'recording-mark'"))
        await patient.page.keyboard.press("Enter")
        await patient.wait("recording-ask")
        await patient.page.focus(selector("recording-refuse"))
        await patient.page.keyboard.press("Enter")
        await gone(patient, "recording-ask")
        assert "not you" in await patient.evaluate(MARK_WORDS)
        await doctor.click("open-people")
        said = await doctor.page.inner_text(selector("recording-people"))
        assert "Said no" in said and "Has not answered" in said
        await accessible(doctor, "who said what")


async def test_who_comes_late_is_asked_at_the_door_and_told_inside(product: Server) -> None:
    async with a_call(product) as call:
        await recorded(call)
        late = await listening_tab(call.browser, **PHONE)
        await join_as_patient(late, await invite_another(call.doctor), "Rita Relative", step="join-unrecorded")
        await admit(call.doctor)
        await call.doctor.wait("recording-bleed", timeout=STAGE_SECONDS)
        await marked(late, "pictures")
        await late.wait("banner-recording-on", timeout=STAGE_SECONDS)
        assert "not recorded" in await late.page.inner_text(selector("banner-recording-on"))
        await eventually(lambda: late.evaluate("() => window.tones > 0"))
        await stop(call)
        assert late.problems == []


async def test_markers_are_made_by_key_described_and_taken_back(product: Server) -> None:
    async with a_call(product, silent=True) as call:
        await recorded(call)
        doctor = call.doctor
        await doctor.click("notice-read")
        await from_menu(doctor, "open-shortcuts")
        await doctor.page.click(".dialog .switch")
        await doctor.page.evaluate("() => document.activeElement.blur()")
        await doctor.page.keyboard.press("k")  # the dialog is open: nothing is marked
        await doctor.page.keyboard.press("Escape")
        await eventually(lambda: doctor.evaluate("() => document.activeElement.dataset.testid === 'more'"))
        await doctor.page.evaluate("() => document.activeElement.blur()")
        await doctor.page.keyboard.press("k")
        await doctor.wait("marker-card")
        await doctor.click("marker-finding")
        await doctor.fill("marker-text", "swelling")
        await accessible(doctor, "marker")
        await doctor.page.keyboard.press("Enter")
        await doctor.click("open-people")
        await doctor.page.wait_for_selector('[data-testid="own-marker"][data-status="saved"]', timeout=STAGE_SECONDS * 1000)
        assert await doctor.page.locator(selector("own-marker")).count() == 1
        assert "Finding: swelling" in await doctor.page.inner_text(selector("own-marker"))
        await accessible(doctor, "own markers")
        await doctor.page.click(f"{selector('own-marker')} .button--icon")
        await gone(doctor, "own-marker")
        heard = await call.patient.evaluate("() => [window.tones, window.shakes]")
        assert heard == [0, 0], "who must stay silent reads of the recording, and hears and feels nothing"
        assert await doctor.evaluate("() => window.tones > 0")


async def test_bystanders_are_noted_with_who_answered(product: Server) -> None:
    async with a_call(product) as call:
        await recorded(call)
        doctor = call.doctor
        await from_menu(doctor, "menu-recording-bystander")
        await doctor.page.select_option(selector("bystander-decided"), "unable")
        await doctor.click("bystander-agreed")
        await doctor.page.wait_for_selector(".field__error")
        await accessible(doctor, "bystander")
        await doctor.fill("bystander-name", "Dr. Amsel")
        await doctor.fill("bystander-reason", "unconscious")
        await doctor.click("bystander-refused")
        await gone(doctor, "bystander-dialog")
        await doctor.wait("recording-bleed", timeout=STAGE_SECONDS)
        await doctor.click("bleed-wait")
        for tab in (doctor, call.patient):
            await marked(tab, "waits")


async def test_cards_fit_every_size(product: Server) -> None:
    async with a_call(product) as call:
        await from_menu(call.doctor, "menu-recording-ask")
        for tab in (call.patient, call.doctor):
            await tab.wait("recording-ask", timeout=STAGE_SECONDS)
            for width, height in SIZES:
                await tab.page.set_viewport_size({"width": width, "height": height})
                assert await tab.evaluate(SIDEWAYS) <= 0, width
                await equal_answers(tab, "recording-agree", "recording-refuse")
                assert not await tab.evaluate(CARD_OVER_BAR), width


async def test_asked_before_the_call_and_a_refusal_never_holds_it_up(product: Server) -> None:
    async with chromium() as browser:
        await set_policy(browser, product, "recording_scheduled", "required")
        try:
            await refused_before_the_call(browser, product)
        finally:
            await set_policy(browser, product, "recording_scheduled", "optional")


async def refused_before_the_call(browser: Browser, server: Server) -> None:
    """Both ways lead in; the one that was refused goes on unrecorded, with a reason."""
    doctor, patient = await listening_tab(browser, **DESK), await listening_tab(browser, **PHONE)
    await sign_in(doctor, server)
    link = await start_consultation(doctor)
    await patient.goto(link)
    await patient.wait("join-unrecorded", timeout=STAGE_SECONDS)
    await patient.fill("join-name", "Ada Example")
    for width, height in SIZES:
        await patient.page.set_viewport_size({"width": width, "height": height})
        assert await patient.evaluate(SIDEWAYS) <= 0, width
    await patient.page.set_viewport_size({"width": 390, "height": 844})
    await equal_answers(patient, "join-agree", "join-unrecorded")
    await patient.page.click(".consent summary")
    await accessible(patient, "consent before the call")
    await patient.click("join-unrecorded")
    await patient.wait("waiting-room", timeout=STAGE_SECONDS)
    await patient.wait("consent-answered", timeout=STAGE_SECONDS)
    await accessible(patient, "waiting, not to be recorded")
    await admit(doctor)
    await patient.wait("call-stage", timeout=STAGE_SECONDS)
    await doctor.wait("recording-unrecorded", timeout=STAGE_SECONDS)
    await accessible(doctor, "unrecorded")
    await doctor.click("unrecorded-go")
    await gone(doctor, "recording-unrecorded")
    await marked(patient, None)
    assert doctor.problems == [] and patient.problems == []
