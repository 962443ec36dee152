"""The dispatcher's board: from a number or a code to scan to the summary of an incident that is over."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.incident_people import ALLOWED, HOSTILE, PLUS_CODE, READ_LINK, a_scene, board, by_code, in_the_call, text_of
from tests.browser.recorded_call import STAGE_SECONDS
from tests.browser.server import Server
from tests.browser.test_rail import enter

SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))


@pytest.mark.own_server
async def test_numbers_are_judged_as_they_are_typed_and_nothing_is_made_of_wrong_ones(server: Server) -> None:
    async with chromium() as browser:
        tab = await board(browser, server)
        problem = tab.page.locator(".new-incident .field__error").first
        await tab.page.keyboard.type("0151 23")  # the field has the focus
        await expect(problem).to_have_count(0)
        await tab.page.keyboard.type("x")
        await expect(problem).to_contain_text("digits only")
        await tab.fill("incident-phone", "12345")
        await tab.page.keyboard.press("Enter")
        await expect(problem).to_contain_text("too short")
        await tab.fill("incident-phone", "+999 1234567890")
        await tab.fill("incident-reason", "x")
        await tab.page.keyboard.press("Enter")
        await expect(problem).to_contain_text("No phone has this number")
        await expect(tab.page.locator(selector("incident"))).to_have_count(0)
        await tab.fill("incident-phone", "+49 151 23456789")
        await tab.page.keyboard.press("Enter")
        await tab.wait("incident")
        state = await tab.page.get_attribute(selector("delivery"), "data-state")
        assert state in ("no_way", "queued", "sent", "delivered", "not_confirmed"), state
        assert tab.problems == []


@pytest.mark.own_server
async def test_the_board_in_every_size_with_hostile_words(server: Server) -> None:
    async with chromium() as browser:
        tab = await board(browser, server, reduced_motion="reduce")
        await by_code(tab, reason=HOSTILE)
        await tab.wait("incident-qr")
        assert await text_of(tab, "incident-code-shown")
        for width, height in SIZES:
            await tab.page.set_viewport_size({"width": width, "height": height})
            assert await tab.evaluate(SIDEWAYS) <= 0, width
        await accessible(tab, "the board")
        await tab.reload()
        await expect(tab.page.locator(".incident__reason")).to_contain_text("<img src=x")
        await expect(tab.page.locator(selector("incident-qr"))).to_have_count(0)
        assert tab.problems == []


async def test_who_answers_no_emergencies_is_told_so(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser)
        await enter(tab, server, "front_desk")
        assert await tab.page.locator('.rail a[href="/urgent"]').count() == 0
        await tab.goto(server.base_url + "/urgent")
        await tab.wait("no-permission")
        assert await tab.page.locator(selector("new-incident")).count() == 0


@pytest.mark.own_server
async def test_opened_is_seen_at_once_and_the_end_closes_everything(server: Server) -> None:
    async with chromium() as browser:
        dispatcher = await board(browser, server)
        link = await by_code(dispatcher)
        code = (await text_of(dispatcher, "incident-code-shown")).split()[-1]
        caller = await open_chromium_tab(browser, **ALLOWED)
        await caller.goto(link)
        await caller.wait("caller-begin")
        assert await caller.page.get_attribute(selector("caller-code"), "data-code") == code
        await expect(dispatcher.page.locator(selector("delivery"))).to_have_attribute("data-state", "opened")
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await in_the_call(dispatcher)
        await expect(dispatcher.page.locator(selector("plus-code"))).to_have_text(PLUS_CODE)
        await dispatcher.click("incident-end")
        await dispatcher.wait("end-dialog")
        await accessible(dispatcher, "the end of an incident")
        await dispatcher.click("ending-false_alarm")
        await dispatcher.fill("end-note", HOSTILE)
        await dispatcher.click("incident-end-now")
        await caller.wait("caller-over")
        await accessible(caller, "an incident that is over")
        await dispatcher.page.wait_for_url("**/urgent")
        await dispatcher.click("incident-summary-open")
        await expect(dispatcher.page.locator(selector("summary"))).to_contain_text("False alarm")
        await accessible(dispatcher, "the summary")
        await caller.reload()
        await caller.wait("caller-over")
        assert dispatcher.problems == [] and caller.problems == []


async def test_a_crew_watches_by_a_link_with_a_pin_until_it_is_taken_away(server: Server) -> None:
    async with a_scene(server) as scene:
        dispatcher, caller = scene.dispatcher, scene.caller
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await dispatcher.fill("crew-name", HOSTILE)
        await dispatcher.click("crew-add")
        await dispatcher.wait("crew-pin")
        pin = (await text_of(dispatcher, "crew-pin")).strip()
        link = await dispatcher.page.input_value(selector("crew-link"))
        browser = dispatcher.context.browser
        assert browser
        crew = await open_chromium_tab(browser)
        await crew.goto(link)
        await crew.fill("crew-pin-field", "000000" if pin != "000000" else "000001")
        await crew.click("crew-open")
        await expect(crew.page.locator(".field__error")).to_contain_text("not right")
        await accessible(crew, "the door for a crew")
        await crew.fill("crew-pin-field", pin)
        await crew.click("crew-open")
        await crew.wait('[data-testid="remote-video"]:not([hidden])', timeout=45)
        await expect(crew.page.locator(selector("plus-code"))).to_have_text(PLUS_CODE)
        assert await crew.page.locator(selector("toggle-mic")).count() == 0
        await expect(crew.page.locator(".tile--self")).to_have_count(0)
        await expect(crew.page.locator(".tile--main")).to_have_count(1)
        await crew.reload()
        await crew.fill("crew-pin-field", pin)
        await crew.click("crew-open")
        await crew.wait('[data-testid="remote-video"]:not([hidden])', timeout=45)
        await dispatcher.click("crew-done")
        await dispatcher.click("crew-revoke")
        await crew.wait("crew-over")
        await eventually(lambda: dispatcher.page.is_visible('[data-testid="crew"][data-state="revoked"]'))
        await dispatcher.fill("crew-name", "Ambulance 4")
        await dispatcher.click("crew-add")
        await dispatcher.wait("crew-pin")
        other = await open_chromium_tab(browser)
        await other.goto(await dispatcher.page.input_value(selector("crew-link")))
        await other.fill("crew-pin-field", (await text_of(dispatcher, "crew-pin")).strip())
        await other.click("crew-open")
        await other.wait("plus-code", timeout=45)
        await dispatcher.click("incident-end")
        await dispatcher.click("incident-end-now")
        await other.wait("crew-over")
        await dispatcher.page.wait_for_url("**/urgent")
        assert crew.problems == [] and other.problems == []


async def test_a_second_caller_has_a_tile_and_cards_of_its_own_and_hears_of_no_other(server: Server) -> None:
    async with a_scene(server) as scene:
        dispatcher, caller = scene.dispatcher, scene.caller
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        assert await dispatcher.page.locator(selector("addressee")).count() == 0, "one caller: nothing to choose"
        await dispatcher.click("add-caller")
        await dispatcher.fill("add-caller-phone", "12")
        await dispatcher.page.keyboard.press("Enter")
        await expect(dispatcher.page.locator(".add-caller .field__error")).to_contain_text("too short")
        await dispatcher.fill("add-caller-name", HOSTILE)
        await dispatcher.click("add-caller-code")
        link = str(await eventually(lambda: dispatcher.evaluate(READ_LINK)))
        tiles = dispatcher.page.locator(selector("caller-tile"))
        await expect(tiles).to_have_count(2)
        await expect(tiles.nth(1)).to_contain_text("<img src=x")
        browser = dispatcher.context.browser
        assert browser
        witness = await open_chromium_tab(browser, **ALLOWED)
        await witness.goto(link)
        await witness.click("caller-begin")
        await witness.wait("caller-live")
        await expect(tiles.nth(1).locator(selector("delivery"))).to_have_attribute("data-state", "opened")
        await expect(dispatcher.page.locator(selector("plus-code"))).to_have_text([PLUS_CODE, PLUS_CODE])
        await accessible(dispatcher, "two callers")
        await dispatcher.click("card-hold_still")
        for tab in (caller, witness):
            await tab.wait('[data-testid="caller-card"][data-card="hold_still"]')
        await dispatcher.page.locator(selector("addressee")).get_by_label("<img").check()
        await expect(dispatcher.page.locator(selector("plus-code"))).to_have_count(1)
        await dispatcher.click("card-cpr")
        await witness.wait('[data-testid="caller-card"][data-card="cpr"]')
        assert await caller.page.get_attribute(selector("caller-card"), "data-card") == "hold_still"
        assert await witness.page.locator("video").count() <= 1, "its own picture alone"
        await dispatcher.click("toggle-mic")
        voices = [tab.page.locator("audio[data-voice]") for tab in (caller, witness)]
        for voice in voices:
            await expect(voice.first).to_be_attached(timeout=STAGE_SECONDS * 1000)
        await dispatcher.page.locator(selector("incident-silent")).nth(1).click()
        await dispatcher.click("silence-cancel")
        await dispatcher.page.locator(selector("incident-silent")).nth(1).click()
        await dispatcher.click("silence-confirm")
        await witness.wait("caller-silent-view")
        await expect(voices[1]).to_have_count(0)
        await expect(tiles.nth(1).locator(selector("caller-is-silent"))).to_be_visible()
        await expect(tiles.nth(0).locator(selector("caller-is-silent"))).to_have_count(0)
        await expect(dispatcher.page.locator(selector("silence-kept"))).to_contain_text("Only <img")
        await expect(voices[0].first).to_be_attached()
        assert await caller.page.is_visible(selector("caller-live")), "the other is spoken to as before"
        await tiles.nth(1).locator(selector("caller-revoke")).click()
        await witness.wait("caller-over")
        await expect(dispatcher.page.locator(selector("addressee"))).to_have_count(0)
        assert await caller.page.is_visible(selector("caller-live"))
        assert witness.problems == []


@pytest.mark.own_server
async def test_an_incident_from_the_number_to_the_summary_by_keyboard_alone(server: Server) -> None:
    async with chromium() as browser:
        tab = await board(browser, server, reduced_motion="reduce")
        await tab.page.keyboard.type("+49 151 23456789")  # the field has the focus
        await reach(tab, "incident-reason")
        await tab.page.keyboard.type("Fall from a ladder")
        await press(tab, "kind-upload", "Space")
        await press(tab, "caller-agreed", "Space")
        await press(tab, "incident-send", "Enter")
        await tab.wait("incident")
        await press(tab, "incident-open", "Enter")
        await tab.wait("card-cpr")
        for what in ("ask-light", "card-cpr"):
            await press(tab, what, "Enter")
            await expect(tab.page.locator(selector(what))).to_have_attribute("aria-pressed", "true")
        await reach(tab, "crew-name")
        await tab.page.keyboard.type("Ambulance 3")
        await tab.page.keyboard.press("Enter")
        await tab.wait("crew-pin")
        await press(tab, "crew-done", "Enter")
        await press(tab, "crew-revoke", "Enter")
        await tab.wait('[data-testid="crew"][data-state="revoked"]')
        await press(tab, "incident-end", "Enter")
        await tab.wait("end-dialog")
        await press(tab, "ending-close", "ArrowDown")
        await reach(tab, "end-note")
        await tab.page.keyboard.type("A joke")
        await press(tab, "incident-end-now", "Enter")
        await tab.page.wait_for_url("**/urgent")
        await tab.wait("incident-summary-open")
        await press(tab, "incident-summary-open", "Enter")
        await expect(tab.page.locator(selector("summary"))).to_contain_text("A joke")
        assert tab.problems == []


async def reach(tab: ChromiumTab, testid: str) -> None:
    """Go there with the Tab key, as far as it takes."""
    for _ in range(150):
        if await tab.evaluate(f"() => document.activeElement?.dataset.testid === {json.dumps(testid)}"):
            return
        await tab.page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {testid}")


async def press(tab: ChromiumTab, testid: str, key: str) -> None:
    """A key, where the Tab key leads."""
    await reach(tab, testid)
    await tab.page.keyboard.press(key)


@pytest.mark.own_server
async def test_an_incident_that_is_opened_again_shows_its_new_code(server: Server) -> None:
    """And whoever taps the new link where the old one was open begins anew there."""
    async with chromium() as browser:
        tab = await board(browser, server)
        first = await by_code(tab)
        caller = await open_chromium_tab(browser, **ALLOWED)
        await caller.goto(first)
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await tab.click("incident-more")
        await tab.click("incident-end")
        await tab.click("incident-end-now")
        await caller.wait("caller-over")
        await tab.wait("summary")
        await tab.page.keyboard.press("Escape")
        await tab.click("incident-more")
        await tab.click("incident-reopen")
        second = str(await eventually(lambda: tab.evaluate(READ_LINK)))
        assert second != first, "the former one is not shown any more, not for a moment"
        await tab.reload()
        await tab.wait("show-code")
        assert not await tab.evaluate(READ_LINK), "a page that is loaded again knows no link"
        await tab.page.focus(selector("show-code"))
        await tab.page.keyboard.press("Enter")
        assert str(await eventually(lambda: tab.evaluate(READ_LINK))) == second, "the same again"
        assert await tab.evaluate("() => document.activeElement?.tagName") == "SUMMARY", "the keyboard stays there"
        await accessible(tab, "the code once more")
        await caller.evaluate(f"() => {{ location.hash = {json.dumps(second.partition('#')[2])}; }}")
        await caller.wait("caller-start")
        await caller.click("caller-begin")
        await caller.wait("caller-live")
        await expect(tab.page.locator(selector("incident-state"))).to_contain_text("Live")
        assert tab.problems == [] and caller.problems == []
