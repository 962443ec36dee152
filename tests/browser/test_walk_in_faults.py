"""The walk-in page when things are not as they should be: links, hours, odd input; keyboard alone, and axe-core at every size."""

from __future__ import annotations

import pytest

from tests.browser.axe import SIDEWAYS, faults
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab
from tests.browser.server import Server
from tests.browser.waiting_rooms import fill_form, shown, stand_in_line, tap_reason, waiting_room

SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))
HOSTILE = "<img src=x onerror=alert(1)>\u202e'\";--\u0000%s${7*7}{{7*7}}😀"
TODAY_SHUT = [{"day": day, "from": "00:00", "to": "00:01"} for day in range(7)]


@pytest.mark.parametrize("path", ["/w", "/w#", "/w#short", "/w#" + "A" * 22, "/w#" + "%00" * 8])
async def test_a_link_that_leads_nowhere_says_so_and_whom_to_call(server: Server, path: str) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser)
        await tab.goto(server.base_url + path)
        await tab.wait("walk-fault")
        assert await tab.page.locator('.notice-page a[href^="tel:"]').count() == 1
        assert tab.problems == []


async def test_a_withdrawn_link_and_a_closed_room_are_told_apart(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser)
        await tab.goto(room.url)
        await fill_form(tab)
        await tap_reason(tab)
        await room.change(hours=TODAY_SHUT)
        await tab.click("walk-enter")
        await tab.wait("walk-shut")
        assert "opens again" in str(await tab.page.text_content("[data-testid=walk-shut]"))
        await room.change(hours=[])
        await tab.page.get_by_role("button", name="Look again").click()
        await tab.wait("walk-in-form")
        assert await tab.page.input_value("[data-testid=walk-name]") == "Ada Example", "nothing typed is lost"
        await room.revoke()
        await tab.click("walk-enter")
        await tab.wait("walk-fault")
        assert "withdrawn" in str(await tab.page.text_content("[data-testid=walk-fault]"))


async def test_hostile_text_stays_text(server: Server) -> None:
    question = {"id": "more", "kind": "text", "text": "<b>More?</b>", "choices": [], "required": False}
    async with chromium() as browser, waiting_room(server, questions=[question], reasons=[]) as room:
        tab = await open_chromium_tab(browser)
        await tab.goto(room.url)
        await fill_form(tab, HOSTILE)
        await tab.fill("walk-own-reason", HOSTILE)
        await tab.fill("question_more", HOSTILE)
        await tab.click("walk-enter")
        await tab.wait("line-place")
        await eventually(lambda: tab.evaluate("() => document.title.includes('Number 1')"))
        await tab.fill("chat-input", HOSTILE.replace("\u0000", ""))
        await tab.click("chat-send")
        await tab.wait("[data-testid=chat-message][data-status=sent]")
        assert await tab.page.locator("#app img[src=x]").count() == 0
        entry = room.staff.state["entries"][0]
        assert "<img src=x onerror=alert(1)>" in entry["reason"] and "\u0000" not in str(entry)
        assert tab.problems == []


async def test_by_keyboard_alone_into_the_line_and_out_again(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser)
        await tab.goto(room.url)
        await tab.wait("walk-in-form")
        await tab.page.focus("[data-testid=walk-name]")
        for text in ("Ada Example", "3", "4", "1956"):
            await tab.page.keyboard.type(text)
            await tab.press("Tab")
        await tab.press("Space")
        await tab.press("Enter")
        await tab.wait("line-place")
        await tab.page.focus("[data-testid=leave-waiting]")
        await tab.press("Enter")
        await tab.wait("leave-confirm")
        await tab.press("Escape")
        await eventually(lambda: tab.evaluate("() => document.activeElement?.dataset.testid === 'leave-waiting'"))
        await tab.press("Enter")
        await tab.wait("leave-confirm")  # in sight: before that nothing in the dialog takes the focus
        await tab.page.focus("[data-testid=leave-confirm]")
        await tab.press("Enter")
        await tab.wait("line-left")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_of_the_way_in_has_faults(server: Server, scheme: str) -> None:
    question = {"id": "fever", "kind": "yes_no", "text": "Fever?", "choices": [], "required": True}
    async with chromium() as browser, waiting_room(server, questions=[question], notice="Bring your card.") as room:
        tab = await open_chromium_tab(browser, color_scheme=scheme, reduced_motion="reduce")
        await tab.goto(room.url)
        await tab.wait("walk-in-form")
        await look(tab)
        await tab.click("walk-enter")
        await tab.wait(".field__error")
        await look(tab)
        await fill_form(tab)
        await tap_reason(tab)
        await tab.page.locator("[data-field=question_fever] .choice__option").first.click()
        await tab.click("walk-enter")
        await tab.wait("line-place")
        row = await room.staff.sees("Ada Example")
        await room.staff.do("queue_message", entry_id=row["id"], body="Hello")
        await room.staff.do("queue_late", queue_id=room.queue["id"], minutes=10)
        await tab.wait("chat-message")
        await tab.wait("line-late")
        await look(tab)
        await tab.click("keep-place")
        await look(tab)
        await tab.press("Escape")
        await room.staff.do("queue_remove", entry_id=row["id"], reason="x")
        await tab.wait("line-removed")
        await look(tab)


async def look(tab: ChromiumTab) -> None:
    """At every size: nothing sideways, nothing axe-core objects to."""
    for width, height in SIZES:
        await tab.page.set_viewport_size({"width": width, "height": height})
        assert await tab.evaluate(SIDEWAYS) <= 0, f"sideways at {width}"
        assert await faults(tab) == []


async def test_the_page_speaks_before_any_script(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, java_script_enabled=False)
        await tab.goto(server.base_url + "/w")
        text = str(await tab.page.text_content("body"))
        assert "112" in text and "does not run scripts" in text


async def test_a_link_tapped_again_in_line_changes_nothing(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser)
        await stand_in_line(tab, room.url)
        row = await room.staff.sees("Ada Example")
        await tab.goto(server.base_url + "/check")
        await tab.goto(room.url)
        await tab.wait("line-place")
        assert not await tab.evaluate(shown("walk-in-form"))
        assert (await room.staff.sees("Ada Example"))["since"] == row["since"] and len(room.staff.state["entries"]) == 1
