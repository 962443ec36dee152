"""Every command with wrong types, wrong role, wrong session, too large, too fast, binary; forged packets; broken engines.

The answer is a typed error or the end of that connection; another person's call is never disturbed.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import jwt
import pytest

from telemed.care.recording.texts import CURRENT_TEXT
from telemed.signaling.schemas import CALL_COMMANDS, STAFF_COMMANDS
from tests.adapters.signaling.raw import RawSocket
from tests.adapters.signaling.world import Client, Visit, World, command_id, until

VALID: dict[str, dict[str, Any]] = {
    "set_name": {"name": "Ada"},
    "device_report": {"camera": "ok", "microphone": "ok", "speaker": "ok", "network": "good", "rtt_ms": 20},
    "needs": {"needs": ["cannot_hear"]},
    "enter_waiting": {},
    "visibility": {"hidden": False},
    "admit": {"participant_id": "par_1234"},
    "deny": {"participant_id": "par_1234", "reason": "no"},
    "hold": {"participant_id": "par_1234"},
    "resume": {"participant_id": "par_1234"},
    "remove": {"participant_id": "par_1234", "reason": "no"},
    "confirm_identity": {"participant_id": "par_1234", "how": "said"},
    "decide_move": {"request_id": "mov_1234", "approve": True},
    "media_state": {"microphone": True, "camera": True, "screen": False},
    "negotiated": {"attempt": 1, "offer": 1},
    "set_view": {"tiles": [{"track_id": "trk_1234", "height": 180}]},
    "chat": {"body": "hello"},
    "typing": {},
    "text": {"line": "line-0001", "sequence": 1, "edits": [{"at": 0, "erase": 0, "insert": "h"}], "reset": False},
    "text_sync": {},
    "quality_report": {"freezes": 0, "rtt_ms": 1.5, "concealed": 0.0},
    "leave": {},
    "end": {},
    "recording_ask": {"emergency_reason": "unconscious"},
    "recording_begin": {"recording_id": "rec_1234"},
    "recording_choose": {"recording_id": "rec_1234", "choice": "wait"},
    "recording_pause": {"recording_id": "rec_1234"},
    "recording_resume": {"recording_id": "rec_1234"},
    "recording_stop": {"recording_id": "rec_1234"},
    "recording_consent": {"answer": "agree", "text_version": CURRENT_TEXT, "language": "en"},
    "recording_earlier": {"recording_id": "rec_1234", "choice": "keep"},
    "recording_bystander": {"label": "child", "decided_by": "carer", "by_name": "Bo", "reason": "asleep", "agreed": True},
    "recording_bystander_now": {"bystander_id": "bys_1234", "now": "left"},
    "recording_unrecorded": {"reason": "no"},
    "recording_marker": {"recording_id": "rec_1234", "at_ms": 3, "category": "finding", "text": "rash"},
    "instruct": {"participant_id": "par_1234", "kind": "card", "card_id": "cpr"},
    "instruction_clear": {"instruction_id": "ins_1234"},
    "instruction_shown": {"instruction_id": "ins_1234"},
    "caller_facts": {"battery": 0.5, "torch": True, "zoom": 4.0, "cameras": 2, "location": "granted", "network": "4g"},
    "call_back": {"number": "030 1234567"},
    "leave_quickly": {},
    "caller_silent": {"silent": True},
    "draw": {"frame_id": "frm_1234", "shape": {"id": "a", "kind": "arrow", "points": [[0.1, 0.2], [0.3, 0.4]]}},
    "draw_undo": {"frame_id": "frm_1234"},
    "draw_clear": {"frame_id": "frm_1234"},
    "frame_resume": {"frame_id": "frm_1234"},
    "still_ask": {"participant_id": "par_1234"},
    "still_cancel": {"still_id": "stl_1234"},
    "still_decline": {"still_id": "stl_1234"},
    "keep_place": {"phone": "+49 30 5550199"},
    "drop_place": {},
    "stay_in_line": {},
}
STAFF_VALID: dict[str, dict[str, Any]] = {
    "acknowledge": {"participant_id": "par_1234"},
    "queue_answer": {"entry_id": "ent_1234", "into": "ses_1234", "confirmed": True},
    "queue_message": {"entry_id": "ent_1234", "body": "hello"},
    **{
        f"queue_{name}": {"entry_id": "ent_1234"} for name in ("read", "hold", "resume", "put_back", "keep_waiting", "no_show")
    },
    "queue_transfer": {"entry_id": "ent_1234", "queue_id": "que_1234", "user_id": None, "note": "skin"},
    "queue_priority": {"entry_id": "ent_1234", "priority": "urgent"},
    "queue_remove": {"entry_id": "ent_1234", "reason": "no"},
    "queue_late": {"queue_id": "que_1234", "minutes": 10},
    "queue_acknowledge": {"queue_id": "que_1234"},
}
WRONG_VALUES: tuple[Any, ...] = (None, [], {}, 3, -1, 1.5, "", "\x00", "x" * 5000, "\ud800", True, {"a": []}, 2**60)
RECORDING = tuple(name for name in VALID if name.startswith("recording_"))
OWN_ANSWERS = ("recording_consent", "recording_earlier")  # of everybody who speaks, before the call too
STAFF_ONLY = (
    *("admit", "deny", "hold", "resume", "remove", "decide_move", "end"),
    *(name for name in RECORDING if name not in OWN_ANSWERS),
    *("instruct", "instruction_clear", "draw", "draw_undo", "draw_clear", "frame_resume"),
)


@asynccontextmanager
async def bystanders(world: World) -> AsyncIterator[tuple[Client, Client]]:
    """A call next door that must go on as if nothing happened."""
    visit = await world.start_visit(world.staff["colleague"])
    doctor, patient, _seat = await visit.call()
    yield doctor, patient
    await doctor.do("chat", body="still here")
    await until(lambda: [line["body"] for line in patient.state["chat"]] == ["still here"], "the call next door")


def test_every_command_is_tried() -> None:
    assert VALID.keys() == CALL_COMMANDS.keys()
    assert STAFF_VALID.keys() == STAFF_COMMANDS.keys()


def wrong_payloads(event: str) -> Iterator[Any]:
    """Everything that is not the one object a command takes, then one wrong value in one field at a time."""
    fields = VALID[event]
    yield from ([], "text", 7, {}, {**fields}, {"command_id": command_id(), **fields, "more": 1})
    for name, wrong in itertools.product(("command_id", *fields), WRONG_VALUES):
        if not _is_right(event, name, wrong):
            yield {"command_id": command_id(), **fields, name: wrong}


@pytest.mark.parametrize("event", sorted(VALID))
async def test_wrong_types_in_every_field_of_every_command(world: World, event: str) -> None:
    visit = await world.start_visit()
    async with bystanders(world):
        doctor, _patient, _seat = await visit.call()
        for payload in wrong_payloads(event):
            world.clock.ahead += 1  # not too fast: the limit has its own test
            answer = await doctor.send(event, payload)
            assert not answer["ok"] and answer["error"]["code"] == "invalid_input", (payload, answer)
            assert "x" * 100 not in str(answer), "what was sent is not repeated"
        assert doctor.sio.connected


def _is_right(event: str, name: str, value: Any) -> bool:
    """Values that only look wrong."""
    if event in ("caller_facts", "call_back") and name != "command_id":
        numbers = {"battery": 1, "zoom": 1000, "cameras": 100}
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= numbers.get(name, -1)
        is_word = (name == "network" and value == "") or (name == "torch" and value is True)
        return value is None or is_word or (is_number and (name != "cameras" or isinstance(value, int)))
    if event == "quality_report" and name == "freezes":
        return value in (3,) and not isinstance(value, bool)
    if name in ("rtt_ms",):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 60_000
    if name == "concealed":
        return False
    if name in ("attempt", "offer"):
        return value == 3
    if event == "confirm_identity" and name == "how":
        return value is None  # takes a confirmation back
    if name in ("reason", "emergency_reason", "by_name", "text"):
        return value is None and event != "recording_unrecorded"
    if event == "needs" and name == "needs":
        return value == []
    if event == "text" and name in ("sequence", "reset"):
        return value is True if name == "reset" else value == 3 and not isinstance(value, bool)
    if name == "at_ms":
        return value is None or value == 3
    return (
        name in ("silent", "hidden", "approve", "microphone", "camera", "screen", "agreed")
        and event in ("caller_silent", "visibility", "decide_move", "media_state", "recording_bystander")
        and value is True
    )


async def test_patients_can_do_nothing_that_is_staffs(world: World) -> None:
    visit = await world.start_visit()
    async with bystanders(world):
        doctor, patient, _seat = await visit.call()
        for event in STAFF_ONLY:
            fields = {**VALID[event]}
            if "participant_id" in fields:
                fields["participant_id"] = visit.doctor_id
            assert await patient.refused(event, **fields) == "not_allowed", event
        assert doctor.sio.connected and doctor.state["you"]["state"] == "admitted"


async def test_before_admission_nothing_of_the_call_works(world: World) -> None:
    visit = await world.start_visit()
    patient, _seat = await visit.patient_joins()
    for event in ("media_state", "negotiated", "set_view", "quality_report", *STAFF_ONLY):
        assert await patient.refused(event, **VALID[event]) == "not_allowed", event


async def test_staff_cannot_reach_into_a_foreign_session(world: World) -> None:
    mine, theirs = await world.start_visit(), await world.start_visit(world.staff["colleague"])
    doctor = await mine.doctor_joins()
    _colleague, patient, _seat = await theirs.call()
    for event in ("admit", "deny", "hold", "resume", "remove"):
        assert await doctor.refused(event, participant_id=theirs.patient_id) == "not_found", event
        assert await doctor.refused(event, participant_id=mine.doctor_id) == "not_allowed", "not on oneself"
    assert await doctor.refused("decide_move", request_id="mov_1234", approve=True) == "not_found"
    assert patient.state["you"]["state"] == "admitted"
    with pytest.raises(Exception, match="may not"):
        await world.visits.issue_ticket(world.doctor, theirs.id)
    with pytest.raises(Exception, match="may not"):
        await world.visits.issue_staff_ticket(world.staff["admin"])


async def test_unknown_and_reserved_events_and_methods_of_the_namespace(world: World) -> None:
    visit = await world.start_visit()
    async with bystanders(world):
        doctor = await visit.doctor_joins()
        for event in ("nothing", "trigger_event", "emit", "on_connect", "run", "accept", "_connect", "*", "snapshot"):
            assert await doctor.refused(event, {"command_id": command_id()}) == "invalid_input"
        for reserved in ("connect", "disconnect", "message", "connect_error"):
            async with RawSocket(world.base) as raw:
                ticket = await world.visits.issue_ticket(world.doctor, visit.id)
                assert (await raw.connect("/call", {"protocol": 1, "ticket": ticket})).startswith("40/call")
                await raw.ws.send_str(f'42/call,1["{reserved}",{{}}]')
                assert await raw.ended(), reserved
        assert world.signaling.counters.get("socket.violation.reserved_event") == 4
        assert not visit_is_disturbed(world, visit)


def visit_is_disturbed(world: World, visit: Visit) -> bool:
    return world.signaling.live.get(visit.id).seats[visit.doctor_id].state.value != "admitted"


FRAMES = {
    "a binary event": '451-/call,["chat",{"_placeholder":true,"num":0}]',
    "a million attachments": '451000000-/call,["chat",{}]',
    "a binary acknowledgement": '461-/call,1[{"_placeholder":true,"num":0}]',
    "an acknowledgement nobody asked for": "43/call,1[]",
    "an event that is no list": '42/call,{"a":1}',
    "an event without a name": "42/call,[]",
    "an event with an object for a name": "42/call,[{}]",
    "an event with too many arguments": '42/call,["chat",{},{}]',
    "a nameless event": '42/call,["",{}]',
    "broken JSON": '42/call,["chat",{',
    "nesting without end": '42/call,["chat",' + "[" * 20_000,
    "a number without end": '42/call,["chat",{"a":' + "9" * 5000 + "}]",
    "no number": '42/call,["chat",{"a":NaN}]',
    "a packet type of its own": "49/call,[]",
    "a connect error": '44/call,{"message":"x"}',
    "an empty packet": "4",
    "an engine payload that is JSON": '4{"a":1}',
    "an id without end": "42/call," + "1" * 99 + '["chat",{}]',
    "a namespace without end": "42/" + "n" * 5000 + ',["chat",{}]',
    "an empty frame": "",
    "an engine nesting": "4" + "[" * 20_000,
    "text where a type should be": "zzz",
}


@pytest.mark.parametrize("name", sorted(FRAMES))
async def test_a_frame_no_client_sends_ends_that_connection_only(world: World, name: str) -> None:
    visit = await world.start_visit()
    async with bystanders(world), RawSocket(world.base) as raw:
        ticket = await world.visits.issue_ticket(world.doctor, visit.id)
        assert (await raw.connect("/call", {"protocol": 1, "ticket": ticket})).startswith("40/call")
        await raw.ws.send_str(FRAMES[name])
        assert await raw.ended(), name
        await visit.gone(visit.doctor_id)


async def test_binary_frames_end_the_connection(world: World) -> None:
    visit = await world.start_visit()
    async with bystanders(world), RawSocket(world.base) as raw:
        ticket = await world.visits.issue_ticket(world.doctor, visit.id)
        await raw.connect("/call", {"protocol": 1, "ticket": ticket})
        await raw.ws.send_bytes(b'2/call,["chat",{}]')
        assert await raw.ended()


@pytest.mark.parametrize(("size", "times"), [(70_000, 1), (10, 200)], ids=["too large", "too fast"])
async def test_too_large_and_too_fast(world: World, size: int, times: int) -> None:
    visit = await world.start_visit()
    async with bystanders(world), RawSocket(world.base) as raw:
        ticket = await world.visits.issue_ticket(world.doctor, visit.id)
        await raw.connect("/call", {"protocol": 1, "ticket": ticket})
        body = {"command_id": command_id(), "body": "x" * size}
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):  # it was cut off already
            for _ in range(times):
                await raw.ws.send_str(f'42/call,["chat",{json.dumps(body)}]')
        assert await raw.ended()
        assert (world.signaling.counters.get("socket.too_fast") > 0) == (times > 1)


async def test_a_small_message_that_inflates_beyond_the_limit_ends_the_connection(world: World) -> None:
    async with bystanders(world), RawSocket(world.base, compress=15) as raw:
        await raw.ws.send_str("42/call," + "a" * 20_000_000)
        assert await raw.ended()


async def test_sixty_commands_at_once_are_fine(world: World) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    answers = await asyncio.gather(*(doctor.send("typing") for _ in range(50)))
    assert all(answer["ok"] for answer in answers)


POLLED = ("", "z", "4" + "[" * 5000, "\x1e".join(["40/call,"] * 17), "b!!!!", "d=%00", "451-/call,[1]")


@pytest.mark.parametrize("body", POLLED)
async def test_broken_polls_are_refused_or_cut_off(world: World, body: str) -> None:
    async with bystanders(world), aiohttp.ClientSession() as http:
        url = f"{world.base}/socket.io/?EIO=4&transport=polling"
        async with http.get(url) as opening:
            sid = json.loads((await opening.text())[1:])["sid"]
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):  # cut off, which is an answer
            async with http.post(f"{url}&sid={sid}", data=body) as answer:
                assert answer.status in (200, 400) and "Traceback" not in await answer.text()


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [
        ("POST", "EIO=4&transport=polling&sid=unknown", 400),
        ("GET", "EIO=4&transport=polling&sid=unknown", 400),
        ("GET", "EIO=3&transport=polling", 400),
        ("GET", "EIO=4&transport=carrier-pigeon", 400),
        ("GET", "EIO=4&transport=websocket", 400),
        ("GET", "", 400),
        ("PUT", "EIO=4&transport=polling", 405),
    ],
)
async def test_odd_requests_to_the_socket_path(world: World, method: str, query: str, status: int) -> None:
    async with aiohttp.ClientSession() as http, http.request(method, f"{world.base}/socket.io/?{query}") as answer:
        assert answer.status == status and "Traceback" not in await answer.text()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://clinic.example.evil.example", "file://"])
async def test_foreign_origins_are_refused(world: World, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with RawSocket(world.base, origin):
            pass
    assert refused.value.status == 403
    async with RawSocket(world.base, "http://clinic.example"):
        pass


async def test_who_never_connects_is_dropped(world: World) -> None:
    async with RawSocket(world.base) as silent, RawSocket(world.base) as wrong:
        assert (await wrong.connect("/elsewhere", {})).startswith("44/elsewhere")
        assert (await wrong.connect("/", {})).startswith("44")
        world.clock.ahead += 11
        assert await silent.ended() and await wrong.ended()
    assert world.signaling.counters.get("socket.connect_deadline") == 2


async def test_every_bad_connect_is_refused_with_its_code(world: World) -> None:
    visit = await world.start_visit()
    ticket = await world.visits.issue_ticket(world.doctor, visit.id)
    staff_ticket = await world.visits.issue_staff_ticket(world.doctor)
    refusal = world.refusal
    for auth in (None, {}, {"protocol": 1}, {"protocol": 1, "ticket": 7}, {"protocol": 1, "ticket": "\ud800"}):
        assert await refusal("/call", auth) == "not_allowed"
    for auth in ([1], "text"):
        assert await refusal("/call", auth) == "", "cut off"
    assert await refusal("/call", {"ticket": ticket}) == "not_allowed"
    assert await refusal("/call", {"protocol": 1, "ticket": ticket, "admin": True}) == "not_allowed"
    assert await refusal("/call", {"protocol": 2, "ticket": ticket}) == "unsupported_protocol"
    for forged in ("x.y.z", ticket[:-2] + "AA", staff_ticket, _unsigned(ticket), _resigned(ticket)):
        assert await refusal("/call", {"protocol": 1, "ticket": forged}) == "bad_ticket"
    assert await refusal("/staff", {"protocol": 1, "ticket": ticket}) == "bad_ticket"
    client = await world.client("/call", ticket)
    await client.ready()
    assert await refusal("/call", {"protocol": 1, "ticket": ticket}) == "bad_ticket", "single use"
    late = await world.visits.issue_ticket(world.doctor, visit.id)
    world.clock.ahead += 61
    assert await refusal("/call", {"protocol": 1, "ticket": late}) == "bad_ticket", "60 seconds"
    unused = await world.visits.issue_ticket(world.doctor, visit.id)
    await client.do("end")
    assert await refusal("/call", {"protocol": 1, "ticket": unused}) == "visit_ended"


def _unsigned(ticket: str) -> str:
    claims = jwt.decode(ticket, options={"verify_signature": False})
    return jwt.encode(claims, None, algorithm="none", headers={"typ": "telemed-ticket+jwt"})


def _resigned(ticket: str) -> str:
    claims = jwt.decode(ticket, options={"verify_signature": False})
    return jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"typ": "telemed-ticket+jwt"})


async def test_after_the_end_of_its_connection_nothing_a_client_sends_is_read(world: World) -> None:
    visit = await world.start_visit()
    async with RawSocket(world.base) as raw:
        ticket = await world.visits.issue_ticket(world.doctor, visit.id)
        await raw.connect("/call", {"protocol": 1, "ticket": ticket})
        again = await visit.doctor_joins()
        assert "replaced" in await raw.answer(("42/call",)) or await raw.answer(("41/call",))
        await raw.ws.send_str(f'42/call,7["end",{{"command_id":"{command_id()}"}}]')
        world.clock.ahead += 11
        assert await raw.ended(), "and without a namespace it is dropped"
        assert again.sio.connected and not visit_is_disturbed(world, visit)


@pytest.mark.parametrize("frame", ["9", "6", "3probe", "1", "2probe", "5"])
async def test_engine_packets_out_of_place_disturb_nobody(world: World, frame: str) -> None:
    visit = await world.start_visit()
    async with bystanders(world), RawSocket(world.base) as raw:
        ticket = await world.visits.issue_ticket(world.doctor, visit.id)
        await raw.connect("/call", {"protocol": 1, "ticket": ticket})
        await raw.ws.send_str(frame)
