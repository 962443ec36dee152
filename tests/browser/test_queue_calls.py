"""Calls that come from a waiting room, in Chromium: calling back, a second person brought in, and who is next afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from telemed.care.tokens import derived_token
from telemed.signaling.settings import SignalingSettings
from tests.browser.axe import accessible
from tests.browser.browsers import selector
from tests.browser.cuts import cut_off
from tests.browser.on_call import ask, signed_in
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.browser.walk_ins import QUIET, Floor, Person, a_floor, looks_right

pytestmark = pytest.mark.asyncio(loop_scope="module")
HURRIED = ("-m", "tests.browser.hurried", "10")  # seconds that a called person's place is held
STRAY = """() => [...document.querySelectorAll(".person__text")].some((one) => [...one.childNodes].some((node) =>
 node.nodeType === Node.TEXT_NODE && node.textContent.trim() === "0"))"""
DECIDE = 30_000  # milliseconds; the place is held for ten seconds


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for all of this file; every test has its own waiting room."""
    running = await start_prepared_server(tmp_path_factory.mktemp("queue-calls"), program=HURRIED)
    try:
        yield running
    finally:
        await stop_server(running)


def today() -> date:
    """By the calendar of this machine, which is the browser's."""
    return datetime.now().astimezone().date()


async def answer(floor: Floor, person: Person) -> None:
    """From the row to the stage."""
    await floor.doctor.page.click(f"{person.row} {selector('answer')}")
    await floor.doctor.click("answer-confirm")
    await floor.doctor.page.wait_for_url(f"**/call/{person.entered['session_id']}")
    await floor.doctor.wait("call-stage", timeout=30)


async def test_after_a_call_the_next_is_one_press_away_and_the_outcome_can_wait(product: Server) -> None:
    async with a_floor(product, "Next") as floor:
        doctor, ada, ben = floor.doctor, await floor.walk_in("Ada Example"), await floor.walk_in("Ben Example")
        await answer(floor, ada)
        await doctor.click("end-session")
        await doctor.click("end-now")
        await doctor.wait("outcome-save")
        await doctor.press("Escape")
        await expect(doctor.page.locator(selector("next-up"))).to_contain_text("Next: Ben Example")
        await looks_right(doctor, "who is next after a call")
        await doctor.click("next-answer")
        await doctor.click("answer-confirm")
        await doctor.page.wait_for_url(f"**/call/{ben.entered['session_id']}")
        await ben.learns('seat.queue.state === "being_seen"')
        await doctor.goto(product.base_url + "/today")
        await doctor.click("task-outcome")
        await doctor.click("outcome-save")
        await doctor.page.wait_for_selector(selector("task-outcome"), state="detached")


@pytest.mark.timeout(240)  # a cut of the network, and what the server sees at its next look
async def test_the_card_after_a_call_writes_to_the_patient_and_plans_what_comes(product: Server) -> None:
    async with a_floor(product, "After") as floor:
        doctor, ada = floor.doctor, await floor.walk_in("Ada Example", birth_date="1980-02-29")
        await ada.tab.evaluate("() => seat.link.command('keep_place', {phone: '+49 30 5550199'})")
        await answer(floor, ada)
        await doctor.click("end-session")
        await doctor.click("end-now")
        await doctor.page.click(f"{selector('letter-part')} summary")
        await doctor.fill("letter", "Drink a lot.\nCall us if it lasts.")
        await doctor.page.click(f"{selector('follow-up-part')} summary")
        await doctor.page.select_option(selector("follow-up-due"), "date")
        await doctor.click("outcome-save")
        await expect(doctor.page.locator(selector("follow-up-part"))).to_contain_text("Say in a line what is to be done.")
        await doctor.page.fill(selector("follow-up-day"), today().isoformat())
        await doctor.fill("follow-up-text", "Ask about the fever")
        await looks_right(doctor, "the card after a call")
        await doctor.page.reload()
        await doctor.goto(product.base_url + "/today")
        await doctor.click("task-outcome")
        assert await doctor.page.input_value(selector("letter")) == "Drink a lot.\nCall us if it lasts.", "a reload loses nothing"
        async with doctor.page.expect_request("**/messages") as sent, cut_off(doctor):
            await doctor.wait("card-offline", timeout=30)
            await doctor.fill("outcome-note", "Fever since Monday")
            await doctor.click("outcome-save")
            await expect(doctor.page.locator(selector("card-waits"))).to_contain_text("kept", timeout=30_000)
        # The network is back: saved by itself, each part once.
        await doctor.page.wait_for_selector(selector("end-card"), state="detached", timeout=30_000)
        await expect(doctor.page.get_by_text("Ask about the fever")).to_be_visible()
        await looks_right(doctor, "a follow-up that is due")
        await doctor.click("follow-up-done")
        await doctor.page.get_by_role("button", name="Undo").click()
        await doctor.click("follow-up-more")
        await doctor.click("follow-up-open-edit")
        await doctor.page.fill(selector("follow-up-edit-day"), (today() + timedelta(days=8)).isoformat())
        await doctor.click("follow-up-save")
        await expect(doctor.page.locator(selector("follow-ups-later"))).to_contain_text("1 follow-up later")
        await reads(floor, ada, (await sent.value).post_data_json["command_id"])
        await taken_over(floor)


async def taken_over(floor: Floor) -> None:
    """Its owner leaves the clinic: somebody else makes the follow-up their own."""
    admin, doctor = floor.admin, floor.doctor
    owner = (await ask(doctor, "GET", "/me"))["user"]["id"]
    other = await signed_in(floor.browser, floor.server, "dispatcher", preload=QUIET, reduced_motion="reduce")
    later = other.page.locator(selector("follow-ups-later"))
    await expect(later).to_have_count(0)
    await doctor.close()
    await ask(admin, "POST", f"/admin/users/{owner}/deactivate", {})
    try:
        await expect(later).to_contain_text("1 follow-up later", timeout=45_000)  # the server looks every 20 s
        await later.locator("summary").click()
        await expect(later).to_contain_text("Ask about the fever")
        await looks_right(other, "a follow-up of somebody who left")
        await other.click("follow-up-take")
        await expect(other.page.locator(".toast").last).to_contain_text("your follow-up now", timeout=15_000)
        await other.wait("follow-up-done", timeout=15)
        await other.page.reload()
        await later.locator("summary").click()
        await other.wait("follow-up-done", timeout=15)
        await expect(other.page.locator(selector("follow-up-take"))).to_have_count(0)
        await other.click("follow-up-done")
        await expect(later).to_have_count(0, timeout=15_000)
        assert other.problems == []
    finally:
        await ask(admin, "POST", f"/admin/users/{owner}/activate", {})


async def reads(floor: Floor, ada: Person, command_id: str) -> None:
    """The patient opens the link of the SMS, and says who it is."""
    whoami = "async () => (await (await fetch('/api/v1/me')).json()).user.id"
    secret = (floor.server.var / "installation.key").read_text("ascii").strip().encode()
    key = SignalingSettings(floor.server.base_url, secret).link_key
    token = derived_token(key, await floor.doctor.evaluate(whoami), command_id)
    await ada.tab.goto(f"{floor.server.base_url}/m#{token}")
    await ada.tab.fill("birth-year", "1981")
    await ada.tab.fill("birth-month", "2")
    await ada.tab.fill("birth-day", "28")
    await looks_right(ada.tab, "a message that asks who reads it")
    await ada.tab.click("read-message")
    await ada.tab.wait("wrong-date")
    await ada.tab.fill("birth-year", "1980")
    await ada.tab.fill("birth-day", "29")
    await ada.tab.click("read-message")
    await expect(ada.tab.page.locator(selector("the-message"))).to_contain_text("Call us if it lasts.")
    await looks_right(ada.tab, "a message that is read")


async def test_a_second_person_is_brought_in_only_when_both_may_hear_each_other(product: Server) -> None:
    async with a_floor(product, "Two") as floor:
        doctor, ada, ben = floor.doctor, await floor.walk_in("Ada Example"), await floor.walk_in("Ben Example")
        await answer(floor, ada)
        await doctor.click("confirmed")
        await doctor.click("open-people")
        await expect(doctor.page.locator(selector("identity"))).to_contain_text("Identity confirmed by")
        await doctor.click("identity-back")
        await expect(doctor.page.locator(selector("identity"))).to_contain_text("Identity not confirmed")
        await doctor.click("identity-menu")
        await doctor.click("identity-document")
        await doctor.page.reload()
        await doctor.click("open-people")
        await expect(doctor.page.locator(selector("identity"))).to_contain_text("document shown")
        await expect(doctor.page.locator(selector("confirm-in-call"))).to_have_count(0)
        await doctor.click("bring-in")
        dialog = doctor.page.locator(selector("bring-in-dialog"))
        await expect(dialog).to_contain_text("Ada Example is in this call. Ben Example would join")
        await expect(doctor.page.locator(selector("bring-in-confirm"))).to_be_disabled()
        await looks_right(doctor, "bringing a second person in")
        assert not await doctor.evaluate(STRAY), "no number where nothing is needed"
        await doctor.page.check(selector("may-hear"))
        await doctor.click("bring-in-confirm")
        await ben.learns(f'seat.queue.moved_to?.session_id === "{ada.entered["session_id"]}"')
        await doctor.page.wait_for_selector(selector("bring-in"), state="detached")
        await ben.knows('void seat.link.command("stay_in_line", {})')
        await expect(doctor.page.locator(".toast").last).to_contain_text("Ben Example would rather wait", timeout=15_000)
        await doctor.wait("bring-in")


async def test_who_is_away_is_called_back_and_may_wait_again(product: Server) -> None:
    async with a_floor(product, "Back") as floor:
        doctor, ada = floor.doctor, await floor.walk_in("Ada Example", sits=False)
        await expect(doctor.page.locator(ada.row)).to_contain_text("place kept")
        await doctor.page.click(f"{ada.row} {selector('answer')}")
        await expect(doctor.page.locator(selector("answer-confirm"))).to_have_text("Call back")
        await accessible(doctor, "the card before calling back")
        await doctor.click("answer-confirm")
        await doctor.wait("calling-back-card", timeout=30)
        await looks_right(doctor, "calling back")
        card = doctor.page.locator(selector("calling-back-card"))
        await expect(card).to_contain_text("did not come back", timeout=DECIDE)
        await accessible(doctor, "wait, next or no-show")
        await doctor.click("keep-waiting")
        await expect(card).to_contain_text("Calling Ada Example back")
        await doctor.click("put-back")
        await doctor.page.wait_for_url("**/queues")
        await doctor.wait(f"{ada.row} {selector('answer')}")
        await answer(floor, ada)
        await doctor.goto(product.base_url + "/today")
        for decision in ("keep-waiting", "put-back"):
            await expect(doctor.page.locator(f"{ada.row} {selector(decision)}")).to_be_visible(timeout=DECIDE)
        await looks_right(doctor, "somebody has not come back, on Today")
        await doctor.page.click(f"{ada.row} {selector('no-show')}")
        await doctor.click("no-show-confirm")
        await doctor.page.wait_for_selector(ada.row, state="detached")
