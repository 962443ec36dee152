"""How a call is and was, as people see it: words for the patient, figures for staff, minutes in the record, rooms for admins."""

from __future__ import annotations

import json

from playwright.async_api import Page, Route

from tests.browser.browsers import chromium, eventually, open_chromium_tab, selector
from tests.browser.people import READ_LINK, admit, join_as_patient, sign_in
from tests.browser.server import Server
from tests.browser.test_admin import FOCUSED_ITEM, PHONE, SIDEWAYS, SIZES, admin_tab, faults, go
from tests.browser.test_patients import make_record

NAME = "Katharina Weiß"
MINUTE = {
    "heard": "good", "seen": "good", "up_loss": 0.01, "down_loss": 0.0, "rtt_ms": 80, "up_jitter_ms": 3, "down_jitter_ms": 9,
    "up_rate": 900_000, "down_rate": 1_200_000, "height": 360, "layer": 0, "concealed": 0.01, "frozen": 0.0, "paused": 0.0,
    "no_picture": 0.0, "way": "udp",
}  # fmt: skip
POOR = MINUTE | {"heard": "gaps", "seen": "paused", "concealed": 0.05, "paused": 1.0, "way": "relay"}
MINUTES = [(POOR if number in {4, 5, 17} else MINUTE) | {"at": f"2026-11-22T09:{number:02d}:00.000Z"} for number in range(28)]
PEOPLE = [{"id": f"par_{n}", "name": NAME, "role": "patient", "minutes": MINUTES} for n in range(2)]


async def told(page: Page) -> str:
    return str(await page.get_attribute(selector("signal-mark"), "aria-label", timeout=30_000))


async def test_the_call_in_words_and_figures_and_its_room(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser), await open_chromium_tab(browser, viewport=PHONE, locale="de-DE")
        await sign_in(doctor, server)
        record = await make_record(doctor, server, NAME, "1956-03-12")
        await doctor.click("start-session")
        await doctor.wait("call-stage")
        await join_as_patient(patient, str(await eventually(lambda: doctor.evaluate(READ_LINK))), NAME)
        await admit(doctor)
        await patient.wait("signal-mark", timeout=40)
        assert "erbindung" in await told(patient.page) and "onnection" in await told(doctor.page)
        await doctor.page.focus(selector("more"))
        await doctor.page.keyboard.press("Enter")
        await eventually(lambda: doctor.evaluate(FOCUSED_ITEM))  # the list takes the focus once it is painted
        await doctor.page.keyboard.press("End")
        await doctor.page.keyboard.press("Enter")
        await doctor.wait("quality-person")
        figures = doctor.page.locator(selector("quality-figures"))
        await eventually(lambda: figures.locator("tbody").count(), timeout=30)
        assert "UDP" in await figures.inner_text()
        assert await faults(doctor) == []
        admin = await admin_tab(browser, server)
        await go(admin, server, "rooms")
        await admin.wait("rooms-count", timeout=20)
        shown = await admin.page.inner_text("body")
        assert NAME.split()[0] not in shown and "Amsel" not in shown
        assert await faults(admin) == []
        await doctor.page.route("**/quality", _minutes)
        await doctor.goto(record)
        await doctor.click("show-connection")
        await doctor.wait("visit-connection")
        for width, height in SIZES:
            await doctor.page.set_viewport_size({"width": width, "height": height})
            assert await doctor.page.evaluate(SIDEWAYS) <= 0, width
        assert "25 of 28" in await doctor.page.inner_text(selector("visit-connection"))
        assert await faults(doctor) == []
        assert doctor.problems == patient.problems == admin.problems == []


async def _minutes(route: Route) -> None:
    """Minutes of half an hour, which no test waits for."""
    body = json.dumps({"participants": PEOPLE, "more": False})
    await route.fulfill(status=200, content_type="application/json", body=body)
