"""A network that goes while a dialog is open: what was typed stays, and what was pressed is done once or can be pressed again.

Many pages share each cut: what each of them shows is another flow, and ten seconds are long.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.cuts import cut_off
from tests.browser.incident_people import board, by_code, in_the_call
from tests.browser.on_call import make_speciality
from tests.browser.people import sign_in
from tests.browser.server import Server
from tests.browser.test_scene import RINGS, pages_begun
from tests.browser.walk_ins import Floor, Person, a_floor, act, enter_staff

pytestmark = pytest.mark.timeout(300)
SLOW = 30_000  # milliseconds


async def beside(tab: ChromiumTab, url: str) -> ChromiumTab:
    """A further page of the same person in the same browser."""
    other = ChromiumTab(tab.context, await tab.context.new_page())
    await other.goto(url)
    return other


async def opened(floor: Floor, person: Person, name: str) -> ChromiumTab:
    """A page of the waiting rooms with the dialog of an act open."""
    tab = await beside(floor.doctor, floor.server.base_url + "/queues")
    if name == "answer":
        await tab.page.click(f"{person.row} {selector('answer')}")
    else:
        await act(tab, person, f"act-{name}")
    return tab


async def bringing_in(floor: Floor, person: Person, other: Person) -> ChromiumTab:
    """A call with one of them, where the question about the other is open."""
    tab = await opened(floor, person, "answer")
    await tab.click("answer-confirm")
    await tab.wait("call-stage", timeout=30)
    await eventually(lambda: person.knows('seat.state.you.state === "admitted"'))
    if not await tab.page.locator(selector("also-waiting")).count():
        await tab.click("open-people")
    row = tab.page.locator(selector("also-waiting")).locator("li", has_text=other.name)
    await row.locator(selector("bring-in")).click()
    await tab.page.check(selector("may-hear"))
    return tab


@pytest.mark.own_server  # on which nobody is still paged
async def test_every_act_of_a_waiting_room_waits_for_the_network_and_is_done_once(server: Server) -> None:
    async with a_floor(server, "Cut dialogs", "clinician", "dispatcher") as floor:
        ada, eve, finn = [await floor.walk_in(f"{name} Example") for name in ("Ada", "Eve", "Finn")]
        ben, cleo, dora = [await floor.walk_in(f"{name} Example", sits=False) for name in ("Ben", "Cleo", "Dora")]
        call = await bringing_in(floor, eve, finn)
        answering = await opened(floor, ada, "answer")
        handing_on = await opened(floor, ben, "transfer")
        await handing_on.fill("transfer-note", "Knows the ward")
        removing = await opened(floor, cleo, "remove")
        await removing.fill("remove-reason", "Belongs to the pharmacy")
        writing = await opened(floor, dora, "message")
        await writing.fill("queue-text", "Please have your card ready")
        async with cut_off(floor.doctor):
            pressed = (
                (call, "bring-in-confirm"),
                (answering, "answer-confirm"),
                (handing_on, "transfer-confirm"),
                (removing, "remove-confirm"),
                (writing, "queue-send"),
            )
            for tab, button in pressed:
                await tab.click(button)
            await floor.doctor.page.click(floor.here("late-menu"))
            await floor.doctor.click("late-20")
            assert await handing_on.page.input_value(selector("transfer-note")) == "Knows the ward"
            assert await removing.page.input_value(selector("remove-reason")) == "Belongs to the pharmacy"
            assert await ada.knows("seat.queue.state") == "waiting"
        await finn.learns(f'seat.queue.moved_to?.session_id === "{eve.entered["session_id"]}"')
        await answering.page.wait_for_url(f"**/call/{ada.entered['session_id']}", timeout=SLOW)
        await ada.learns('seat.queue.state === "being_seen" && seat.queue.late?.minutes === 20')
        for tab in (floor.doctor, handing_on):
            await expect(tab.page.locator(ben.row)).to_contain_text("Knows the ward", timeout=SLOW)
        await expect(handing_on.page.locator(selector("transfer-dialog"))).to_have_count(0)
        await floor.doctor.page.wait_for_selector(cleo.row, state="detached", timeout=SLOW)
        await expect(writing.page.locator(".line__body")).to_have_text(["Please have your card ready"], timeout=SLOW)
        await nothing_half_done(writing, dora)
        for tab, _ in pressed:
            assert tab.problems == []


async def nothing_half_done(tab: ChromiumTab, person: Person) -> None:
    """What was sent in the cut is there once. What is typed and not pressed is neither done nor lost by a reload."""
    await tab.press("Escape")
    await act(tab, person, "act-remove")
    await tab.fill("remove-reason", "Not yet")
    await tab.reload()
    await act(tab, person, "act-remove")
    await expect(tab.page.locator(selector("remove-reason"))).to_have_value("Not yet", timeout=SLOW)
    await tab.press("Escape")
    await act(tab, person, "act-message")
    await expect(tab.page.locator(selector("queue-line"))).to_have_count(1, timeout=SLOW)
    await expect(tab.page.locator(selector("queue-text"))).to_have_value("")


async def press_in_vain(tab: ChromiumTab, button: str, words: str) -> None:
    """Without a network: after a few tries of its own the page says so."""
    await tab.click(button)
    await tab.page.locator(words).first.wait_for(timeout=SLOW)


async def test_what_is_typed_about_incidents_and_duty_outlives_a_cut_and_is_done_once(server: Server) -> None:
    async with chromium() as browser:
        await make_speciality(browser, server, "Trauma", "clinician")
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        form = await board(browser, server)
        await by_code(form, reason="First")
        paging = await beside(form, server.base_url + "/urgent")
        await asks_for_help(paging, "First")
        await by_code(form, reason="Second")
        crew = await beside(form, server.base_url + "/urgent")
        await in_the_call(crew)
        await crew.fill("crew-name", "Ambulance 3")
        ending = await beside(form, server.base_url + "/urgent")
        await asks_how_it_ended(ending)
        await ending.click("ending-false_alarm")
        await ending.fill("end-note", "A joke")
        await form.fill("incident-phone", "+49 151 23456789")
        await form.fill("incident-reason", "Third")
        await form.click("caller-agreed")
        admin = await open_chromium_tab(browser)
        await enter_staff(admin, server, "admin", "/admin#oncall")
        await admin.click("edit-roster")
        await admin.click("add-dated")
        async with cut_off(form, admin):
            await press_in_vain(form, "incident-send", selector("incident-problem"))
            await press_in_vain(paging, "page-now", selector("page-now-problem"))
            await press_in_vain(crew, "crew-add", ".toast")
            await press_in_vain(ending, "incident-end-now", ".end-dialog .field__error, dialog .field__error")
            await press_in_vain(admin, "roster-save", "dialog .field__error")
        await sent_once(form, ending, crew)
        await rings_once(server, paging, doctor)
        await saved_once(admin)
        for tab in (form, paging, crew, ending, admin, doctor):
            assert tab.problems == []


async def asks_how_it_ended(tab: ChromiumTab) -> None:
    await tab.page.locator(selector("incident"), has_text="Second").locator(selector("incident-more")).click()
    await tab.click("incident-end")


async def asks_for_help(tab: ChromiumTab, reason: str) -> None:
    """In the call of an incident, whom to call in is chosen and what for is typed. What cannot be known without a network is not
    said to be nothing, and is asked for again by itself."""
    await tab.page.locator(selector("incident"), has_text=reason).locator(selector("incident-open")).click()
    await tab.wait("incident-panel", timeout=30)
    await tab.context.set_offline(True)
    await tab.click("more")
    await tab.click("open-help")
    await tab.page.locator(".banner--warn", has_text="offline").last.wait_for(timeout=SLOW)
    await tab.context.set_offline(False)
    await tab.page.locator(f"{selector('page-now-who')} option").first.wait_for(state="attached", timeout=SLOW)
    await tab.fill("page-now-brief", "Fell from a ladder")


async def sent_once(form: ChromiumTab, ending: ChromiumTab, crew: ChromiumTab) -> None:
    """What was typed is still there, also after a reload; pressed again it is done, and only once."""
    await form.reload()
    await expect(form.page.locator(selector("incident-reason"))).to_have_value("Third", timeout=SLOW)
    assert await form.page.input_value(selector("incident-phone")) == "+49 151 23456789"
    await form.click("incident-send")
    await expect(form.page.locator(selector("incident"))).to_have_count(3, timeout=SLOW)
    assert await crew.page.input_value(selector("crew-name")) == "Ambulance 3"
    await crew.click("crew-add")
    await crew.wait("crew-pin", timeout=30)
    await expect(crew.page.locator(selector("crew"))).to_have_count(1)
    await ending.reload()
    await asks_how_it_ended(ending)
    await expect(ending.page.locator(selector("end-note"))).to_have_value("A joke", timeout=SLOW)
    assert await ending.page.is_checked(selector("ending-false_alarm"))
    await ending.click("incident-end-now")
    await expect(ending.page.locator(selector("summary"))).to_contain_text("A joke", timeout=SLOW)
    await form.reload()
    await expect(form.page.locator(selector("incident"))).to_have_count(3, timeout=SLOW)


async def rings_once(server: Server, paging: ChromiumTab, doctor: ChromiumTab) -> None:
    assert pages_begun(server) == 0 and not await doctor.evaluate(RINGS)
    assert await paging.page.input_value(selector("page-now-brief")) == "Fell from a ladder"
    await paging.click("page-now")
    await doctor.wait("ring-dialog", timeout=30)
    assert "ladder" in (await doctor.page.text_content(selector("ring-dialog")) or "")
    await paging.wait("call-paging", timeout=30)
    assert pages_begun(server) == 1


async def saved_once(admin: ChromiumTab) -> None:
    """Also where the roster is saved and its answer lost: pressed again, nobody is told that somebody else has changed it."""

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await admin.page.route("**/shifts", lose_the_answer)
    await admin.click("roster-save")
    await expect(admin.page.locator("dialog .field__error")).to_contain_text("cannot reach", timeout=SLOW)
    await admin.page.unroute("**/shifts")
    await admin.click("roster-save")
    await expect(admin.page.locator(selector("roster-dialog"))).to_have_count(0, timeout=SLOW)
    await admin.click("edit-roster")
    await expect(admin.page.locator(".roster-shift")).to_have_count(8)  # a week and the new one
