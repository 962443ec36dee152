"""From a waiting room's link into the line and the call: few taps, nothing lost by reloads, cuts, sleep, tabs and devices."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.browser.browsers import ChromiumTab, Tab, chromium, eventually, open_chromium_tab, open_firefox_tab
from tests.browser.cuts import cut_off
from tests.browser.frozen import freezable_chromium
from tests.browser.server import Server
from tests.browser.waiting_rooms import Staff, fill_form, place_is, stand_in_line, tap_reason, waiting_room

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
COUNT_TAPS = """addEventListener("touchend", () => {
  sessionStorage.setItem("taps", Number(sessionStorage.getItem("taps") ?? 0) + 1); }, true);"""
LINK_ON_A_SITE = """(url) => { const link = document.createElement("a"); link.href = url; link.id = "in";
  link.textContent = "Waiting room"; document.body.replaceChildren(link); }"""
AT_FEVER = """() => document.activeElement?.closest('[data-field="question_fever"]') !== null"""
CUT_SECONDS = 10.0
VISIBLE_SECONDS = 3.0


@pytest.mark.real_time
async def test_three_taps_and_three_seconds_from_the_link_into_the_line(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser, preload=COUNT_TAPS, permissions=["camera", "microphone"], **PHONE)
        # The clinic's own site, with the link on it.
        await tab.goto(server.base_url + "/check")
        await tab.page.evaluate(LINK_ON_A_SITE, room.url)
        begun = time.monotonic()
        await tab.page.tap("#in")
        await tab.wait("walk-in-form")
        took = time.monotonic() - begun
        await fill_form(tab)
        await tab.page.locator(".choice__option").first.tap()
        begun = time.monotonic()  # what the person takes to type is the person's
        await tab.page.get_by_test_id("walk-enter").tap()
        await room.staff.sees("Ada Example", state="waiting", place=1)
        took += time.monotonic() - begun
        await tab.wait("line-place")
        taps = int(await tab.evaluate("() => Number(sessionStorage.getItem('taps'))"))
        print(f"link to visible in the queue: {took:.2f} s, {taps} taps")
        assert taps <= 3 and took <= VISIBLE_SECONDS
        assert tab.problems == []


async def test_what_was_said_at_the_door_reaches_staff_and_stays_with_them(server: Server) -> None:
    questions = [{"id": "fever", "kind": "yes_no", "text": "Fever?", "choices": [], "required": True}]
    async with chromium() as browser, waiting_room(server, questions=questions) as room:
        tab = await open_chromium_tab(browser, **PHONE)
        await tab.goto(room.url)
        await fill_form(tab)
        await tap_reason(tab)
        await tab.click("walk-enter")
        await eventually(lambda: tab.evaluate(AT_FEVER))
        await tab.reload()
        await tab.wait("walk-in-form")
        assert await tab.page.input_value("[data-testid=walk-name]") == "Ada Example", "a reload loses nothing typed"
        await tab.page.locator("[data-field=question_fever] .choice__option").first.tap()
        await tab.page.locator("input[type=checkbox]").first.check()
        await tab.click("walk-enter")
        row = await room.staff.sees("Ada Example")
        assert (row["birth_date"], row["reason"]) == ("1956-04-03", "Cold, cough, fever")
        assert row["answers"] == [{"question": "Fever?", "answer": "yes"}] and row["needs"] == ["cannot_hear"]
        await room.staff.sees("Ada Example", page="open")
        await eventually(lambda: asyncio.sleep(0, (room.staff.entry("Ada Example") or {}).get("device")))
        kept = str(await tab.evaluate("() => JSON.stringify({...localStorage, ...sessionStorage})"))
        assert "Ada" not in kept and "1956" not in kept, "nothing stays on the device once one is in line"


async def test_a_reload_and_ten_seconds_without_network_keep_the_place(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        first, second = await open_chromium_tab(browser, **PHONE), await open_chromium_tab(browser, **PHONE)
        await stand_in_line(first, room.url, "First Person")
        await stand_in_line(second, room.url, "Second Person")
        row = await room.staff.sees("First Person", place=1)
        await place_is(second, 2)
        await first.reload()
        await first.wait("line-place")
        await place_is(first, 1)
        await first.context.set_offline(True)
        await first.wait("offline")
        await asyncio.sleep(CUT_SECONDS)
        await first.context.set_offline(False)
        await eventually(lambda: first.evaluate("() => !document.querySelector('[data-testid=offline]')"))
        await place_is(first, 1)
        after = await room.staff.sees("First Person", place=1, state="waiting", page="open")
        assert (after["id"], after["since"]) == (row["id"], row["since"])
        await place_is(second, 2)
        assert first.problems == [] and second.problems == []


async def cut(tab: ChromiumTab, seconds: float = CUT_SECONDS) -> None:
    """The network is away for a while from now on, and back."""
    await asyncio.sleep(seconds)
    await tab.context.set_offline(False)


@pytest.mark.timeout(180)
async def test_ten_seconds_without_network_at_every_step_of_the_way(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser, permissions=["camera", "microphone"], **PHONE)
        await tab.goto(room.url)
        await fill_form(tab)
        await tap_reason(tab)
        await tab.context.set_offline(True)
        await tab.click("walk-enter")
        await tab.wait("walk-problem")
        await cut(tab)
        await tab.click("walk-enter")
        await tab.wait("line-place", timeout=30)
        row = await room.staff.sees("Ada Example", state="waiting", place=1)
        await tab.wait("chat-input", timeout=30)  # its code comes after the place
        await tab.context.set_offline(True)
        await tab.fill("chat-input", "Are you there?")
        await tab.click("chat-send")
        await tab.click("keep-place")
        await tab.fill("keep-place-phone", "0151 23456789")
        await tab.click("keep-place-save")
        await cut(tab)
        await tab.wait("place-kept", timeout=30)
        await room.staff.sees("Ada Example", timeout=30, keeps_place=True, unread=1)
        await tab.context.set_offline(True)
        await room.staff.do("queue_answer", entry_id=row["id"])
        await cut(tab)
        await tab.wait("call-stage", timeout=40)
        await tab.reload()
        await tab.wait("call-stage", timeout=40)
        assert len(room.staff.state["entries"]) == 1, "one person, whatever was sent again"


async def test_a_page_that_sleeps_keeps_its_place_and_is_called_back(server: Server) -> None:
    async with freezable_chromium() as tab, waiting_room(server) as room:
        await stand_in_line(tab, room.url)
        row = await room.staff.sees("Ada Example", state="waiting")
        await tab.sleep()
        asleep = await room.staff.sees("Ada Example", timeout=40, state="asleep", place=1)
        assert asleep["since"] == row["since"]
        await room.staff.do("queue_answer", entry_id=row["id"])
        calling = await room.staff.sees("Ada Example", state="being_seen")
        assert calling["page"] != "open" and calling["called_at"], "staff see that the page sleeps: calling back"
        await tab.wake()
        await tab.wait("call-stage", timeout=30)


async def test_two_tabs_are_one_person_and_two_devices_two(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab, other = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await stand_in_line(tab, room.url)
        twin = ChromiumTab(tab.context, await tab.context.new_page())
        await twin.goto(room.url)
        await twin.wait("line-place")
        await tab.wait("elsewhere")
        await place_is(twin, 1)
        await stand_in_line(other, room.url)
        await place_is(other, 2)
        assert len(room.staff.state["entries"]) == 2
        await tab.page.get_by_role("button", name="Go on here").click()
        await tab.wait("line-place")
        await twin.wait("elsewhere")
        assert tab.problems == [] and twin.problems == []


async def test_leaving_asks_first_and_only_the_person_comes_back(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser, **PHONE)
        await stand_in_line(tab, room.url)
        await room.staff.sees("Ada Example")
        await tab.click("leave-waiting")
        await tab.press("Escape")
        await tab.wait("line-place")
        await tab.click("leave-waiting")
        await tab.click("leave-confirm")
        await tab.wait("line-left")
        await eventually(lambda: asyncio.sleep(0, room.staff.entry("Ada Example") is None))
        await tab.reload()
        await tab.wait("line-left")
        assert room.staff.entry("Ada Example") is None, "a reload puts nobody back into the line"
        await tab.click("join-again")
        await tab.wait("line-place")
        await room.staff.sees("Ada Example", state="waiting")
        assert tab.problems == []


async def test_the_next_person_with_the_same_device_gets_a_place_of_their_own(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser, **PHONE)
        await stand_in_line(tab, room.url, "First Person")
        await tab.fill("chat-input", "Nobody else is to read this")
        await tab.click("chat-send")
        await tab.wait("[data-testid=chat-message][data-status=sent]")
        await tab.click("leave-waiting")
        await tab.click("leave-confirm")
        await tab.wait("line-left")
        other = ChromiumTab(tab.context, await tab.context.new_page())
        await other.goto(room.url)
        await other.wait("line-left")
        await other.click("join-anew")
        await fill_form(other, "Second Person")
        await tap_reason(other)
        await other.click("walk-enter")
        await other.wait("line-place")
        await room.staff.sees("Second Person", state="waiting", place=1)
        assert room.staff.entry("First Person") is None
        assert "Nobody else" not in str(await other.page.text_content("body"))
        await other.reload()
        await other.wait("line-place")
        assert other.problems == []


@pytest.mark.timeout(300)
async def test_firefox_stands_in_line_over_a_cut_and_reloads_is_answered_and_put_back(server: Server) -> None:
    async with waiting_room(server) as room:
        fox = await open_firefox_tab(width=390, height=844)
        try:
            await fox.goto(room.url)
            await fill_form(fox)
            await tap_reason(fox)
            await fox.set_offline(True)
            await fox.click("walk-enter")
            await fox.wait("walk-problem", timeout=30)
            await fox.set_offline(False)
            await fox.reload()
            await fox.click("walk-enter")  # what was typed is still there
            await fox.wait("line-place", timeout=30)
            await fox.wait("chat-input", timeout=30)
            async with cut_off(fox):
                await fox.fill("chat-input", "Are you there?")
                await fox.click("chat-send")
                await fox.click("keep-place")
                await fox.fill("keep-place-phone", "0151 23456789")
                await fox.click("keep-place-save")
            await fox.wait("place-kept", timeout=30)
            row = await room.staff.sees("Ada Example", timeout=30, place=1, keeps_place=True, unread=1)
            await fox.reload()
            await fox.wait("line-place", timeout=30)
            await answered_and_put_back(fox, room.staff, row["id"])
            await fox.reload()
            await fox.wait("call-stage", timeout=40)
            assert len(room.staff.state["entries"]) == 1, "one person, whatever was sent again"
        finally:
            await fox.close()


async def answered_and_put_back(tab: Tab, staff: Staff, entry_id: str) -> None:
    """Into the call, and out of it into the line again, and once more into the call."""
    await staff.do("queue_answer", entry_id=entry_id)
    await tab.wait("call-stage", timeout=20)
    await staff.do("queue_put_back", entry_id=entry_id)
    await tab.wait("line-place", timeout=20)
    await place_is(tab, 1)
    await staff.do("queue_answer", entry_id=entry_id)
    await tab.wait("call-stage", timeout=20)
