"""What the stage offers beyond talking: sharing, holding, removing, coming back, changing the device, ending with an outcome."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.axe import accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, media_flows, open_chromium_tab
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = {"viewport": {"width": 1000, "height": 640}}  # few pixels to paint: everything here is painted by the processor
PHONE = {"viewport": {"width": 390, "height": 844}}
STAGE_SECONDS = 45.0  # from a press to a picture, on a loaded two-core machine
PICTURES = """() => [...document.querySelectorAll('[data-testid="TESTID"]')]
 .filter((one) => one.videoWidth > 0 && !one.hidden).length"""
SHOWN = """() => !!document.querySelector('[data-testid="TESTID"]')"""
STATE_OF_PATIENT = """async () => { const answer = await fetch("/api/v1/sessions/" + location.pathname.split("/").pop());
return (await answer.json()).participants.find((one) => one.role === "patient").state; }"""


@dataclass(frozen=True)
class Call:
    """A doctor and a patient who see each other."""

    browser: Browser
    doctor: ChromiumTab
    patient: ChromiumTab
    link: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for all of this file; every test has its own consultation."""
    running = await start_prepared_server(tmp_path_factory.mktemp("stage"))
    try:
        yield running
    finally:
        await stop_server(running)


@contextlib.asynccontextmanager
async def a_call(server: Server) -> AsyncIterator[Call]:
    """From sign-in to both being seen."""
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        await join_as_patient(patient, link, "Ada Example")
        await admit(doctor)
        await patient.wait("call-stage", timeout=STAGE_SECONDS)
        for tab in (doctor, patient):
            await pictures(tab, "remote-video", 1)
        yield Call(browser, doctor, patient, link)
        assert doctor.problems == [] and patient.problems == []


async def pictures(tab: ChromiumTab, testid: str, count: int) -> None:
    """Wait until exactly `count` videos of this kind show a picture."""

    async def right() -> bool:
        return bool(await tab.evaluate(PICTURES.replace("TESTID", testid)) == count)

    await eventually(right, STAGE_SECONDS)


async def gone(tab: ChromiumTab, testid: str) -> None:
    """Wait until nothing of this name is on the page."""

    async def absent() -> bool:
        return not await tab.evaluate(SHOWN.replace("TESTID", testid))

    await eventually(absent, STAGE_SECONDS)


async def act_on_patient(doctor: ChromiumTab, action: str) -> None:
    """Choose `action` in the patient's menu of the people panel."""
    if not await doctor.evaluate(SHOWN.replace("TESTID", "close-panel")):
        await doctor.click("open-people")
    await doctor.click('.person:has-text("Ada Example") [data-testid=person-actions]')
    await doctor.click(action)


async def test_a_shared_screen_is_seen_and_goes_away(product: Server) -> None:
    async with a_call(product) as call:
        await call.doctor.click("share-screen")
        await pictures(call.patient, "remote-screen", 1)
        await call.patient.wait("remote-video")
        await accessible(call.patient, "a shared screen")
        await call.doctor.click("share-screen")
        await gone(call.patient, "remote-screen")
        await media_flows(call.patient, videos=1, audios=1)


async def test_someone_on_hold_sees_nobody_and_comes_back_until_removed(product: Server) -> None:
    async with a_call(product) as call:
        await act_on_patient(call.doctor, "hold")
        await gone(call.patient, "remote-video")
        await eventually(lambda: call.doctor.page.is_visible('.tile[data-state="on_hold"]'))
        await accessible(call.doctor, "somebody on hold")
        await accessible(call.patient, "on hold")
        await act_on_patient(call.doctor, "resume")
        await media_flows(call.patient, videos=1, audios=1)
        await media_flows(call.doctor, videos=1, audios=1)
        await act_on_patient(call.doctor, "remove")
        await call.doctor.click("remove-confirm")
        await call.patient.wait("goodbye", timeout=STAGE_SECONDS)
        await accessible(call.patient, "removed")
        await call.patient.reload()
        await gone(call.patient, "call-stage")


async def test_a_reload_needs_no_admission_and_a_second_device_needs_approval(product: Server) -> None:
    async with a_call(product) as call:
        await call.patient.reload()
        await call.patient.wait("call-stage", timeout=STAGE_SECONDS)
        await media_flows(call.patient, videos=1, audios=1)
        assert not await call.doctor.evaluate(SHOWN.replace("TESTID", "waiting-list"))
        second = await open_chromium_tab(call.browser, **PHONE)
        await second.goto(call.link)
        await second.click("move-here")
        await second.wait("move-asked")
        assert await call.doctor.evaluate(STATE_OF_PATIENT) == "connected"
        await call.doctor.click("move-approve")
        await second.wait("call-stage", timeout=STAGE_SECONDS)
        await gone(call.patient, "call-stage")
        await pictures(second, "remote-video", 1)
        assert second.problems == []


async def test_people_see_each_other_and_the_screen_after_a_restart_of_control(product: Server) -> None:
    async with a_call(product) as call:
        await call.doctor.click("share-screen")
        await pictures(call.patient, "remote-screen", 1)
        os.kill(product.children()["control"], signal.SIGKILL)
        for tab in (call.doctor, call.patient):
            await tab.wait('[data-testid="connection-state"][data-state="reconnecting"]', timeout=STAGE_SECONDS)
        for tab in (call.doctor, call.patient):
            await tab.wait('[data-testid="connection-state"][data-state="connected"]', timeout=STAGE_SECONDS)
            await pictures(tab, "remote-video", 1)
        await pictures(call.patient, "remote-screen", 1)
        assert await call.doctor.evaluate(STATE_OF_PATIENT) == "connected"


async def test_pages_are_accessible_from_sign_in_to_goodbye_and_a_missing_outcome_is_found_again(product: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        await doctor.goto(product.base_url + "/sign-in")
        await doctor.wait("login-submit")
        await accessible(doctor, "sign-in")
        await sign_in(doctor, product)
        await accessible(doctor, "today")
        link = await start_consultation(doctor)
        await accessible(doctor, "the doctor alone")
        await patient.goto(link)
        await patient.wait("join-continue")
        await accessible(patient, "check")
        await patient.fill("join-name", "Ada Example")
        await patient.click("join-continue")
        await patient.wait("waiting-room", timeout=STAGE_SECONDS)
        await accessible(patient, "waiting")
        await admit(doctor)
        for tab in (doctor, patient):
            await pictures(tab, "remote-video", 1)
            await tab.click("open-chat")
            await accessible(tab, "call")
        await end_and_complete_later(doctor, patient)
        assert doctor.problems == [] and patient.problems == []


async def end_and_complete_later(doctor: ChromiumTab, patient: ChromiumTab) -> None:
    """Ends for all, puts the outcome off, finds it on Today, records it, signs out."""
    await doctor.click("end-session")  # and let the seconds pass in which it could be taken back
    await patient.wait("goodbye", timeout=STAGE_SECONDS)
    await accessible(patient, "goodbye")
    await doctor.wait("outcome-save", timeout=STAGE_SECONDS)
    await accessible(doctor, "outcome")
    await doctor.click(".dialog__actions .button--quiet")
    await doctor.click("task-outcome")
    await doctor.wait("attach-record")  # a guest, and nobody said whose visit it was
    await doctor.click('[name="outcome"][value="follow_up"]')
    await doctor.click("outcome-save")
    await gone(doctor, "task-outcome")
    await doctor.click("sign-out")
    await doctor.wait("login-submit")


async def test_the_panel_gives_the_focus_back_and_shows_who_waits_on_a_small_phone(product: Server) -> None:
    async with a_call(product) as call:
        await call.doctor.page.set_viewport_size({"width": 320, "height": 568})
        await call.doctor.page.focus('[data-testid="open-chat"]')
        await call.doctor.page.keyboard.press("Enter")
        await call.doctor.wait("chat-input")
        await call.doctor.page.keyboard.press("Escape")
        focused = "() => document.activeElement?.dataset.testid === 'open-chat'"
        await eventually(lambda: call.doctor.evaluate(focused))
        await call.doctor.click("open-chat")
        guest = await open_chromium_tab(call.browser, **PHONE)
        await call.doctor.click("more")
        await call.doctor.click("open-invite")
        await call.doctor.click("make-link")
        link = await call.doctor.page.input_value('dialog[open] [data-testid="invite-link"]')
        await call.doctor.page.keyboard.press("Escape")
        await join_as_patient(guest, link, "Rita Relative")
        await call.doctor.wait("admit", timeout=STAGE_SECONDS)
        bottom = """() => { const one = document.querySelector('[data-testid="admit"]').getBoundingClientRect();
        return !!document.elementFromPoint(one.left + 9, one.bottom - 4)?.closest('[data-testid="admit"]'); }"""
        await eventually(lambda: call.doctor.evaluate(bottom))
        await admit(call.doctor)
        await guest.wait("call-stage", timeout=STAGE_SECONDS)
