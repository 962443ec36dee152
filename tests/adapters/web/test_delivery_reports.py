"""The door of the SMS gateway: shut unless configured, opened by its secret alone, telling nothing, bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from telemed.care.notify.records import Route
from telemed.care.notify.reports import DeliveryReport
from telemed.care.roles import Role
from telemed.store import Store
from telemed.web.routes_notify import REPORT_LIMIT, REPORT_RATE
from tests.adapters.web.people import People
from tests.adapters.web.site import Answered, Site, running_site, settings_for

PATH = "/api/v1/notify/reports"
SECRET = "report-secret-0123456789-abcdef"
GOOD = {"reference": "out_AbCdEfGh", "state": "delivered"}


@dataclass
class Desk:
    """Remembers what came in."""

    reports: list[DeliveryReport] = field(default_factory=list)

    async def take_report(self, report: DeliveryReport) -> None:
        self.reports.append(report)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def door(store: Store, static_root: Path, desk: Desk) -> AsyncIterator[Site]:
    async with running_site(store, settings_for(static_root, report_token=SECRET), ports={"reports": desk}) as running:
        yield running


async def report(site: Site, body: Any = GOOD, secret: str | None = SECRET, query: str = "") -> Answered:
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    return await site.ask("POST", PATH + query, body, headers=headers, origin=None)


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (GOOD, ("out_AbCdEfGh", "", "delivered")),
        ({"id": "gw-1", "state": "UNDELIV"}, ("", "gw-1", "UNDELIV")),
        ({"id": 4711, "state": "unknown"}, ("", "4711", "unknown")),
        ({"reference": "out_x", "id": "gw-1", "state": "en route"}, ("out_x", "gw-1", "en route")),
        ({"reference": "out_x", "state": "delivered", "at": "2030-01-01", "price": {"cents": 7}}, ("out_x", "", "delivered")),
    ],
)
async def test_a_report_is_taken(door: Site, desk: Desk, body: dict[str, Any], known: tuple[str, str, str]) -> None:
    answer = await report(door, body)
    assert (answer.status, answer.json, list(answer.cookies)) == (200, {}, [])
    (taken,) = desk.reports
    assert (taken.reference, taken.gateway_id, taken.word) == known


async def test_each_provider_speaks_for_its_own_route(store: Store, static_root: Path, desk: Desk) -> None:
    second = "second-secret-0123456789-abcdef"
    settings = settings_for(static_root, report_token=SECRET, second_report_token=second)
    async with running_site(store, settings, ports={"reports": desk}) as site:
        answers = [await report(site), await report(site, secret=second), await report(site, secret=SECRET + second)]
    assert [answer.status for answer in answers] == [200, 200, 401]
    assert [taken.routes for taken in desk.reports] == [{Route.FIRST}, {Route.SECOND}]


async def test_without_the_secret_nothing_is_read(door: Site, desk: Desk) -> None:
    wrong = [None, "", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "é" * 31]
    answers = [await report(door, secret=secret) for secret in wrong]
    answers.append(await report(door, secret=None, query=f"?token={SECRET}"))
    answers.append(await door.ask("POST", PATH, GOOD, headers={"Authorization": SECRET}, origin=None))
    answers.append(await report(door, {"nonsense": 1}, secret="x"))
    assert {(answer.status, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert answers[0].json["error"]["code"] == "wrong_secret" and desk.reports == []


async def test_without_a_configured_secret_there_is_no_door(site: Site, people: People) -> None:
    for secret in (None, "", SECRET):
        assert (await report(site, secret=secret)).status == 404
    site.cookies = {"telemed_staff": await people.token_of(Role.ADMIN)}
    assert (await site.ask("POST", PATH, GOOD)).status == 404


async def test_no_account_opens_it(door: Site, desk: Desk, people: People) -> None:
    token = await people.token_of(Role.ADMIN)
    assert (await report(door, secret=token)).status == 401
    door.cookies = {"telemed_staff": token}
    assert (await door.ask("POST", PATH, GOOD)).status == 401
    assert (await report(door)).status == 403, "the gateway has no cookies"
    assert desk.reports == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"state": "delivered"},
        {"reference": "out_x"},
        {"reference": "", "state": "delivered"},
        {"reference": "x" * 101, "state": "delivered"},
        {"reference": "out_\n", "state": "delivered"},
        {"id": -1, "state": "delivered"},
        {"id": True, "state": "delivered"},
        {"id": 1.5, "state": "delivered"},
        {"reference": "out_x", "state": "d" * 41},
        {"reference": "out_x", "state": "<b>"},
        [],
    ],
)
async def test_what_is_no_report_is_refused(door: Site, desk: Desk, body: Any) -> None:
    assert (await report(door, body)).status == 400 and desk.reports == []


async def test_size_and_rate_are_bounded(door: Site, desk: Desk) -> None:
    assert (await report(door, GOOD | {"more": "x" * REPORT_LIMIT})).status == 413
    for _ in range(REPORT_RATE.count - 1):
        assert (await report(door, secret="x")).status == 401
    shut = await report(door)
    assert shut.status == 429 and int(shut.headers["Retry-After"]) >= 1, "guesses count, too"
    door.clock.move(REPORT_RATE.seconds / REPORT_RATE.count * 2)
    assert (await report(door)).status == 200
    assert len(desk.reports) == 1
