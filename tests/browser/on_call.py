"""A roster for browser tests, made from an admin's page."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser

from tests.browser.browsers import ChromiumTab, open_chromium_tab
from tests.browser.people import let_in
from tests.browser.server import Server

CALL_API = """async ([method, path, body]) => { const answer = await fetch("/api/v1" + path, {method,
 ...(body && {headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})});
 return [answer.status, await answer.json()]; }"""
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def ask(tab: ChromiumTab, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A request with the login of the page."""
    status, answer = await tab.page.evaluate(CALL_API, [method, path, body])
    assert status == 200, (method, path, status, answer)
    return dict(answer)


async def signed_in(browser: Browser, server: Server, role: str, **options: Any) -> ChromiumTab:
    """Somebody of staff, wherever signing in leads."""
    tab = await open_chromium_tab(browser, **options)
    await let_in(tab, server, role)
    await tab.goto(server.base_url + "/today")
    return tab


async def make_speciality(browser: Browser, server: Server, name: str, *levels: str, steps: tuple[int, ...] = (60, 60)) -> str:
    """A speciality with these roles of the demo on call, level by level; its id."""
    admin = await signed_in(browser, server, "admin")
    staff = {one["role"]: one["id"] for one in (await ask(admin, "GET", "/admin/on-call"))["staff"]}
    values = {"name": name, "mode": "escalate", "phone": "+49 30 112233", "time_zone": "UTC", "steps": list(steps)}
    made = (await ask(admin, "POST", "/admin/specialities", {**values, "command_id": f"command-{name}"}))["speciality"]
    shifts = [
        {"user_id": staff[role], "level": level, "weekly": {"weekday": day, "start": "00:00", "end": "00:00"}}
        for level, role in enumerate(levels, 1)
        for day in range(7)
    ]
    await ask(admin, "PUT", f"/admin/specialities/{made['id']}/shifts", {"revision": made["revision"], "shifts": shifts})
    await admin.close()
    return str(made["id"])
