"""Incidents over real sockets and a real store: making, opening, place and track, instructions, crews, ending, opening again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telemed.care.incidents.ports import NewCaller, Silence, WayIn
from telemed.care.incidents.words import Allowed, IncidentEvent
from telemed.errors import Conflict, Gone, InvalidInput, NotAllowed, NotFound, TooMany
from tests.adapters.signaling.incidents import Emergency, an_emergency, an_order, fix, token_of
from tests.adapters.signaling.world import Client, Json, World, command_id, until

E = IncidentEvent


def row_of(client: Client, emergency: Emergency) -> Json:
    return next((row for row in client.state["incidents"] if row["id"] == emergency.id), {})


async def test_a_dispatcher_makes_an_incident_and_every_dispatcher_sees_it(world: World) -> None:
    board = await world.today(world.staff["second"])
    doctor = await world.today(world.doctor)
    emergency = await an_emergency(world)
    row = await until(lambda: row_of(board, emergency), "the board")
    assert (row["state"], row["kinds"], row["language"]) == ("new", ["location", "video"], "de")
    assert len(row["code"]) == 4 and row["code"].isdigit()
    assert row["delivery"]["state"] == "none" and not row["mine"] and row["created_by"] == "Dr. dispatcher"
    assert (row["script_version"], row["caller_agreed"]) == ("2026-11", True)
    assert emergency.made["link"]["url"].startswith("http://clinic.example/e#") and emergency.made["link"]["qr"]
    assert doctor.state["incidents"] == [], "a clinician sees the incidents it leads"
    assert board.state["sessions"] == [], "incidents have rows of their own"
    own = await world.today(world.staff["dispatcher"])
    assert own.state["incidents"][0]["mine"]


async def test_a_retry_is_answered_the_same_and_makes_nothing_twice(world: World) -> None:
    order = an_order()
    staff = world.staff["dispatcher"]
    first, second = [await world.visits.incidents.create(staff, order) for _ in range(2)]
    assert first["incident"] == second["incident"] and first["link"] == second["link"]
    assert len((await world.visits.today(staff))["incidents"]) == 1


@pytest.mark.parametrize("number", ["112", "hello", "+49", "12", "+1 555", "tel:<script>", "+49 30 1234567 ext. 5", "٠٣٠"])
async def test_wrong_numbers_make_nothing(world: World, number: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await an_emergency(world, phone=number)
    assert refused.value.field == "phone" and number not in str(refused.value)
    assert (await world.visits.today(world.staff["dispatcher"]))["incidents"] == []


@pytest.mark.parametrize("number", ["030 1234567", "+49 (0) 30 1234567", "0049301234567", " 030/123 45 67 "])
async def test_numbers_are_kept_in_one_form(world: World, number: str) -> None:
    emergency = await an_emergency(world, phone=number)
    assert emergency.made["incident"]["phone"] == "+49301234567"
    assert emergency.made["incident"]["delivery"]["state"] == "no_way", "no gateway: the code is shown and said so"


@pytest.mark.parametrize("role", ["desk", "admin"])
async def test_others_make_no_incident_and_see_none(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        await world.visits.incidents.create(world.staff[role], an_order())


async def test_who_does_not_lead_it_sees_neither_number_nor_place(world: World) -> None:
    emergency = await an_emergency(world, phone="030 1234567")
    caller, seat = await emergency.caller()
    await emergency.incidents.tell_location(seat, emergency.session_id, fix())
    await emergency.incidents.tell_place(seat, emergency.session_id, "Behind the barn")
    await caller.do("caller_facts", battery=0.2)
    other = (await emergency.incidents.detail(world.staff["second"], emergency.id))["incident"]
    assert (other["phone"], other["caller"]["place"], other["caller"]["position"], other["caller"]["facts"]) == (
        "",
        "",
        None,
        None,
    )
    for refused in (
        emergency.incidents.positions(world.staff["second"], emergency.id),
        emergency.incidents.detail(world.doctor, emergency.id),
    ):
        with pytest.raises(NotAllowed):
            await refused
    assert (await emergency.row())["caller"]["place"] == "Behind the barn"
    await world.visits.take_seat(world.staff["second"], emergency.session_id)
    assert len((await emergency.incidents.positions(world.staff["second"], emergency.id))["positions"]) == 1


async def test_the_caller_is_in_the_call_at_once_and_sees_only_its_own_page(world: World) -> None:
    emergency = await an_emergency(world, phone="030 1234567")
    lead = await emergency.lead()
    came = await emergency.open()
    assert came.content["caller"] == {
        "code": emergency.made["incident"]["code"],
        "kinds": ["location", "video"],
        "silent": False,
        "language": "de",
        "place": "",
        "call_back": None,
    }
    assert came.content["state"] == "admitted"
    caller = await world.join(await emergency.seat_of(came), emergency.session_id)
    assert caller.state["incident"] == came.content["caller"]
    assert {p["role"] for p in caller.state["participants"]} == {"dispatcher", "guest"}
    assert "reason" not in caller.state["session"] and caller.state["positions"] == []
    await until(lambda: lead.state["incident"]["state"] == "opened", "opened")
    assert lead.state["incident"]["caller"]["is_here"]
    assert "instruct" in lead.state["you"]["can"] and "instruct" not in caller.state["you"]["can"]


async def test_the_first_place_makes_it_live_and_the_track_is_staffs_and_crews(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    for second in range(3):
        await emergency.incidents.tell_location(seat, emergency.session_id, fix(second, lat=52.0 + second))
    await emergency.incidents.tell_location(seat, emergency.session_id, fix(1, lat=1.0))
    await until(lambda: len(lead.state["positions"]) == 3, "the track")
    assert lead.state["incident"]["state"] == "live"
    assert lead.state["incident"]["caller"]["position"]["lat"] == 54.0
    assert [one["sequence"] for one in lead.state["positions"]] == [1, 2, 3]
    assert caller.state["positions"] == []
    early = fix(-86_400, lat=9.0)
    await emergency.incidents.tell_location(seat, emergency.session_id, early)
    await until(lambda: len(lead.state["positions"]) == 4, "a fix of yesterday, by the caller's clock")
    assert lead.state["incident"]["caller"]["position"]["lat"] == 54.0, "a late fix is not where the caller is"
    track = await emergency.incidents.positions(emergency.staff, emergency.id)
    assert len(track["positions"]) == 4 and track["kept_until"] is None
    assert track["positions"][0]["taken_at"] != track["positions"][0]["received_at"]


async def test_fixes_are_bounded(world: World) -> None:
    emergency = await an_emergency(world)
    _, seat = await emergency.caller()
    with pytest.raises(TooMany):
        for second in range(60):
            await emergency.incidents.tell_location(seat, emergency.session_id, fix(second))
    assert len((await emergency.incidents.positions(emergency.staff, emergency.id))["positions"]) <= 20


async def test_a_link_that_asks_for_no_place_takes_none(world: World) -> None:
    emergency = await an_emergency(world, kinds=(Allowed.VIDEO,))
    _, seat = await emergency.caller()
    with pytest.raises(Conflict):
        await emergency.incidents.tell_location(seat, emergency.session_id, fix())


async def test_another_guest_of_the_visit_is_not_the_caller(world: World) -> None:
    emergency = await an_emergency(world)
    made = await world.visits.create_link(emergency.staff, emergency.session_id, "guest", "Neighbour", None, command_id())
    token = token_of(made)
    with pytest.raises(NotFound):
        await emergency.incidents.open_caller(WayIn(token, "device-of-somebody", None))
    seat = await world.seat_of(await world.visits.open_link(token, "device-of-somebody", None))
    lead = await emergency.lead()
    guest = await world.join(seat, emergency.session_id)
    await guest.do("enter_waiting")
    await lead.do("admit", participant_id=seat.participant_id)
    await until(lambda: guest.state["you"]["state"] == "admitted", "admitted")
    assert guest.state["incident"] is None and guest.state["positions"] == [] and guest.state["instructions"] == []
    for refused in (
        emergency.incidents.tell_location(seat, emergency.session_id, fix()),
        emergency.incidents.tell_place(seat, emergency.session_id, "here"),
    ):
        with pytest.raises(Conflict):
            await refused
    assert await guest.refused("caller_facts", battery=1.0) == "not_the_caller"


async def test_instructions_stay_until_they_are_cleared_or_replaced(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    for kind, value in (("camera", "rear"), ("light", "on"), ("zoom", 2.0), ("closer", None)):
        await lead.do("instruct", participant_id=emergency.caller_id, kind=kind, value=value)
    first = (await lead.do("instruct", participant_id=emergency.caller_id, kind="card", card_id="cpr"))["instruction"]
    await until(lambda: len(caller.state["instructions"]) == 5, "at the caller")
    assert "given_by" not in caller.state["instructions"][0] and first["given_by"] == "Dr. dispatcher"
    assert first["card"]["words"]["en"] and first["card"]["metronome"] == 110 and first["shown_at"] is None
    await caller.do("instruction_shown", instruction_id=first["id"])
    await until(lambda: any(one["id"] == first["id"] and one["shown_at"] for one in lead.state["instructions"]), "shown")
    second = (await lead.do("instruct", participant_id=emergency.caller_id, kind="card", card_id="aed"))["instruction"]
    await until(lambda: [one["card"]["id"] for one in caller.state["instructions"] if one["card"]] == ["aed"], "one card")
    await caller.close()
    again = await world.join(seat, emergency.session_id)
    assert {one["kind"] for one in again.state["instructions"]} == {"camera", "light", "zoom", "closer", "card"}
    await lead.do("instruction_clear", instruction_id=second["id"])
    await until(lambda: all(one["card"] is None for one in again.state["instructions"]), "cleared")
    await world.restart()
    lead = await emergency.lead()
    assert len(lead.state["instructions"]) == 6, "each stays on the record with its times"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "camera"},
        {"kind": "camera", "value": "inside"},
        {"kind": "zoom", "value": 99.0},
        {"kind": "card"},
        {"kind": "card", "card_id": "surgery"},
        {"kind": "turn", "card_id": "cpr"},
        {"kind": "dance"},
        {"kind": "light", "value": "<b>on</b>"},
    ],
    ids=str,
)
async def test_nothing_else_can_be_asked(world: World, fields: dict[str, Any]) -> None:
    emergency = await an_emergency(world)
    lead = await emergency.lead()
    await emergency.open()
    assert await lead.refused("instruct", participant_id=emergency.caller_id, **fields) == "invalid_input"


async def test_the_caller_makes_its_page_silent_by_itself(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, _) = await emergency.lead(), await emergency.caller()
    await caller.do("caller_silent", silent=True)
    await until(lambda: lead.state["incident"]["silent"], "staff know")
    assert caller.state["incident"]["silent"] and caller.state["you"]["silent"]
    assert await lead.refused("caller_silent", silent=False) == "not_allowed"
    with pytest.raises(Conflict) as kept:
        await emergency.incidents.silence(emergency.staff, emergency.id, Silence(emergency.caller_id, False, command_id()))
    assert kept.value.code == "silence_kept", "nobody else knows when it is safe"
    await caller.do("caller_silent", silent=False)
    await until(lambda: not lead.state["incident"]["silent"], "staff know")
    assert "silent" not in caller.state["you"]


async def test_staff_alone_ask_and_of_the_caller_alone(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, _) = await emergency.lead(), await emergency.caller()
    own = lead.state["you"]["participant_id"]
    assert await lead.refused("instruct", participant_id=own, kind="turn") == "not_found"
    assert await caller.refused("instruct", participant_id=emergency.caller_id, kind="turn") == "not_allowed"
    assert await lead.refused("instruction_shown", instruction_id="ins_unknown") == "not_allowed"
    assert await caller.refused("instruction_shown", instruction_id="ins_unknown") == "not_found"


async def test_what_the_device_tells_call_back_and_leaving_quickly(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, _) = await emergency.lead(), await emergency.caller()
    await caller.do("caller_facts", battery=0.42, torch=True, location="denied")
    await caller.do("caller_facts", battery=0.4, microphone="phone_call")
    await caller.do("call_back", number="0171 <b>2</b>")
    await until(lambda: lead.state["incident"]["caller"]["call_back"], "call back")
    told = lead.state["incident"]["caller"]
    assert told["facts"] == {"battery": 0.4, "torch": True, "location": "denied", "microphone": "phone_call"}
    assert told["call_back"] == "0171 <b>2</b>"
    await caller.do("leave_quickly")
    await until(lambda: lead.state["incident"]["caller"]["left_quickly"], "left")
    assert lead.state["incident"]["caller"]["state"] == "left"
    await emergency.open("device-of-the-caller")
    await until(lambda: not lead.state["incident"]["caller"]["left_quickly"], "back")


async def test_a_crew_watches_with_its_pin_and_reads_nothing(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    shared = await emergency.share()
    assert shared["link"]["url"].startswith("http://clinic.example/v#") and len(shared["pin"]) == 6
    crew, _ = await emergency.crew(shared)
    await emergency.incidents.tell_location(seat, emergency.session_id, fix())
    await caller.do("chat", body="I am bleeding")
    await until(lambda: crew.state["positions"], "the place")
    await until(lambda: lead.state["chat"], "chat")
    assert crew.state["incident"] == {"is_open": True} and crew.state["chat"] == [] and crew.state["instructions"] == []
    assert {one["role"] for one in crew.state["participants"]} == {"dispatcher", "guest", "observer"}
    assert all(one["role"] != "observer" for one in caller.state["participants"]), "the caller is not told of crews"
    assert await crew.refused("chat", body="hello") == "not_allowed"
    row = lead.state["incident"]["crews"][0]
    assert row["name"] == "Crew 4" and row["opened_at"] and not row["locked"]


async def test_a_crews_link_needs_its_pin_and_locks_after_five_wrong_ones(world: World) -> None:
    emergency = await an_emergency(world)
    lead = await emergency.lead()
    shared, other = await emergency.share(), await emergency.share("Crew 5")
    wrong = "000000" if shared["pin"] != "000000" else "111111"
    token = token_of(shared)
    for opening in (
        world.visits.open_link(token, "device-of-the-crew", None),
        emergency.incidents.open_caller(WayIn(token, "device-of-the-crew", None)),
    ):
        with pytest.raises(NotFound):
            await opening
    for _ in range(4):
        with pytest.raises(NotAllowed) as refused:
            await emergency.incidents.open_crew(WayIn(token, "device-of-the-crew", None, wrong))
        assert refused.value.code == "wrong_pin"
    for pin in (wrong, shared["pin"]):
        with pytest.raises(Gone) as locked:
            await emergency.incidents.open_crew(WayIn(token, "device-of-the-crew", None, pin))
        assert locked.value.code == "pin_locked"
    await until(lambda: lead.state["incident"]["crews"][0]["locked"], "staff see it")
    crew, _ = await emergency.crew(other)
    assert crew.state["you"]["state"] == "admitted", "the other crew's link is its own"


async def test_a_crews_link_is_taken_back_alone(world: World) -> None:
    emergency = await an_emergency(world)
    lead = await emergency.lead()
    shared, other = await emergency.share(), await emergency.share("Crew 5")
    crew, _ = await emergency.crew(shared)
    staying, _ = await emergency.crew(other)
    await emergency.incidents.revoke(emergency.staff, emergency.id, shared["link"]["id"], command_id())
    await until(lambda: crew.disconnected.is_set(), "out at once")
    with pytest.raises(Gone):
        await emergency.crew(shared)
    assert not staying.disconnected.is_set()
    assert [one["revoked"] for one in lead.state["incident"]["crews"]] == [True, False]


async def test_ending_closes_all_access_and_leaves_a_summary(world: World) -> None:
    emergency = await an_emergency(world, phone="030 1234567")
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    shared = await emergency.share()
    crew, _ = await emergency.crew(shared)
    await emergency.incidents.tell_location(seat, emergency.session_id, fix())
    await lead.do("instruct", participant_id=emergency.caller_id, kind="card", card_id="press_wound")
    await lead.do("instruct", participant_id=emergency.caller_id, kind="turn")
    await caller.do("chat", body="thank you")
    await emergency.move(E.HANDED_OVER)
    ended = await emergency.move(E.CLOSED, "Broken arm, to hospital")
    assert ended["incident"]["state"] == "closed" and ended["incident"]["ended_at"]
    for client in (lead, caller, crew):
        await until(client.disconnected.is_set, "everybody is out")
    for opening in (emergency.open(), emergency.crew(shared)):
        with pytest.raises(Gone):
            await opening
    with pytest.raises(Gone):
        await emergency.incidents.tell_location(seat, emergency.session_id, fix(9))
    detail = await emergency.incidents.detail(emergency.staff, emergency.id)
    summary = detail["summary"]
    assert [one["state"] for one in summary["states"]] == ["new", "opened", "live", "handed_over", "closed"]
    assert (summary["positions"], summary["acts"], summary["messages"]) == (1, 1, 1)
    assert [one["id"] for one in summary["cards"]] == ["press_wound"] and summary["note"] == "Broken arm, to hospital"
    assert {one["name"] for one in summary["persons"]} == {"Dr. dispatcher", "Anrufer", "Crew 4"}
    for refused in (emergency.share(), emergency.incidents.resend(emergency.staff, emergency.id, None, command_id())):
        with pytest.raises(Conflict):
            await refused
    with pytest.raises(Conflict):
        await emergency.move(E.CLOSED)
    assert (await world.visits.today(emergency.staff))["tasks"] == [], "what came of it is said"


@pytest.mark.parametrize("event", [E.FALSE_ALARM, E.UNREACHABLE])
async def test_it_is_opened_again_with_a_new_link(world: World, event: IncidentEvent) -> None:
    emergency = await an_emergency(world)
    board = await world.today(world.staff["second"])
    await emergency.move(event)
    again = Emergency(world, emergency.staff, await emergency.move(E.REOPENED))
    assert again.id == emergency.id and again.session_id != emergency.session_id
    with pytest.raises(Gone):
        await emergency.open()
    caller, _ = await again.caller()
    assert caller.state["incident"]["code"] == emergency.made["incident"]["code"]
    await until(lambda: row_of(board, again).get("state") == "opened", "the board")
    assert len(board.state["incidents"]) == 1
    states = [one["state"] for one in (await again.incidents.detail(again.staff, again.id))["timeline"]]
    assert states == ["new", event.value, "reopened", "opened"]


async def test_the_end_of_the_visit_is_the_end_of_the_incident(world: World) -> None:
    emergency = await an_emergency(world)
    lead = await emergency.lead()
    await emergency.open()
    await lead.do("end")
    assert (await emergency.row())["state"] == "closed"
    never = await an_emergency(world)
    await world.sweep(25 * 3600.0)
    assert (await never.row())["state"] == "unreachable"


PLACES = ("Behind the barn", "51.987651", "7.123987", "1234567", "0305550199", "0.432179")


async def summary_of(emergency: Emergency) -> Json:
    detail = await emergency.incidents.detail(emergency.staff, emergency.id)
    return dict(detail["summary"])


async def everything_told(emergency: Emergency) -> str:
    """All that the pages of an incident ask the server for."""
    track = await emergency.incidents.positions(emergency.staff, emergency.id)
    return json.dumps([await emergency.incidents.detail(emergency.staff, emergency.id), track])


async def written(world: World, *tables: str) -> str:
    """What stands in tables, as a thief of the database would read it."""
    with closing(sqlite3.connect(world.path)) as database:
        return repr([database.execute(f"SELECT * FROM {table}").fetchall() for table in tables])  # noqa: S608


async def test_numbers_and_places_are_forgotten_when_their_time_is_over(world: World) -> None:
    """Of every caller; the summary stays and says what there was, when it was deleted, and nothing of where anybody was."""
    emergency = await an_emergency(world, phone="030 1234567")
    lead = await emergency.lead()
    caller, seat = await emergency.caller()
    made = await emergency.incidents.add_caller(emergency.staff, emergency.id, NewCaller("030 1234568", "", None, command_id()))
    witness, other = await replace(emergency, made=made).caller()
    for one, client in ((seat, caller), (other, witness)):
        await emergency.incidents.tell_location(one, emergency.session_id, fix(lat=51.987651, lon=7.123987))
        await emergency.incidents.tell_place(one, emergency.session_id, "Behind the barn")
        await client.do("caller_facts", battery=0.432179, network="4g")
        await client.do("call_back", number="0305550199")
    shown = await lead.do("instruct", participant_id=seat.participant_id, kind="card", card_id="cpr")
    await caller.do("instruction_shown", instruction_id=shown["instruction"]["id"])
    await lead.do("instruct", participant_id=other.participant_id, kind="light", value="on")
    await lead.do("chat", body="Help is coming")
    await emergency.move(E.CLOSED, "Broken arm, to hospital")
    before = await summary_of(emergency)
    assert (before["positions"], before["forgotten_at"]) == (2, None) and "Behind the barn" in await everything_told(emergency)
    await world.sweep(29 * 86_400.0)
    assert len((await emergency.incidents.positions(emergency.staff, emergency.id))["positions"]) == 2
    await world.sweep(timedelta(days=1, hours=1).total_seconds())
    await world.sweep(3601.0)
    kept = await emergency.incidents.positions(emergency.staff, emergency.id)
    assert (kept["positions"], kept["place"]) == ([], "")
    after = await summary_of(emergency)
    assert after.pop("forgotten_at") is not None and before.pop("forgotten_at") is None
    assert after == before, "what happened when, who was there, cards, counts and the note stay as they were"
    assert [one["id"] for one in after["cards"]] == ["cpr"] and after["cards"][0]["shown_at"] and after["acts"] == 1
    tables = ("incident", "incident_caller", "incident_position", "incident_instruction", "command_ack", "audit")
    told = await everything_told(emergency) + await written(world, *tables)
    assert [word for word in PLACES if word in told] == []


async def test_what_is_told_after_a_deletion_is_forgotten_in_its_time_too(world: World) -> None:
    emergency = await an_emergency(world)
    for _ in range(2):
        _, seat = await emergency.caller()
        await emergency.incidents.tell_location(seat, emergency.session_id, fix())
        await emergency.move(E.CLOSED)
        await world.sweep(timedelta(days=30, hours=2).total_seconds())
        await world.sweep(3601.0)
        assert (await emergency.incidents.positions(emergency.staff, emergency.id))["positions"] == []
        before = await summary_of(emergency)
        opened = await emergency.move(E.REOPENED)
        emergency = replace(emergency, made=opened)
    assert before["positions"] == 2, "the number of positions of both times"


async def test_everything_outlives_a_restart(world: World) -> None:
    emergency = await an_emergency(world)
    caller, seat = await emergency.caller()
    await emergency.incidents.tell_location(seat, emergency.session_id, fix())
    lead = await emergency.lead()
    await until(lambda: lead.state["incident"]["state"] == "live", "live")
    before = lead.state
    await world.restart()
    again = await emergency.lead()
    assert again.state["positions"] == before["positions"] and again.state["incident"]["state"] == "live"
