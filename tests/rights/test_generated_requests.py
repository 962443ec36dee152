"""Generated requests by the OpenAPI document, signed in as each role in turn, against the running server.

No 5xx, no status and no shape of an answer that the document does not describe.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from telemed.web.openapi import openapi_document
from telemed.web.response_models import ErrorAnswer
from telemed.web.route import API, Route
from telemed.web.routes import ROUTES
from tests.rights.expectations import PERSONS, SEATS, STAFF, Asker, Kind, Whose
from tests.rights.house import House
from tests.rights.things import Someone, Things, somebody

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")  # tus: bytes as any others
DOCUMENT = openapi_document(ROUTES, "0.1.0")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
BY_NAME = {f"{route.method} {route.path}": route for route in ROUTES}
ASKERS = (Asker(Kind.NOBODY), *STAFF, Asker(Kind.STAFF, STAFF[1].role, officer=True), SEATS[0], *PERSONS)
SHORT, LONG = 60, 3000  # requests for each asker
SKIPPED = {"POST /auth/login"}  # argon2 takes its time; sign-in has tests of its own
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def _strategies() -> dict[tuple[str, GenerationMode], Any]:
    found = {}
    for result in SCHEMA.get_all_operations():
        operation = result.ok()
        name = f"{operation.method.upper()} {operation.path.removeprefix(API)}"
        for mode in MODES:
            found[name, mode] = operation.as_strategy(generation_mode=mode)
    return found


STRATEGIES = _strategies()


def generous(examples: int) -> Any:
    """As many requests, the same ones each time in the short form."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples == SHORT,
        database=None,
        suppress_health_check=checks,
        phases=[Phase.generate],
    )


def test_every_operation_can_be_generated() -> None:
    assert {name for name, _ in STRATEGIES} == set(BY_NAME)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("asker", ASKERS, ids=str)
@generous(SHORT)
@given(data=st.data())
async def test_the_server_answers_as_described(house: House, asker: Asker, data: st.DataObject) -> None:
    await one_request(house, asker, data)


@pytest.mark.prove
@pytest.mark.timeout(1700)
@pytest.mark.parametrize("asker", ASKERS, ids=str)
@generous(LONG)
@given(data=st.data())
async def test_the_server_answers_as_described_for_long(house: House, asker: Asker, data: st.DataObject) -> None:
    await one_request(house, asker, data)


async def one_request(house: House, asker: Asker, data: st.DataObject) -> None:
    """Draw a request, send it, and hold the answer against the document."""
    name = data.draw(st.sampled_from(sorted(set(BY_NAME) - SKIPPED)))
    case = data.draw(STRATEGIES[name, data.draw(st.sampled_from(MODES))])
    someone = await somebody(house, asker)
    path = await path_of(house, someone, BY_NAME[name], case, data.draw(st.booleans()))
    cookies = dict(someone.cookies)
    if someone.user is not None:
        cookies["telemed_staff"] = await house.token(someone.user)
    headers = {"Origin": "http://localhost:8080", "Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
    query = {key: str(value) for key, value in (case.query or {}).items()}
    body = {} if case.method == "GET" else {"json": case.body if _is_plain(case.body) else {}}
    async with house.http.request(case.method, house.url + path, params=query, headers=headers, **body) as response:
        text = await response.text(errors="replace")  # of a file: never JSON
        described = DOCUMENT["paths"][API + BY_NAME[name].path][case.method.lower()]["responses"]
        assert response.status < 500 or response.status == 503, (name, response.status, text)
        assert str(response.status) in described, (name, response.status, text)
        if BY_NAME[name].files and response.status < 400:
            return  # no JSON
        if case.method == "HEAD" or response.status == 204:
            return  # no body
        model = BY_NAME[name].answer if response.status < 300 else ErrorAnswer
        model.model_validate_json(text)


async def path_of(house: House, someone: Someone, route: Route, case: Any, is_real: bool) -> str:
    """The path with ids of real things, or with generated ones."""
    if is_real:
        ids = await Things(house, someone).ids(route, Whose.OWN)
        path = route.path
        for key, value in ids.items():
            path = path.replace(f"{{{key}}}", value)
        return API + path
    made = str(case.formatted_path)
    return made if made.startswith(API) else API + made


def _is_plain(body: Any) -> bool:
    """Whether it can be sent as JSON: a generated body may be absent, or bytes."""
    return isinstance(body, dict | list | str | int | float | bool) or body is None
