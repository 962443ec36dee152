"""Role x route x ownership over every HTTP route, asked of a running server: what the table says, and nothing else happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from telemed.care.actions import Action
from telemed.care.roles import CARE_ROLES
from telemed.web.route import API, Route
from telemed.web.routes import ROUTES
from tests.adapters.web.samples import BODIES
from tests.rights.expectations import ALL_SITES, ALLOWED, ASKERS, OFFICERS, STAFF, Asker, Kind, Whose, expected, wants_whose
from tests.rights.house import ABROAD, SOUTH, House, Json
from tests.rights.things import Someone, Things, somebody

GROUPS = {
    "nobody and those with a link or a code": [asker for asker in ASKERS if asker.kind is not Kind.STAFF],
    "admin, front desk, reviewer": [asker for asker in STAFF if asker.role not in CARE_ROLES],
    "care roles": [asker for asker in STAFF if asker.role in CARE_ROLES],
    "privacy officers": list(OFFICERS),
    "staff of all sites": list(ALL_SITES),
}
# What a request may meet beyond the question of rights: the state of the thing, or a value that fits nothing.
MEETS = {409, 410, 503}
# These judge codes, factors, settings or descriptions of media that the sample does not have.
OWN_JUDGEMENT = {
    Action.MANAGE_ACCOUNT,
    Action.UNLOCK_PAGES,
    Action.MANAGE_STAFF,
    Action.MANAGE_CLINIC,
    Action.JOIN_MEDIA,
    Action.PROBE_NETWORK,
    Action.SEND_STILL,
    Action.CANCEL_STILL,
}
RIGHTS_CODES = {"not_allowed", "not_signed_in", "record_closed"}
WITHOUT_BODY = {"GET"}
QUIET = {"POST /home/devices/{person_login_id}/end"}  # says {} whatever it is asked to end: nothing may be done
# The trail is one for the organisation: it names staff of every site of it.
OF_ALL_SITES = {Action.SEARCH_AUDIT, Action.EXPORT_AUDIT}
CHANGES_ASKER = ("/me", "/auth/logout", "/home")  # the asker is signed out, locked or another by then


@dataclass
class Cells:
    """What was tried, and what was not as promised."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)


def test_every_route_has_a_sample() -> None:
    """A new route is tried with the body in tests/adapters/web/samples.py; without one the matrix could not tell."""
    public_or_get = {f"{r.method} {r.path}" for r in ROUTES if r.is_public or r.method in WITHOUT_BODY}
    missing = {f"{r.method} {r.path}" for r in ROUTES} - public_or_get - set(BODIES)
    missing = {name for name in missing if any(f"{r.method} {r.path}" == name and r.body.model_fields for r in ROUTES)}
    assert not missing, f"give each a body: {sorted(missing)}"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("group", GROUPS)
async def test_every_route_in_every_role_for_everybodys_things(house: House, group: str) -> None:
    cells = Cells()
    for asker in GROUPS[group]:
        await _try_all(house, asker, cells)
    assert not cells.wrong, f"{len(cells.wrong)} of {cells.tried} cells:\n" + "\n".join(cells.wrong)
    assert cells.tried >= len(GROUPS[group]) * len(ROUTES)


async def _try_all(house: House, asker: Asker, cells: Cells) -> None:
    someone = await somebody(house, asker)
    kept: dict[tuple[Whose, tuple[str, ...]], tuple[dict[str, str], dict[str, str]]] = {}
    for route in ROUTES:
        for whose in Whose if wants_whose(route) else (Whose.OWN,):
            key = (whose, tuple(sorted(set(_names(route)))))
            things = Things(house, someone)
            if key not in kept:
                ids = await things.ids(route, whose)
                kept[key] = (ids, dict(someone.cookies))
            ids, cookies = kept[key]
            spent = await _try(house, someone, route, whose, ids, cookies, cells)
            if spent:
                del kept[key]
            if spent and route.path.startswith(CHANGES_ASKER):
                someone = await somebody(house, asker)
                kept = {known: made for known, made in kept.items() if known[0] is not Whose.OWN}


async def _try(
    house: House, someone: Someone, route: Route, whose: Whose, ids: dict[str, str], cookies: dict[str, str], cells: Cells
) -> bool:
    """Ask one cell; whether it changed something."""
    things = Things(house, someone)
    wanted = expected(someone.asker, route, whose)
    body = None if route.method == "GET" else {} if route.is_public else await things.body(route)
    if someone.user is not None:
        cookies = {"telemed_staff": await house.token(someone.user)}
    before = await house.last_row()
    status, answer, text = await _ask(house, route, ids, cookies, body)
    cells.tried += 1
    fault = _fault(wanted, status, answer, route)
    if wanted == 404 and status == 200 and f"{route.method} {route.path}" in QUIET:
        fault = ""
    if not fault and wanted != ALLOWED and (done := await house.done_since(before)):
        fault = f"refused, and yet {done}"
    if not fault and someone.user is not None:
        borders = {ABROAD} if someone.asker.everywhere or route.action in OF_ALL_SITES else {SOUTH, ABROAD}
        fault = ", ".join(f"shows {word}" for word in borders if word in text)
    if fault:
        cells.wrong.append(f"{someone.asker}, {route.method} {route.path}, {whose}: {fault}")
    return status == 200 and route.method != "GET"


async def _ask(house: House, route: Route, ids: dict[str, str], cookies: dict[str, str], body: Any) -> tuple[int, Json, str]:
    path = route.path
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    headers = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
    headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    sent: dict[str, Any] = {"json": body}
    if route.raw:
        headers["Content-Type"], sent = route.raw[0], {"data": b"a piece"}
    async with house.http.request(route.method, house.url + API + path, headers=headers, **sent) as response:
        text = await response.text(errors="replace")
        is_json = response.content_type == "application/json"
        return response.status, await response.json() if is_json else {}, text


def _fault(wanted: int, status: int, answer: Json, route: Route) -> str:
    """What is wrong with an answer; empty when it is as promised."""
    code = answer.get("error", {}).get("code", "") if isinstance(answer, dict) else ""
    if route.method == "HEAD" and status in (401, 403):
        code = "not_allowed" if status == 403 else "not_signed_in"  # it has no body to say so
    if wanted != ALLOWED:
        return "" if status == wanted and (status != 403 or code in RIGHTS_CODES) else f"{status} {code}, not {wanted}"
    if status == 200 or status in MEETS:
        return ""
    if (route.is_public or route.action in OWN_JUDGEMENT) and code not in RIGHTS_CODES and status < 500:
        return ""
    return f"{status} {code}, not allowed in"


def _names(route: Route) -> list[str]:
    return [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
