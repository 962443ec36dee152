"""What a visit leaves in real browsers: whom they talked to, what their requests show, what they keep when it is over."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab
from tests.browser.people import admit, join_as_patient, sign_in, start_consultation
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NAME = "Ada Canaryson"
CHAT = "canary-chat the pills are blue"
NOTE = "canary-note suspects measles"
REASON = "canary-reason chest pain"
WRITE = """async ([path, method, body]) => (await fetch(`/api/v1/sessions/${location.pathname.split("/").pop()}${path}`,
  {method, body: JSON.stringify(body), headers: {"Content-Type": "application/json"}})).status"""
KEPT = """async () => JSON.stringify({local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie,
  databases: indexedDB.databases ? await indexedDB.databases() : [], caches: window.caches ? await caches.keys() : []})"""


@pytest_asyncio.fixture
async def server(tmp_path: pathlib.Path) -> AsyncIterator[Server]:
    """A fresh demo."""
    running = await start_prepared_server(tmp_path)
    try:
        yield running
    finally:
        await stop_server(running)


@dataclass
class Heard:
    """What one browser did, as its developer tools would show it."""

    urls: list[str] = field(default_factory=list)
    referers: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def listen(self, tab: ChromiumTab) -> None:
        tab.page.on("request", lambda request: self.urls.append(request.url))
        tab.page.on("request", lambda request: self.referers.append(request.headers.get("referer", "")))
        tab.page.on("websocket", lambda socket: self.urls.append(socket.url))
        tab.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: self.received.append(str(data))))
        tab.page.on("console", lambda message: self.console.append(message.text))


async def test_browsers_show_and_keep_nothing(server: Server) -> None:
    async with chromium() as browser:
        doctor, patient = await open_chromium_tab(browser), await open_chromium_tab(browser)
        doctors, patients = Heard(), Heard()
        doctors.listen(doctor)
        patients.listen(patient)
        await sign_in(doctor, server)
        link = await start_consultation(doctor)
        assert await doctor.page.evaluate(WRITE, ["", "PATCH", {"reason": REASON}]) == 200
        await join_as_patient(patient, link, NAME)
        await admit(doctor)
        await patient.wait("call-stage", timeout=30)
        assert await doctor.page.evaluate(WRITE, ["/note", "PUT", {"body": NOTE, "revision": 0}]) == 200
        await say(doctor, patient)
        await end(doctor, patient)
        await look(server, link, doctors, patients)
        kept = str(await patient.evaluate(KEPT))
        for word in ("Canaryson", "canary-", token_of(link)):
            assert word not in kept, f"{word} is kept: {kept}"
        assert doctor.problems == [] and patient.problems == []


async def say(doctor: ChromiumTab, patient: ChromiumTab) -> None:
    """A line of chat that arrives."""
    await doctor.click("open-chat")
    await doctor.fill("chat-input", CHAT)
    await doctor.click("chat-send")
    await patient.click("open-chat")
    await patient.wait("chat-message")


async def end(doctor: ChromiumTab, patient: ChromiumTab) -> None:
    """The doctor ends for all; the patient sees the goodbye."""
    await doctor.click("end-session")
    if await doctor.evaluate("""() => !!document.querySelector('[data-testid="end-session-confirm"]')"""):
        await doctor.click("end-session-confirm")
    await eventually(lambda: patient.evaluate("""() => !document.querySelector('[data-testid="call-stage"]')"""))


async def look(server: Server, link: str, doctors: Heard, patients: Heard) -> None:
    """Requests, their referers, the console, and what came to the patient."""
    home = urlsplit(server.base_url).netloc
    for heard in (doctors, patients):
        assert len(heard.urls) > 10
        hosts = {urlsplit(url).netloc for url in heard.urls if not url.startswith(("data:", "blob:", "about:"))}
        assert hosts == {home}, "a foreign host was asked"
        for text in (*heard.referers, *heard.console, *(url.partition("#")[0] for url in heard.urls)):
            for word in ("Canaryson", "canary", "ticket=", token_of(link)):
                assert word not in text, f"{word} in {text[:200]}"
    received = "\n".join(patients.received)
    assert CHAT in received and CHAT in "\n".join(doctors.received), "the tap hears what it should"
    assert REASON in "\n".join(doctors.received)
    for word in (NOTE, REASON):
        assert word not in received, f"{word} reached the patient"


def token_of(link: str) -> str:
    return link.rsplit("#", 1)[1]
