"""What a doctor and a patient do, step by step, from the page alone."""

from __future__ import annotations

from tests.browser.browsers import ChromiumTab, Tab, eventually
from tests.browser.server import Server

READ_LINK = """() => { const e = document.querySelector('[data-testid="invite-link"]');
return e ? (e.value || e.getAttribute('data-url') || e.href || e.textContent || '').trim() : ''; }"""
CALL_STATE = """() => { const e = document.querySelector('[data-testid="connection-state"]');
return e ? e.getAttribute('data-state') || e.textContent : null; }"""


async def let_in(tab: ChromiumTab, server: Server, role: str) -> None:
    """Sign in with the request that the page for it makes, but without the page: it is drawn in half a second of a processor and
    has tests of its own (test_admin.py, test_identity.py, test_stage.py)."""
    email, password = server.account(role)
    login = {"email": email, "password": password}
    origin = {"Origin": server.base_url}
    answer = await tab.context.request.post(server.base_url + "/api/v1/auth/login", data=login, headers=origin)
    assert answer.ok, await answer.text()


async def sign_in(tab: Tab, server: Server, role: str = "clinician") -> None:
    """To Today; in Firefox by the sign-in page."""
    if isinstance(tab, ChromiumTab):
        await let_in(tab, server, role)
        await tab.goto(server.base_url + "/today")
    else:
        email, password = server.account(role)
        await tab.goto(server.base_url + "/sign-in")
        await tab.fill("login-email", email)
        await tab.fill("login-password", password)
        await tab.click("login-submit")
    await tab.wait("start-session")


async def start_consultation(tab: Tab) -> str:
    """From Today to the stage in one click; returns the patient's link."""
    await tab.click("start-session")
    await tab.wait("call-stage")
    return str(await eventually(lambda: tab.evaluate(READ_LINK)))


async def join_as_patient(tab: Tab, link: str, name: str, *, step: str = "join-continue") -> None:
    """From the link to being seen waiting. Where people are asked about a recording first, `step` is the answer's button."""
    await tab.goto(link)
    await tab.wait(step)
    await tab.fill("join-name", name)
    await tab.click(step)
    await tab.wait("waiting-room", timeout=20)


async def admit(tab: Tab) -> None:
    """The doctor lets the first waiting person in."""
    await tab.wait("waiting-list", timeout=20)
    await tab.click("admit")


INVITE = """async () => { const id = location.pathname.split("/").pop();
const body = {role: "ROLE", name: "Guest", command_id: crypto.randomUUID().replaceAll("-", "")};
const headers = {"Content-Type": "application/json"};
const answer = await fetch(`/api/v1/sessions/${id}/links`, {method: "POST", body: JSON.stringify(body), headers});
return (await answer.json()).link.url; }"""


async def invite_another(tab: Tab, role: str = "guest") -> str:
    """A further link for the doctor's running session, asked for from the doctor's own page."""
    return str(await tab.evaluate(INVITE.replace("ROLE", role)))
