"""A running product and a visit to take part in."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
import pytest_asyncio

from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.client.seat import Api, SeatClient, command_id, open_link, sign_in


@dataclass
class Visit:
    """A session with a doctor's seat, and what it takes to bring more people in."""

    server: Server
    http: aiohttp.ClientSession
    staff: Api
    doctor: SeatClient
    first_link: str
    people: list[SeatClient] = field(default_factory=list)

    async def new_link(self, role: str = "guest") -> str:
        """A link for one more person."""
        answer = await self.staff.post(
            f"/sessions/{self.doctor.session_id}/links", role=role, name="Guest", command_id=command_id()
        )
        return str(answer["link"]["url"])

    async def bring_in(self, link: str, name: str) -> SeatClient:
        """From the tap on the link to being admitted."""
        person = await open_link(self.server.base_url, self.http, link)
        self.people.append(person)
        await person.connect()
        await person.command("set_name", name=name)
        await person.command("enter_waiting")
        await self.doctor.until(lambda: person.participant_id in {p["id"] for p in self.doctor.state["participants"]})
        await self.doctor.command("admit", participant_id=person.participant_id)
        await person.until(lambda: person.state["you"]["state"] == "admitted")
        return person

    async def close(self) -> None:
        """Everybody goes."""
        for person in (*self.people, self.doctor):
            await person.close()


async def open_visit(server: Server, http: aiohttp.ClientSession) -> Visit:
    """A doctor signs in and starts a consultation."""
    staff = await sign_in(server.base_url, http, server.account("clinician"))
    created = await staff.post("/sessions", kind="group", command_id=command_id())
    doctor = SeatClient(staff, created["session"]["id"], seat="staff")
    await doctor.connect()
    return Visit(server, http, staff, doctor, created["link"]["url"])


@pytest_asyncio.fixture
async def server(tmp_path: pathlib.Path) -> AsyncIterator[Server]:
    """A fresh demo server for one test."""
    running = await start_prepared_server(tmp_path)
    try:
        yield running
    finally:
        await stop_server(running)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """One HTTP client; no cookies, as a non-browser client has none."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest_asyncio.fixture
async def visit(server: Server, http: aiohttp.ClientSession) -> AsyncIterator[Visit]:
    """A consultation with its doctor in it."""
    opened = await open_visit(server, http)
    try:
        yield opened
    finally:
        await opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/media" in str(item.path):
            item.add_marker(pytest.mark.timeout(180))
