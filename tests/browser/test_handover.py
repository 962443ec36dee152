"""Responder to doctor to specialist: a three-way moment, and nothing to negotiate at the page of whoever is in need."""

from __future__ import annotations

import pytest
from playwright.async_api import Request

from tests.browser.browsers import ChromiumTab, chromium, eventually, media_flows, open_chromium_tab, selector
from tests.browser.cuts import cut_off
from tests.browser.on_call import PHONE, ask, make_speciality, signed_in
from tests.browser.people import join_as_patient, sign_in
from tests.browser.server import Server
from tests.browser.test_admin import faults

pytestmark = pytest.mark.timeout(300)
SESSION = "() => sessionStorage.getItem('telemed.scene')"


def counted(tab: ChromiumTab) -> list[str]:
    """Offers that a page sends from now on."""
    offers: list[str] = []

    def look(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/offer"):
            offers.append(request.url)

    tab.page.on("request", look)
    return offers


async def connections(tab: ChromiumTab) -> int:
    return int(await tab.evaluate("() => window.connections.length"))


async def test_the_patient_negotiates_nothing_while_it_is_handed_over(server: Server) -> None:
    async with chromium() as browser:
        await make_speciality(browser, server, "Trauma", "dispatcher")
        dispatcher, doctor = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await sign_in(dispatcher, server, "dispatcher")
        await sign_in(doctor, server)
        phone = await signed_in(browser, server, "responder", **PHONE)
        await phone.goto(server.base_url + "/scene")
        await phone.click("get-doctor")
        await dispatcher.wait("ring-dialog")
        session_id = str(await eventually(lambda: phone.evaluate(SESSION)))
        body = {"role": "patient", "name": "Ada", "command_id": "command-link"}
        link = (await ask(phone, "POST", f"/sessions/{session_id}/links", body))["link"]["url"]
        patient = await open_chromium_tab(browser, viewport={"width": 390, "height": 844})
        await join_as_patient(patient, link, "Ada Example")
        await ask(phone, "GET", f"/sessions/{session_id}")
        await dispatcher.click("ring-accept")
        await dispatcher.wait("call-stage", timeout=20)
        await dispatcher.wait("admit", timeout=20)
        await dispatcher.click("admit")
        await patient.wait("call-stage", timeout=20)
        await media_flows(patient, videos=1, audios=2)
        offers, before = counted(patient), await connections(patient)

        # From the responder to the dispatcher, who is there already.
        await phone.click("handed-over")
        await dispatcher.click("ring-accept")  # the question is asked over the call
        await phone.wait("scene-leave")
        await phone.click("scene-leave")
        await phone.wait("get-doctor")

        # From the dispatcher to a doctor, who comes now.
        await dispatcher.click("more")
        await dispatcher.click("open-help")
        await dispatcher.wait("help-dialog")
        assert await faults(dispatcher) == []
        clara = dispatcher.page.locator('[data-testid="offer-handover-who"] option', has_text="Amsel")
        await clara.wait_for(state="attached")
        await dispatcher.page.select_option('[data-testid="offer-handover-who"]', await clara.get_attribute("value"))
        await dispatcher.fill("offer-handover-brief", "woman, 40, fell from a ladder")
        await dispatcher.click("offer-handover")
        await doctor.wait("handover-dialog")
        assert "ladder" in (await doctor.page.text_content('[data-testid="handover-dialog"]') or "")
        assert await faults(doctor) == []
        async with cut_off(doctor):
            await doctor.click("ring-accept")
            await doctor.wait("ring-waits", timeout=30)
            assert await dispatcher.page.locator(selector("handover-offered")).count() == 1, "nobody says that it is accepted"
        await doctor.wait("call-stage", timeout=60)
        await media_flows(doctor, videos=1, audios=2)
        await media_flows(patient, videos=1, audios=2)
        await dispatcher.wait("handover-accepted")
        await doctor.wait("handover-taking")
        assert await faults(dispatcher) == []
        await dispatcher.click("handover-release")
        await eventually(lambda: doctor.evaluate("""() => !document.querySelector('[data-testid="handover-taking"]')"""))
        await media_flows(patient, videos=1, audios=2)
        assert offers == [] and await connections(patient) == before, "the patient's page negotiated nothing"
        for tab in (patient, doctor, dispatcher):
            assert tab.problems == []
