"""Real-time text and the choice of how one talks, on the pages of both sides: from the device check through the waiting room into
the call, by keyboard, with an input method, over a reload and a cut, in Chromium and Firefox."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.browser.axe import SIDEWAYS, faults
from tests.browser.browsers import Tab, chromium, eventually, open_chromium_tab, open_firefox_tab, selector
from tests.browser.incident_people import a_scene
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server
from tests.browser.test_caller import fits

DESK = {"viewport": {"width": 1000, "height": 640}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LINE = """() => [...document.querySelectorAll('[data-testid="live-line"] .live-line__text')]
 .map((one) => one.textContent).join("|")"""
CHAT = """() => [...document.querySelectorAll('[data-testid="chat-message"] .message__body')].map((one) => one.textContent)"""
FIELD = """() => document.querySelector('[data-testid="chat-input"]')?.value"""
NEEDS = """() => [...document.querySelectorAll('[data-testid="need"]')].map((one) => one.textContent.trim())"""
ATTACHED = """async () => { const session = location.pathname.split("/").pop();
const ask = async (path, body) => (await (await fetch("/api/v1" + path, {method: "POST", body: JSON.stringify(body),
 headers: {"Content-Type": "application/json"}})).json());
const made = await ask("/patients", {name: "Ada Example", needs: ["interpreter"], confirmed: true, command_id: "needs-test-1"});
await ask(`/sessions/${session}/patient`, {patient_id: made.patient.id}); return made.patient.id; }"""
RECORDED = """async () => (await (await fetch("/api/v1/patients/ID")).json()).patient.needs"""
FOCUS_FIELD = """() => { document.querySelector('[data-testid="chat-input"]').focus(); return true; }"""
SECONDS = 30.0  # on a loaded two-core machine


async def shows(tab: Tab, script: str, wanted: Any) -> None:
    async def now() -> bool:
        return bool(await tab.evaluate(script) == wanted)

    try:
        await eventually(now, SECONDS)
    except AssertionError:
        raise AssertionError(f"{await tab.evaluate(script)!r}, not {wanted!r}") from None


async def types(tab: Tab, text: str) -> None:
    for letter in text:
        await tab.press({" ": "Space"}.get(letter, letter))


@pytest.mark.timeout(300)
async def test_a_person_who_cannot_hear_writes_from_the_waiting_room_into_the_call(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        await patient.goto(link)
        await patient.wait("needs", timeout=SECONDS)
        await patient.page.focus(selector("need-cannot_hear"))
        await patient.press("Space")  # keyboard alone
        assert await faults(patient) == []
        await patient.fill("join-name", "Ada Example")
        await patient.click("join-continue")
        await patient.wait("waiting-talk", timeout=SECONDS)
        await shows(doctor, NEEDS, ["Cannot hear"])  # before answering
        await doctor.click("open-chat")
        await patient.evaluate(FOCUS_FIELD)
        await types(patient, "helo")
        await shows(doctor, LINE, "helo")
        await patient.press("Backspace")
        await types(patient, "lo")
        await shows(doctor, LINE, "hello")
        assert await faults(patient) == []
        assert await faults(doctor) == []
        assert await patient.evaluate(SIDEWAYS) <= 0
        await patient.press("Enter")
        await shows(doctor, CHAT, ["hello"])
        await shows(doctor, LINE, "")
        await doctor.fill("chat-input", "One moment, Ada.")
        await doctor.click("chat-send")
        await shows(patient, CHAT, ["hello", "One moment, Ada."])
        await admit(doctor)
        await patient.wait("call-stage", timeout=SECONDS)
        await doctor.click("close-panel")
        await patient.click("open-chat")
        await patient.wait("chat-input", timeout=SECONDS)
        await patient.evaluate(FOCUS_FIELD)
        await types(patient, "I see you")
        await doctor.wait("live-strip", timeout=SECONDS)  # nobody has to look for it
        await shows(doctor, LINE, "I see you")
        assert await faults(doctor) == []
        await patient.reload()
        await patient.wait("call-stage", timeout=SECONDS)
        await patient.click("open-chat")
        await shows(patient, FIELD, "I see you")  # a reload loses nothing
        await patient.evaluate(FOCUS_FIELD)
        await patient.press("End")
        await types(patient, " well")
        await shows(doctor, LINE, "I see you well")
        await patient.press("Enter")
        await doctor.click("open-chat")
        await shows(doctor, CHAT, ["hello", "One moment, Ada.", "I see you well"])
        assert doctor.problems == [] and patient.problems == []


@pytest.mark.timeout(200)
async def test_what_somebody_says_of_talking_is_proposed_for_the_record_and_never_written_by_itself(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        record = await doctor.evaluate(ATTACHED)
        await patient.goto(link)
        await patient.wait("needs", timeout=SECONDS)
        await patient.click("need-sign_language")
        await doctor.click("open-people")
        await doctor.wait("needs-proposal", timeout=SECONDS)
        assert await doctor.evaluate(RECORDED.replace("ID", record)) == ["interpreter"], "not before somebody pressed"
        assert await faults(doctor) == []
        await doctor.click("needs-to-record")
        await eventually(lambda: doctor.evaluate("() => !document.querySelector('[data-testid=needs-proposal]')"), SECONDS)
        assert await doctor.evaluate(RECORDED.replace("ID", record)) == ["sign_language", "interpreter"]


async def in_call(server: Server, doctor: Tab, patient: Tab) -> None:
    await sign_in(doctor, server)
    link = await start_consultation(doctor)
    await join_as_patient(patient, link, "Ada Example")
    await admit(doctor)
    await patient.wait("call-stage", timeout=SECONDS)
    for tab in (doctor, patient):
        await tab.click("open-chat")
        await tab.wait("chat-input", timeout=SECONDS)


@pytest.mark.timeout(300)
async def test_input_methods_paste_several_lines_and_a_cut(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        await in_call(server, doctor, patient)
        await patient.evaluate(FOCUS_FIELD)
        await types(patient, "ab")
        assert await doctor.evaluate(LINE) == "", "without live text nothing is seen before it is sent"
        await patient.click("live-text")
        await shows(doctor, LINE, "ab")
        await patient.evaluate(FOCUS_FIELD)
        keyboard = await patient.context.new_cdp_session(patient.page)
        await keyboard.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
        await shows(doctor, LINE, "abni")
        await keyboard.send("Input.insertText", {"text": "你"})
        await shows(doctor, LINE, "ab你")
        await keyboard.send("Input.insertText", {"text": "\U0001f600 de\u202er"})  # as pasted, with what would turn the line
        await shows(doctor, LINE, "ab你\U0001f600 der")
        await patient.press("Shift+Enter")
        await types(patient, "x")
        await shows(doctor, LINE, "ab你\U0001f600 der\nx")
        for _ in range(2):
            await patient.press("Backspace")  # over the line break
        await shows(doctor, LINE, "ab你\U0001f600 der")
        await doctor.context.set_offline(True)
        await doctor.evaluate("() => { window.dispatchEvent(new Event('online')); return true; }")  # its connection is renewed
        await types(patient, " cut")
        await doctor.context.set_offline(False)
        await shows(doctor, LINE, "ab你\U0001f600 der cut")
        await patient.press("Enter")
        await shows(doctor, CHAT, ["ab你\U0001f600 der cut"])
        await shows(doctor, LINE, "")
        await patient.click("live-text")
        await patient.evaluate(FOCUS_FIELD)
        await types(patient, "quiet")
        await patient.press("Enter")
        await shows(doctor, CHAT, ["ab你\U0001f600 der cut", "quiet"])


@pytest.mark.own_server
@pytest.mark.timeout(300)
async def test_the_server_is_killed_while_somebody_writes(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser, **DESK), await open_chromium_tab(browser, **PHONE)
        await in_call(server, doctor, patient)
        await patient.click("live-text")
        await patient.evaluate(FOCUS_FIELD)
        await types(patient, "half a")
        await shows(doctor, LINE, "half a")
        os.kill(server.children()["control"], signal.SIGKILL)
        await types(patient, " line")
        await shows(doctor, LINE, "half a line")
        await patient.press("Enter")
        for tab in (doctor, patient):
            await shows(tab, CHAT, ["half a line"])
        await types(patient, "and go")
        await shows(doctor, LINE, "and go")
        await patient.close()
        os.kill(server.children()["control"], signal.SIGKILL)
        await shows(doctor, LINE, "and go\ufffd")  # nobody says it again: marked
        await shows(doctor, CHAT, ["half a line"])


@pytest.mark.timeout(300)
async def test_firefox_reads_and_writes_along(server: Server) -> None:
    async with chromium() as browser:
        doctor = await open_chromium_tab(browser, **DESK)
        fox = await open_firefox_tab(width=390, height=844)
        try:
            await in_call(server, doctor, fox)
            for tab in (doctor, fox):
                await tab.click("live-text")
            await fox.evaluate(FOCUS_FIELD)
            await types(fox, "hello")
            await shows(doctor, LINE, "hello")
            await doctor.evaluate(FOCUS_FIELD)
            await types(doctor, "good day")
            await shows(fox, LINE, "good day")
            for tab in (fox, doctor):
                await tab.press("Enter")
            for tab in (doctor, fox):
                await shows(tab, CHAT, ["hello", "good day"])
                await shows(tab, LINE, "")
        finally:
            await fox.close()


@pytest.mark.timeout(300)
async def test_a_caller_of_an_incident_who_cannot_hear_writes_letter_by_letter(server: Server) -> None:
    async with a_scene(server, reduced_motion="reduce") as scene:
        caller, dispatcher = scene.caller, scene.dispatcher
        await caller.click("caller-begin")
        await caller.wait("caller-live", timeout=SECONDS)
        await caller.page.focus(".live__more summary")
        await caller.press("Enter")
        await caller.wait("needs", timeout=SECONDS)
        await fits(scene, "how one talks")
        await caller.page.focus(selector("need-cannot_hear"))
        await caller.press("Space")
        await shows(dispatcher, NEEDS.replace("[...", "[...new Set([...", 1).replace("trim())", "trim()))]"), ["Cannot hear"])
        await caller.page.focus(selector("caller-write"))
        await types(caller, "help")
        await shows(dispatcher, LINE, "help")
        await dispatcher.page.context.set_offline(True)
        await types(caller, " me")
        await dispatcher.page.context.set_offline(False)
        await shows(dispatcher, LINE, "help me")
        await caller.press("Enter")
        await dispatcher.click("open-chat")
        await shows(dispatcher, CHAT, ["help me"])
        await dispatcher.click("live-text")
        await dispatcher.page.focus(selector("chat-input"))
        await types(dispatcher, "coming")
        await shows(caller, LINE, "coming")
        await fits(scene, "what is being written")
