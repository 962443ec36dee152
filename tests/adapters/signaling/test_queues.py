"""Waiting rooms over real sockets and a real database: coming, waiting, being answered, handed on, given up."""

from __future__ import annotations

import asyncio
import time

import pytest

from telemed.care.identity import Staff
from telemed.care.queues.ports import QueueChange
from telemed.care.queues.records import QueueMember
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.errors import Conflict, Gone, InvalidInput, NotFound
from telemed.ids import new_id
from telemed.signaling.schemas import AnswerEntry
from tests.adapters.signaling.waiting_rooms import Room, make_room, room_of, row_of
from tests.adapters.signaling.world import World, command_id, until


@pytest.mark.real_time
async def test_who_walks_in_is_on_the_list_within_a_second_and_knows_the_place(world: World) -> None:
    room = await make_room(world, notice="Masks, please")
    today = await world.today(world.doctor)
    began = time.monotonic()
    ada = await room.arrive("Ada", interpreter_language="ar")
    row = await ada.row(today)
    assert time.monotonic() - began <= 1.0, "from the tap to both pages"
    assert (row["name"], row["reason"], row["state"], row["place"], row["page"]) == ("Ada", "a cough", "waiting", 1, "open")
    assert row["interpreter_language"] == "ar"
    bob = await room.arrive("Bob")
    assert (bob.place["place"], bob.place["ahead"], bob.place["expected_wait"]) == (2, 1, None)
    assert ada.place["notice"] == "Masks, please"
    assert ada.place["phone"] == world.signaling.live.board.clinic_of(world.doctor.organisation_id).phone
    assert not today.state["waiting"] and not today.state["sessions"], "shown by its waiting room alone"
    assert room_of(today, room.id)["unacknowledged"] == 2
    await until(lambda: room_of(today, room.id)["next"] == ada.entry_id)


async def test_a_second_tap_gives_the_same_place(world: World) -> None:
    room = await make_room(world)
    first = await room.enter("Ada", device="one-device-of-ada")
    second = await room.enter("Somebody else", device="one-device-of-ada")
    assert (second.entry_id, second.opened.session_id) == (first.entry_id, first.opened.session_id)
    assert second.opened.name == "Ada"
    assert second.opened.seat_token != first.opened.seat_token
    assert await world.visits.seat(first.opened.seat_token) is None, "the newest cookie alone holds the seat"
    looked = await world.signaling.queues.look_in(room.token, "one-device-of-ada")
    assert looked["entry"]["session_id"] == first.opened.session_id
    assert (await world.signaling.queues.look_in(room.token, "another-device-of-x"))["entry"] is None


async def test_many_taps_of_one_device_at_once_make_one_entry(world: World) -> None:
    room = await make_room(world)
    entered = await asyncio.gather(*(room.enter(device="one-device-of-ada") for _ in range(10)))
    assert len({one.entry_id for one in entered}) == 1
    assert len(room.book.entries(room.id)) == 1


async def test_closed_full_unknown_and_revoked(world: World) -> None:
    room = await make_room(world, max_waiting=1)
    queues, admin = world.signaling.queues, world.staff["admin"]
    await room.enter()
    with pytest.raises(Conflict) as full:
        await room.enter()
    assert full.value.code == "queue_full"
    with pytest.raises(NotFound) as unknown:
        await queues.look_in("x" * 22, "some-device-of-somebody")
    assert unknown.value.code == "walk_in_unknown"
    closed = await queues.edit(admin, room.id, QueueChange({"closed": True}), 1)
    with pytest.raises(Conflict) as shut:
        await room.enter()
    assert shut.value.code == "queue_closed"
    await queues.revoke_link(admin, room.id, closed["queue"]["links"][0]["id"])
    with pytest.raises(Gone) as revoked:
        await queues.look_in(room.token, "some-device-of-somebody")
    assert revoked.value.code == "walk_in_revoked"


async def test_an_admin_changes_what_is_there_and_a_late_change_is_refused(world: World) -> None:
    room = await make_room(world)
    queues, admin = world.signaling.queues, world.staff["admin"]
    today = await world.today(world.staff["desk"])
    assert not today.state["queues"], "not a member"
    members = (QueueMember("", world.staff["desk"].user_id, alerts=True),)
    await queues.edit(admin, room.id, QueueChange({"name": "Evening"}, members), 1)
    await until(lambda: room_of(today, room.id).get("name") == "Evening", "in force at once")
    with pytest.raises(Conflict) as late:
        await queues.edit(admin, room.id, QueueChange({"name": "Morning"}), 1)
    assert late.value.code == "queue_changed"
    with pytest.raises(Conflict) as taken:
        await queues.create(admin, QueueChange({"name": "Evening"}), command_id())
    assert taken.value.code == "queue_name_taken"
    with pytest.raises(InvalidInput):
        await queues.create(admin, QueueChange({"name": "Zone", "time_zone": "Mars/Olympus"}), command_id())
    with pytest.raises(InvalidInput):
        await queues.edit(admin, room.id, QueueChange({}, (QueueMember("", admin.user_id),)), 2)
    command = command_id()
    first = await queues.create(admin, QueueChange({"name": "Once"}), command)
    assert await queues.create(admin, QueueChange({"name": "Once"}), command) == first


async def test_answering_takes_the_person_into_the_call(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada")
    today = await world.today(world.doctor)
    answer = await today.do("queue_answer", entry_id=ada.entry_id)
    assert answer["session_id"] == ada.session_id
    await ada.state("being_seen")
    await until(lambda: ada.page.state["you"]["state"] == "admitted")
    doctor = await world.join(world.doctor, ada.session_id)
    assert "end" in doctor.state["you"]["can"]
    row = await ada.row(today)
    assert row["taken_by"]["user_id"] == world.doctor.user_id and row["place"] is None
    assert [session["id"] for session in today.state["sessions"]] == [ada.session_id]
    await doctor.do("end")
    await until(lambda: not row_of(today, ada.entry_id), "gone from the list")
    await until(lambda: [task["kind"] for task in today.state["tasks"]] == ["outcome"], "the outcome is owed")
    done = await world.visits.complete(world.doctor, ada.session_id, "completed", "well", command_id())
    assert done["session"]["outcome"] == "completed"


async def many_clinicians(world: World, room: Room, count: int) -> list[Staff]:
    """Accounts that work in the room."""
    now = world.clock.utcnow()
    people = []
    async with world.store.write() as tx:
        for number in range(count):
            user = UserRecord(
                new_id("usr"), world.doctor.organisation_id, Role.CLINICIAN, f"Dr. {number}", f"{number}@x.example", "hash", now
            )
            await tx.users.create(user)
            people.append(user.staff)
    members = tuple(QueueMember("", one.user_id) for one in people)
    await world.signaling.queues.edit(world.staff["admin"], room.id, QueueChange({}, members), room.made["revision"])
    return people


@pytest.mark.timeout(120)
async def test_of_fifty_who_answer_at_once_one_gets_the_person(world: World) -> None:
    room = await make_room(world)
    people = await many_clinicians(world, room, 50)
    entries = [(await room.enter(f"Patient {number}")).entry_id for number in range(3)]
    answers = world.signaling.queues.answers
    for entry_id in entries:
        commands = [(one, AnswerEntry(command_id=command_id(), entry_id=entry_id)) for one in people]
        results = await asyncio.gather(*(answers.answer(*one) for one in commands), return_exceptions=True)
        won = [result for result in results if isinstance(result, dict)]
        lost = [result for result in results if isinstance(result, Conflict)]
        assert (len(won), len(lost)) == (1, 49)
        assert {error.code for error in lost} == {"entry_taken"}
    async with world.store.read() as tx:
        for entry_id in entries:
            entry = await tx.queue_entries.get(entry_id)
            assert entry is not None and entry.state == "being_seen" and entry.taken_by in {one.user_id for one in people}
            seats = await tx.participants.in_session(entry.session_id)
            assert sum(seat.user_id is not None for seat in seats) == 1, "nobody else has a seat there"
        trail = [row.action for row in await tx.audit.page(limit=5000)]
    assert trail.count("entry.answered") == 3


async def test_the_same_answer_again_has_the_same_result(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive()
    today = await world.today(world.doctor)
    payload = {"command_id": command_id(), "entry_id": ada.entry_id}
    first = await today.send("queue_answer", payload)
    assert first["ok"] and await today.send("queue_answer", payload) == first
    colleague = await world.today(world.staff["colleague"])
    assert await colleague.refused("queue_answer", entry_id=ada.entry_id) == "entry_taken"


async def test_a_page_that_sleeps_keeps_its_place_and_is_called_back(world: World) -> None:
    room = await make_room(world)
    ada, bob = await room.arrive("Ada"), await room.arrive("Bob")
    today = await world.today(world.doctor)
    await ada.page.do("visibility", hidden=True)
    await until(lambda: row_of(today, ada.entry_id)["state"] == "asleep")
    row = row_of(today, ada.entry_id)
    assert (row["place"], row["page"]) == (1, "asleep")
    await today.do("queue_answer", entry_id=ada.entry_id)
    row = await until(lambda: row_of(today, ada.entry_id)["called_at"] and row_of(today, ada.entry_id))
    assert (row["state"], row["page"], row["decide"]) == ("being_seen", "away", False), "calling back"
    await world.sweep(301.0)
    await until(lambda: row_of(today, ada.entry_id)["decide"], "after five minutes staff are asked")
    await today.do("queue_keep_waiting", entry_id=ada.entry_id)
    await until(lambda: not row_of(today, ada.entry_id)["decide"])
    await today.do("queue_put_back", entry_id=ada.entry_id)
    await until(lambda: row_of(today, ada.entry_id)["place"] == 1, "the old place")
    assert room_of(today, room.id)["next"] == ada.entry_id
    await today.do("queue_answer", entry_id=ada.entry_id)
    await today.do("queue_no_show", entry_id=ada.entry_id)
    await until(lambda: not row_of(today, ada.entry_id))
    assert not today.state["tasks"], "its outcome is given"
    await until(lambda: bob.place["place"] == 1)


async def test_who_comes_back_in_time_has_the_old_place_and_who_does_not_is_let_go(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada", device="the-device-of-ada-1")
    bob = await room.arrive("Bob")
    await ada.page.do("leave")
    await until(lambda: bob.place["place"] == 1)
    again = await room.enter(device="the-device-of-ada-1")
    assert again.entry_id == ada.entry_id and again.opened.state == "waiting"
    await until(lambda: bob.place["place"] == 2)
    seat = await world.seat_of(again.opened)
    page = await world.join(seat, ada.session_id)
    await page.do("leave")
    await until(lambda: bob.place["place"] == 1)
    await world.sweep(15 * 60.0 + 1)
    fresh = await room.enter(device="the-device-of-ada-1")
    assert fresh.entry_id != ada.entry_id
    await until(lambda: bob.place["place"] == 1, "behind the one who stayed")


async def test_a_closed_page_is_away_then_gone(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada")
    today = await world.today(world.doctor)
    await ada.goes_away()
    await until(lambda: row_of(today, ada.entry_id)["state"] == "asleep")
    await world.sweep(15 * 60.0 + 5)
    await until(lambda: not row_of(today, ada.entry_id), "lost after a quarter of an hour")


async def test_writing_to_and_fro_before_anybody_answers(world: World) -> None:
    room = await make_room(world)
    ada = await room.arrive("Ada")
    assert "chat" in ada.page.state["you"]["can"]
    today = await world.today(world.doctor)
    await ada.page.do("chat", body="I feel worse")
    row = await until(lambda: row_of(today, ada.entry_id)["unread"] == 1 and row_of(today, ada.entry_id))
    assert row["last_line"]["body"] == "I feel worse" and not row["last_line"]["mine"]
    await today.do("queue_message", entry_id=ada.entry_id, body="We come")
    await until(lambda: [line["body"] for line in ada.page.state["chat"]] == ["I feel worse", "We come"])
    read = await today.do("queue_read", entry_id=ada.entry_id)
    assert [(line["body"], line["mine"]) for line in read["messages"]] == [("I feel worse", False), ("We come", True)]
    await until(lambda: row_of(today, ada.entry_id)["unread"] == 0)
    await today.do("queue_answer", entry_id=ada.entry_id)
    await until(lambda: ada.page.state["you"]["state"] == "admitted")
    assert len(ada.page.state["chat"]) == 2, "and still reads it in the call"


async def test_order_priority_delay_and_silence(world: World) -> None:
    room = await make_room(world)
    ada, bob = await room.arrive("Ada"), await room.arrive("Bob")
    today = await world.today(world.doctor)
    await today.do("queue_priority", entry_id=bob.entry_id, priority="urgent")
    await until(lambda: (ada.place["place"], bob.place["place"]) == (2, 1))
    await today.do("queue_late", queue_id=room.id, minutes=20)
    await until(lambda: ada.place["late"] and ada.place["late"]["minutes"] == 20 and bob.place["late"])
    await today.do("queue_late", queue_id=room.id, minutes=0)
    await until(lambda: ada.place["late"] is None)
    colleague = await world.today(world.staff["colleague"])
    assert room_of(colleague, room.id)["unacknowledged"] == 2
    await today.do("queue_acknowledge", queue_id=room.id)
    await until(lambda: room_of(colleague, room.id)["unacknowledged"] == 0)
    assert row_of(colleague, ada.entry_id)["acknowledged"]["by"] == world.doctor.name


async def test_handing_on_to_a_room_and_to_a_person(world: World) -> None:
    first = await make_room(world, world.doctor)
    second = await make_room(world, world.staff["colleague"], name="Second")
    ada = await first.arrive("Ada")
    doctor, colleague = await world.today(world.doctor), await world.today(world.staff["colleague"])
    assert not colleague.state["entries"]
    assert await colleague.refused("queue_answer", entry_id=ada.entry_id) == "not_found"
    await doctor.do("queue_answer", entry_id=ada.entry_id)
    await until(lambda: ada.page.state["you"]["state"] == "admitted")
    await doctor.do("queue_transfer", entry_id=ada.entry_id, queue_id=second.id, note="skin")
    row = await until(lambda: row_of(colleague, ada.entry_id))
    assert (row["state"], row["transferred_from"], row["transfer_note"]) == ("waiting", "Walk-in", "skin")
    assert not row_of(doctor, ada.entry_id)
    await until(lambda: ada.page.state["you"]["state"] == "waiting", "the waiting page again")
    await world.sweep(16 * 60.0)
    assert row_of(colleague, ada.entry_id)["state"] == "waiting", "the empty call does not end who waits"
    await colleague.do("queue_transfer", entry_id=ada.entry_id, user_id=world.doctor.user_id)
    row = await until(lambda: row_of(doctor, ada.entry_id))
    assert row["for_user"]["name"] == world.doctor.name
    assert (await doctor.do("queue_answer", entry_id=ada.entry_id))["session_id"] == ada.session_id


async def test_holding_and_removing(world: World) -> None:
    room = await make_room(world)
    ada, bob = await room.arrive("Ada"), await room.arrive("Bob")
    today = await world.today(world.doctor)
    await today.do("queue_answer", entry_id=ada.entry_id)
    await today.do("queue_hold", entry_id=ada.entry_id)
    await ada.state("on_hold")
    await today.do("queue_resume", entry_id=ada.entry_id)
    await ada.state("being_seen")
    await today.do("queue_remove", entry_id=bob.entry_id, reason="rude")
    await until(lambda: not row_of(today, bob.entry_id))
    await until(lambda: "goodbye" in bob.page.types())
    assert next(event for event in bob.page.stream if event["type"] == "goodbye")["data"] == {"reason": "removed"}
    assert "rude" not in str(bob.page.heard)


async def test_a_second_patient_is_pulled_in_only_after_somebody_says_that_both_may_hear_each_other(world: World) -> None:
    room = await make_room(world)
    ada, bob = await room.arrive("Ada"), await room.arrive("Bob", device="the-device-of-bob-22")
    today = await world.today(world.doctor)
    await today.do("queue_answer", entry_id=ada.entry_id)
    asked = {"entry_id": bob.entry_id, "into": ada.session_id}
    assert await today.refused("queue_answer", **asked) == "confirm_needed"
    assert row_of(today, bob.entry_id)["state"] == "waiting"
    assert (await today.do("queue_answer", confirmed=True, **asked))["session_id"] == ada.session_id
    await until(lambda: bob.place["moved_to"] == {"session_id": ada.session_id})
    seat = await world.seat_of(bob.entered.opened)
    moved = await world.signaling.queues.follow(seat, "the-device-of-bob-22")
    assert (moved.session_id, moved.state) == (ada.session_id, "admitted")
    page = await world.join(await world.seat_of(moved), ada.session_id)
    assert {one["name"] for one in page.state["participants"]} >= {"Ada", "Bob"}
    again = await world.signaling.queues.follow(seat, "the-device-of-bob-22")
    assert again.session_id == ada.session_id
    await until(lambda: not row_of(today, bob.entry_id))
    stranger = await room.arrive("Cid")
    with pytest.raises(Conflict) as refused:
        await world.signaling.queues.follow(await world.seat_of(stranger.entered.opened), "some-device-of-cid")
    assert refused.value.code == "not_moved"


async def test_a_restart_loses_nobody(world: World) -> None:
    room = await make_room(world)
    ada = await room.enter("Ada")
    await room.enter("Bob")
    await world.restart()
    today = await world.today(world.doctor)
    assert [row["name"] for row in sorted(today.state["entries"], key=lambda row: row["place"])] == ["Ada", "Bob"]
    assert (await today.do("queue_answer", entry_id=ada.entry_id))["session_id"] == ada.opened.session_id
