"""Who reads which line of chat, in a page's state and stream, and when it comes anew: callers, and people who walk in."""

from __future__ import annotations

import json

from tests.adapters.signaling.incidents import an_emergency, another
from tests.adapters.signaling.waiting_rooms import make_room
from tests.adapters.signaling.world import Client, World, command_id, until


def lines(page: Client) -> list[str]:
    return [line["body"] for line in page.state["chat"]]


def ever_told(page: Client) -> str:
    """Everything a page was told, by whatever event."""
    return json.dumps([page.state, page.heard, page.live], default=str)


async def a_guest(world: World, lead: Client, session_id: str, name: str = "Neighbour") -> Client:
    """Somebody who came by a usual link, let in."""
    leader = world.signaling.live.get(session_id).seats[lead.state["you"]["participant_id"]]
    staff = next(one for one in world.staff.values() if one.user_id == leader.user_id)
    made = await world.visits.create_link(staff, session_id, "guest", name, None, command_id())
    opened = await world.visits.open_link(made["link"]["url"].split("#")[1], f"device-of-{name}-0123", None)
    seat = await world.seat_of(opened)
    guest = await world.join(seat, session_id)
    await guest.do("enter_waiting")
    await lead.do("admit", participant_id=seat.participant_id)
    await until(lambda: guest.state["you"]["state"] == "admitted", "admitted")
    return guest


async def test_a_caller_reads_staff_from_its_coming_on_and_nobody_else(world: World) -> None:
    emergency = await an_emergency(world)
    witness = await another(emergency)
    lead = await emergency.lead()
    await world.visits.take_seat(world.staff["second"], emergency.session_id)
    doctor = await world.join(world.staff["second"], emergency.session_id)
    guest = await a_guest(world, lead, emergency.session_id)
    await lead.do("chat", body="CANARY-BEFORE among staff")
    await guest.do("chat", body="CANARY-BEFORE of the neighbour")
    caller, seat = await emergency.caller()
    other, other_seat = await witness.caller()
    await doctor.do("chat", body="We hear you")
    await guest.do("typing")
    await guest.do("text", line="line-of-the-guest-1", sequence=1, edits=[{"at": 0, "erase": 0, "insert": "CANARY-LETTERS"}])
    await guest.do("chat", body="CANARY-GUEST saw it, too")
    await other.do("chat", body="CANARY-OTHER caller")
    await lead.do("chat", body="CANARY-PRIVATE", to=other_seat.participant_id)
    await caller.do("chat", body="It burns")
    await lead.do("chat", body="Stay low", to=seat.participant_id)
    mine = ["We hear you", "It burns", "Stay low"]
    await until(lambda: lines(caller) == mine, "what is meant for the caller")
    assert len(lines(lead)) == len(lines(doctor)) == 8
    assert "CANARY-OTHER caller" in lines(guest) and "CANARY-PRIVATE" not in ever_told(guest) and "Stay low" not in lines(guest)
    again = await world.join(seat, emergency.session_id)
    assert lines(again) == mine, "a reload shows the same"
    await world.restart()
    anew = await world.join(seat, emergency.session_id)
    assert lines(anew) == mine, "so does another server"
    came = await emergency.open(seat_token=None, device="device-of-the-caller")
    for told in (ever_told(caller), ever_told(again), ever_told(anew), json.dumps(came.content)):
        assert "CANARY" not in told


async def test_who_walked_in_reads_what_was_written_while_in_the_call(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada")
    today = await world.today(world.doctor)
    await ada.page.do("chat", body="I am here")
    await today.do("queue_answer", entry_id=ada.entry_id)
    doctor = await world.join(world.doctor, ada.session_id)
    await until(lambda: ada.page.state["you"]["state"] == "admitted", "let in")
    guest = await a_guest(world, doctor, ada.session_id)
    assert "I am here" not in ever_told(guest), "of before the guest came, and for staff alone"
    await doctor.do("chat", body="Hello both")
    await doctor.do("hold", participant_id=ada.seat_id)
    await until(lambda: ada.page.state["you"]["state"] == "on_hold", "on hold")
    await doctor.do("chat", body="CANARY-HOLD between staff and guest")
    await guest.do("chat", body="CANARY-HOLD as well")
    await doctor.do("resume", participant_id=ada.seat_id)
    await doctor.do("chat", body="Back again")
    seen = ["I am here", "Hello both", "Back again"]
    await until(lambda: lines(ada.page) == seen, "what was said with Ada there")
    seat = await world.seat_of(ada.entered.opened)
    again = await world.join(seat, ada.session_id)
    assert lines(again) == seen
    assert "CANARY" not in ever_told(ada.page) + ever_told(again)
