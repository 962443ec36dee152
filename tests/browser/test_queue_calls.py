"""Calls that come from a waiting room, in Chromium: calling back, a second person brought in, and who is next afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.axe import accessible
from tests.browser.browsers import selector
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.browser.walk_ins import Floor, Person, a_floor, looks_right

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for all of this file; every test has its own waiting room."""
    running = await start_prepared_server(tmp_path_factory.mktemp("queue-calls"))
    try:
        yield running
    finally:
        await stop_server(running)


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


async def test_a_second_person_is_brought_in_only_when_both_may_hear_each_other(product: Server) -> None:
    async with a_floor(product, "Two") as floor:
        doctor, ada, ben = floor.doctor, await floor.walk_in("Ada Example"), await floor.walk_in("Ben Example")
        await answer(floor, ada)
        await doctor.click("confirmed")
        await doctor.click("open-people")
        await doctor.click("bring-in")
        dialog = doctor.page.locator(selector("bring-in-dialog"))
        await expect(dialog).to_contain_text("Ada Example is in this call. Ben Example would join")
        await expect(doctor.page.locator(selector("bring-in-confirm"))).to_be_disabled()
        await looks_right(doctor, "bringing a second person in")
        await doctor.page.check(selector("may-hear"))
        await doctor.click("bring-in-confirm")
        await ben.learns(f'seat.queue.moved_to?.session_id === "{ada.entered["session_id"]}"')
        await doctor.page.wait_for_selector(selector("bring-in"), state="detached")


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
        await doctor.click("keep-waiting")
        await doctor.click("put-back")
        await doctor.page.wait_for_url("**/queues")
        await doctor.wait(f"{ada.row} {selector('answer')}")
