"""Waiting rooms as staff see them, in Chromium: who comes is seen at once, answered with care, handed on, and never lost."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.axe import accessible
from tests.browser.browsers import ChromiumTab, eventually, open_chromium_tab, open_firefox_tab, selector
from tests.browser.frozen import freezable_chromium
from tests.browser.people import sign_in
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.browser.walk_ins import QUIET, Person, a_floor, act, enter_staff, leave_room, looks_right, open_room, walk_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOCUSED = "() => document.activeElement?.dataset.testid ?? ''"
FOCUS_IN_MENU = "() => document.activeElement.matches('[role=menu] .menu__item')"
SEEN_SECONDS = 1.0
# Counts tones and notifications of somebody who looks elsewhere; ten seconds between tones pass in 0.3.
ALARM = """localStorage.setItem("telemed.alerts", "on"); window.alarm = {tones: 0, notes: []};
document.hasFocus = () => false;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { alarm.tones += 1; return start.call(this, at); };
window.Notification = class { static permission = "granted"; static requestPermission = async () => "granted";
 constructor(title, { body }) { alarm.notes.push(title + body); } close() {} };
const every = window.setInterval;
window.setInterval = (act, ms, ...more) => every(act, ms === 10_000 ? 300 : ms, ...more);"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One server for all of this file; every test has its own waiting room."""
    running = await start_prepared_server(tmp_path_factory.mktemp("queues"))
    try:
        yield running
    finally:
        await stop_server(running)


@pytest.mark.real_time
async def test_who_comes_is_seen_within_a_second_and_answered_with_a_card(product: Server) -> None:
    async with a_floor(product, "Cards") as floor:
        doctor, waits = floor.doctor, []
        for name in ("Ada Example", "Ben Example", "Cleo Example"):
            person = await walk_in(floor.browser, product, floor.room, name, birth_date="1980-05-01", sits=False)
            began = time.monotonic()
            await doctor.wait(person.row)
            waits.append(time.monotonic() - began)
        assert sorted(waits)[1] <= SEEN_SECONDS, waits
        ada = await floor.walk_in("Dora Example", birth_date="1980-05-01", needs=["sign_language"])
        await expect(doctor.page.locator(ada.row)).to_contain_text("Signs")
        await looks_right(doctor, "four people wait")
        await doctor.page.click(f"{ada.row} {selector('answer')}")
        card = doctor.page.locator(selector("confirm-card"))
        for words in ("Dora Example", "May 1, 1980", "Cough", "Signs", "Confirm who this is"):
            await expect(card).to_contain_text(words)
        await looks_right(doctor, "the card before answering")
        await doctor.click("answer-confirm")
        await doctor.page.wait_for_url(f"**/call/{ada.entered['session_id']}")
        await doctor.wait("confirm-in-call", timeout=30)
        await accessible(doctor, "who this is, in the call")
        await ada.learns('seat.queue.state === "being_seen" && seat.state.you.state === "admitted"')
        await doctor.reload()
        await doctor.wait("confirmed", timeout=30)
        await doctor.click("confirmed")
        await doctor.page.wait_for_selector(selector("confirm-in-call"), state="detached")
        await doctor.goto(product.base_url + "/queues")
        await doctor.wait(f'{ada.row}[data-state="being_seen"]')


async def test_lines_go_both_ways_and_a_reload_loses_nothing(product: Server) -> None:
    async with a_floor(product, "Lines") as floor:
        doctor, ada = floor.doctor, await floor.walk_in("Ada Example")
        await ada.knows('void seat.link.command("chat", {body: "Is it my turn soon?"})')
        await doctor.wait(f"{ada.row} {selector('unread')}")
        await expect(doctor.page.locator(ada.row)).to_contain_text("Is it my turn soon?")
        await doctor.reload()
        await doctor.wait(f"{ada.row} {selector('unread')}")
        await act(doctor, ada, "act-message")
        await expect(doctor.page.locator(selector("queue-line"))).to_contain_text("Is it my turn soon?")
        await doctor.click("phrase-soon")
        await doctor.click("queue-send")
        await ada.learns('seat.state.chat.some((one) => one.body.startsWith("We will be with you"))')
        await ada.knows('void seat.link.command("chat", {body: "Thank you"})')
        await expect(doctor.page.locator(selector("queue-line"))).to_have_count(3)
        await looks_right(doctor, "lines to somebody who waits")
        await doctor.press("Escape")
        await expect(doctor.page.locator(f"{ada.row} {selector('unread')}")).to_have_count(0)


async def test_rank_hold_hand_on_and_put_back(product: Server) -> None:
    async with a_floor(product, "Acts", "clinician", "dispatcher") as floor:
        doctor, ada, ben = floor.doctor, await floor.walk_in("Ada Example"), await floor.walk_in("Ben Example")
        other = await open_room(floor.admin, "Elsewhere", ("clinician",))
        await act(doctor, ben, "rank-urgent")
        await expect(doctor.page.locator(floor.here("entry-row")).first).to_contain_text("Ben Example")
        await doctor.page.click(".toast button:has-text('Undo')")
        await expect(doctor.page.locator(f"{ben.row} {selector('priority')}")).to_have_count(0)
        await act(doctor, ben, "act-transfer")
        await doctor.page.select_option(selector("transfer-to"), f"queue_id {other.id}")
        await doctor.fill("transfer-note", "Knows the ward")
        await looks_right(doctor, "handing somebody on")
        await doctor.click("transfer-confirm")
        await doctor.wait(f'[data-queue="{other.id}"] {ben.row}')
        await expect(doctor.page.locator(ben.row)).to_contain_text("Knows the ward")
        await ben.learns('seat.queue.name === "Elsewhere" && seat.queue.place === 1')
        await doctor.page.click(f"{ada.row} {selector('answer')}")
        await doctor.click("answer-confirm")
        await doctor.page.wait_for_url("**/call/**")
        await doctor.goto(product.base_url + "/queues")
        await act(doctor, ada, "act-hold")
        await ada.learns('seat.queue.state === "on_hold"')
        await act(doctor, ada, "act-resume")
        await ada.learns('seat.queue.state === "being_seen"')
        await act(doctor, ada, "act-put_back")
        await ada.learns('seat.queue.place === 1 && seat.state.you.state === "waiting"')
        await doctor.wait(f"{ada.row} {selector('answer')}")
        await leave_room(floor.admin, other)


async def test_leaving_the_list_asks_first_and_says_why(product: Server) -> None:
    async with a_floor(product, "Ends") as floor:
        doctor, ada, ben = floor.doctor, await floor.walk_in("Ada Example"), await floor.walk_in("Ben Example")
        await act(doctor, ada, "act-remove")
        await doctor.click("remove-confirm")
        await expect(doctor.page.locator(".field__error")).to_contain_text("Say why")
        await doctor.fill("remove-reason", "Belongs to the pharmacy")
        await looks_right(doctor, "removing somebody")
        await doctor.click("remove-confirm")
        await doctor.page.wait_for_selector(ada.row, state="detached")
        await ada.learns('seat.gone === "removed"')
        await act(doctor, ben, "act-no_show")
        await accessible(doctor, "somebody did not come")
        await doctor.click("no-show-confirm")
        await doctor.page.wait_for_selector(ben.row, state="detached")
        await ben.learns('seat.gone === "ended"')


async def test_everybody_waiting_is_told_of_a_delay_and_the_sound_stops_for_all(product: Server) -> None:
    async with a_floor(product, "Late") as floor:
        doctor, ada = floor.doctor, await floor.walk_in("Ada Example")
        await doctor.page.click(floor.here("acknowledge-room"))
        await doctor.page.wait_for_selector(floor.here("acknowledge-room"), state="detached")
        for minutes in (10, 20, 30):
            await doctor.page.click(floor.here("late-menu"))
            await doctor.click(f"late-{minutes}")
            await ada.learns(f"seat.queue.late?.minutes === {minutes}")
        await expect(doctor.page.locator(floor.here("late"))).to_contain_text("30 min late")
        await doctor.page.locator(".toast button:has-text('Undo')").last.click()
        await ada.learns("seat.queue.late?.minutes === 20")


async def test_of_two_who_answer_one_gets_the_call_and_the_other_a_kind_word(product: Server) -> None:
    async with a_floor(product, "Race", "clinician", "dispatcher") as floor:
        doctor, other = floor.doctor, await open_chromium_tab(floor.browser, preload=QUIET)
        await enter_staff(other, product, "dispatcher", "/queues")
        ada = await floor.walk_in("Ada Example")
        ben = await floor.walk_in("Ben Example")
        for tab in (doctor, other):
            await tab.page.click(f"{ada.row} {selector('answer')}")
            await tab.wait("answer-confirm")
        press = "() => document.querySelector('[data-testid=answer-confirm]')?.click()"  # the slower may know before
        await asyncio.gather(*(tab.page.evaluate(press) for tab in (other, doctor)))

        async def places() -> list[bool]:
            return [f"/call/{ada.entered['session_id']}" in tab.page.url for tab in (doctor, other)]

        async def one_went() -> bool:
            return any(await places())

        await eventually(one_went)
        loser = other if (await places())[0] else doctor
        await loser.wait("taken")
        await expect(loser.page.locator(selector("taken"))).to_contain_text("answered Ada Example")
        await accessible(loser, "somebody else was faster")
        await loser.click("answer-next")
        await expect(loser.page.locator(selector("confirm-card"))).to_contain_text(ben.name)
        assert sum(await places()) == 1


async def key_until(tab: ChromiumTab, key: str, testid: str) -> None:
    """Press a key until the focus is there."""
    for _ in range(40):
        if await tab.evaluate(FOCUSED) == testid:
            return
        await tab.press(key)
    raise AssertionError(f"{key} leads nowhere near {testid}: {await tab.evaluate(FOCUSED)}")


async def act_by_keys(tab: ChromiumTab, person: Person, name: str) -> None:
    """An act of the row's menu."""
    await tab.wait(f"{person.row} {selector('entry-menu')}")
    await tab.page.focus(f"{person.row} {selector('entry-menu')}")
    await tab.press("Enter")
    await eventually(lambda: tab.evaluate(FOCUS_IN_MENU))
    await key_until(tab, "ArrowDown", name)
    await tab.press("Enter")


async def test_every_act_by_the_keyboard_alone(product: Server) -> None:
    async with a_floor(product, "All keys", "clinician", "dispatcher") as floor:
        doctor, ada = floor.doctor, await floor.walk_in("Ada Example")
        await act_by_keys(doctor, ada, "act-message")
        await eventually(lambda: doctor.evaluate(f"() => ({FOCUSED})() === 'queue-text'"))
        await doctor.page.keyboard.type("We will be with you soon")
        await doctor.press("Enter")
        await ada.learns('seat.state.chat.some((one) => one.body === "We will be with you soon")')
        await doctor.press("Escape")
        await eventually(lambda: doctor.evaluate(f"() => ({FOCUSED})() === 'entry-menu'"))
        await doctor.page.focus(floor.here("late-menu"))
        await doctor.press("Enter")
        await eventually(lambda: doctor.evaluate(FOCUS_IN_MENU))
        await key_until(doctor, "ArrowDown", "late-20")
        await doctor.press("Enter")
        await ada.learns("seat.queue.late?.minutes === 20")
        await act_by_keys(doctor, ada, "act-transfer")
        await doctor.wait("transfer-confirm")
        await key_until(doctor, "Tab", "transfer-note")
        await doctor.page.keyboard.type("Knows Ada")
        await doctor.press("Enter")
        await expect(doctor.page.locator(ada.row)).to_contain_text("Knows Ada")
        await doctor.page.focus(f"{ada.row} {selector('answer')}")
        await doctor.press("Enter")
        await doctor.wait("answer-confirm")
        await key_until(doctor, "Tab", "answer-confirm")
        await doctor.press("Enter")
        await doctor.page.wait_for_url("**/call/**")
        await doctor.goto(product.base_url + "/queues")
        for act_name, state in (("act-hold", "on_hold"), ("act-resume", "being_seen"), ("act-put_back", "waiting")):
            await act_by_keys(doctor, ada, act_name)
            await ada.learns(f'seat.queue.state === "{state}"')
            await doctor.wait(f'{ada.row}[data-state="{state}"]')
        await act_by_keys(doctor, ada, "act-remove")
        await eventually(lambda: doctor.evaluate(f"() => ({FOCUSED})() === 'remove-reason'"))
        await doctor.page.keyboard.type("Belongs to the pharmacy")
        await doctor.press("Enter")
        await doctor.page.wait_for_selector(ada.row, state="detached")


async def test_firefox_lists_writes_ranks_and_answers(product: Server) -> None:
    async with a_floor(product, "Firefox", "clinician", "dispatcher") as floor:
        ada = await floor.walk_in("Ada <b>Example</b>", reason='"><img src=x onerror=alert(1)>')
        fox = await open_firefox_tab()
        try:
            await sign_in(fox, product, "dispatcher")
            await fox.goto(product.base_url + "/queues")
            await fox.wait(ada.row)
            await fox.reload()
            await fox.click(f"{ada.row} {selector('entry-menu')}")
            await fox.click("rank-urgent")
            await fox.wait(f"{ada.row} {selector('priority')}")
            await fox.click(f"{ada.row} {selector('entry-menu')}")
            await fox.click("act-message")
            await fox.fill("queue-text", "Good morning")
            await fox.click("queue-send")
            await ada.learns('seat.state.chat.some((one) => one.body === "Good morning")')
            await fox.press("Escape")
            await fox.click(f"{ada.row} {selector('answer')}")
            await fox.click("answer-confirm")
            await fox.wait("confirm-in-call", timeout=40)
            assert not await fox.evaluate("() => !!document.querySelector('img[src=x]')"), "text stays text"
            await ada.learns('seat.queue.state === "being_seen"')
        finally:
            await fox.close()


async def test_a_list_that_slept_is_whole_when_it_wakes(product: Server) -> None:
    async with a_floor(product, "Frozen", "clinician", "dispatcher") as floor, freezable_chromium() as sleeper:
        email, password = product.account("dispatcher")
        await sleeper.goto(product.base_url + "/sign-in")
        await sleeper.fill("login-email", email)
        await sleeper.fill("login-password", password)
        await sleeper.click("login-submit")
        await sleeper.wait("start-session", timeout=30)
        await sleeper.goto(product.base_url + "/queues")
        await sleeper.wait(floor.here("late-menu"), timeout=30)
        gone = await floor.walk_in("Gone Example")
        await sleeper.wait(gone.row)
        await sleeper.sleep()
        ada = await floor.walk_in("Ada Example")
        await act(floor.doctor, gone, "act-remove")
        await floor.doctor.fill("remove-reason", "x")
        await floor.doctor.click("remove-confirm")
        await floor.doctor.page.wait_for_selector(gone.row, state="detached")
        await sleeper.wake()
        await sleeper.wait(ada.row, timeout=30)
        await eventually(lambda: sleeper.evaluate(f"() => !document.querySelector({json.dumps(gone.row)})"))


async def test_the_keyboard_alone_answers_and_ranks(product: Server) -> None:
    async with a_floor(product, "Keys") as floor:
        doctor, ada = floor.doctor, await floor.walk_in("Ada Example")
        await doctor.page.focus(f"{ada.row} {selector('entry-menu')}")
        await doctor.press("Enter")
        await eventually(lambda: doctor.evaluate(FOCUS_IN_MENU))
        await doctor.press("ArrowDown")
        await doctor.press("Enter")
        await doctor.wait(f"{ada.row} {selector('priority')}")
        await eventually(lambda: doctor.evaluate("() => document.activeElement.dataset.testid === 'entry-menu'"))
        await doctor.page.focus(f"{ada.row} {selector('answer')}")
        await doctor.press("Enter")
        await doctor.wait("answer-confirm")
        await doctor.press("Escape")
        await eventually(lambda: doctor.evaluate("() => document.activeElement.dataset.testid === 'answer'"))
        await doctor.press("Enter")
        await doctor.wait("answer-confirm")  # in sight: before that nothing in the dialog takes the focus
        await doctor.page.focus(selector("answer-confirm"))
        await doctor.press("Enter")
        await doctor.page.wait_for_url("**/call/**")


async def test_a_cut_of_ten_seconds_loses_no_arrival_and_no_act(product: Server) -> None:
    async with a_floor(product, "Cut") as floor:
        doctor, ada = floor.doctor, await floor.walk_in("Ada Example")
        began = time.monotonic()
        await doctor.context.set_offline(True)
        await doctor.wait("offline")
        await act(doctor, ada, "rank-high")
        ben = await walk_in(floor.browser, product, floor.room, "Ben Example")
        await doctor.page.wait_for_timeout(max(0.0, 10_000 - (time.monotonic() - began) * 1000))
        await doctor.context.set_offline(False)
        await doctor.wait(ben.row, timeout=20)
        await doctor.wait(f"{ada.row} {selector('priority')}", timeout=20)
        assert await doctor.page.locator(floor.here("entry-row")).count() == 2
        await doctor.page.click(f"{ada.row} {selector('answer')}")
        await doctor.wait("answer-confirm")
        began = time.monotonic()
        await doctor.context.set_offline(True)
        await doctor.click("answer-confirm")
        await doctor.page.wait_for_timeout(max(0.0, 10_000 - (time.monotonic() - began) * 1000))
        assert await ada.knows("seat.queue.state") == "waiting"
        await doctor.context.set_offline(False)
        await doctor.page.wait_for_url("**/call/**", timeout=30_000)
        await ada.learns('seat.queue.state === "being_seen"')


async def test_an_arrival_sounds_and_notifies_again_until_somebody_acknowledges_it(product: Server) -> None:
    async with a_floor(product, "Sound") as floor:
        heard = await open_chromium_tab(floor.browser, preload=ALARM)
        await enter_staff(heard, product, "clinician", "/queues")
        await heard.wait(floor.here("late-menu"))
        assert await heard.evaluate("() => alarm") == {"tones": 0, "notes": []}
        await floor.walk_in("Ada Example")
        await eventually(lambda: heard.evaluate("() => alarm.tones >= 9 && alarm.notes.length >= 2"))
        assert not [note for note in await heard.evaluate("() => alarm.notes") if "Ada" in note]
        await floor.doctor.page.click(floor.here("acknowledge-room"))  # on one screen, for all of them
        await heard.page.wait_for_selector(floor.here("acknowledge-room"), state="detached")
        tones = await heard.evaluate("() => alarm.tones")
        await heard.page.wait_for_timeout(1000)  # three repetitions
        assert await heard.evaluate("() => alarm.tones") == tones
