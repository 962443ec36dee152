"""Every HTTP route with the seat of an incident's caller: it reaches its own call, and nothing of the incident or of others."""

from __future__ import annotations

import json

import pytest

from telemed.care.actions import Action
from telemed.care.incidents.ports import IncidentOrder, WayIn
from telemed.care.incidents.words import Allowed
from telemed.care.roles import Role
from telemed.care.tokens import token_hash
from telemed.web.routes import ROUTES
from tests.rights.expectations import SEATS, Whose
from tests.rights.house import House, Json, number
from tests.rights.test_routes_matrix import _ask, _names
from tests.rights.things import Things, somebody

# What a caller's page does by HTTP. All else is refused, before anything is looked up.
OWN = {
    *(Action.CONNECT_SEAT, Action.PROBE_NETWORK, Action.JOIN_MEDIA, Action.SEND_STILL, Action.CANCEL_STILL, Action.SEE_STILL),
    *(Action.TELL_PLACE, Action.SEE_FRAME, Action.FOLLOW_CALL),
}
SECRETS = ("CANARY-REASON", "CANARY-CREW", "CANARY-GUEST", "+49301234567")


async def an_incident(house: House) -> tuple[Json, Json, dict[str, str]]:
    """With a crew and another guest; -> what making it and sharing it answered, the caller's cookie."""
    staff, incidents = house.staff("north", Role.DISPATCHER), house.signaling.visits.incidents
    order = IncidentOrder(
        "030 1234567", "CANARY-REASON", tuple(Allowed), "en", "2026-11", True, False, f"command-{number()}"
    )
    made = await incidents.create(staff, order)
    session_id = made["incident"]["session_id"]
    shared = await incidents.share(staff, made["incident"]["id"], "CANARY-CREW", f"command-{number()}")
    await house.signaling.visits.create_link(staff, session_id, "guest", "CANARY-GUEST", None, f"command-{number()}")
    came = await incidents.open_caller(WayIn(made["link"]["url"].split("#")[1], "device-of-the-caller", None))
    assert came.seat_token is not None
    return made, shared, {f"telemed_seat_{session_id[-8:]}": came.seat_token}


@pytest.mark.timeout(120)
async def test_a_callers_seat_on_every_route(house: House) -> None:
    made, shared, cookies = await an_incident(house)
    things = Things(house, await somebody(house, next(asker for asker in SEATS if asker.role is Role.GUEST)))
    own = {"id": made["incident"]["session_id"], "incident_id": made["incident"]["id"], "link_id": shared["link"]["id"]}
    kept: dict[str, str] = {}
    wrong = []
    tried = [route for route in ROUTES if not route.is_public]
    for route in tried:
        names = set(_names(route))
        if names - kept.keys() - own.keys():
            kept |= await things.ids(route, Whose.OWN)
        ids = {name: {**kept, **own}[name] for name in names}
        before = await house.last_row()
        status, answer, text = await _ask(house, route, ids, cookies, None if route.method == "GET" else await things.body(route))
        if route.action not in OWN and (status not in (401, 403, 404) or await house.done_since(before)):
            wrong.append(f"{route.method} {route.path}: {status} {answer}")
        wrong += [f"{route.method} {route.path} shows {word}" for word in SECRETS if word in text + json.dumps(answer)]
    assert not wrong, "\n".join(wrong)
    assert len(tried) > 150


async def test_the_secrets_of_links_lie_nowhere_in_clear(house: House) -> None:
    made, shared, cookies = await an_incident(house)
    tokens = [one["link"]["url"].split("#")[1] for one in (made, shared)]
    async with house.store.read() as tx:
        accesses = await tx.incidents.accesses(made["incident"]["id"])
        links = await tx.links.in_session(made["incident"]["session_id"])
    assert {token_hash(token) for token in tokens} <= {link.token_hash for link in links}
    kept = repr(links) + "".join(f"{access!r} {access.pin_hash}" for access in accesses)
    for secret in (*tokens, shared["pin"], *cookies.values()):
        assert secret not in kept
