"""What waiting rooms send out and tell about time: a number left, members who are away, how long it takes, delays, opening."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from telemed.care.notify.records import DeliveryState, Medium, OutboxMessage
from telemed.care.queues.ports import QueueChange
from telemed.care.queues.records import Opening
from telemed.care.tokens import derived_token
from tests.adapters.signaling.test_queue_deaths import Sends
from tests.adapters.signaling.waiting_rooms import Room, make_room, room_of, row_of
from tests.adapters.signaling.world import World, command_id, until

NUMBER = "030 5550199"


@pytest.fixture
async def sending(world: World) -> AsyncIterator[World]:
    """A clinic that sends mail and SMS."""
    world.notifier = Sends()
    await world.restart()
    yield world


async def sent(world: World, about_id: str) -> list[OutboxMessage]:
    async with world.store.read() as tx:
        return list(reversed(await tx.outbox.about(about_id)))


async def test_a_message_goes_out_at_place_two_and_at_the_answer(sending: World) -> None:
    world = sending
    room = await make_room(world)
    first, second, ada = await room.arrive("A"), await room.arrive("B"), await room.arrive("Ada", language="de")
    told = await ada.page.do("keep_place", phone=NUMBER)
    assert told == {"phone": "…99"}
    await until(lambda: ada.place["keep_place"] == {"phone": "…99", "until": None})
    await world.sweep()
    assert not await sent(world, ada.entry_id), "not before it is time"
    today = await world.today(world.doctor)
    await today.do("queue_answer", entry_id=first.entry_id)
    await world.sweep()
    await world.sweep()
    (soon,) = await sent(world, ada.entry_id)
    assert (soon.template, soon.medium, soon.recipient, soon.language) == ("queue_soon", Medium.SMS, "+49305550199", "de")
    await today.do("queue_answer", entry_id=second.entry_id)
    await ada.goes_away()
    await world.sweep(20 * 60.0)
    await until(lambda: row_of(today, ada.entry_id)["state"] == "asleep", "who left a number is waited for")
    await today.do("queue_answer", entry_id=ada.entry_id)
    called = (await sent(world, ada.entry_id))[-1]
    assert (called.template, called.state) == ("queue_called", DeliveryState.QUEUED)
    row = row_of(today, ada.entry_id)
    assert row["keeps_place"] and row["called_at"] and "5550199" not in str(today.heard), "staff see that, not where"
    seat = await world.seat_of(ada.entered.opened)
    page = await world.join(seat, ada.session_id)
    await world.sweep()
    await until(lambda: page.state["you"]["state"] == "admitted", "back into the call")


async def test_the_link_in_the_message_leads_to_the_same_seat(sending: World) -> None:
    room = await make_room(sending)
    ada = await room.arrive("Ada")
    command = command_id()
    await ada.page.send("keep_place", {"command_id": command, "phone": NUMBER})
    await ada.page.close()
    key = sending.signaling.visits._desk.settings.link_key
    opened = await sending.visits.open_link(derived_token(key, ada.seat_id, command), "another-device-of-ada", None)
    assert (opened.session_id, opened.participant_id) == (ada.session_id, ada.seat_id)


async def test_the_link_opened_elsewhere_takes_the_place_over_and_the_first_page_is_told(sending: World) -> None:
    room = await make_room(sending)
    await room.arrive("Ben")
    ada = await room.arrive("Ada")
    command = command_id()
    await ada.page.send("keep_place", {"command_id": command, "phone": NUMBER})
    token = derived_token(sending.signaling.visits._desk.settings.link_key, ada.seat_id, command)
    opened = await sending.visits.open_link(token, "another-device-of-ada", None)
    assert opened.status == "seat", "nobody in a line could agree to it: the link is proof"
    await until(lambda: [one["data"]["reason"] for one in ada.page.stream if one["type"] == "goodbye"] == ["moved"])
    assert await sending.visits.seat(str(ada.entered.opened.seat_token)) is None, "one device holds the place"
    phone = await sending.join(await sending.seat_of(opened), ada.session_id)
    assert (phone.state["queue"]["state"], phone.state["queue"]["place"]) == ("waiting", 2)
    today = await sending.today(sending.doctor)
    await today.do("queue_answer", entry_id=ada.entry_id)
    third = await sending.visits.open_link(token, "a-third-device-of-ada", None)
    assert third.status == "approval_needed", "in the call somebody is there who can agree"


async def test_numbers_that_are_none_and_clinics_that_send_nothing(sending: World) -> None:
    room = await make_room(sending)
    ada = await room.arrive()
    answer = await ada.page.send("keep_place", phone="call me")
    assert (answer["error"]["code"], answer["error"]["field"]) == ("invalid_input", "phone")
    await ada.page.do("keep_place", phone="+1 212 555 0100")
    await ada.page.do("drop_place")
    await until(lambda: ada.place["keep_place"] is None)
    async with sending.store.read() as tx:
        entry = await tx.queue_entries.get(ada.entry_id)
    assert entry is not None and entry.phone == ""


async def test_without_a_way_out_nobody_is_promised_a_message(world: World) -> None:
    ada = await (await make_room(world)).arrive()
    assert await ada.page.refused("keep_place", phone=NUMBER) == "no_way"


async def with_alerts(world: World) -> Room:
    room = await make_room(world)
    await world.signaling.queues.set_alerts(world.doctor, room.id, True)
    return room


async def test_members_who_asked_are_mailed_when_nobody_has_a_page_open(sending: World) -> None:
    room = await with_alerts(sending)
    await room.arrive("Ada")
    await sending.sweep()
    assert not await sent(sending, room.id), "somebody may be about to look"
    await sending.sweep(21.0)
    (mail,) = await sent(sending, room.id)
    assert (mail.template, mail.medium) == ("queue_arrival", Medium.MAIL)
    assert set(mail.details) == {"link"} and mail.details["link"].endswith("/today"), "no name, no reason"
    await room.arrive("Bob")
    await sending.sweep(60.0)
    assert len(await sent(sending, room.id)) == 1, "at most every ten minutes"
    await sending.sweep(600.0)
    assert len(await sent(sending, room.id)) == 2, "again until somebody looks"


async def test_nobody_is_mailed_while_a_member_looks_or_after_somebody_took_note(sending: World) -> None:
    room = await with_alerts(sending)
    colleague = await sending.today(sending.staff["colleague"])
    await room.enter("Ada")
    await sending.sweep(60.0)
    assert not await sent(sending, room.id)
    await colleague.do("queue_acknowledge", queue_id=room.id)
    await colleague.close()
    await sending.sweep(60.0)
    assert not await sent(sending, room.id)


async def test_how_long_it_takes_is_said_once_it_is_known(world: World) -> None:
    room = await make_room(world)
    today = await world.today(world.doctor)
    for _ in range(3):
        one = await room.enter()
        await today.do("queue_answer", entry_id=one.entry_id)
        world.clock.ahead += 300.0
        page = await world.join(world.doctor, str(one.opened.session_id))
        await page.do("end")
    await world.sweep()
    ada, bob = await room.arrive("Ada"), await room.arrive("Bob")
    assert ada.place["expected_wait"] == pytest.approx(300, abs=20)
    assert bob.place["expected_wait"] == pytest.approx(600, abs=40)
    assert room_of(today, room.id)["median_service"] == pytest.approx(300, abs=20)
    await today.do("queue_late", queue_id=room.id, minutes=30)
    await until(lambda: ada.place["expected_wait"] >= 1800)
    await world.sweep(4 * 3600.0 + 1)
    await until(lambda: ada.place["late"] is None, "a delay told hours ago is no longer true")


async def test_doors_open_and_shut_by_the_clock(world: World) -> None:
    now = world.clock.utcnow()
    hour = (now.hour * 60 + now.minute) // 60
    room = await make_room(world, time_zone="UTC")
    today = await world.today(world.doctor)
    later = (now + timedelta(days=1)).weekday()
    hours = (Opening(later, hour * 60, min(hour + 1, 24) * 60),)
    await world.signaling.queues.edit(world.staff["admin"], room.id, QueueChange({"hours": hours}), 1)
    await until(lambda: room_of(today, room.id)["open"] is False)
    looked = await world.signaling.queues.look_in(room.token, "some-device-of-somebody")
    assert looked["queue"]["next_opening"] == room_of(today, room.id)["next_opening"]
    await world.sweep(24 * 3600.0)
    await until(lambda: room_of(today, room.id)["open"], "by itself")
