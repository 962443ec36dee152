"""A still during a call: asked for, taken, seen before it is sent, kept; declined; gone on with after a reload; on the record."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telemed.media.pictures import stripped
from tests.browser.browsers import ChromiumTab, Tab, chromium, eventually, open_chromium_tab, open_firefox_tab, selector
from tests.browser.people import READ_LINK, admit, join_as_patient, sign_in
from tests.browser.server import Server
from tests.browser.test_admin import SIDEWAYS, faults
from tests.browser.test_patients import make_record
from tests.pictures import encoded, jpeg_with

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
COUNT = """() => document.querySelectorAll('[data-testid="still-open"]').length"""
SHOWN = """() => { const i = document.querySelector('[data-testid="still-image"]');
return i && i.complete && i.naturalWidth > 0 ? [i.naturalWidth, i.naturalHeight] : null; }"""
SUM = """async () => { const i = document.querySelector('[data-testid="still-image"]');
const bytes = await (await fetch(i.src)).arrayBuffer();
const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const read = [...sum].map((b) => b.toString(16).padStart(2, "0")).join("");
return [read, document.querySelector(".still-sum").textContent.split(" ").pop()]; }"""
KEPT_HERE = """async () => (await indexedDB.databases()).some((one) => one.name === "telemed-stills") ?
 await new Promise((done) => { const r = indexedDB.open("telemed-stills"); r.onsuccess = () => {
 const all = r.result.transaction("sending").objectStore("sending").getAllKeys();
 all.onsuccess = () => { r.result.close(); done(all.result.length); }; }; }) : 0"""
STATE = """() => document.querySelector('[data-testid="still-coming"]')?.dataset.state ?? null"""


@contextlib.asynccontextmanager
async def a_call(server: Server, patient_in: str) -> AsyncIterator[tuple[ChromiumTab, Tab, str]]:
    """A doctor in Chromium, a patient in either browser, in the call; and the address of the patient's record."""
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        doctor = await open_chromium_tab(browser)
        if patient_in == "firefox":
            patient: Tab = await open_firefox_tab(width=390, height=844)
            stack.push_async_callback(patient.close)
        else:
            patient = await open_chromium_tab(browser, **PHONE)
        await sign_in(doctor, server)
        record = await make_record(doctor, server, "Ada Berg", "1956-03-12")
        await doctor.click("start-session")
        await doctor.wait("call-stage")
        await join_as_patient(patient, str(await eventually(lambda: doctor.evaluate(READ_LINK))), "Ada Berg")
        await admit(doctor)
        await patient.wait("call-stage", timeout=30)
        await doctor.wait("still-ask-tile", timeout=30)
        yield doctor, patient, record


async def ask(doctor: ChromiumTab) -> None:
    button = doctor.page.locator(selector("still-ask-tile"))
    await eventually(button.is_enabled, timeout=40)
    await button.focus()
    await doctor.page.keyboard.press("Enter")


@pytest.mark.own_server
@pytest.mark.parametrize("patient_in", ["chromium", "firefox"])
async def test_a_still_is_asked_for_taken_sent_and_kept(server: Server, patient_in: str) -> None:
    async with a_call(server, patient_in) as (doctor, patient, record):
        await ask(doctor)
        await patient.wait("still-asked")
        assert await eventually(lambda: doctor.evaluate(STATE)) == "asked"
        await patient.click("still-decline")
        await eventually(lambda: _is(doctor, STATE, "declined"))
        await ask(doctor)
        await patient.wait("still-take")
        if isinstance(patient, ChromiumTab):
            assert await faults(patient) == []
        await patient.click("still-take")
        await patient.wait("still-shoot")
        if isinstance(patient, ChromiumTab):
            assert await faults(patient) == []
            assert await patient.evaluate(SIDEWAYS) <= 0
        await patient.click("still-shoot")
        await patient.wait("still-preview", timeout=20)
        await patient.click("still-retake")
        await patient.wait("still-shoot")
        await patient.click("still-shoot")
        await patient.wait("still-preview", timeout=20)
        if isinstance(patient, ChromiumTab):
            assert await faults(patient) == []
        await patient.click("still-send")
        for tab in (doctor, patient):
            await eventually(lambda tab=tab: tab.evaluate(COUNT), timeout=60)  # type: ignore[misc]
        assert await patient.evaluate(KEPT_HERE) == 0
        await doctor.page.locator(selector("still-open")).focus()
        await doctor.page.keyboard.press("Enter")
        width, _ = await eventually(lambda: doctor.evaluate(SHOWN))
        assert width >= 640
        read, told = await doctor.evaluate(SUM)
        assert read == told
        assert await faults(doctor) == []
        await doctor.page.keyboard.press("Escape")
        await doctor.goto(record)
        await doctor.wait("patient-stills")
        await doctor.click("patient-still")
        assert await eventually(lambda: doctor.evaluate(SHOWN))
        assert await faults(doctor) == []
        if isinstance(patient, ChromiumTab):
            assert doctor.problems == patient.problems == []


@pytest.mark.own_server
async def test_a_reload_in_the_middle_goes_on_and_a_wrong_file_is_told_kindly(server: Server, tmp_path: Path) -> None:
    photo = jpeg_with(encoded("mjpeg", 1600, 1200, noise=24), 6)
    (tmp_path / "photo.jpg").write_bytes(photo)
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0" + b"x" * 500)
    async with a_call(server, "chromium") as (doctor, patient, _):
        assert isinstance(patient, ChromiumTab)
        await patient.click("more")
        await patient.click("still-own")
        await patient.wait("still-dialog")
        await patient.page.set_input_files(selector("still-file"), tmp_path / "photo.heic")
        await eventually(lambda: patient.evaluate("() => document.querySelector('.still-fault')?.textContent.includes('HEIC')"))
        await patient.page.set_input_files(selector("still-file"), tmp_path / "photo.jpg")
        await patient.wait("still-preview")
        await patient.click("still-send")
        await patient.wait("still-numbers")
        part = "() => { const p = document.querySelector('.still-progress'); return p && p.value > 0 && p.value < p.max / 2; }"
        await eventually(lambda: patient.evaluate(part), timeout=40)
        assert await faults(patient) == []
        await patient.reload()
        if await patient.page.locator(selector("join-continue")).count():
            await patient.click("join-continue")
        await patient.wait("call-stage", timeout=30)
        await eventually(lambda: doctor.evaluate(COUNT), timeout=100)
        await doctor.click("still-open")
        await eventually(lambda: doctor.evaluate(SHOWN))
        read, told = await doctor.evaluate(SUM)
        assert read == told == hashlib.sha256(_stripped(photo)).hexdigest()
        assert await patient.evaluate(KEPT_HERE) == 0
        await doctor.click("still-erase")
        await doctor.fill("still-erase-reason", "Taken by mistake")
        await doctor.click("still-erase-sure")
        await eventually(lambda: _is(doctor, COUNT, 0))


def _stripped(photo: bytes) -> bytes:
    return stripped(photo, 40_000_000).data


async def _is(tab: Tab, script: str, value: object) -> bool:
    return bool(await tab.evaluate(script) == value)
