"""The route table against the permission table: complete, and enforced for every role."""

from __future__ import annotations

import pytest

from telemed.care import permissions
from telemed.care.actions import Action
from telemed.care.identity import Seat, Staff
from telemed.care.roles import LINK_ROLES, STAFF_ROLES, Role
from telemed.web.route import API, Route
from telemed.web.routes import ROUTES
from telemed.web.server import build_app
from tests.adapters.web.fakes import OTHER_SESSION_ID, SEAT_TOKEN, SESSION_ID
from tests.adapters.web.people import People
from tests.adapters.web.samples import BODIES, concrete
from tests.adapters.web.site import Site

NAMES = [f"{route.method} {route.path}" for route in ROUTES]
DONE_ONCE = {"/patients/{patient_id}/merge", "/patients/{patient_id}/merges/{merge_id}/undo", "/patients/{patient_id}/channels"}
PROTECTED = [route for route in ROUTES if not route.is_public]


def test_the_table_is_the_permission_table() -> None:
    assert {name: route.action for name, route in zip(NAMES, ROUTES, strict=True)} == dict(permissions.ROUTES)
    assert len(set(NAMES)) == len(NAMES)
    assert all(route.action in permissions.TABLE for route in ROUTES)


async def test_no_route_of_the_api_escapes_the_table(site: Site) -> None:
    app = build_app(site.deps)
    served = {
        (route.method, route.resource.canonical) for route in app.router.routes() if route.resource and route.resource.canonical
    }
    below_api = {pair for pair in served if pair[1].startswith(API) and pair[0] != "HEAD"}
    assert below_api == {(route.method, API + route.path) for route in ROUTES if route.method != "HEAD"}
    # Everything else only reads.
    assert {method for method, path in served if not path.startswith(API)} <= {"GET", "HEAD"}


async def ask(site: Site, route: Route) -> int:
    body = BODIES.get(f"{route.method} {route.path}")
    if route.raw:
        answer = await site.ask(route.method, concrete(route.path), headers={"Content-Type": route.raw[0]}, data=b"a piece")
        return answer.status
    return (await site.ask(route.method, concrete(route.path), body)).status


def _is_no_question_of_rights(route: Route, status: int) -> bool:
    """Whether a granted request was refused for the state of things: done before, no such account, a code that is wrong."""
    if route.action in (Action.MANAGE_ACCOUNT, Action.MANAGE_STAFF):
        return status in (400, 404, 409)
    if "channel_id" in route.path:
        return status in (404, 409, 503)  # revoked before, a code that is wrong; no way out is configured here
    if "/stills" in route.path:
        return status == 404  # this site keeps none
    if route.path.startswith("/recordings"):
        return status in (404, 409)  # changed, spent or erased before; nothing there to confirm or decide
    if "{speciality_id}" in route.path:
        return status == 404
    # Nobody reviews the own access, nobody breaks the glass of an open record.
    return status == 409 and (route.path in DONE_ONCE or route.action in (Action.BREAK_GLASS, Action.REVIEW_GLASS))


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
async def test_each_role_may_what_the_table_grants(site: Site, people: People, role: Role) -> None:
    for route in PROTECTED:
        site.cookies = {"telemed_staff": await people.token_of(role)}  # logging out is one of the routes
        expected = 200 if role in permissions.TABLE[route.action] else 403
        status = await ask(site, route)
        # What a colleague did before cannot be done again: that is no question of rights.
        assert status == expected or (expected == 200 and _is_no_question_of_rights(route, status)), (role, route.path, status)
        if expected == 403:
            assert not site.visits.calls
        site.visits.calls.clear()


async def test_nobody_may_nothing_but_public_routes(site: Site, people: People) -> None:
    for route in PROTECTED:
        assert await ask(site, route) == 401, route.path
        site.cookies = {"telemed_staff": "unknown-token-unknown-0", "telemed_seat_IjKlMnOp": "unknown-token-unknown-1"}
    assert not site.visits.calls


async def test_a_seat_may_only_what_the_table_grants_to_links(site: Site, people: People) -> None:
    site.cookies = {f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN, "telemed_staff": SEAT_TOKEN}
    for route in PROTECTED:
        scopes = {scope for role, scope in permissions.TABLE[route.action].items() if role in LINK_ROLES}
        granted = bool(scopes - {permissions.Scope.OWN_RECORD})  # the own record needs a sign-in of its own
        status = await ask(site, route)
        assert status == (200 if granted else 401) or (granted and _is_no_question_of_rights(route, status)), route.path


async def test_a_seat_opens_its_own_session_only(site: Site, people: People) -> None:
    site.cookies = {f"telemed_seat_{OTHER_SESSION_ID[-8:]}": SEAT_TOKEN}
    answer = await site.ask("POST", f"/api/v1/sessions/{OTHER_SESSION_ID}/ticket", {})
    assert answer.status == 401
    assert not site.visits.calls


async def test_the_seat_goes_before_staff_unless_asked_otherwise(site: Site, people: People) -> None:
    site.cookies = {f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN, "telemed_staff": await people.token_of(Role.CLINICIAN)}
    for wanted, kind in ((None, Seat), ("seat", Seat), ("staff", Staff)):
        await site.ask("POST", f"/api/v1/sessions/{SESSION_ID}/ticket", {"as": wanted} if wanted else {})
        assert isinstance(site.visits.calls.pop()[1][0], kind)


async def test_asking_as_somebody_one_is_not(site: Site, people: People) -> None:
    path = f"/api/v1/sessions/{SESSION_ID}/ticket"
    site.cookies = {f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN}
    assert (await site.ask("POST", path, {"as": "staff"})).status == 401
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    assert (await site.ask("POST", path, {"as": "seat"})).status == 401
    site.cookies = {f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN, "telemed_staff": await people.token_of(Role.ADMIN)}
    assert (await site.ask("POST", path, {"as": "staff"})).status == 403
    assert not site.visits.calls


async def test_bearer_tokens_stand_alone(site: Site, people: People) -> None:
    staff = await people.token_of(Role.CLINICIAN)
    answer = await site.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {staff}"})
    assert answer.status == 200
    answer = await site.ask(
        "POST", f"/api/v1/sessions/{SESSION_ID}/ticket", {}, headers={"Authorization": f"Bearer {SEAT_TOKEN}"}, origin=None
    )
    assert answer.status == 200
    site.cookies = {"telemed_staff": staff}
    answer = await site.ask("GET", "/api/v1/me", headers={"Authorization": "Bearer unknown-token-unknown-0"})
    assert answer.status == 401


@pytest.mark.parametrize("session", ["x", "ses_", "par_AbCdEfGh", "ses_" + "a" * 37, "ses_..%2f..", "ses_%00", "SES_AbCd"])
async def test_ids_of_another_form_are_unknown_paths(site: Site, people: People, session: str) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    answer = await site.ask("GET", f"/api/v1/sessions/{session}")
    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


async def test_handlers_hand_on_what_was_asked(site: Site, people: People) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    await site.ask("POST", concrete("/sessions"), BODIES["POST /sessions"])
    await site.ask("PATCH", concrete("/sessions/{id}"), {"reason": "only this"})
    await site.ask("POST", concrete("/sessions/{id}/offer"), BODIES["POST /sessions/{id}/offer"])
    created, edited, offered = site.visits.calls
    assert created[1][1:] == ("urgent", "P", "R", "command-1", None)
    assert edited[1][1:] == (SESSION_ID, None, "only this")
    request = offered[1][2]
    assert (request.sdp, request.publish[0].source, request.subscribe[0].track_id) == ("v=0", "microphone", "trk_AbC")


async def test_wrong_methods_and_unknown_paths_are_json(site: Site) -> None:
    wrong = await site.ask("DELETE", "/api/v1/clinic")
    unknown = await site.ask("GET", "/api/v1/nothing")
    assert (wrong.status, wrong.json["error"]["code"]) == (405, "method_not_allowed")
    assert (unknown.status, unknown.json["error"]["code"]) == (404, "not_found")


async def test_rates_count_per_person_and_per_address(site: Site, people: People) -> None:
    tokens = [await people.token_of(Role.CLINICIAN), await people.token_of(Role.RESPONDER)]
    path, body = concrete("/sessions/{id}/offer"), BODIES["POST /sessions/{id}/offer"]
    for token, first in zip(tokens, (200, 200), strict=True):
        site.cookies = {"telemed_staff": token}
        statuses = [(await site.ask("POST", path, body)).status for _ in range(31)]
        assert statuses == [first] * 30 + [429]
    refused = await site.ask("POST", path, body)
    assert refused.json["error"]["code"] == "too_many" and int(refused.headers["Retry-After"]) >= 1
    site.clock.move(10)
    assert (await site.ask("POST", path, body)).status == 200
    site.cookies = {}
    statuses = [(await site.ask("POST", "/api/v1/links/recover", BODIES["POST /links/recover"])).status for _ in range(11)]
    assert statuses == [200] * 10 + [429]


async def test_public_answers(site: Site) -> None:
    clinic = (await site.ask("GET", "/api/v1/clinic")).json
    assert clinic["name"] == "Clinic <North>" and clinic["demo"] is True and clinic["languages"] == ["en", "de"]
    assert (await site.ask("GET", "/api/v1/version")).json == {"version": "0.1.0", "protocol": 1}
    assert (await site.ask("GET", "/livez")).json == {"status": "alive"}
