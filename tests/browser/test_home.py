"""A patient's own way: a code instead of a password, Home, into the visit without anybody making a link, and out again."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.axe import accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab
from tests.browser.people import sign_in
from tests.browser.server import Server

ANNA, BEN = "anna@demo.example", "ben@demo.example"
PHONE = {"viewport": {"width": 390, "height": 844}}
ATTACHED_VISIT = """async () => { const post = async (path, body) => (await fetch(`/api/v1${path}`, {method: "POST",
headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})).json();
const { patients } = await post("/patients/search", {text: "Anna Beispiel"});
await fetch(`/api/v1/patients/${patients[0].id}`);
const made = await post("/sessions", {kind: "urgent", reason: "secret reason", patient_id: patients[0].id,
command_id: crypto.randomUUID().replaceAll("-", "")}); return made.session.id; }"""


async def enter(tab: ChromiumTab, server: Server, contact: str) -> None:
    """From the door to Home, with the code the demo shows."""
    await tab.goto(server.base_url + "/my")
    await tab.fill("contact", contact)
    await tab.page.keyboard.press("Enter")
    banner = tab.page.locator('[data-testid="demo-code"]')
    await expect(banner).to_contain_text("Demo: your code is", timeout=15_000)
    await tab.fill("code", (await banner.inner_text()).split()[-1])  # the sixth digit sends it
    await tab.wait("sign-out", timeout=15)


async def test_a_patient_joins_from_home_and_sees_who_saw_the_data(server: Server) -> None:
    async with chromium() as browser:
        doctor = await open_chromium_tab(browser)
        await sign_in(doctor, server)
        await doctor.evaluate(ATTACHED_VISIT)
        tab = await open_chromium_tab(browser, **PHONE)
        await tab.goto(server.base_url + "/my")
        await tab.wait("send-code")
        await accessible(tab, "door")
        await enter(tab, server, ANNA)
        await tab.wait("join-now")
        await tab.click("show-access")
        await expect(tab.page.locator('[data-testid="access-line"]').first).to_contain_text("Dr. Clara Amsel")
        await accessible(tab, "home")
        text = await tab.page.locator("body").inner_text()
        assert "secret reason" not in text and "112" in text
        await tab.click("join-now")
        await tab.wait("join-continue", timeout=20)
        assert tab.page.url.endswith("/j") or "/j#" in tab.page.url
        await tab.click("join-continue")
        await tab.wait("waiting-room", timeout=20)
        await tab.goto(server.base_url + "/home")
        await tab.click("sign-out")
        await tab.wait("send-code")
        await tab.goto(server.base_url + "/home")
        await eventually(lambda: tab.evaluate("() => location.pathname === '/my'"))
        assert tab.problems == []


async def test_a_carer_sees_what_was_agreed_and_a_stranger_nothing(server: Server) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser)
        await enter(tab, server, BEN)
        await expect(tab.page.get_by_role("heading", level=1)).to_have_text("For Anna Beispiel")
        assert await tab.page.locator('[data-testid="show-access"]').count() == 0
        stranger = await open_chromium_tab(browser)
        await stranger.goto(server.base_url + "/my")
        await stranger.fill("contact", "nobody@demo.example")
        await stranger.click("send-code")
        await stranger.wait("code")
        await stranger.fill("code", "123456")
        await expect(stranger.page.locator(".field__error")).to_contain_text("wrong or too old")
        await accessible(stranger, "code")
        assert tab.problems == [] and stranger.problems == []
