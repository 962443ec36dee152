"""What every photographed state needs: the server, the camera, people who sign in, and answers in the server's place."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from playwright.async_api import Route

from tests.browser.browsers import ChromiumTab
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server

NAMES = ("Ada Example", "Jonas Weber", "Ayşe Yılmaz-Hohenstein")
MAKE_SESSION = """() => fetch("/api/v1/sessions", {method: "POST", headers: {"Content-Type": "application/json"},
body: JSON.stringify({kind: "scheduled", command_id: "shot" + String(Math.random()).slice(2)})}).then((r) => r.json())"""


class Shooter(Protocol):
    """The camera of screenshots.py."""

    faults: list[str]

    async def take(self, tab: ChromiumTab, name: str, *, whole: bool = True) -> None: ...


@dataclass
class Album:
    """What a state needs: the server, the camera, and tabs that are closed after it."""

    server: Server
    camera: Shooter
    open_tab: Callable[..., Awaitable[ChromiumTab]]
    tabs: list[ChromiumTab] = field(default_factory=list)

    async def tab(self, **options: Any) -> ChromiumTab:
        """A page of somebody new."""
        opened = await self.open_tab(**options)
        self.tabs.append(opened)
        return opened

    async def doctor(self, **options: Any) -> ChromiumTab:
        """Somebody signed in, on Today."""
        opened = await self.tab(**options)
        await sign_in(opened, self.server)
        return opened

    async def admin(self, **options: Any) -> ChromiumTab:
        """Somebody who runs the server, on the admin pages."""
        opened = await self.tab(**options)
        email, password = self.server.account("admin")
        await opened.goto(self.server.base_url + "/sign-in")
        await opened.fill("login-email", email)
        await opened.fill("login-password", password)
        await opened.click("login-submit")
        await opened.wait("admin-page")
        return opened

    async def staff(self, role: str, place: str, **options: Any) -> ChromiumTab:
        """Somebody of a role, signed in, at a page."""
        opened = await self.tab(**options)
        email, password = self.server.account(role)
        await opened.goto(self.server.base_url + "/sign-in")
        await opened.fill("login-email", email)
        await opened.fill("login-password", password)
        await opened.click("login-submit")
        await opened.page.wait_for_url({"reviewer": "**/recordings", "responder": "**/scene"}.get(role, "**/today"))
        await opened.goto(self.server.base_url + place)
        return opened

    async def link(self, doctor: ChromiumTab) -> tuple[str, str]:
        """A new consultation's link and session id, made without leaving Today."""
        made = await doctor.page.evaluate(MAKE_SESSION)
        return made["link"]["url"], made["session"]["id"]

    async def patient(self, link: str, name: str, **options: Any) -> ChromiumTab:
        """Somebody in the waiting room."""
        opened = await self.tab(**options)
        await join_as_patient(opened, link, name)
        return opened

    async def call(self) -> tuple[ChromiumTab, ChromiumTab]:
        """A doctor and a patient in a call."""
        doctor = await self.doctor()
        link = await start_consultation(doctor)
        patient = await self.patient(link, NAMES[0])
        await admit(doctor)
        for tab in (doctor, patient):
            await tab.wait("remote-video", timeout=30)
        return doctor, patient

    async def close_tabs(self) -> None:
        """Close every page of this state."""
        for opened in self.tabs:
            await opened.close()
        self.tabs.clear()


async def answer(tab: ChromiumTab, path: str, status: int, code: str, **headers: str) -> None:
    """Answer one request of the page in the server's place."""

    async def fulfil(route: Route) -> None:
        body = json.dumps({"error": {"code": code, "message": code}})
        await route.fulfill(
            status=status, content_type="application/json", body=body, headers={"Content-Type": "application/json", **headers}
        )

    await tab.page.route(f"**/api/v1{path}", fulfil)
