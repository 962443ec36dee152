"""Waiting rooms over HTTP: what an admin may say of one, what a stranger may say at its door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from telemed.care.queues.records import Opening
from telemed.care.roles import Role
from tests.adapters.web.fakes import SEAT_TOKEN
from tests.adapters.web.people import People
from tests.adapters.web.queues_samples import QUEUE_BODIES
from tests.adapters.web.site import Site

ROOM = "/api/v1/admin/queues"
ENTER = "/api/v1/walk-ins/enter"


async def test_what_an_admin_says_reaches_the_room(site: Site, people: People) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.ADMIN)}
    answer = await site.ask("POST", ROOM, QUEUE_BODIES["POST /admin/queues"])
    assert answer.status == 200
    fields = site.deps.queues.changes[-1].fields  # type: ignore[attr-defined]
    assert fields["hours"] == (Opening(0, 8 * 60, 24 * 60),)
    assert fields["closed_days"] == (date(2026, 12, 25),)
    assert fields["questions"][0].required
    answer = await site.ask("PATCH", f"{ROOM}/que_AbCdEfGh", {"notice": "Soon", "revision": 1})
    assert answer.status == 200
    assert dict(site.deps.queues.changes[-1].fields) == {"notice": "Soon"}  # type: ignore[attr-defined]
    assert site.deps.queues.changes[-1].members is None  # type: ignore[attr-defined]


def question(**fields: Any) -> dict[str, Any]:
    return {"questions": [{"id": "a", "kind": "text", "text": "Q", **fields}]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "a\u202eb"},
        {"hours": [{"day": 7, "from": "08:00", "to": "09:00"}]},
        {"hours": [{"day": 0, "from": "09:00", "to": "08:00"}]},
        {"hours": [{"day": 0, "from": "24:00", "to": "24:00"}]},
        {"hours": [{"day": 0, "from": "08:00", "to": "09:00"}] * 29},
        {"closed_days": ["2026-13-01"]},
        {"members": [{"user_id": "que_x"}]},
        {"max_waiting": 0},
        {"max_waiting": 201},
        question(kind="choice"),
        question(kind="choice", choices=["one", "one"]),
        question(choices=["one", "two"]),
        question(id="A B"),
        {"questions": [{"id": "a", "kind": "text", "text": "Q"}] * 2},
        {"surprise": 1},
    ],
)
async def test_what_is_no_waiting_room(site: Site, people: People, wrong: dict[str, Any]) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.ADMIN)}
    answer = await site.ask("POST", ROOM, {**QUEUE_BODIES["POST /admin/queues"], **wrong})
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_input")
    assert not site.deps.queues.changes  # type: ignore[attr-defined]


async def test_who_enters_gets_a_seat_cookie_and_no_token_in_the_body(site: Site) -> None:
    answer = await site.ask("POST", ENTER, QUEUE_BODIES["POST /walk-ins/enter"])
    assert answer.status == 200 and "token" not in answer.json
    assert [cookie.value for cookie in answer.cookies.values()] == [SEAT_TOKEN]
    arrival = site.deps.queues.arrivals[0]  # type: ignore[attr-defined]
    assert (arrival.birth_date, arrival.answers, [need.value for need in arrival.needs]) == (
        date(1980, 2, 29),
        {"fever": True},
        ["cannot_hear"],
    )
    assert "Ada" not in repr(arrival), "nothing personal in what an exception might show"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"reason": ""},
        {"reason": "x" * 201},
        {"reason": "a\nb"},
        {"birth_date": "1980-02-30"},
        {"answers": {"fever": 1}},
        {"answers": {"fever": "x" * 501}},
        {"answers": {f"q{number}": "x" for number in range(11)}},
        {"needs": ["everything"]},
        {"language": "<b>"},
        {"token": "short"},
        {"device": "short"},
    ],
)
async def test_what_nobody_says_at_the_door(site: Site, wrong: dict[str, Any]) -> None:
    answer = await site.ask("POST", ENTER, {**QUEUE_BODIES["POST /walk-ins/enter"], **wrong})
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_input")
    assert not site.deps.queues.arrivals  # type: ignore[attr-defined]
