"""A second patient in one call: asked from both sides before anything of either is heard; and two people with one device."""

from __future__ import annotations

import json

from telemed.errors import Conflict
from tests.adapters.signaling.waiting_rooms import Waiting, make_room, row_of
from tests.adapters.signaling.world import Client, World, until

DEVICE = "the-device-of-bob-22"


async def asked_in(world: World) -> tuple[Waiting, Waiting, Client]:
    """Ada is in the call of the doctor, who asks Bob in."""
    room = await make_room(world)
    ada, bob = await room.arrive("Ada"), await room.arrive("Bob", device=DEVICE)
    today = await world.today(world.doctor)
    await today.do("queue_answer", entry_id=ada.entry_id)
    await today.do("queue_answer", entry_id=bob.entry_id, into=ada.session_id, confirmed=True)
    await until(lambda: bob.place["moved_to"] == {"session_id": ada.session_id})
    return ada, bob, today


def heard_by(client: Client) -> str:
    """Everything a page was ever told."""
    return json.dumps([client.state, client.heard], default=str)


def called(world: World, session_id: str, name: str) -> list[str]:
    """The states of seats of this name in a visit."""
    return [seat.state.value for seat in world.signaling.live.get(session_id).seats.values() if seat.name == name]


async def test_who_would_rather_wait_keeps_the_place_and_nobody_waits_for_them(world: World) -> None:
    ada, bob, today = await asked_in(world)
    assert called(world, ada.session_id, "Bob") == ["invited"]
    assert "Bob" not in heard_by(ada.page), "before the yes nobody there hears of the person"
    await bob.page.do("stay_in_line")
    await until(lambda: row_of(today, bob.entry_id)["state"] == "waiting")
    row = row_of(today, bob.entry_id)
    assert (row["place"], row["taken_by"], row["into_session_id"], row["called_at"]) == (1, None, None, None)
    assert called(world, ada.session_id, "Bob") == ["removed"], "no empty tile"
    await until(lambda: bob.place["moved_to"] is None and bob.place["place"] == 1)
    seat = await world.seat_of(bob.entered.opened)
    try:
        await world.signaling.queues.follow(seat, DEVICE)
    except Conflict as refused:
        assert refused.code == "not_moved"
    else:
        raise AssertionError("the way is shut again")
    assert await bob.page.refused("stay_in_line") == "not_moved"
    assert await ada.page.refused("stay_in_line") == "not_moved"
    await today.do("queue_answer", entry_id=bob.entry_id, into=ada.session_id, confirmed=True)
    await until(lambda: bob.place["moved_to"], "may be asked again")
    assert row_of(today, bob.entry_id)["into_session_id"] == ada.session_id
    opened = await world.signaling.queues.follow(seat, DEVICE)
    assert (opened.session_id, opened.state) == (ada.session_id, "admitted")
    await until(lambda: "Bob" in heard_by(ada.page), "after the yes they know of each other")


async def test_who_was_asked_into_a_call_that_ends_is_in_line_again_and_sounds(world: World) -> None:
    ada, bob, today = await asked_in(world)
    await today.do("queue_acknowledge", queue_id=bob.room.id)
    doctor = await world.join(world.doctor, ada.session_id)
    await doctor.do("end")
    await world.sweep(1.0)
    await until(lambda: row_of(today, bob.entry_id)["state"] == "waiting")
    row = row_of(today, bob.entry_id)
    assert (row["place"], row["taken_by"], row["into_session_id"], row["acknowledged"]) == (1, None, None, None)
    await until(lambda: bob.place["moved_to"] is None and bob.place["place"] == 1)


async def test_staff_take_back_what_they_asked(world: World) -> None:
    ada, bob, today = await asked_in(world)
    await today.do("queue_put_back", entry_id=bob.entry_id)
    await until(lambda: bob.place["place"] == 1 and bob.place["moved_to"] is None)
    assert called(world, ada.session_id, "Bob") == ["removed"]
    await today.do("queue_answer", entry_id=bob.entry_id, into=ada.session_id, confirmed=True)
    await today.do("queue_no_show", entry_id=bob.entry_id)
    assert called(world, ada.session_id, "Bob") == ["removed", "removed"]
    assert called(world, ada.session_id, "Ada") == ["admitted"], "her call goes on"


async def test_the_next_person_with_a_device_is_not_the_one_who_left(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada", device=DEVICE)
    await ada.page.do("chat", body="It itches where I would not say")
    queues = world.signaling.queues
    assert (await queues.look_in(room.token, DEVICE))["entry"]["left"] is False
    await ada.page.do("leave")
    looked = await queues.look_in(room.token, DEVICE)
    assert looked["entry"] == {"session_id": ada.session_id, "participant_id": ada.seat_id, "left": True}
    bob = await room.enter("Bob", device=DEVICE, anew=True)
    assert bob.entry_id != ada.entry_id and bob.opened.name == "Bob"
    page = await world.join(await world.seat_of(bob.opened), str(bob.opened.session_id))
    assert not page.state["chat"] and page.state["queue"]["place"] == 1
    assert await world.visits.seat(ada.entered.opened.seat_token) is None, "no way back for the cookie of who left"
    assert (await room.enter("Bob", device=DEVICE, anew=True)).entry_id == bob.entry_id, "who waits is not replaced"
