"""Errors: typed ones become answers, others hide behind an incident code; logs hold neither names nor tokens."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from aiohttp import web

from telemed.care.ports import Store
from telemed.care.roles import Role
from telemed.errors import (
    AttemptRefused,
    Conflict,
    Gone,
    InvalidInput,
    NotAllowed,
    NotFound,
    ProtocolError,
    TelemedError,
    TooMany,
    Unavailable,
)
from telemed.web.settings import ConnectionLimits
from tests.adapters.web.fakes import LINK_TOKEN, SEAT_TOKEN, SESSION_ID
from tests.adapters.web.people import PASSWORD, People, email_of
from tests.adapters.web.samples import BODIES, COMMAND, concrete
from tests.adapters.web.site import Site, running_site, settings_for

CANARY = "canary-Gwendolyn-42"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (InvalidInput("No.", field="sdp"), 400, "invalid_input"),
        (ProtocolError("No."), 400, "protocol_error"),
        (NotAllowed(), 403, "not_allowed"),
        (NotFound(), 404, "not_found"),
        (Conflict("No.", code="note_changed"), 409, "note_changed"),
        (Gone("No.", code="link_expired"), 410, "link_expired"),
        (AttemptRefused("No.", code="attempt_ahead", next_attempt=7), 409, "attempt_ahead"),
        (TooMany(retry_after=2.2), 429, "too_many"),
        (Unavailable(code="media_unavailable"), 503, "media_unavailable"),
    ],
)
async def test_typed_errors_become_answers(site: Site, people: People, fault: TelemedError, status: int, code: str) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    site.visits.fault = fault
    answer = await site.ask("GET", f"/api/v1/sessions/{SESSION_ID}")
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"].get("field") == fault.field
    assert answer.json["error"].get("next_attempt") == getattr(fault, "next_attempt", None)
    assert answer.headers.get("Retry-After") == {429: "3", 503: "1"}.get(status)


@pytest.mark.parametrize(
    "fault", [RuntimeError(CANARY), KeyError(CANARY), TelemedError(CANARY), AssertionError(CANARY), TimeoutError(CANARY)]
)
async def test_other_faults_hide_behind_a_code(
    site: Site, people: People, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    site.visits.fault = fault
    answer = await site.ask("GET", f"/api/v1/sessions/{SESSION_ID}")
    error = answer.json["error"]
    assert (answer.status, error["code"]) == (500, "internal")
    assert len(error["incident"]) == 8 and error["incident"] in error["message"]
    assert CANARY not in answer.text and "Traceback" not in answer.text and type(fault).__name__ not in answer.text
    (line,) = [record.getMessage() for record in caplog.records if error["incident"] in record.getMessage()]
    assert type(fault).__name__ in line and "sessions.py" in line and CANARY not in caplog.text


async def test_a_fault_behind_a_page_is_a_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("telemed.web.templates.Templates.render", fail)
    page = await site.ask("GET", "/j")
    assert page.status == 500 and page.headers["Content-Type"].startswith("text/html")
    assert "+49 30 1" in page.text and CANARY not in page.text
    assert "Content-Security-Policy" in page.headers


async def test_a_handler_that_hangs_is_ended(store: Store, people: People, static_root: Path) -> None:
    ended = asyncio.Event()

    def attach(app: web.Application) -> None:
        async def hang(_: web.Request) -> web.Response:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            return web.Response()

        app.router.add_get("/hang", hang)

    settings = settings_for(static_root, limits=ConnectionLimits(request=0.2))
    async with running_site(store, settings, attach=attach) as site:
        answer = await site.ask("GET", "/hang")
    assert (answer.status, answer.json["error"]["code"], answer.headers["Retry-After"]) == (503, "unavailable", "1")
    assert ended.is_set()


async def test_logs_hold_no_names_tokens_addresses_or_paths(site: Site, people: People, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await site.ask("POST", "/api/v1/auth/login", {"email": email_of(Role.CLINICIAN), "password": PASSWORD})
    await site.ask("POST", "/api/v1/auth/login", {"email": f"{CANARY}@x.example", "password": CANARY})
    token = await people.token_of(Role.CLINICIAN)
    site.cookies = {"telemed_staff": token, "telemed_seat_IjKlMnOp": SEAT_TOKEN}
    body = {"kind": "urgent", "patient_name": CANARY, "reason": CANARY, "command_id": COMMAND}
    await site.ask("POST", "/api/v1/sessions", body, {"User-Agent": CANARY, "Referer": CANARY})
    await site.ask("POST", "/api/v1/sessions", {**body, CANARY: CANARY, "kind": CANARY})
    await site.ask("POST", "/api/v1/links/open", BODIES["POST /links/open"])
    await site.ask("POST", concrete("/sessions/{id}/offer"), {**BODIES["POST /sessions/{id}/offer"], "sdp": CANARY})
    await site.ask("GET", f"/{CANARY}?{CANARY}={CANARY}")
    await site.ask("GET", f"/static/{CANARY}.js")
    await site.raw(b"PROPFIND / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    await site.raw(f"{CANARY.upper()} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    await site.raw(f"GET / HTTP/1.1\r\nHost: x\r\n{CANARY} : broken\r\n\r\n".encode())
    site.visits.fault = ValueError(CANARY)
    await site.ask("GET", f"/api/v1/sessions/{SESSION_ID}")
    lines = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}"
        for record in caplog.records
        if record.name.startswith("telemed") or record.name.startswith("aiohttp")
    )
    assert "POST /api/v1/sessions 200" in lines and "(unknown path) 404" in lines and "(unknown method)" in lines
    for secret in (
        CANARY,
        CANARY.upper(),
        PASSWORD,
        email_of(Role.CLINICIAN),
        token,
        SEAT_TOKEN,
        LINK_TOKEN,
        "127.0.0.1",
        SESSION_ID,
    ):
        assert secret not in lines, secret


async def test_a_client_that_goes_away_is_no_fault(site: Site, people: People, caplog: pytest.LogCaptureFixture) -> None:
    token = await people.token_of(Role.CLINICIAN)
    _, writer = await asyncio.open_connection("127.0.0.1", site.server.port)
    head = f"POST /api/v1/links/open HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    writer.write((head + "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{").encode())
    await writer.drain()
    await asyncio.sleep(0)
    writer.transport.abort()
    assert (await site.ask("GET", "/livez")).status == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
