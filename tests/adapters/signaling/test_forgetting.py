"""What identifies people is deleted when its time is over: of incidents and of waiting rooms, however many, killed or not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from telemed.care.incidents.ports import NewCaller
from telemed.care.incidents.records import IncidentRecord
from telemed.care.incidents.words import IncidentEvent
from telemed.care.queues.records import Question
from telemed.care.queues.words import QuestionKind
from telemed.care.times import Mark
from telemed.signaling.due_walk import AT_ONCE, DueWalk
from telemed.signaling.incident_retention import IncidentRetention
from tests.adapters.signaling.incidents import Emergency, an_emergency
from tests.adapters.signaling.test_queue_deaths import Sends
from tests.adapters.signaling.waiting_rooms import Waiting, make_room
from tests.adapters.signaling.world import World, command_id, until

MONTH = timedelta(days=31).total_seconds()
DAY = timedelta(days=1).total_seconds()
SECRETS = ("Maria Muster", "Hinter der Scheune", "1234567", "Jo Sanders")
QUESTION = Question("q1", QuestionKind.TEXT, "Since when?")


def written(world: World, *tables: str) -> str:
    """What stands in tables, as a thief of the database would read it."""
    with closing(sqlite3.connect(world.path)) as database:
        return repr([database.execute(f"SELECT * FROM {table}").fetchall() for table in tables])  # noqa: S608


def acts(world: World, action: str) -> list[str]:
    """What was done to which object, as the trail has it."""
    with closing(sqlite3.connect(world.path)) as database:
        found = database.execute("SELECT object_id FROM audit WHERE action = ? ORDER BY sequence", (action,))
        return [str(row[0]) for row in found]


async def passing(world: World, seconds: float, is_done: Callable[[], bool]) -> None:
    """Let time pass, then sweeps go on until something is done."""
    await world.sweep(seconds)
    for _ in range(200):
        if is_done():
            return
        await world.sweep(1.0)
        await asyncio.sleep(0.01)
    raise AssertionError("it was never done")


async def over(world: World, **changes: Any) -> Emergency:
    emergency = await an_emergency(world, **changes)
    await emergency.move(IncidentEvent.CLOSED, "Broken arm of Maria Muster")
    return emergency


async def test_callers_are_nobody_any_more_and_the_record_of_care_stays(world: World) -> None:
    emergency = await an_emergency(world, phone="030 1234567", reason="Fell behind the barn")
    wanted = NewCaller("030 1234567", "Maria Muster", None, command_id())
    made = await emergency.incidents.add_caller(emergency.staff, emergency.id, wanted)
    caller, seat = await Emergency(world, emergency.staff, made).caller()
    await caller.do("chat", body="Come quickly")
    await emergency.incidents.tell_place(seat, emergency.session_id, "Hinter der Scheune")
    await emergency.share("Jo Sanders")
    await emergency.move(IncidentEvent.CLOSED, "Broken arm")
    tables = ("incident", "incident_caller", "participant", "message", "command_ack", "session")
    assert [word for word in SECRETS if word not in written(world, *tables)] == []
    await passing(world, MONTH, lambda: acts(world, "incident.forgotten") == [emergency.id])
    await world.sweep(2 * DAY)  # kept answers go after two
    assert [word for word in SECRETS if word in written(world, *tables)] == []
    detail = await emergency.incidents.detail(emergency.staff, emergency.id)
    names = [one["name"] for one in detail["summary"]["persons"] if one["part"] == "caller"]
    assert sorted(names) == ["Anrufer", "Anrufer"] and detail["summary"]["messages"] == 1
    assert (detail["incident"]["reason"], detail["summary"]["note"]) == ("Fell behind the barn", "Broken arm")


async def test_reason_and_note_go_when_the_clinic_says_so(world: World) -> None:
    emergency = await over(world, reason="Fell behind the barn")
    world.recordings.policies["incident_text_days"] = 90
    await passing(world, MONTH, lambda: acts(world, "incident.forgotten") == [emergency.id])
    assert acts(world, "incident.texts_forgotten") == []
    await passing(world, 2 * MONTH, lambda: acts(world, "incident.texts_forgotten") == [emergency.id])
    assert "barn" not in (told := written(world, "incident", "session")) and "Muster" not in told
    detail = await emergency.incidents.detail(emergency.staff, emergency.id)
    assert (detail["summary"]["note"], detail["summary"]["ended_as"]) == ("", "closed")
    await emergency.move(IncidentEvent.REOPENED, "Called again")
    await emergency.move(IncidentEvent.CLOSED, "To hospital")
    await passing(world, 3 * MONTH, lambda: len(acts(world, "incident.texts_forgotten")) == 2)
    assert "hospital" not in written(world, "incident")


async def test_every_caller_of_an_incident_is_forgotten_however_many_are_read_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    emergency = await an_emergency(world, phone="030 1234567")
    for _ in range(3):
        wanted = NewCaller("030 1234567", "Muster", None, command_id())
        await emergency.incidents.add_caller(emergency.staff, emergency.id, wanted)
    await emergency.move(IncidentEvent.CLOSED)
    monkeypatch.setattr("telemed.store.repositories.incidents.MAX_ACCESSES", 2)
    await passing(world, MONTH, lambda: acts(world, "incident.forgotten") == [emergency.id])
    kept = written(world, "incident_caller", "participant")
    assert "1234567" not in kept and "Muster" not in kept


async def test_those_that_cannot_be_forgotten_keep_no_others_and_are_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemed.signaling.due_walk.AT_ONCE", 2)
    ended = [(await over(world)).id for _ in range(5)]
    stuck, forget = set(ended[:2]), IncidentRetention._forget_callers

    async def failing(self: IncidentRetention, incident: IncidentRecord) -> None:
        if incident.id in stuck:
            raise OSError("no")
        await forget(self, incident)

    monkeypatch.setattr(IncidentRetention, "_forget_callers", failing)
    await passing(world, MONTH, lambda: acts(world, "incident.forgotten") == ended[2:])
    assert world.signaling.counters.get("retention.put_off") >= 2
    stuck.clear()
    await passing(world, 3601.0, lambda: acts(world, "incident.forgotten") == [*ended[2:], *ended[:2]])


async def test_a_server_killed_on_the_way_goes_on_with_what_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemed.signaling.due_walk.AT_ONCE", 1)
    ended = [(await over(world)).id for _ in range(3)]
    killed = asyncio.Event()
    forget = IncidentRetention._forget_callers

    async def dies(self: IncidentRetention, incident: IncidentRecord) -> None:
        if incident.id == ended[1] and not killed.is_set():
            await asyncio.Event().wait()  # nothing of it is committed
        await forget(self, incident)

    monkeypatch.setattr(IncidentRetention, "_forget_callers", dies)
    world.clock.ahead += MONTH
    await until(lambda: acts(world, "incident.forgotten") == ended[:1], "the first")
    await world.halt()
    killed.set()
    await world.restart_after_halt()
    await passing(world, 1.0, lambda: acts(world, "incident.forgotten") == ended)


async def left(ada: Waiting) -> None:
    await ada.page.do("leave")
    await ada.page.close()


async def removed(ada: Waiting) -> None:
    today = await ada.room.world.today(ada.room.world.doctor)
    await ada.row(today)
    await today.do("queue_remove", entry_id=ada.entry_id, reason="rude")


async def never_came(ada: Waiting) -> None:
    today = await ada.room.world.today(ada.room.world.doctor)
    await ada.row(today)
    await today.do("queue_no_show", entry_id=ada.entry_id)


async def was_seen(ada: Waiting) -> None:
    world = ada.room.world
    today = await world.today(world.doctor)
    await ada.row(today)
    await today.do("queue_answer", entry_id=ada.entry_id)
    stage = await world.join(world.doctor, ada.session_id)
    await stage.do("end")


@pytest.mark.parametrize("ends", [left, removed, never_came, was_seen])
async def test_what_was_said_at_the_door_goes_a_day_after_the_entry(
    world: World, ends: Callable[[Waiting], Awaitable[None]]
) -> None:
    world.notifier = Sends()
    await world.restart()
    room = await make_room(world, questions=(QUESTION,))
    fields = {"birth_date": date(1980, 2, 29), "answers": {"q1": "Since the funfair"}}
    ada = await room.arrive("Ada", **fields)
    await ada.page.do("keep_place", phone="030 1234567")
    said = ("1980-02-29", "funfair", "a cough")
    assert [word for word in said if word not in written(world, "queue_entry")] == []
    await ends(ada)
    await world.sweep(20 * 60.0)
    await world.sweep(1.0)
    assert "funfair" in written(world, "queue_entry"), "it may still be needed"
    await passing(world, DAY + 3601.0, lambda: acts(world, "entry.forgotten") == [ada.entry_id])
    kept = written(world, "queue_entry", "command_ack")
    assert [word for word in (*said, "1234567", "rude") if word in kept] == []
    assert "a cough" in written(world, "session"), "the visit's record is the visit's"
    await passing(world, 2 * 3601.0, lambda: True)
    assert acts(world, "entry.forgotten") == [ada.entry_id], "once"


async def test_a_clock_set_forward_forgets_nothing_early(world: World) -> None:
    room = await make_room(world, questions=(QUESTION,))
    ada = await room.arrive("Ada", birth_date=date(1980, 2, 29), answers={"q1": "Since the funfair"})
    await left(ada)
    await world.sweep(20 * 60.0)  # the visit of somebody who left is over
    world.clock.stepped = 2 * DAY
    await world.sweep(3601.0)
    await world.sweep(3601.0)
    assert "funfair" in written(world, "queue_entry"), "two hours have passed, no day"
    await passing(world, DAY, lambda: acts(world, "entry.forgotten") == [ada.entry_id])


async def test_a_backlog_is_gone_through_in_small_pieces_and_presence_waits_for_none_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade: thousands are due at once, and what forgets them stands still."""
    began = world.clock.utcnow()
    backlog = [(began + timedelta(microseconds=number), f"row_{number:04d}") for number in range(3000)]
    forgotten = list[Mark]()

    async def read(_before: datetime, after: Mark | None, limit: int) -> list[Mark]:
        return [row for row in backlog if after is None or row > after][:limit]

    async def forget(row: Mark) -> None:
        forgotten.append(row)

    walk = DueWalk[Mark](world.signaling._desk, "backlog", lambda row: row)
    looks = 0
    while len(forgotten) < len(backlog):
        await walk.go_on(timedelta(0), read, forget)
        looks += 1
        assert len(forgotten) <= looks * AT_ONCE
    assert forgotten == backlog and AT_ONCE <= 20

    await over(world)
    started = asyncio.Event()

    async def stands_still(_self: IncidentRetention, _incident: IncidentRecord) -> None:
        started.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(IncidentRetention, "_forget_callers", stands_still)
    world.clock.ahead += MONTH
    await asyncio.wait_for(started.wait(), 20)
    room = await make_room(world)
    ada = await room.arrive("Ada")
    await ada.page.close()
    await until(lambda: acts(world, "participant.asleep") == [ada.seat_id], "a page that is gone is noticed")
