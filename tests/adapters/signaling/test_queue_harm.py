"""Waiting rooms against those who mean harm or are too quick: floods, numbers of others, colleagues' calls, people forgotten."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from telemed.care.ports import Json
from telemed.care.queues.ports import QueueChange
from telemed.care.queues.records import Question
from telemed.care.queues.words import QuestionKind
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantState
from telemed.care.tokens import derived_token
from telemed.errors import Gone, TooMany
from telemed.ids import new_id
from telemed.signaling import queue_clock
from telemed.signaling.queue_watch import ALONE_FOR, COMES_WITHIN
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit
from tests.adapters.signaling.test_queue_deaths import Sends
from tests.adapters.signaling.waiting_rooms import Waiting, make_room, room_of, row_of
from tests.adapters.signaling.world import Client, World, command_id, until

NUMBER, OTHER = "030 5550199", "030 5550188"


@pytest.fixture
async def sending(world: World) -> AsyncIterator[World]:
    """A clinic that sends mail and SMS."""
    world.notifier = Sends()
    await world.restart()
    yield world


async def put_seat(world: World, who: Waiting, state: ParticipantState) -> None:
    """As if media had connected: the row alone counts here."""

    async def work(step: VisitStep) -> Json:
        await step.save_seat(replace(step.seat(who.seat_id), state=state, silent_since=None))
        return {}

    await world.signaling.queues.commands._desk.transactor.change(who.session_id, work)


async def test_nobody_takes_somebody_out_of_the_call_of_a_colleague_who_is_there(world: World) -> None:
    room = await make_room(world, world.doctor, world.staff["colleague"], world.staff["desk"])
    ada = await room.arrive("Ada")
    today, colleague = await world.today(world.doctor), await world.today(world.staff["colleague"])
    desk = await world.today(world.staff["desk"])
    await today.do("queue_answer", entry_id=ada.entry_id)
    for act in ("queue_hold", "queue_put_back", "queue_no_show"):
        assert await colleague.refused(act, entry_id=ada.entry_id) == "entry_taken"
    for staff in (colleague, desk):
        assert await staff.refused("queue_remove", entry_id=ada.entry_id, reason="x") == "entry_taken"
        transfer = {"entry_id": ada.entry_id, "user_id": world.staff["colleague"].user_id}
        assert await staff.refused("queue_transfer", **transfer) == "entry_taken"
    assert row_of(today, ada.entry_id)["state"] == "being_seen"
    doctor = await world.join(world.doctor, ada.session_id)
    await doctor.do("leave")
    await colleague.do("queue_put_back", entry_id=ada.entry_id)
    await until(lambda: row_of(today, ada.entry_id)["place"] == 1, "whoever left has let go")


async def test_who_has_just_come_is_no_no_show(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada")
    today = await world.today(world.doctor)
    await ada.page.do("visibility", hidden=True)
    await today.do("queue_answer", entry_id=ada.entry_id)
    await world.sweep(301.0)
    await until(lambda: row_of(today, ada.entry_id)["decide"])
    await put_seat(world, ada, ParticipantState.CONNECTED)  # in this moment it opens its eyes
    assert await today.refused("queue_no_show", entry_id=ada.entry_id) == "entry_here"
    assert row_of(today, ada.entry_id)["state"] == "being_seen"


async def alone_in_the_call(world: World) -> tuple[Waiting, Client]:
    """Somebody whom a clinician answered, and then the clinician went away without a word."""
    room = await make_room(world)
    ada = await room.arrive("Ada")
    today = await world.today(world.doctor)
    await today.do("queue_acknowledge", queue_id=room.id)
    await today.do("queue_answer", entry_id=ada.entry_id)
    doctor = await world.join(world.doctor, ada.session_id)
    await doctor.do("leave")
    return ada, today


async def test_who_is_left_alone_in_a_call_is_in_line_again_and_sounds(world: World) -> None:
    ada, today = await alone_in_the_call(world)
    await world.sweep(ALONE_FOR.total_seconds() - 5)
    assert row_of(today, ada.entry_id)["state"] == "being_seen", "they may come back"
    await world.sweep(10.0)
    await until(lambda: row_of(today, ada.entry_id)["state"] == "waiting")
    row = row_of(today, ada.entry_id)
    assert (row["place"], row["taken_by"], row["acknowledged"]) == (1, None, None)
    assert room_of(today, row["queue_id"])["unacknowledged"] == 1
    await until(lambda: ada.page.state["you"]["state"] == "waiting", "the waiting page again")
    await today.do("queue_answer", entry_id=ada.entry_id)
    await until(lambda: ada.page.state["you"]["state"] == "admitted")


async def test_who_talks_with_a_clinician_from_elsewhere_is_not_alone(world: World) -> None:
    ada, today = await alone_in_the_call(world)

    async def work(step: VisitStep) -> Json:
        role, state = Role.EXTERNAL_CLINICIAN, ParticipantState.CONNECTED
        await step.create_seat(ParticipantRecord(new_id("par"), ada.session_id, role, "Dr. Else", state, step.now, step.now))
        return {}

    await world.signaling.queues.commands._desk.transactor.change(ada.session_id, work)
    await world.sweep(ALONE_FOR.total_seconds() + 5)
    await world.sweep(1.0)
    assert row_of(today, ada.entry_id)["state"] == "being_seen"


async def test_who_is_on_hold_waits_on_purpose(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada")
    today = await world.today(world.doctor)
    await today.do("queue_answer", entry_id=ada.entry_id)
    doctor = await world.join(world.doctor, ada.session_id)
    await today.do("queue_hold", entry_id=ada.entry_id)
    await doctor.do("leave")
    await world.sweep(ALONE_FOR.total_seconds() + 60)
    await world.sweep(1.0)
    assert row_of(today, ada.entry_id)["state"] == "on_hold"


async def test_one_address_does_not_fill_a_room(world: World) -> None:
    room = await make_room(world)
    for _ in range(20):
        await room.enter(source="192.0.2.1")
    with pytest.raises(TooMany):
        await room.enter(source="192.0.2.1")
    await room.enter(source="192.0.2.2")
    world.clock.ahead += 11.0
    await room.enter(source="192.0.2.1")


async def test_a_place_to_which_nobody_came_is_given_up_and_taken_again_by_who_comes_late(world: World) -> None:
    room = await make_room(world)
    ghost = await room.enter("Nobody", device="a-device-of-nobody-1")
    ada = await room.arrive("Ada")
    await ada.goes_away()
    today = await world.today(world.doctor)
    await world.sweep(5.0)
    await until(lambda: row_of(today, ghost.entry_id)["state"] == "asleep")
    await world.sweep(COMES_WITHIN.total_seconds() + 1)
    await until(lambda: not row_of(today, ghost.entry_id), "no page ever connected")
    assert row_of(today, ada.entry_id)["state"] == "asleep", "who was there is waited for"
    again = await room.enter(device="a-device-of-nobody-1")
    assert again.entry_id == ghost.entry_id
    await until(lambda: row_of(today, ghost.entry_id).get("place") == 1, "late, and the old place")


async def test_a_number_that_is_changed_or_dropped_opens_nothing_any_more(sending: World) -> None:
    room = await make_room(sending)
    ada = await room.arrive("Ada")
    key = sending.signaling.visits._desk.settings.link_key
    commands = [command_id() for _ in range(2)]
    for command, number in zip(commands, (NUMBER, OTHER), strict=True):
        assert (await ada.page.send("keep_place", {"command_id": command, "phone": number}))["ok"]
    former, present = (derived_token(key, ada.seat_id, command) for command in commands)
    await ada.page.close()
    with pytest.raises(Gone):
        await sending.visits.open_link(former, "the-device-of-a-stranger", None)
    opened = await sending.visits.open_link(present, "another-device-of-ada", None)
    assert opened.participant_id == ada.seat_id
    page = await sending.join(await sending.seat_of(opened), ada.session_id)
    await page.do("drop_place")
    with pytest.raises(Gone):
        await sending.visits.open_link(present, "the-device-of-a-stranger", None)


async def test_the_number_is_forgotten_with_the_visit(sending: World) -> None:
    room = await make_room(sending)
    ada = await room.arrive("Ada")
    await ada.page.do("keep_place", phone=NUMBER)
    today = await sending.today(sending.doctor)
    await today.do("queue_no_show", entry_id=ada.entry_id)
    async with sending.store.read() as tx:
        entry = await tx.queue_entries.get(ada.entry_id)
    assert entry is not None and entry.closed_at is not None and entry.phone == ""


async def test_numbers_of_others_are_not_sent_messages_all_day(sending: World) -> None:
    room = await make_room(sending)
    for _ in range(4):
        ada = await room.arrive("Ada")
        await ada.page.do("keep_place", phone=NUMBER)
    ada = await room.arrive("Ada")
    assert await ada.page.refused("keep_place", phone=NUMBER) == "too_many"
    await ada.page.do("keep_place", phone=OTHER)


async def test_few_numbers_of_other_countries_are_taken_at_once(sending: World) -> None:
    room = await make_room(sending)
    refused = []
    for number in range(12):
        ada = await room.arrive("Ada")
        answer = await ada.page.send("keep_place", phone=f"+1 212 555 01{number:02d}")
        refused.append(not answer["ok"])
    assert sum(refused) == 2
    await ada.page.do("keep_place", phone=NUMBER)


async def test_a_fault_with_one_visit_stops_the_clock_of_no_other(sending: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await make_room(sending)
    first = await room.arrive("A")
    people = [await room.arrive(name) for name in ("Ada", "Bob")]
    for person in people:
        await person.page.do("keep_place", phone=NUMBER)
    today = await sending.today(sending.doctor)
    broken = people[0].session_id
    whole = queue_clock.QueueClock._pass

    async def breaks(self: queue_clock.QueueClock, visit: LiveVisit) -> None:
        if visit.session.id == broken:
            raise RuntimeError("a fault")
        await whole(self, visit)

    monkeypatch.setattr(queue_clock.QueueClock, "_pass", breaks)
    await today.do("queue_answer", entry_id=first.entry_id)
    await sending.sweep()
    async with sending.store.read() as tx:
        assert len(await tx.outbox.about(people[1].entry_id)) == 1


async def test_members_whose_pages_connect_again_after_a_restart_are_not_mailed(sending: World) -> None:
    room = await make_room(sending)
    await sending.signaling.queues.set_alerts(sending.doctor, room.id, True)
    await room.arrive("Ada")
    await sending.halt()
    sending.clock.ahead += 60.0  # while nothing runs: a look in between would rightly mail
    await sending.restart_after_halt()
    await sending.sweep()
    async with sending.store.read() as tx:
        assert not await tx.outbox.about(room.id)


async def test_who_was_handed_on_meanwhile_still_sounds_there(world: World) -> None:
    first, second = await make_room(world, world.doctor), await make_room(world, world.doctor, name="Second")
    ada = await first.arrive("Ada")
    today = await world.today(world.doctor)
    book = world.signaling.live.queues
    stale = book.entries(first.id)
    await today.do("queue_transfer", entry_id=ada.entry_id, queue_id=second.id)
    book.entries = lambda queue_id: stale  # type: ignore[method-assign]
    try:
        await today.do("queue_acknowledge", queue_id=first.id)
    finally:
        del book.entries  # type: ignore[attr-defined]
    assert row_of(today, ada.entry_id)["acknowledged"] is None
    await until(lambda: ada.place["transferred_from"] == "Walk-in", "and the person is told where it came from")


async def test_nobody_is_handed_on_to_a_room_that_is_switched_off(world: World) -> None:
    first, second = await make_room(world), await make_room(world, name="Second")
    await world.signaling.queues.edit(world.staff["admin"], second.id, QueueChange({"closed": True}), 1)
    ada = await first.arrive("Ada")
    today = await world.today(world.doctor)
    assert await today.refused("queue_transfer", entry_id=ada.entry_id, queue_id=second.id) == "queue_closed"


async def test_who_only_wrote_owes_no_outcome(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada")
    today, colleague = await world.today(world.doctor), await world.today(world.staff["colleague"])
    await colleague.do("queue_message", entry_id=ada.entry_id, body="We come")
    await today.do("queue_answer", entry_id=ada.entry_id)
    doctor = await world.join(world.doctor, ada.session_id)
    await doctor.do("end")
    await until(lambda: today.state["tasks"], "it is the doctor's")
    assert not colleague.state["tasks"]


async def test_nothing_said_at_the_door_is_in_the_log_or_the_trail(sending: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="telemed")
    questions = (Question("more", QuestionKind.TEXT, "More?"),)
    room = await make_room(sending, questions=questions)
    ada = await room.arrive("Canary Name", answers={"more": "canary-answer"}, birth_date=date(1956, 4, 3))
    today = await sending.today(sending.doctor)
    await ada.page.do("chat", body="canary-line")
    assert await ada.page.refused("keep_place", phone="canary-number") == "invalid_input"
    await ada.page.do("keep_place", phone=NUMBER)
    await today.do("queue_message", entry_id=ada.entry_id, body="canary-message")
    await today.do("queue_transfer", entry_id=ada.entry_id, user_id=sending.doctor.user_id, note="canary-note")
    await today.do("queue_answer", entry_id=ada.entry_id)
    await today.do("queue_put_back", entry_id=ada.entry_id)
    await today.do("queue_remove", entry_id=ada.entry_id, reason="canary-reason")
    async with sending.store.read() as tx:
        trail = str(await tx.audit.page(limit=5000))
    for where in (trail, caplog.text):
        assert not re.search("canary|1956-04-03|5550199", where, re.IGNORECASE)
    assert trail.count("entry.") >= 6
