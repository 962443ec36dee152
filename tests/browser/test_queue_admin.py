"""Waiting rooms as an admin keeps them, in Chromium: made, changed, linked for the door, printed, switched off."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.browsers import chromium, eventually, open_chromium_tab, selector
from tests.browser.server import Server
from tests.browser.walk_ins import QUIET, Room, enter_staff, looks_right, walk_in

SHOWN_ON_PAPER = """() => [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility({visibilityProperty: true})
&& one.childElementCount === 0 && one.textContent.trim() && !one.closest(".sheet-print")).length === 0"""


async def test_a_room_is_made_linked_printed_changed_and_switched_off(server: Server) -> None:
    async with chromium() as browser:
        admin = await open_chromium_tab(browser, reduced_motion="reduce")  # colours are looked at, not half a fade
        doctor = await open_chromium_tab(browser, preload=QUIET, reduced_motion="reduce")
        await enter_staff(doctor, server, "clinician", "/queues")
        await doctor.wait("no-rooms")
        await looks_right(doctor, "no waiting room yet")
        await enter_staff(admin, server, "admin", "/admin#queues")
        await admin.click("new-queue")
        await admin.click("queue-save")
        await expect(admin.page.locator(".field__error").first).to_have_text("Give it a name.")
        await admin.fill("queue-name", "Walk-in clinic")
        await admin.page.locator("label:has-text('Dr. Clara Amsel')").click()
        await admin.page.locator(selector("queue-always")).check()
        await admin.fill("queue-reasons", "Cold\nPain\nCold")
        await admin.click("queue-add-question")
        await admin.fill("queue-question", "Where does it hurt?")
        await admin.page.select_option(selector("queue-kind"), "choice")
        await admin.fill("queue-choices", "Head\nChest")
        await looks_right(admin, "a waiting room's form")
        await admin.click("queue-save")
        await expect(admin.page.locator(selector("queue-line"))).to_contain_text("Always open")
        room = doctor.page.locator(selector("room"))
        await expect(room).to_contain_text("Walk-in clinic")
        await admin.click("queue-links")
        await admin.click("new-walk-in-link")
        url = await admin.page.input_value(selector("walk-in-link"))
        await looks_right(admin, "a link for the door")
        await admin.page.evaluate("() => { window.print = () => {}; }")
        await admin.click("print-link")
        await admin.page.emulate_media(media="print")
        await eventually(lambda: admin.evaluate(SHOWN_ON_PAPER))
        await admin.page.emulate_media(media="screen")
        ada = await walk_in(browser, server, Room("", "", url), "Ada Example")
        await doctor.wait(ada.row)
        await admin.page.locator(selector("revoke-link")).last.click()
        await admin.click("revoke-link-sure")
        await admin.page.wait_for_selector(selector("walk-in-row"), state="detached")
        await admin.press("Escape")
        await admin.click("queue-edit")
        await admin.fill("queue-name", "Open clinic")
        await admin.click("queue-save")
        await expect(room).to_contain_text("Open clinic")
        await admin.click("queue-close")
        await expect(room).to_contain_text("Switched off")
        await admin.page.click(".toast button:has-text('Undo')")
        await expect(room).not_to_contain_text("Switched off")
        await expect(doctor.page.locator(ada.row)).to_be_visible()
        await looks_right(admin, "the list of waiting rooms")
        assert admin.problems == [] and doctor.problems == []
