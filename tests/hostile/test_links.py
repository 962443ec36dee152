"""Links that should not work, people who are not who they say, and robots that only look."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.client.seat import Api, RefusedError, SeatClient, command_id, open_link
from tests.hostile.product import Attacker, Product
from tests.hostile.raw_http import exchange, request

ROBOTS = (
    "WhatsApp/2.23.20.0",
    "facebookexternalhit/1.1",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "SkypeUriPreview Preview/0.5",
    "curl/8.5.0",
)
DEVICE = "device-of-the-patient"


async def refused(api: Api, path: str, **body: Any) -> tuple[int, str | None]:
    """Status and code of a request that must fail."""
    with pytest.raises(RefusedError) as error:
        await api.post(path, **body)
    return error.value.status, error.value.code


def anonymous(mallory: Attacker) -> Api:
    return Api(mallory.base_url, mallory.http)


def token_of(url: str) -> str:
    return url.rsplit("#", 1)[1]


async def test_altered_links_open_nothing(mallory: Attacker) -> None:
    _doctor, url = await mallory.visit()
    token = token_of(url)
    api = anonymous(mallory)
    altered = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in (0, 7, 20)]
    for guess in (*altered, token.swapcase(), token[::-1]):
        assert await refused(api, "/links/open", token=guess, device=DEVICE) == (404, "link_unknown")
        assert await refused(api, "/links/move", token=guess, device=DEVICE) == (404, "link_unknown")
        assert await api.post("/links/recover", token=guess) == {}, "says nothing"
    for wrong in (token[:-1], token + "A", "", token[:-1] + "/", token[:-1] + "\x00", "..%2f" + token[5:], 5, None, [token]):
        assert await refused(api, "/links/open", token=wrong, device=DEVICE) == (400, "invalid_input"), wrong
    assert (await open_link(mallory.base_url, mallory.http, url)).api.token, "the link itself works"


async def test_a_link_opens_one_seat_of_one_visit(mallory: Attacker) -> None:
    """What came by a link to the own visit opens nothing of another one: not by id, token, bearer, or `as`."""
    _doctor, url = await mallory.visit()
    own = await mallory.invited(url)
    other, here = mallory.product.bystanders.session_id, own.api
    for body in ({}, {"as": "seat"}, {"as": "staff"}):
        assert (await refused(here, f"/sessions/{other}/ticket", **body))[0] in (401, 403), body
    assert (await refused(here, f"/sessions/{other}/offer", attempt=1, offer=1, sdp="v=0"))[0] in (401, 403)
    assert (await refused(here, f"/sessions/{other}/probe", sdp="v=0"))[0] in (401, 403)
    assert (await refused(here, f"/sessions/{own.session_id}/ticket", **{"as": "staff"}))[0] == 401
    for path in (f"/sessions/{other}", f"/sessions/{own.session_id}", "/today", "/me", f"/sessions/{own.session_id}/note"):
        with pytest.raises(RefusedError) as error:
            await here.call("GET", path)
        assert error.value.status in (401, 403), path
    for path in ("links", "seat", "complete", "links/lnk_none/revoke"):
        status, _code = await refused(here, f"/sessions/{own.session_id}/{path}")
        assert status in (401, 403), path


async def test_revoked_links_and_links_of_removed_people_are_dead(mallory: Attacker) -> None:
    doctor, url = await mallory.visit()
    second = (await mallory.staff.post(f"/sessions/{doctor.session_id}/links", role="guest", command_id=command_id()))["link"]
    await mallory.staff.post(f"/sessions/{doctor.session_id}/links/{second['id']}/revoke")
    api = anonymous(mallory)
    assert await refused(api, "/links/open", token=token_of(second["url"]), device=DEVICE) == (410, "link_revoked")
    patient = await mallory.invited(url)
    await patient.command("enter_waiting")
    await doctor.command("admit", participant_id=patient.participant_id)
    await doctor.command("remove", participant_id=patient.participant_id)
    await patient.until(lambda: patient.goodbye == "removed")
    status, code = await refused(api, "/links/open", token=token_of(url), device=DEVICE)
    assert (status, code) in ((410, "removed"), (410, "link_revoked"))
    assert (await refused(patient.api, f"/sessions/{doctor.session_id}/ticket"))[0] in (401, 403, 410), (
        "the seat's cookie is dead too"
    )


async def test_links_and_cookies_of_ended_visits_are_dead(mallory: Attacker) -> None:
    doctor, url = await mallory.visit()
    patient = await mallory.invited(url)
    await doctor.command("end")
    await patient.until(lambda: patient.goodbye == "ended")
    api = anonymous(mallory)
    assert await refused(api, "/links/open", token=token_of(url), device=DEVICE) == (410, "visit_ended")
    assert await refused(api, "/links/move", token=token_of(url), device=DEVICE) == (410, "visit_ended")
    for who in (patient.api, mallory.staff):
        assert (await refused(who, f"/sessions/{doctor.session_id}/ticket"))[1] in ("visit_ended", "not_signed_in")
    assert (await refused(mallory.staff, f"/sessions/{doctor.session_id}/links", role="guest", command_id=command_id()))[0] == 410
    assert (await refused(mallory.staff, f"/sessions/{doctor.session_id}/seat"))[0] == 410


async def test_an_expired_link_says_so(mallory: Attacker) -> None:
    """Time is moved in the database: the server itself has no way to be told another date."""
    _doctor, url = await mallory.visit()
    session = _doctor.session_id
    with sqlite3.connect(mallory.product.server.var / "telemed.sqlite3", timeout=5) as database:
        expired = database.execute("SELECT expires_at FROM link WHERE session_id = ?", (session,)).fetchone()[0]
        past = "2001" + str(expired)[4:]
        database.execute("UPDATE link SET expires_at = ? WHERE session_id = ?", (past, session))
    database.close()
    assert await refused(anonymous(mallory), "/links/open", token=token_of(url), device=DEVICE) == (410, "link_expired")


async def test_a_second_device_sits_down_only_with_approval(mallory: Attacker) -> None:
    doctor, patient = await mallory.call()
    link = (
        await mallory.staff.post(
            f"/sessions/{doctor.session_id}/links", role="patient", participant_id=patient.participant_id, command_id=command_id()
        )
    )["link"]["url"]
    thief = anonymous(mallory)
    answer = await thief.post("/links/open", token=token_of(link), device="device-of-the-thief")
    assert answer["status"] == "approval_needed" and "token" not in answer and set(answer) == {"status", "clinic"}
    assert (await refused(thief, f"/sessions/{doctor.session_id}/ticket"))[0] == 401
    assert (await thief.post("/links/move", token=token_of(link), device="device-of-the-thief"))["status"] == "asked"
    assert (await thief.post("/links/open", token=token_of(link), device="device-of-the-thief"))["status"] == "approval_needed"
    detail = await snapshot(doctor)
    await doctor.command("decide_move", request_id=detail["moves"][0]["request_id"], approve=False)
    assert await refused(thief, "/links/open", token=token_of(link), device="device-of-the-thief") == (403, "move_denied")
    assert patient.socket.connected and (await patient.command("chat", body="still me"))["message"]["body"] == "still me"


async def snapshot(seat: SeatClient) -> dict[str, Any]:
    """The state a fresh connection of a seat gets; it takes the place of the older one."""
    await seat.socket.disconnect()
    seat.position, seat.state = None, {}
    await seat.connect()
    return seat.state


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_preview_robots_leave_the_link_as_it_is(mallory: Attacker, method: str) -> None:
    doctor, url = await mallory.visit()
    before = rows(mallory.product, doctor.session_id)
    for robot in ROBOTS:
        for target in ("/j", "/j?fbclid=x", "/j#" + token_of(url), "/j/", "/api/v1/links/open"):
            answer = await exchange(mallory.product.host, request(method, target, f"User-Agent: {robot}"))
            assert answer.status in (200, 400, 404, 405), (robot, target, answer.status)
            assert token_of(url).encode() not in answer.body and "set-cookie" not in answer.head.lower()
    assert rows(mallory.product, doctor.session_id) == before
    patient = await mallory.invited(url)
    assert patient.state["you"]["role"] == "patient", "the link works for the person it was for"


def rows(product: Product, session_id: str) -> list[tuple[Any, ...]]:
    """Seats, links and tokens of a session."""
    with sqlite3.connect(product.server.var / "telemed.sqlite3", timeout=5) as database:
        found = [
            database.execute(f"SELECT * FROM {table} WHERE session_id = ?", (session_id,)).fetchall()  # noqa: S608 - names of ours
            for table in ("link", "participant", "seat_token", "participant_event")
        ]
    database.close()
    return [tuple(row) for table in found for row in table]


async def test_names_cannot_forge_lines_or_reading_direction(mallory: Attacker) -> None:
    doctor, url = await mallory.visit()
    patient = await mallory.invited(url)
    for name in ("a\nb", "a\rb", "a\x00b", "a\x1b[31mred", "\u202eamatsaM .rD", "a\u2028b", "a\u2066b", " " * 80, "", "x" * 81):
        with pytest.raises(RefusedError) as error:
            await patient.command("set_name", name=name)
        assert error.value.code == "invalid_input", repr(name)
    for name in ("<img src=x onerror=alert(1)>", "${7*7}", "{{7*7}}", "'; DROP TABLE participant; --", "=cmd|' /C calc'!A0"):
        await patient.command("set_name", name=name)
        await doctor.until(lambda n=name: any(p["name"] == n for p in doctor.state["participants"]))
