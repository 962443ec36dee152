"""Emergency access in Chromium: a closed record, the reason, the hour, giving it back, and the privacy officer's list."""

from __future__ import annotations

import os

from playwright.async_api import expect

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, chromium, open_chromium_tab
from tests.browser.people import let_in, sign_in
from tests.browser.server import Server

SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))
MAKE = """async () => (await (await fetch("/api/v1/patients", {method: "POST", headers: {"Content-Type": "application/json"},
  body: JSON.stringify({name: "Emil Emergency", birth_date: "1950-05-05", confirmed: true, command_id: "command-emil"})})).json())
  .patient.id"""
REASON = "Found unconscious, allergies unknown"
PICTURES = os.environ.get("TELEMED_PICTURES", "")  # a folder, to look at what was tried


async def enter(tab: ChromiumTab, server: Server, role: str, page: str) -> None:
    """Sign in as the demo's person of a role."""
    await let_in(tab, server, role)
    await tab.goto(server.base_url + page)


async def looks_right(tab: ChromiumTab, name: str) -> None:
    """At every width: nothing sideways, nothing axe-core objects to."""
    for width, height in SIZES:
        await tab.page.set_viewport_size({"width": width, "height": height})
        assert await tab.evaluate(SIDEWAYS) == 0, f"{name} at {width}"
        await accessible(tab, f"{name} at {width} px")
        if PICTURES:
            await tab.page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
    await tab.page.set_viewport_size({"width": 1440, "height": 900})


async def test_a_record_is_opened_in_an_emergency_and_reviewed(server: Server) -> None:
    async with chromium() as browser:
        doctor, officer = await open_chromium_tab(browser), await open_chromium_tab(browser)
        desk = await open_chromium_tab(browser)
        await enter(desk, server, "front_desk", "/patients")
        patient_id = await desk.evaluate(MAKE)
        await sign_in(doctor, server)
        await doctor.goto(f"{server.base_url}/patients/{patient_id}")
        await doctor.click("break-glass")
        await doctor.fill("glass-reason", "short")
        await doctor.click("confirm-glass")
        await expect(doctor.page.locator(".field__error")).to_have_count(1)
        await looks_right(doctor, "glass-dialog")
        await doctor.fill("glass-reason", REASON)
        await doctor.click("confirm-glass")
        await doctor.wait("close-glass")
        await expect(doctor.page.locator(".banner--warn")).to_contain_text("60 minutes left")
        await looks_right(doctor, "glass-open")
        await enter(officer, server, "reviewer", "/privacy")
        row = officer.page.locator('[data-testid="access"]')
        await expect(row).to_contain_text("Emil Emergency")
        await expect(row).to_contain_text(REASON)
        await looks_right(officer, "privacy-open")
        await officer.click("close-access")
        await officer.wait("review-access")
        await looks_right(officer, "privacy-review")
        await officer.click("review-access")
        await officer.wait("no-accesses")
        await looks_right(officer, "privacy-empty")
        await officer.page.locator('[data-testid="show-accesses"]').select_option("all")
        await expect(row).to_contain_text("Reviewed by")
        await doctor.page.reload()
        await doctor.wait("break-glass")
        assert doctor.problems == [] and officer.problems == []


async def test_others_see_no_emergency_accesses(server: Server) -> None:
    async with chromium() as browser:
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        assert await doctor.page.locator('a[href="/privacy"]').count() == 0
        await doctor.goto(server.base_url + "/privacy")
        await doctor.wait("no-permission")
        await looks_right(doctor, "privacy-refused")
