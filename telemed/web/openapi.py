"""The OpenAPI 3.1 document, generated from the route table: it cannot say anything the server does not do."""

from __future__ import annotations

import functools
import re
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from telemed.web.origin import SAFE_METHODS
from telemed.web.paging import MOST, ROW_ID
from telemed.web.request_models import Empty
from telemed.web.response_models import ErrorAnswer
from telemed.web.route import API, PARAMETERS, Route

_REFERENCE = "#/components/schemas/{model}"
_PHRASES = {460: "Checksum Mismatch"}  # of tus, not of HTTP
_RETRY = (429, 503)  # answers that carry Retry-After
_DESCRIPTION = "Everything a client needs to take part in a call, beside Socket.IO and WebRTC."

Schema = dict[str, Any]


@functools.cache
def openapi_document(routes: tuple[Route, ...], version: str) -> Schema:
    """Return the document for `routes`; deterministic, ready for `json.dumps`, not to be changed.

    Made once in a process, 70 ms of it: who builds several applications gives them the same one.
    """
    schemas = _schemas(routes)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(API + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "telemed", "version": version, "description": _DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "staff": {"type": "apiKey", "in": "cookie", "name": "__Host-telemed_staff"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "gateway": {"type": "http", "scheme": "bearer", "description": "The secret of the SMS gateway"},
            },
        },
    }


def _schemas(routes: tuple[Route, ...]) -> Schema:
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(ErrorAnswer, "serialization")]
    for route in routes:
        models += [(route.body, "validation"), (route.answer, "serialization")]
    _, definitions = models_json_schema(list(dict.fromkeys(models)), ref_template=_REFERENCE)
    return dict(definitions["$defs"])


def _operation(route: Route) -> Schema:
    summary = (route.handler.__doc__ or "").strip().splitlines()[0]
    operation: Schema = {
        "operationId": getattr(route.handler, "__name__", route.path),
        "summary": summary,
        "x-action": route.action.value,
        "parameters": [
            *(_parameter(name) for name in re.findall(r"\{(\w+)\}", route.path)),
            *(_PAGE if route.pages else []),
            *(_RANGES if route.ranges else []),
        ],
        "responses": {**_done(route), **_errors(route)},
        "security": _security(route),
    }
    if route.raw:
        operation["requestBody"] = {"required": False, "content": {media_type: {} for media_type in route.raw}}
    elif route.method not in SAFE_METHODS:
        operation["requestBody"] = {
            "required": route.body is not Empty,
            "content": _json(route.body.__name__),
        }
    return operation


def _security(route: Route) -> list[Schema]:
    if route.secret is not None:
        return [{"gateway": []}]
    return [] if route.is_public else [{"staff": []}, {"bearer": []}]


_PAGE: list[Schema] = [
    {"name": "after", "in": "query", "required": False, "schema": {"type": "string", "pattern": f"^{ROW_ID}$"}},
    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1, "maximum": MOST}},
]


_RANGES: list[Schema] = [
    {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
    for name in ("Range", "If-Range", "If-Match", "If-None-Match")
]


def _done(route: Route) -> Schema:
    """The answers when all went well."""
    if not route.files:
        is_empty = route.done == 204 or route.method == "HEAD"
        return {str(route.done): {"description": "Done."} if is_empty else _answer("Done.", route.answer.__name__)}
    content: Schema = {media_type: {} for media_type in route.files}
    found: Schema = {"200": {"description": "The file.", "content": content}}
    if route.ranges:
        found["206"] = {"description": "The part asked for.", "content": content}
        found["304"] = {"description": "The file is the one the client has."}
    return found


def _parameter(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{PARAMETERS[name]}$"}}


def _errors(route: Route) -> Schema:
    statuses = {429, 500, 503, *route.errors}
    if route.method not in SAFE_METHODS:
        statuses |= {400, 403, 413, 415}
    if route.pages:
        statuses.add(400)
    if not route.is_public:
        statuses |= {401, 403}
    if "{" in route.path:
        statuses.add(404)
    return {str(status): _error(status) for status in sorted(statuses)}


def _error(status: int) -> Schema:
    answer = _answer(_PHRASES.get(status) or HTTPStatus(status).phrase, ErrorAnswer.__name__)
    if status in _RETRY:
        answer["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}
    return answer


def _answer(description: str, model: str) -> Schema:
    return {"description": description, "content": _json(model)}


def _json(model: str) -> Schema:
    return {"application/json": {"schema": {"$ref": _REFERENCE.format(model=model)}}}
