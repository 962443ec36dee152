"""The first consultation: people see and hear each other in both directions."""

from __future__ import annotations

from tests.browser.browsers import Tab, chromium, eventually, media_flows, open_chromium_tab, open_firefox_tab
from tests.browser.people import admit, invite_another, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server

NO_VEIL = """() => !document.querySelector(".tile__veil")"""  # nothing moves that is taken for standing still
MAIN = """() => document.querySelector(".tile--main")?.getAttribute("aria-label") ?? null"""
PHONE = {"viewport": {"width": 390, "height": 844}}


async def test_doctor_and_patient_meet_talk_and_end(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser), await open_chromium_tab(browser, **PHONE)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        await join_as_patient(patient, link, "Ada Example")
        await admit(doctor)
        await patient.wait("call-stage", timeout=20)
        await media_flows(doctor, videos=1, audios=1)
        await media_flows(patient, videos=1, audios=1)
        await doctor.click("open-chat")
        await doctor.fill("chat-input", "Can you hear me well?")
        await doctor.click("chat-send")
        await patient.click("open-chat")
        await patient.wait("chat-message")
        await patient.reload()
        await patient.wait("call-stage", timeout=20)
        await media_flows(patient, videos=1, audios=1)
        await media_flows(doctor, videos=1, audios=1)
        await doctor.click("end-session")
        await eventually(lambda: patient.evaluate("""() => !document.querySelector('[data-testid="call-stage"]')"""))
        assert doctor.problems == [] and patient.problems == []


async def test_chromium_and_firefox_meet_and_a_third_joins(server: Server) -> None:
    async with chromium() as browser:
        doctor, relative = await open_chromium_tab(browser), await open_chromium_tab(browser, **PHONE)
        fox = await open_firefox_tab()
        try:
            await sign_in(doctor, server)
            link = await start_consultation(doctor)
            await join_as_patient(fox, link, "Frida Fuchs")
            await admit(doctor)
            await fox.wait("call-stage", timeout=20)
            await media_flows(doctor, videos=1, audios=1)
            await media_flows(fox, videos=1, audios=1)
            await join_as_patient(relative, await invite_another(doctor), "Rita Relative")
            await admit(doctor)
            await relative.wait("call-stage", timeout=20)
            for tab in (doctor, fox, relative):
                await media_flows(tab, videos=2, audios=2)
            for tab in (doctor, fox, relative):
                await eventually(lambda tab=tab: tab.evaluate(NO_VEIL))
            # Who signs sees who signs large, by itself; one press takes that back, also over a reload.
            for tab in (fox, relative):
                await tab.click("more")
                await tab.click("open-needs")
                await tab.click("need-sign_language")
                await tab.press("Escape")
            await eventually(lambda: _is(relative, MAIN, "Frida Fuchs"))
            assert await doctor.evaluate(MAIN) is None, "who hears chooses"
            await relative.page.focus(".tile--main button[aria-pressed=true]")
            await relative.press("Enter")
            await eventually(lambda: _is(relative, MAIN, None))
            await relative.reload()
            await relative.wait("call-stage", timeout=30)
            await media_flows(relative, videos=2, audios=2)
            assert await relative.evaluate(MAIN) is None
        finally:
            await fox.close()


async def _is(tab: Tab, script: str, value: object) -> bool:
    return bool(await tab.evaluate(script) == value)
