"""In line: what staff do is told to the person at once, in words, with a way on; the person can write, be reached, and wait."""

from __future__ import annotations

import pytest

from tests.browser.axe import SIDEWAYS, faults
from tests.browser.browsers import chromium, eventually, open_chromium_tab
from tests.browser.frozen import freezable_chromium
from tests.browser.server import Server
from tests.browser.waiting_rooms import fields_of, place_is, stand_in_line, waiting_room
from tests.client.seat import command_id

SIZES = ((1440, 900), (390, 844), (320, 568))
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OVER = """() => !!document.querySelector("[data-testid=line-over], [data-testid=line-missed]")"""
TEXT = "(testid) => document.querySelector(`[data-testid=${testid}]`)?.textContent ?? ''"


async def test_place_wait_and_delay_are_told(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        first, second = await open_chromium_tab(browser, **PHONE), await open_chromium_tab(browser, **PHONE)
        await stand_in_line(first, room.url, "First Person")
        await stand_in_line(second, room.url, "Second Person")
        await place_is(second, 2)
        assert "cannot say yet" in await second.page.evaluate(TEXT, "line-wait"), "nobody was seen today: nobody can know"
        await room.staff.do("queue_late", queue_id=room.queue["id"], minutes=20)
        for tab in (first, second):
            await tab.wait("line-late")
            assert "20 minutes" in await tab.page.evaluate(TEXT, "line-late")
        row = await room.staff.sees("Second Person")
        await room.staff.do("queue_priority", entry_id=row["id"], priority="urgent")
        await place_is(second, 1)
        await place_is(first, 2)
        await room.staff.do("queue_late", queue_id=room.queue["id"], minutes=0)
        await first.page.wait_for_selector("[data-testid=line-late]", state="detached")


async def test_messages_go_both_ways_while_one_waits(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser, **PHONE)
        await stand_in_line(tab, room.url)
        row = await room.staff.sees("Ada Example")
        await room.staff.do("queue_message", entry_id=row["id"], body="Please have your card ready <b>now</b>")
        await tab.wait("[data-testid=chat-message][data-mine=false]")
        assert "<b>now</b>" in await tab.page.evaluate(TEXT, "chat-message")
        await tab.click("line-answer")
        await eventually(lambda: tab.evaluate("() => document.activeElement?.dataset.testid === 'chat-input'"))
        await tab.fill("chat-input", "It is getting worse")
        await tab.click("chat-send")
        await tab.wait("[data-testid=chat-message][data-mine=true][data-status=sent]")
        unread = await room.staff.sees("Ada Example", unread=1)
        assert unread["last_line"]["body"] == "It is getting worse"
        await tab.reload()
        await tab.wait("[data-testid=chat-message][data-mine=true]")
        assert await tab.page.locator("[data-testid=chat-message]").count() == 2, "nothing lost, nothing doubled"


async def test_keep_my_place_takes_a_number_kindly(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser, **PHONE)
        await stand_in_line(tab, room.url)
        await tab.click("keep-place")
        for wrong in ("", "12", "call me", "+49 1", "<script>"):
            await tab.fill("keep-place-phone", wrong)
            await tab.click("keep-place-save")
            await tab.wait(".dialog .field__error")
        await tab.fill("keep-place-phone", "0151 23456789")
        await tab.click("keep-place-save")
        await tab.wait("place-kept")
        told = await tab.page.evaluate(TEXT, "place-kept")
        assert "89" in told and "23456789" not in told.replace(" ", ""), "shown masked"
        await room.staff.sees("Ada Example", keeps_place=True)
        await tab.reload()
        await tab.wait("place-kept")
        await tab.click("drop-place")
        await room.staff.sees("Ada Example", keeps_place=False)


async def test_sent_on_to_another_line_says_which(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        member = {"user_id": room.queue["members"][0]["user_id"], "alerts": False}
        made = await room.admin.post("/admin/queues", **fields_of(name="Skin", members=[member]), command_id=command_id())
        tab = await open_chromium_tab(browser, **PHONE)
        await stand_in_line(tab, room.url)
        row = await room.staff.sees("Ada Example")
        await room.staff.do("queue_transfer", entry_id=row["id"], queue_id=made["queue"]["id"])
        await tab.wait("line-transferred")
        assert "Skin" in await tab.page.evaluate(TEXT, "line-transferred")
        await place_is(tab, 1)
        await tab.reload()
        await tab.wait("line-transferred")  # also who was not there when it happened is told
        assert await tab.page.evaluate(TEXT, "line-name") == "Skin"


@pytest.mark.parametrize(
    ("command", "fields", "end"), [("queue_remove", {"reason": "x"}, "removed"), ("queue_no_show", {}, "missed")]
)
async def test_who_is_taken_out_is_told_how_to_go_on(server: Server, command: str, fields: dict[str, str], end: str) -> None:
    async with chromium() as browser, waiting_room(server, phone="+49 30 5550199") as room:
        tab = await open_chromium_tab(browser, **PHONE)
        await stand_in_line(tab, room.url)
        row = await room.staff.sees("Ada Example")
        await place_is(tab, 1)
        await room.staff.do(command, entry_id=row["id"], **fields)
        await tab.wait(f"line-{end}")
        assert await tab.page.locator('.notice-page a[href="tel:+49305550199"]').count() == 1
        await tab.reload()
        await tab.wait("walk-in-form")


async def test_answered_put_back_and_answered_again_without_a_reload(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        tab = await open_chromium_tab(browser, permissions=["camera", "microphone"], **PHONE)
        await stand_in_line(tab, room.url)
        row = await room.staff.sees("Ada Example")
        for _ in range(2):
            await room.staff.do("queue_answer", entry_id=row["id"])
            await tab.wait("call-stage", timeout=20)
            await room.staff.do("queue_put_back", entry_id=row["id"])
            await tab.wait("line-place", timeout=20)
            await place_is(tab, 1)
        await eventually(lambda: tab.evaluate("() => !document.body.classList.contains('in-call')"))
        assert tab.problems == []


async def test_taken_out_while_the_page_slept_is_told_on_waking(server: Server) -> None:
    async with freezable_chromium() as tab, waiting_room(server) as room:
        await stand_in_line(tab, room.url)
        row = await room.staff.sees("Ada Example")
        await place_is(tab, 1)
        await tab.sleep()
        await room.staff.sees("Ada Example", timeout=40, state="asleep")
        await room.staff.do("queue_no_show", entry_id=row["id"])
        await tab.wake()
        await eventually(lambda: tab.evaluate(OVER), timeout=30)


async def test_taken_into_the_call_of_somebody_else(server: Server) -> None:
    async with chromium() as browser, waiting_room(server) as room:
        first, second = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await stand_in_line(first, room.url, "First Person")
        await stand_in_line(second, room.url, "Second Person")
        rows = [await room.staff.sees(name) for name in ("First Person", "Second Person")]
        await place_is(second, 2)
        answered = await room.staff.do("queue_answer", entry_id=rows[0]["id"])
        await first.wait("call-stage", timeout=30)
        asking = {"entry_id": rows[1]["id"], "into": answered["session_id"], "confirmed": True}
        await room.staff.do("queue_answer", **asking)
        await second.wait("asked-in", timeout=30)
        await second.reload()
        await second.click("asked-in-stay")
        await place_is(second, 1)
        await room.staff.sees("Second Person", state="waiting", place=1)
        await room.staff.do("queue_answer", **asking)
        await second.wait("asked-in", timeout=30)
        for width, height in SIZES:
            await second.page.set_viewport_size({"width": width, "height": height})
            assert await second.evaluate(SIDEWAYS) <= 0 and await faults(second) == []
        others = second.page.locator("[data-testid=remote-video], [data-testid=call-stage]")
        assert await others.count() == 0, "nothing of the other before a yes"
        await second.click("asked-in-join")
        await second.wait("call-stage", timeout=30)
        await second.reload()
        await second.wait("call-stage", timeout=30)
        assert first.problems == [] and second.problems == []
