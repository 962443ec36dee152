"""Links through HTTP: cookies per session, the device, what a second device hears."""

from __future__ import annotations

from pathlib import Path

from telemed.care.ports import Store
from telemed.care.records import LinkRecord, ParticipantRecord, SessionRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantState, SessionKind, SessionState
from telemed.care.tokens import token_hash
from tests.adapters.web.fakes import LINK_ID, LINK_TOKEN, OTHER_SESSION_ID, SEAT_TOKEN, SESSION_ID, START
from tests.adapters.web.people import People
from tests.adapters.web.samples import BODIES, DEVICE
from tests.adapters.web.site import Site, running_site, settings_for

OPEN = "/api/v1/links/open"
BODY = BODIES["POST /links/open"]


async def write_link(people: People) -> None:
    """Put the link of the samples into the store."""
    clinician = people.users[Role.CLINICIAN]
    session = SessionRecord(
        SESSION_ID, clinician.organisation_id, SessionKind.URGENT, SessionState.OPEN, START, clinician.id, START
    )
    seat = ParticipantRecord("par_2", SESSION_ID, Role.PATIENT, "B", ParticipantState.INVITED, START, START)
    link = LinkRecord(LINK_ID, SESSION_ID, "par_2", Role.PATIENT, token_hash(LINK_TOKEN), clinician.id, START, START)
    async with people.store.write() as tx:
        await tx.sessions.create(session)
        await tx.participants.create(seat)
        await tx.links.create(link)


async def test_a_link_is_exchanged_for_a_seat_cookie(site: Site, people: People) -> None:
    answer = await site.ask("POST", OPEN, BODY)
    assert answer.status == 200 and "token" not in answer.json
    assert {key: answer.json[key] for key in ("status", "session_id", "participant_id", "name", "state")} == {
        "status": "seat", "session_id": SESSION_ID, "participant_id": "par_2", "name": "B", "state": "checking",
    }  # fmt: skip
    cookie = answer.cookies[f"telemed_seat_{SESSION_ID[-8:]}"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == (SEAT_TOKEN, True, "Lax", "/")
    assert site.visits.calls == [("open_link", (LINK_TOKEN, DEVICE, None))]


async def test_the_seat_one_holds_already_is_shown_to_the_rules(site: Site, people: People) -> None:
    await write_link(people)
    site.cookies = {f"telemed_seat_{OTHER_SESSION_ID[-8:]}": "x" * 22, f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN}
    await site.ask("POST", OPEN, BODY)
    assert site.visits.calls == [("open_link", (LINK_TOKEN, DEVICE, SEAT_TOKEN))]


async def test_another_device_must_ask(site: Site) -> None:
    site.visits.status = "approval_needed"
    answer = await site.ask("POST", OPEN, BODY)
    assert answer.json["status"] == "approval_needed" and set(answer.json) == {"status", "clinic"}
    assert not answer.cookies
    assert (await site.ask("POST", "/api/v1/links/move", BODY)).json == {"status": "asked"}


async def test_other_programs_get_the_seat_token_in_the_body(site: Site) -> None:
    answer = await site.ask("POST", OPEN, BODY, {"X-Telemed-Client": "1"}, origin=None)
    assert answer.json["token"] == SEAT_TOKEN and not answer.cookies


async def test_over_tls_the_seat_cookie_is_bound_to_this_host(store: Store, static_root: Path) -> None:
    settings = settings_for(static_root, base_url="https://clinic.example")  # behind a proxy that ends TLS
    async with running_site(store, settings) as site:
        answer = await site.ask("POST", OPEN, BODY)
    cookie = answer.cookies[f"__Host-telemed_seat_{SESSION_ID[-8:]}"]
    assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"]


async def test_asking_for_a_new_link_tells_nothing(site: Site) -> None:
    answer = await site.ask("POST", "/api/v1/links/recover", {"token": LINK_TOKEN})
    assert (answer.status, answer.json) == (200, {})


async def test_tokens_are_taken_from_bodies_only(site: Site) -> None:
    for method, path in (
        ("GET", f"{OPEN}?token={LINK_TOKEN}"),
        ("GET", f"/j/{LINK_TOKEN}"),
        ("POST", f"{OPEN}?token={LINK_TOKEN}"),
    ):
        answer = await site.ask(method, path, {} if method == "POST" else None)
        assert answer.status in (400, 404, 405)
    assert not site.visits.calls
