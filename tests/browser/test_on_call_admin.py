"""The duty roster as an admin edits it: a speciality, a shift, and who is on call now."""

from __future__ import annotations

from tests.browser.browsers import chromium, eventually
from tests.browser.server import Server
from tests.browser.test_admin import SIDEWAYS, SIZES, admin_tab, faults, go

NOW = """() => document.querySelector('[data-testid="on-call-now"]')?.textContent ?? '' """


async def test_a_speciality_and_its_roster(server: Server) -> None:
    async with chromium() as browser:
        admin = await admin_tab(browser, server)
        await go(admin, server, "oncall")
        assert await faults(admin) == []
        await admin.click("new-speciality")
        await admin.wait("speciality-dialog")
        assert await faults(admin) == []
        await admin.fill("speciality-name", "Trauma")
        await admin.fill("speciality-steps", "3")
        await admin.fill("speciality-phone", "+49 30 112233")
        await admin.fill("speciality-zone", "UTC")
        await admin.click("speciality-save")
        await admin.page.wait_for_selector(".field__error[role=alert]")
        await admin.fill("speciality-steps", "30, 45")
        await admin.click("speciality-save")
        await admin.wait("speciality")
        await admin.click("edit-roster")
        await admin.click("add-dated")
        await admin.page.select_option('[data-testid="shift-person"]', label="Dr. Clara Amsel")
        assert await faults(admin) == []
        for width, height in SIZES:
            await admin.page.set_viewport_size({"width": width, "height": height})
            assert await admin.page.evaluate(SIDEWAYS) <= 0, (width, height)
        await admin.click("roster-save")

        async def on_duty() -> bool:
            return "Amsel" in str(await admin.evaluate(NOW))

        await eventually(on_duty)
        assert await faults(admin) == []
        await admin.reload()
        await eventually(on_duty)
        assert admin.problems == [] or all("400" in one for one in admin.problems)
