"""What seats are told of the relay: a fresh credential with each ticket, for nobody else, and nothing where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telemed.config import Turn
from telemed.errors import Gone
from telemed.media.turn_access import LIFE_SECONDS, turn_access
from telemed.store import Store
from telemed.web.routes_calls import ICE_RATE
from tests.adapters.web.fakes import OTHER_SESSION_ID, SEAT_TOKEN, SESSION_ID
from tests.adapters.web.people import People
from tests.adapters.web.site import Site, running_site, settings_for

SECRET = "turn-secret-0123456789-0123456789-abcdef"
TICKET, ICE = f"/api/v1/sessions/{SESSION_ID}/ticket", f"/api/v1/sessions/{SESSION_ID}/ice"
SEAT = {f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN}


@pytest.fixture
async def relayed(store: Store, static_root: Path) -> AsyncIterator[Site]:
    turn = Turn(host="turn.example.org", tls_port=443, secret=SECRET)
    async with running_site(store, settings_for(static_root, turn=turn)) as running:
        running.cookies = dict(SEAT)
        yield running


async def test_without_a_relay_a_ticket_is_what_it_was(site: Site, people: People) -> None:
    site.cookies = dict(SEAT)
    assert (await site.ask("POST", TICKET, {})).json == {"ticket": "ticket", "expires_in": 60}
    assert (await site.ask("POST", ICE, {})).json == {"servers": [], "expires_in": 0}


async def test_each_answer_has_a_credential_of_its_own(relayed: Site, people: People) -> None:
    first = (await relayed.ask("POST", TICKET, {})).json["ice"]
    second = (await relayed.ask("POST", ICE, {})).json
    assert first["expires_in"] == second["expires_in"] == LIFE_SECONDS
    names = {server["username"] for answer in (first, second) for server in answer["servers"]}
    assert len(names) == 2
    for server in first["servers"]:
        end, _, token = server["username"].partition(":")
        assert int(end) == int(relayed.clock.utcnow().timestamp()) + LIFE_SECONDS
        assert turn_access(SECRET, int(end) - LIFE_SECONDS, token).password == server["credential"]
        assert SESSION_ID not in server["username"] and "par_" not in server["username"]
    assert [server["urls"][0].split(":")[0] for server in first["servers"]] == ["turn", "turn", "turns"]


async def test_who_has_left_gets_none(relayed: Site, people: People) -> None:
    relayed.visits.fault = Gone("The visit has ended.", code="visit_ended")
    answer = await relayed.ask("POST", ICE, {})
    assert (answer.status, "servers" in answer.text) == (410, False)
    relayed.visits.fault = None
    assert (await relayed.ask("POST", ICE.replace(SESSION_ID, OTHER_SESSION_ID), {})).status == 401
    relayed.cookies = {}
    assert (await relayed.ask("POST", ICE, {})).status == 401


async def test_nobody_collects_credentials(relayed: Site, people: People) -> None:
    answers = [(await relayed.ask("POST", ICE, {})).status for _ in range(ICE_RATE.count + 1)]
    assert answers == [200] * ICE_RATE.count + [429]
