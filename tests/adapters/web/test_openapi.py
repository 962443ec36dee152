"""The OpenAPI document: valid, complete, the same as docs/protocol.md, and true: generated requests never break the server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from telemed.care.actions import Action
from telemed.care.permissions import TABLE
from telemed.care.roles import STAFF_ROLES, Role
from telemed.web import response_models
from telemed.web.openapi import openapi_document
from telemed.web.routes import ROUTES
from tests.adapters.web.fakes import SEAT_TOKEN, SESSION_ID
from tests.adapters.web.people import People
from tests.adapters.web.samples import BODIES, concrete
from tests.adapters.web.site import Site

DOCUMENT = openapi_document(ROUTES, "0.1.0")
PROTOCOL = Path(__file__).parents[3] / "docs" / "protocol.md"


async def test_it_is_served_as_generated(site: Site) -> None:
    assert (await site.ask("GET", "/api/v1/openapi.json")).json == json.loads(json.dumps(DOCUMENT))


def test_it_names_every_route_once() -> None:
    operations = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert DOCUMENT["openapi"] == "3.1.0" and len(operations) == len(ROUTES)
    assert len({operation["operationId"] for operation in operations}) == len(ROUTES)
    for operation in operations:
        assert {"429", "500", "503"} <= set(operation["responses"]) and {"200", "201", "204"} & set(operation["responses"])


def test_it_agrees_with_the_written_protocol() -> None:
    row = r"^\| `(GET|HEAD|POST|PUT|PATCH|DELETE) (/[^`]*)`(?:, `GET (/[^`]*)`)? \|"
    rows = re.findall(row, PROTOCOL.read_text(), re.MULTILINE)
    written = {(method, path) for method, path, _ in rows} | {("GET", second) for _, _, second in rows if second}
    assert written == {(route.method, route.path) for route in ROUTES}


def test_every_schema_is_valid_and_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    text = json.dumps(DOCUMENT)
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in schemas
    for schema in schemas.values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_other_tools_can_read_it() -> None:
    read = [result.ok() for result in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()]
    assert len(read) == len(ROUTES)


# What else a good request needs (a code, a passkey, an invitation, somebody's account, a secret) the tests of these have.
NEEDS_MORE = (Action.ACCEPT_INVITATION, Action.MANAGE_ACCOUNT, Action.MANAGE_STAFF, Action.REPORT_DELIVERY)


async def test_good_answers_have_the_described_shape(site: Site, people: People) -> None:
    for route in ROUTES:
        if route.path.startswith("/auth") or route.action is Action.BREAK_GLASS and route.method == "POST":
            continue  # the record is open: test_break_glass.py
        if route.is_for_persons or route.path.startswith("/person") or "{channel_id}" in route.path:
            continue  # need a patient signed in, a code, a way out: test_person_*.py
        if "/stills" in route.path:
            continue  # this site keeps none, and most of them speak tus: test_stills.py
        if route.files or route.path.endswith(("/erase/confirm", "/decide")):
            continue  # no JSON, or nothing there to confirm or decide: recordings/
        role = Role.CLINICIAN if route.is_public or Role.CLINICIAN in TABLE[route.action] else Role.ADMIN
        site.cookies = {"telemed_staff": await people.token_of(role)}
        if route.is_for_seats and not STAFF_ROLES & TABLE[route.action].keys():
            site.cookies = {f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN}
        answer = await site.ask(route.method, concrete(route.path), BODIES.get(f"{route.method} {route.path}"))
        if (route.action in NEEDS_MORE or "{speciality_id}" in route.path) and answer.status != 200:
            assert str(answer.status) in DOCUMENT["paths"]["/api/v1" + route.path][route.method.lower()]["responses"], route.path
            continue
        assert answer.status == 200, route.path
        route.answer.model_validate(answer.json)


async def test_error_answers_have_the_described_shape(site: Site) -> None:
    for method, path, body in (("GET", "/me", None), ("POST", "/links/open", {}), ("GET", "/nothing", None)):
        answer = await site.ask(method, f"/api/v1{path}", body)
        response_models.ErrorAnswer.model_validate(answer.json)


OPERATIONS = [r for r in ROUTES if r.method != "GET" and not r.path.startswith("/auth") and "/stills" not in r.path]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.generate],
)
@given(data=st.data())
async def test_requests_by_the_document_are_answered_as_described(site: Site, people: People, data: st.DataObject) -> None:
    """Half of the requests are good, half have one field spoiled, half come with a proof: the status is always described."""
    route = data.draw(st.sampled_from(OPERATIONS))
    good = dict(BODIES[f"{route.method} {route.path}"])
    if data.draw(st.booleans()):
        name = data.draw(st.sampled_from([*good, "surprise"]))
        good[name] = data.draw(
            st.one_of(st.none(), st.integers(), st.text(max_size=100), st.lists(st.integers(), max_size=3), st.just({"a": 1}))
        )
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    site.clock.move(60)  # so that no rate is reached
    if data.draw(st.booleans()):
        await site.ask("POST", "/api/v1/me/proof", BODIES["POST /me/proof"])
    path = concrete(route.path)
    answer = await site.ask(route.method, path, good)
    described = DOCUMENT["paths"]["/api/v1" + route.path][route.method.lower()]["responses"]
    sends = answer.status == 503 and answer.json["error"]["code"] == "cannot_send"  # no way out is configured here
    assert str(answer.status) in described and (answer.status < 500 or sends), (route.path, answer.text)
