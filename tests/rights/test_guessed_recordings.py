"""Guessing ids of recordings: what is missing, what is beyond a border and what is not the asker's answer alike, cost alike, and
leave the same trace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.ids import new_id
from telemed.store.connection import SqlConnection
from telemed.web.route import API, Route
from telemed.web.routes import ROUTES
from tests.adapters.web.samples import BODIES
from tests.rights.expectations import Asker, Kind, Whose
from tests.rights.house import House
from tests.rights.things import Someone, Things

ASKED = [route for route in ROUTES if route.path.startswith("/recordings/{recording_id}")]
NOT_OURS = {"Date", "Retry-After"}  # header fields that differ between any two answers


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, list[str]]]:
    """The statements that each task sends to the database meanwhile, without their values."""
    seen: dict[int, list[str]] = {}

    def watching(name: str) -> None:
        original = getattr(SqlConnection, name)

        async def watched(self: SqlConnection, statement: Any, *more: Any) -> Any:
            seen.setdefault(id(asyncio.current_task()), []).append(str(statement))
            return await original(self, statement, *more)

        monkeypatch.setattr(SqlConnection, name, watched)

    with monkeypatch.context():
        for name in ("rows", "row", "change"):
            watching(name)
        yield seen
    monkeypatch.undo()


def of_the_request(seen: dict[int, list[str]]) -> list[str]:
    """Timers of the server ask the database, too: a request begins with the login."""
    found = [statements for statements in seen.values() if "FROM login" in statements[0]]
    assert len(found) == 1
    return found[0]


async def ask(house: House, user: UserRecord, route: Route, ids: dict[str, str]) -> tuple[int, dict[str, str], str]:
    path = route.path
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    headers = {"Origin": "http://localhost:8080", "Cookie": f"telemed_staff={await house.token(user)}"}
    body = dict(BODIES.get(f"{route.method} {route.path}", {}))
    async with house.http.request(
        route.method, house.url + API + path, json=None if route.method == "GET" else body, headers=headers
    ) as response:
        kept = {name: value for name, value in response.headers.items() if name not in NOT_OURS}
        return response.status, kept, await response.text()


async def guessed(house: House, asker: UserRecord, route: Route) -> dict[str, dict[str, str]]:
    """Ids to guess: nothing's, a colleague's, another site's and another organisation's, with parts that are there."""
    things = Things(house, Someone(Asker(Kind.STAFF, asker.role), asker))
    found = {whose.value: await things.ids(route, whose) for whose in (Whose.COLLEAGUE, Whose.SITE, Whose.ORGANISATION)}
    return {"nothing": {name: new_id(value[:3]) for name, value in found[Whose.COLLEAGUE.value].items()}, **found}


@pytest.mark.parametrize("route", ASKED, ids=lambda route: f"{route.method} {route.path}")
async def test_every_refusal_is_the_same(house: House, route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    for role in (Role.CLINICIAN, Role.RESPONDER):
        asker = await house.account("north", role)
        answers, statements, rows = {}, {}, {}
        guesses = await guessed(house, asker, route)
        await ask(house, asker, route, guesses["nothing"])  # whatever is kept of a login is there from now on
        for name, ids in guesses.items():
            before = await house.last_row()
            with counted(monkeypatch) as seen:
                answers[name] = await ask(house, asker, route, ids)
            statements[name] = of_the_request(seen)
            rows[name] = [(row.action, row.outcome, row.object_id == ids["recording_id"]) for row in await trail(house, before)]
        status = answers["nothing"][0]
        assert status == (403 if route.action.value in ("hold_recording", "erase_recording") else 404)
        assert all(answer == answers["nothing"] for answer in answers.values()), answers
        assert all(asked == statements["nothing"] for asked in statements.values()), {k: len(v) for k, v in statements.items()}
        assert all(written == rows["nothing"] for written in rows.values())
        assert rows["nothing"] == ([("recording.read", "refused", True)] if status == 404 else [])


async def trail(house: House, after: int) -> list[Any]:
    async with house.store.read() as tx:
        return list(await tx.audit.page(after))


async def test_a_place_in_the_list_is_no_oracle_either(house: House) -> None:
    asker = await house.account("north", Role.CLINICIAN)
    route = next(route for route in ROUTES if route.path == "/recordings/search")
    detail = next(route for route in ASKED if route.path == "/recordings/{recording_id}")
    answers = []
    for ids in (await guessed(house, asker, detail)).values():
        headers = {"Origin": "http://localhost:8080", "Cookie": f"telemed_staff={await house.token(asker)}"}
        body = {"after": ids["recording_id"]}
        async with house.http.post(house.url + API + route.path, json=body, headers=headers) as response:
            answers.append((response.status, await response.text()))
    assert answers == [answers[0]] * 4 and answers[0][0] == 400


async def test_lists_hold_ones_own(house: House) -> None:
    doctor, reviewer = await house.account("north", Role.CLINICIAN), await house.account("north", Role.REVIEWER)
    detail = next(route for route in ASKED if route.path == "/recordings/{recording_id}")
    things = Things(house, Someone(Asker(Kind.STAFF, Role.CLINICIAN), doctor))
    own = (await things.ids(detail, Whose.OWN))["recording_id"]
    colleague = (await things.ids(detail, Whose.COLLEAGUE))["recording_id"]
    for whose in (Whose.SITE, Whose.ORGANISATION):
        await things.ids(detail, whose)
    for user, wanted in ((doctor, {own}), (reviewer, {own, colleague})):
        headers = {"Origin": "http://localhost:8080", "Cookie": f"telemed_staff={await house.token(user)}"}
        async with house.http.post(house.url + API + "/recordings/search", json={}, headers=headers) as response:
            assert {row["id"] for row in (await response.json())["recordings"]} == wanted
