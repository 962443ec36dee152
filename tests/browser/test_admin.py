"""The pages of an admin in Chromium: what is set counts elsewhere in seconds, no patient shows, all of it is accessible."""

from __future__ import annotations

import json
import time

import pytest
from playwright.async_api import Browser

from tests.browser.axe import SIDEWAYS, faults
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.people import join_as_patient, sign_in, start_consultation
from tests.browser.server import Server

FOCUSED_ITEM = "() => document.activeElement.matches('[role=menu] .menu__item')"
PLACES = ("people", "sites", "queues", "oncall", "policies", "signin", "messages", "rooms", "health", "changes")
SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))
PATIENT = "Canarina Zebrowski"
PHONE = {"width": 390, "height": 844}
EFFECT_SECONDS = 5.0


async def admin_tab(browser: Browser, server: Server, **options: object) -> ChromiumTab:
    """An admin on the admin pages; signing in leads there."""
    tab = await open_chromium_tab(browser, **options)
    email, password = server.account("admin")
    await tab.goto(server.base_url + "/sign-in")
    await tab.fill("login-email", email)
    await tab.fill("login-password", password)
    await tab.click("login-submit")
    await tab.wait("admin-page")
    return tab


async def go(tab: ChromiumTab, server: Server, place: str) -> None:
    await tab.goto(f"{server.base_url}/admin#{place}")
    await tab.page.reload()
    await tab.page.wait_for_selector(".admin-section")
    await tab.page.wait_for_selector(".admin-wait", state="detached")


async def test_sign_in_today_and_join_pages_have_no_faults(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser), await open_chromium_tab(browser, viewport=PHONE)
        await doctor.goto(server.base_url + "/sign-in")
        await doctor.wait("login-submit")
        assert await faults(doctor) == []
        await sign_in(doctor, server)
        assert await faults(doctor) == []
        link = await start_consultation(doctor)
        await patient.goto(link)
        await patient.wait("join-continue")
        assert await faults(patient) == []
        await join_as_patient(patient, link, PATIENT)
        assert await faults(patient) == []


async def test_every_part_is_accessible_and_fits(server: Server) -> None:
    async with chromium() as browser:
        for locale, scheme in (("en-US", "light"), ("de-DE", "dark")):
            tab = await admin_tab(browser, server, locale=locale, color_scheme=scheme)
            for place in PLACES:
                await go(tab, server, place)
                assert await faults(tab) == [], (locale, place)
                for width, height in SIZES:
                    await tab.page.set_viewport_size({"width": width, "height": height})
                    assert await tab.page.evaluate(SIDEWAYS) <= 0, (locale, place, width)
                if scheme == "light":  # colours were looked at above; here it is names and targets
                    assert await faults(tab) == [], f"{place} on a small phone"
                await tab.page.set_viewport_size({"width": 1440, "height": 900})
            assert tab.problems == [], locale


@pytest.mark.real_time
@pytest.mark.own_server
async def test_what_is_set_counts_elsewhere_at_once_and_is_taken_back(server: Server) -> None:
    async with chromium() as browser:
        admin, doctor = await admin_tab(browser, server), await open_chromium_tab(browser)
        await sign_in(doctor, server)
        await go(admin, server, "sites")
        await admin.fill("clinic-name", "Clinic of the North")
        began = time.monotonic()
        await admin.click("clinic-save")
        await eventually(lambda: named(doctor, "Clinic of the North"), timeout=EFFECT_SECONDS)
        assert time.monotonic() - began < EFFECT_SECONDS
        await go(admin, server, "changes")
        await admin.click("revert")
        await eventually(lambda: named(doctor, "Demo Clinic"), timeout=EFFECT_SECONDS)
        await admin.page.wait_for_selector("text=Took back a change")
        assert await faults(admin) == []


async def named(doctor: ChromiumTab, name: str) -> bool:
    """Whether a page loaded now names the clinic so."""
    return name in str(await doctor.page.evaluate("() => fetch('/today').then((answer) => answer.text())"))


async def test_an_admin_sees_no_patient(server: Server) -> None:
    async with chromium() as browser:
        admin, doctor = await admin_tab(browser, server), await open_chromium_tab(browser)
        patient = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        await join_as_patient(patient, await start_consultation(doctor), PATIENT)
        for place in PLACES:
            await go(admin, server, place)
            assert PATIENT.split()[0] not in await admin.page.inner_text("body"), place
        await admin.goto(server.base_url + "/today")
        assert admin.page.url.endswith("/admin")


async def test_people_are_invited_found_and_shut_out_by_keyboard(server: Server) -> None:
    async with chromium() as browser:
        tab = await admin_tab(browser, server)
        await go(tab, server, "people")
        await tab.page.focus(selector("invite-person"))
        await tab.page.keyboard.press("Enter")
        await tab.wait("invite-dialog")
        assert await faults(tab) == []
        await tab.fill("invite-name", "Mira Beispiel")
        await tab.fill("invite-email", "mira@clinic.example")
        await tab.page.press(selector("invite-email"), "Enter")
        await tab.page.wait_for_selector("text=Mira Beispiel")
        await tab.page.keyboard.press("Escape")
        await tab.fill("people-search", "mira")
        await eventually(lambda: tab.evaluate("() => document.querySelectorAll('[data-testid=account-menu]').length === 1"))
        await tab.page.focus(selector("account-menu"))
        await tab.page.keyboard.press("Enter")
        await eventually(lambda: tab.evaluate(FOCUSED_ITEM))  # the list takes the focus once it is painted
        await tab.page.keyboard.press("End")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_selector(".people-table >> text=Shut")
        await tab.fill("people-search", "nobody of this name")
        await tab.page.wait_for_selector("text=Nobody with this name")


async def test_a_wording_is_shown_as_it_will_read(server: Server) -> None:
    async with chromium() as browser:
        tab = await admin_tab(browser, server)
        await go(tab, server, "messages")
        await tab.click("edit-visit_link")
        await tab.fill("template-body", "Come to {clinic}: {link}")
        await tab.page.wait_for_selector('[data-testid="template-preview"] >> text=Come to Demo Clinic: https://')
        assert await faults(tab) == []
        await tab.fill("template-body", "Come to us")
        await tab.page.wait_for_selector("text=It must contain: {link}")
        assert await tab.page.is_disabled(selector("template-save"))


@pytest.mark.own_server
async def test_others_are_told_kindly_and_a_lost_server_too(server: Server) -> None:
    async with chromium() as browser:
        doctor, admin = await open_chromium_tab(browser), await admin_tab(browser, server)
        await sign_in(doctor, server)
        assert await doctor.page.query_selector('.rail a[href="/admin"]') is None
        await doctor.goto(server.base_url + "/admin")
        await doctor.wait("no-permission")
        assert await faults(doctor) == []
        body = json.dumps({"error": {"code": "unavailable", "message": "unavailable"}})
        await admin.page.route(
            "**/api/v1/admin/changes*", lambda route: route.fulfill(status=503, content_type="application/json", body=body)
        )
        await admin.goto(f"{server.base_url}/admin#changes")
        await admin.page.reload()
        await admin.wait("admin-error", timeout=20)
        assert await faults(admin) == []
        await admin.page.unroute("**/api/v1/admin/changes*")
        await admin.page.click('[data-testid="admin-error"] button')
        await admin.page.wait_for_selector("text=Nothing has been changed")
        await admin.page.context.set_offline(True)
        await admin.wait("offline")
