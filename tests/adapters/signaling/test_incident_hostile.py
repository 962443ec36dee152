"""What somebody can do to an incident who means harm, or has a telephone with a broken clock: nothing that lasts."""

from __future__ import annotations

import json

import pytest

from telemed.care.incidents.ports import WayIn
from telemed.care.incidents.words import IncidentEvent
from telemed.care.permission_table import EVENTS
from telemed.errors import Gone, InvalidInput, NotAllowed, TooMany
from telemed.media.control import SpeakerChanged
from telemed.signaling import incident_limits
from telemed.store.repositories import incidents as incident_rows
from tests.adapters.signaling.incidents import Emergency, an_emergency, an_order, fix, token_of
from tests.adapters.signaling.test_hostile import VALID
from tests.adapters.signaling.test_incident_messages import OnlyPuts, serve_with
from tests.adapters.signaling.world import Client, World, command_id, until

E = IncidentEvent
MOBILE = "0151 23456789"
# What belongs to an incident and is none of its caller's business.
REASON, CREW, NOTE, GUEST = "CANARY-REASON", "CANARY-CREW", "CANARY-NOTE", "CANARY-GUEST"
REFUSED = {"not_allowed", "conflict", "not_moved"}  # whatever the command says
# Of the commands of `/call` what a caller is there for; all others are refused whatever they say.
CALLERS = {"visibility", "media_state", "negotiated", "set_view", "quality_report", "needs", "device_report"}
CALLERS |= {"chat", "typing", "text", "text_sync", "recording_consent", "recording_earlier"}
CALLERS |= {"instruction_shown", "caller_facts", "call_back", "caller_silent", "still_decline", "still_cancel"}


@pytest.mark.parametrize("number", ["0900 1234567", "+979 123456789", "0180 5123456", "0800 1234567", "0151 CALLME12", "118 33"])
async def test_nothing_is_sent_to_numbers_that_cost_or_belong_to_a_service(world: World, number: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await an_emergency(world, phone=number)
    assert refused.value.field == "phone" and number not in str(refused.value)


async def test_one_telephone_gets_only_so_many_messages_in_an_hour(world: World) -> None:
    """However they are asked for: by new incidents, or by opening the same one again; and a restart forgets none."""
    await serve_with(world, OnlyPuts())
    emergency = await an_emergency(world, phone=MOBILE)
    for _ in range(incident_limits.TO_ONE_NUMBER // 2 - 1):
        await emergency.move(E.FALSE_ALARM)
        await emergency.move(E.REOPENED)
    await serve_with(world, OnlyPuts())
    for _ in range(incident_limits.TO_ONE_NUMBER // 2):
        await an_emergency(world, phone=MOBILE)
    with pytest.raises(TooMany):
        await an_emergency(world, phone=MOBILE)
    with pytest.raises(TooMany):
        await emergency.incidents.resend(emergency.staff, emergency.id, None, command_id())
    before = len((await world.visits.today(world.staff["dispatcher"]))["incidents"])
    assert (await an_emergency(world, phone="0151 23456780")).made["incident"]["delivery"]["state"] == "queued"
    assert (await an_emergency(world)).made["link"], "a code can always be shown"
    assert len((await world.visits.today(world.staff["dispatcher"]))["incidents"]) == before + 2, "of a refusal nothing stays"
    world.clock.ahead += 3601.0
    await an_emergency(world, phone=MOBILE)


async def test_one_account_sends_only_so_many_messages_in_an_hour(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_limits, "BY_ONE_PERSON", 4)
    await serve_with(world, OnlyPuts())
    for last in range(4):
        await an_emergency(world, phone=f"0151 2345678{last}")
    with pytest.raises(TooMany):
        await an_emergency(world, phone="0151 23456789")
    other = world.staff["second"]
    made = await world.visits.incidents.create(other, an_order(phone="0151 23456789"))
    assert made["incident"]["delivery"]["state"] == "queued", "the others' accounts are theirs"


async def test_a_track_has_an_end_and_keeps_the_newest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_rows, "MAX_FIXES", 5)
    emergency = await an_emergency(world)
    _, seat = await emergency.caller()
    for second in range(9):
        await emergency.incidents.tell_location(seat, emergency.session_id, fix(second, lat=50.0 + second))
    track = (await emergency.incidents.positions(emergency.staff, emergency.id))["positions"]
    assert [one["lat"] for one in track] == [54.0, 55.0, 56.0, 57.0, 58.0]


async def test_a_telephone_whose_clock_is_set_back_is_where_it_says_now(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (_, seat) = await emergency.lead(), await emergency.caller()
    await emergency.incidents.tell_location(seat, emergency.session_id, fix(86_400 * 3650, lat=10.0))
    world.clock.ahead += 31.0
    await emergency.incidents.tell_location(seat, emergency.session_id, fix(lat=20.0))
    await until(lambda: len(lead.state["positions"]) == 2, "both")
    assert lead.state["incident"]["caller"]["position"]["lat"] == 20.0


async def test_what_is_told_after_it_was_forgotten_and_opened_again_is_forgotten_too(world: World) -> None:
    emergency = await an_emergency(world, phone=MOBILE)
    await emergency.move(E.CLOSED)
    await world.sweep(31 * 86_400.0)
    again = Emergency(world, emergency.staff, await emergency.move(E.REOPENED))
    _, seat = await again.caller()
    await again.incidents.tell_location(seat, again.session_id, fix())
    await again.incidents.tell_place(seat, again.session_id, "Behind the barn")
    await again.move(E.CLOSED)
    await world.sweep(31 * 86_400.0)
    kept = await again.incidents.positions(again.staff, again.id)
    assert (kept["positions"], kept["place"]) == ([], "")


async def test_what_a_caller_does_is_written_down_as_the_callers(world: World) -> None:
    emergency = await an_emergency(world)
    caller, seat = await emergency.caller()
    await emergency.incidents.tell_location(seat, emergency.session_id, fix())
    await emergency.incidents.tell_place(seat, emergency.session_id, "Behind the barn")
    await caller.do("call_back")
    async with world.store.read() as tx:
        by = {row.action: row.actor for row in await tx.audit.page(limit=500) if row.object_id == emergency.caller_id}
    wanted = ("incident.located", "incident.place_typed", "incident.call_back_asked")
    assert {action: by[action] for action in wanted} == dict.fromkeys(wanted, emergency.caller_id)


async def test_whoever_locks_a_crews_link_does_not_shut_the_crew_out(world: World) -> None:
    emergency = await an_emergency(world)
    shared = await emergency.share()
    token, wrong = token_of(shared), "000000" if shared["pin"] != "000000" else "111111"
    came = await emergency.incidents.open_crew(WayIn(token, "device-of-the-crew", None, shared["pin"]))
    for _ in range(5):
        with pytest.raises((NotAllowed, Gone)):
            await emergency.incidents.open_crew(WayIn(token, "device-of-a-thief", None, wrong))
    again = await emergency.incidents.open_crew(WayIn(token, "device-of-the-crew", came.seat_token, shared["pin"]))
    assert again.content["status"] == "seat", "a reload of the page that watches"
    for way in (
        WayIn(token, "device-of-a-thief", None, shared["pin"]),
        WayIn(token, "device-of-a-thief", came.seat_token, shared["pin"]),
        WayIn(token, "device-of-the-crew", came.seat_token, wrong),
    ):
        with pytest.raises(Gone) as locked:
            await emergency.incidents.open_crew(way)
        assert locked.value.code == "pin_locked"


async def test_a_pin_is_asked_for_even_when_it_is_over_and_says_nothing(world: World) -> None:
    emergency = await an_emergency(world)
    shared = await emergency.share()
    await emergency.move(E.CLOSED)
    wrong = "000000" if shared["pin"] != "000000" else "111111"
    for expected in ["wrong_pin"] * 4 + ["pin_locked"]:
        with pytest.raises((NotAllowed, Gone)) as refused:
            await emergency.incidents.open_crew(WayIn(token_of(shared), "device-of-the-crew", None, wrong))
        assert refused.value.code == expected


async def test_a_caller_is_told_nothing_of_anybody_but_staff(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Everything happens that can: no word of the incident, of crews or of other people reaches the caller, nor any log."""
    emergency = await an_emergency(world, phone=MOBILE, reason=REASON)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    shared = await emergency.share(CREW)
    crew, crew_seat = await emergency.crew(shared)
    _, guest_id = await a_guest(world, emergency, lead)
    await emergency.incidents.tell_location(seat, emergency.session_id, fix())
    await emergency.incidents.tell_place(seat, emergency.session_id, "CANARY-PLACE")
    await caller.do("chat", body="I am here")
    await lead.do("chat", body="Help comes")
    for speaker in (guest_id, crew_seat.participant_id, emergency.caller_id, lead.state["you"]["participant_id"]):
        world.plane.report(SpeakerChanged(emergency.session_id, speaker))
    await emergency.move(E.HANDED_OVER, NOTE)
    await until(lambda: "Help comes" in json.dumps(caller.heard), "the answer")
    await until(lambda: len(spoken(caller)) == 4, "who speaks")
    heard = json.dumps([*caller.heard, (await emergency.open(seat_token=None)).content])
    for canary in (REASON, CREW, NOTE, GUEST, "23456789", shared["pin"], guest_id, crew_seat.participant_id):
        assert canary not in heard, canary
    assert spoken(caller) == [None, None, emergency.caller_id, lead.state["you"]["participant_id"]]
    assert spoken(crew)[0] is None
    logged = " ".join(record.getMessage() for record in caplog.records)
    for canary in ("CANARY", "23456789", shared["pin"], token_of(shared), token_of(emergency.made)):
        assert canary not in logged, canary


def spoken(client: Client) -> list[str | None]:
    return [event["data"]["participant_id"] for event in client.live if event["type"] == "speaker"]


async def a_guest(world: World, emergency: Emergency, lead: Client) -> tuple[Client, str]:
    """Somebody who came by a usual link, let in."""
    made = await world.visits.create_link(emergency.staff, emergency.session_id, "guest", GUEST, None, command_id())
    seat = await world.seat_of(await world.visits.open_link(token_of(made), "device-of-somebody", None))
    guest = await world.join(seat, emergency.session_id)
    await guest.do("enter_waiting")
    await lead.do("admit", participant_id=seat.participant_id)
    await until(lambda: guest.state["you"]["state"] == "admitted", "admitted")
    return guest, seat.participant_id


async def test_a_callers_seat_carries_out_its_own_commands_and_no_others(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, _) = await emergency.lead(), await emergency.caller()
    own = lead.state["you"]["participant_id"]
    events = {name.split()[1] for name in EVENTS if name.startswith("/call ")} - {"connect", "leave", "leave_quickly"}
    carried_out = set()
    for event in sorted(events):
        fields = {**VALID[event], **({"participant_id": own} if "participant_id" in VALID[event] else {})}
        answer = await caller.send(event, **fields)
        if answer["ok"] or answer["error"]["code"] not in REFUSED:
            carried_out.add(event)
    assert carried_out <= CALLERS, sorted(carried_out - CALLERS)


async def test_a_caller_who_was_out_of_reach_for_long_is_back_in_the_call(world: World) -> None:
    """In a tunnel, or with the telephone in a pocket: the page that comes back needs nobody to let it in."""
    emergency = await an_emergency(world)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    await caller.close()
    live = world.signaling.live.get(emergency.session_id)
    await until(lambda: not live.is_connected(seat.participant_id), "the server notices")
    await world.sweep(5.0)
    await until(lambda: not lead.state["incident"]["caller"]["is_here"], "missed")
    await world.sweep(901.0)
    assert lead.state["incident"]["caller"]["state"] == "lost"
    again = await world.join(seat, emergency.session_id)
    await world.sweep()
    await until(lambda: again.state["you"]["state"] == "admitted", "back in the call")
    await emergency.incidents.tell_location(seat, emergency.session_id, fix())
    await until(lambda: lead.state["incident"]["caller"]["is_here"], "not missed any more")
