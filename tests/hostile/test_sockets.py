"""Whatever a Socket.IO client sends: a typed refusal, or the end of that client's connection, and of nobody else's."""

from __future__ import annotations

import base64
import json
from typing import Any

import aiohttp
import psutil
import pytest

from telemed.signaling.schemas import CALL_COMMANDS, STAFF_COMMANDS
from tests.client.seat import RefusedError, SeatClient, command_id
from tests.hostile.product import Attacker
from tests.hostile.raw_socket import Closed, RawSocket

BURST = 55  # commands on one connection, below the burst of 60 it may send at once
STAFF_ONLY = ("admit", "deny", "hold", "resume", "remove", "decide_move", "end")
REFUSALS = {"invalid_input", "not_allowed", "not_found", "conflict"}

DEEP: Any = 1
for _ in range(60):
    DEEP = {"a": [DEEP]}
WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    2**70,
    "",
    " ",
    "a\x00b",
    "\ud800",
    "x" * 5000,
    [],
    [[]],
    {},
    {"__proto__": {}},
    DEEP,
)
WHOLE: tuple[Any, ...] = (
    None,
    False,
    0,
    "text",
    [],
    [{}],
    {},
    {"command_id": 5},
    {"command_id": "short"},
    {"command_id": "x" * 65},
    DEEP,
)


async def ticket(seat: SeatClient) -> str:
    answer = await seat.api.post(f"/sessions/{seat.session_id}/ticket", **{"as": seat.seat})
    return str(answer["ticket"])


async def raw(mallory: Attacker, seat: SeatClient) -> RawSocket:
    """A hand-made connection for a seat, let in."""
    opened = await RawSocket.open(mallory.base_url, mallory.http)
    mallory.stack.push_async_callback(opened.close)
    assert await opened.join("/call", {"protocol": 1, "ticket": await ticket(seat)}) == ""
    return opened


def wrong_payloads(name: str) -> list[Any]:
    """Payloads of a command that are wrong as a whole, in one field each, or have a field too many."""
    model = (CALL_COMMANDS | STAFF_COMMANDS)[name]
    good: dict[str, Any] = {
        "name": "Eve",
        "camera": "ok",
        "microphone": "ok",
        "speaker": "ok",
        "network": "good",
        "rtt_ms": 1,
        "hidden": False,
        "participant_id": "par_none",
        "request_id": "mov_none",
        "approve": True,
        "screen": False,
        "attempt": 1,
        "offer": 1,
        "body": "text",
        "freezes": 0,
        "concealed": 0,
    }
    if name == "media_state":
        good |= {"camera": True, "microphone": True}
    whole = {key: good[key] for key in model.model_fields if key in good}
    payloads = [*WHOLE, {**whole, "command_id": command_id(), "extra": 1}]
    for key in whole:
        value = WRONG[hash_of(name + key) % len(WRONG)]
        payloads += [{**whole, "command_id": command_id(), key: value}, {**whole, "command_id": command_id(), key: {"$gt": ""}}]
    return payloads


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return sum(ord(character) * (place + 1) for place, character in enumerate(text))


@pytest.mark.parametrize("who", ["guest", "doctor"])
async def test_wrong_types_in_every_command_get_a_typed_refusal(mallory: Attacker, who: str) -> None:
    doctor, guest = await mallory.call()
    seat = guest if who == "guest" else doctor
    before = await who_is_there(mallory, doctor)
    attempts = [(name, payload) for name in CALL_COMMANDS for payload in wrong_payloads(name)]
    for start in range(0, len(attempts), BURST):
        socket = await raw(mallory, seat)
        for name, payload in attempts[start : start + BURST]:
            answer = await socket.call("/call", name, *(() if payload is None else (payload,)))
            assert answer["ok"] is False, (name, payload, answer)
            error = answer["error"]
            assert error["code"] in REFUSALS and len(error["message"]) < 120, (name, payload, answer)
            assert error.get("field") is None or error["field"] in CALL_COMMANDS[name].model_fields
    assert await who_is_there(mallory, doctor) == before


async def who_is_there(mallory: Attacker, doctor: SeatClient) -> list[tuple[str, str, str]]:
    """Names and states as the server has them."""
    detail = await mallory.staff.call("GET", f"/sessions/{doctor.session_id}")
    return [(seat["id"], seat["name"], seat["state"]) for seat in detail["participants"]]


async def test_wrong_types_for_staff_get_a_typed_refusal(mallory: Attacker) -> None:
    socket = await RawSocket.open(mallory.base_url, mallory.http)
    mallory.stack.push_async_callback(socket.close)
    staff_ticket = (await mallory.staff.post("/staff/ticket"))["ticket"]
    assert await socket.join("/staff", {"protocol": 1, "ticket": staff_ticket}) == ""
    for payload in wrong_payloads("acknowledge"):
        answer = await socket.call("/staff", "acknowledge", *(() if payload is None else (payload,)))
        assert answer["error"]["code"] in REFUSALS, (payload, answer)


async def test_what_is_not_a_command_is_refused(mallory: Attacker) -> None:
    _doctor, guest = await mallory.call()
    socket = await raw(mallory, guest)
    for name in ("nothing", "on_chat", "trigger_event", "__init__", "close_room", "run", "accept", "_command", "Chat", "chat "):
        assert (await socket.call("/call", name, {"command_id": command_id()}))["error"]["code"] == "invalid_input"
    answer = await socket.call("/call", "acknowledge", {"command_id": command_id(), "participant_id": "par_none"})
    assert answer["error"]["code"] == "invalid_input", "a command of the other namespace"


async def test_a_guest_may_not_lead(mallory: Attacker) -> None:
    """In its own visit, aimed at itself, the doctor and a third person; at others in the bystanders' room too."""
    doctor, guest = await mallory.call()
    seated = await mallory.seated()
    own = [doctor.participant_id, guest.participant_id, seated.participant_id]
    attempts = [(guest, name, target) for name in STAFF_ONLY for target in own]
    attempts += [(seated, name, person["id"]) for name in STAFF_ONLY for person in seated.state["participants"][:3]]
    for seat, name, target in attempts:
        fields: dict[str, Any] = {} if name in ("end", "decide_move") else {"participant_id": target}
        fields |= {"request_id": "mov_none", "approve": True} if name == "decide_move" else {}
        with pytest.raises(RefusedError) as refused:
            await seat.command(name, **fields)
        assert refused.value.code == "not_allowed", (name, refused.value)


async def test_before_admission_nothing_of_the_call_is_possible(mallory: Attacker) -> None:
    _doctor, url = await mallory.visit()
    guest = await mallory.invited(url)
    for name, fields in (
        ("chat", {"body": "let me in"}),
        ("typing", {}),
        ("media_state", {"microphone": True, "camera": True, "screen": False}),
        ("negotiated", {"attempt": 1, "offer": 1}),
        ("set_view", {"tiles": [{"track_id": "trk_1234", "height": 180}]}),
        ("quality_report", {"freezes": 0, "rtt_ms": 1, "concealed": 0}),
    ):
        with pytest.raises(RefusedError) as refused:
            await guest.command(name, **fields)
        assert refused.value.code == "not_allowed", name
    assert [p["id"] for p in guest.state["participants"]] == [guest.participant_id]


async def test_staff_commands_do_not_reach_into_other_sessions(mallory: Attacker) -> None:
    """The doctor leads both sessions, yet this connection is for one of them."""
    doctor, _guest = await mallory.call()
    stranger = await mallory.seated()
    for name in ("admit", "deny", "hold", "resume", "remove"):
        with pytest.raises(RefusedError) as refused:
            await doctor.command(name, participant_id=stranger.participant_id)
        assert refused.value.code == "not_found", name
    assert stranger.state["you"]["state"] == "admitted"


async def test_tickets_open_one_door_once(mallory: Attacker) -> None:
    doctor, guest = await mallory.call()
    good = await ticket(guest)
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    promoted = encode(claims | {"sub": doctor.participant_id})
    none = encode({"alg": "none", "typ": json.loads(base64.urlsafe_b64decode(head + "=="))["typ"]})
    spent = await ticket(guest)
    socket = await RawSocket.open(mallory.base_url, mallory.http)
    mallory.stack.push_async_callback(socket.close)
    assert await socket.join("/call", {"protocol": 1, "ticket": spent}) == ""
    staff_ticket = (await mallory.staff.post("/staff/ticket"))["ticket"]
    bad = [
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{promoted}.{signature}",
        f"{none}.{promoted}.",
        f"{none}.{promoted}.{signature}",
        spent,
        staff_ticket,
        "a.b.c",
        "x" * 2000,
        good[:-1],
    ]
    for value in bad:
        assert await refusal(mallory, "/call", {"protocol": 1, "ticket": value}) in ("bad_ticket", "not_allowed"), value[:20]
    for auth in (None, [], "x", 5, {}, {"protocol": 1}, {"protocol": "1", "ticket": good}, {"ticket": good}, DEEP):
        assert await refusal(mallory, "/call", auth) in ("not_allowed", "bad_ticket", "closed")
    assert await refusal(mallory, "/call", {"protocol": 2, "ticket": good}) == "unsupported_protocol"
    assert await refusal(mallory, "/staff", {"protocol": 1, "ticket": good}) == "bad_ticket"
    for namespace in ("/", "/admin", "/call/", "/" + "n" * 60):
        assert await refusal(mallory, namespace, {"protocol": 1, "ticket": good}) != ""


def encode(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def refusal(mallory: Attacker, namespace: str, auth: Any) -> str:
    """Why a CONNECT is refused: its code, or "closed"."""
    socket = await RawSocket.open(mallory.base_url, mallory.http)
    try:
        return await socket.join(namespace, auth)
    except (Closed, ValueError):
        return "closed"
    finally:
        await socket.close()


OFFENCES: dict[str, tuple[str | bytes, ...]] = {
    "too_large": ("42/call," + json.dumps(["chat", {"body": "x" * 70_000}]),),
    "far_too_large": ("x" * 2_000_000,),
    "binary_event": ('451-/call,["chat",{"_placeholder":true,"num":0}]', b"\x00" * 100),
    "a_million_attachments": ('451000000-/call,["chat",{"_placeholder":true,"num":0}]', b"\x00" * 100),
    "binary_frame": (b"\x04\x00\x01",),
    "binary_ack": ('461-/call,1[{"_placeholder":true,"num":0}]',),
    "base64_packet": ("bAAAA",),
    "forged_connect": ('42/call,["connect",{}]',),
    "forged_disconnect": ('42/call,["disconnect","transport close"]',),
    "forged_connect_error": ('42/call,["connect_error",{}]',),
    "acknowledgement": ("43/call,1[]",),
    "no_event_name": ("42/call,[]",),
    "event_is_a_number": ("42/call,[5,{}]",),
    "event_is_a_list": ('42/call,[["chat"],{}]',),
    "too_many_arguments": ('42/call,["chat",{},{},{}]',),
    "not_json": ('42/call,["chat",{',),
    "not_a_number": ('42/call,["chat",{"body":NaN}]',),
    "endless_number": ("42/call," + "9" * 5000 + '["chat",{}]',),
    "endless_integer": ('42/call,["chat",{"body":' + "9" * 5000 + "}]",),
    "deep_json": ("42/call," + "[" * 20_000,),
    "long_name": ('42/call,["' + "n" * 5000 + '",{}]',),
    "empty_packet": ("4",),
    "unknown_packet": ("49/call,",),
}
IGNORED = ("9", "5", '0{"sid":"x"}', "6", "3", "3probe", "3" + "x" * 5000)  # of the transport, and without any effect


async def test_who_breaks_the_protocol_loses_the_connection_and_only_that(mallory: Attacker) -> None:
    seat = await mallory.seated()
    for offence, packets in OFFENCES.items():
        socket = await raw(mallory, seat)
        try:
            for packet in packets:
                await socket.send(packet)
            closed = await socket.is_closed()
        except Closed:
            closed = True
        assert closed, f"{offence}: the connection was kept"
        assert not any("Traceback" in frame or "File " in frame for frame in socket.frames), offence
        assert seat.api.token is not None
    again = await raw(mallory, seat)  # the seat itself is as it was
    assert (await again.call("/call", "chat", {"command_id": command_id(), "body": "back"}))["ok"]


async def test_a_flood_of_commands_ends_the_flooder(mallory: Attacker) -> None:
    socket = await raw(mallory, await mallory.seated())
    before = mallory.product.socket_counters().get("socket.too_fast", 0)
    try:
        for _ in range(3000):
            await socket.send('42/call,["nothing",{}]')
    except Closed:
        pass
    assert await socket.is_closed()
    assert mallory.product.socket_counters().get("socket.too_fast", 0) > before


async def test_binary_floods_take_no_memory(mallory: Attacker) -> None:
    """A library of this kind kept 264 MiB for one announced event; here the first frame ends the connection."""
    control = psutil.Process(mallory.product.server.pids()["control"])
    seat = await mallory.seated()
    before = control.memory_info().rss
    for _ in range(4):
        socket = await raw(mallory, seat)
        try:
            await socket.send('451000000-/call,["chat",{"_placeholder":true,"num":0}]')
            for _ in range(200):
                await socket.send(b"\x00" * 50_000)
        except Closed:
            continue
    assert control.memory_info().rss - before < 30 * 2**20


async def test_transport_packets_out_of_place_have_no_effect(mallory: Attacker) -> None:
    socket = await raw(mallory, await mallory.seated())
    for packet in IGNORED * 3:
        await socket.send(packet)
    assert (await socket.call("/call", "typing", {"command_id": command_id()}))["ok"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost.evil.example", "https://localhost", "file://"]
)
async def test_other_origins_get_no_socket(mallory: Attacker, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await RawSocket.open(mallory.base_url, mallory.http, {"Origin": origin})
    assert refused.value.status == 403
    url = mallory.base_url + "/socket.io/?EIO=4&transport=polling"
    async with mallory.http.get(url, headers={"Origin": origin, "X-Forwarded-Host": "evil.example"}) as answer:
        assert answer.status == 403


POLLS: dict[str, tuple[str, bytes | None]] = {
    "unknown sid": ("EIO=4&transport=polling&sid=unknown", b"2"),
    "no sid": ("EIO=4&transport=polling", b"2"),
    "old protocol": ("EIO=3&transport=polling", None),
    "no protocol": ("transport=polling", None),
    "unknown transport": ("EIO=4&transport=smoke", None),
    "too large": ("EIO=4&transport=polling&sid={sid}", b"4" + b"x" * 100_000),
    "binary": ("EIO=4&transport=polling&sid={sid}", b"bAAAA"),
}
# What the library skips without a word: answered 200, and without effect.
SKIPPED_POLLS = (b"\xff\xfe\x00garbage", b"\x1e".join([b"3"] * 500), b"4" + bytes(range(128, 256)), b"")


async def test_malformed_polls_are_refused(mallory: Attacker) -> None:
    base = mallory.base_url + "/socket.io/?"
    for case, (query, body) in POLLS.items():
        status, text = await poll(mallory, base, query, body)
        assert 400 <= status < 500, (case, status, text)
        assert "Traceback" not in text and "File " not in text, case
    for body in SKIPPED_POLLS:
        status, text = await poll(mallory, base, "EIO=4&transport=polling&sid={sid}", body)
        assert status == 200 and text == "OK" or 400 <= status < 500, (status, text)


async def poll(mallory: Attacker, base: str, query: str, body: bytes | None) -> tuple[int, str]:
    """One request of a fresh polling connection; 499 when it is cut off."""
    async with mallory.http.get(base + "EIO=4&transport=polling") as opened:
        sid = json.loads((await opened.text())[1:])["sid"]
    try:
        async with mallory.http.request("GET" if body is None else "POST", base + query.format(sid=sid), data=body) as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientError:
        return 499, ""
