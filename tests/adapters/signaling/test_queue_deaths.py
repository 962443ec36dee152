"""Control dies between the commit and the answer of each act in a waiting room: the retry gets the answer, nothing doubles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from telemed.care.notify.ports import NoNotifier
from telemed.care.notify.records import Medium
from telemed.signaling.schemas import STAFF_COMMANDS
from tests.adapters.signaling.ack_kinds import check_kind
from tests.adapters.signaling.test_death_after_commit import COMMITTED_WITHIN, bury, doomed, dying, people_did, stored_answer
from tests.adapters.signaling.waiting_rooms import Room, Waiting, make_room, row_of
from tests.adapters.signaling.world import Client, Json, World, command_id, until


class Sends(NoNotifier):
    """Every medium is configured; what is put stays in the outbox."""

    def can_send(self, medium: Medium) -> bool:
        return True


@dataclass
class Stage:
    """A room with two who wait, and a member with the list open."""

    room: Room
    ada: Waiting
    bob: Waiting
    today: Client

    @property
    def on_ada(self) -> Json:
        return {"entry_id": self.ada.entry_id}


async def waiting(world: World) -> Stage:
    world.notifier = Sends()
    await world.restart()
    room = await make_room(world)
    stage = Stage(room, await room.arrive("Ada"), await room.arrive("Bob"), await world.today(world.doctor))
    await until(lambda: row_of(stage.today, stage.bob.entry_id))
    return stage


async def answered(world: World) -> Stage:
    stage = await waiting(world)
    await stage.today.do("queue_answer", **stage.on_ada)
    return stage


async def called(world: World) -> Stage:
    stage = await waiting(world)
    await stage.ada.page.do("visibility", hidden=True)
    await stage.today.do("queue_answer", **stage.on_ada)
    return stage


async def held(world: World) -> Stage:
    stage = await answered(world)
    await stage.today.do("queue_hold", **stage.on_ada)
    return stage


Case = tuple[Callable[[World], Awaitable[Stage]], Callable[[Stage], Json]]
ACTS: dict[str, Case] = {
    "queue_answer": (waiting, lambda s: s.on_ada),
    "queue_message": (waiting, lambda s: {**s.on_ada, "body": "We come"}),
    "queue_read": (waiting, lambda s: s.on_ada),
    "queue_hold": (answered, lambda s: s.on_ada),
    "queue_resume": (held, lambda s: s.on_ada),
    "queue_put_back": (answered, lambda s: s.on_ada),
    "queue_transfer": (waiting, lambda s: {**s.on_ada, "user_id": s.room.world.staff["colleague"].user_id}),
    "queue_keep_waiting": (called, lambda s: s.on_ada),
    "queue_no_show": (called, lambda s: s.on_ada),
    "queue_priority": (waiting, lambda s: {**s.on_ada, "priority": "urgent"}),
    "queue_remove": (waiting, lambda s: {**s.on_ada, "reason": "rude"}),
    "queue_late": (waiting, lambda s: {"queue_id": s.room.id, "minutes": 10}),
    "queue_acknowledge": (waiting, lambda s: {"queue_id": s.room.id}),
}


def test_every_act_is_here() -> None:
    assert set(ACTS) == {name for name in STAFF_COMMANDS if name.startswith("queue_")}


async def whole(world: World, stage: Stage) -> Any:
    """How many of everything a doubled act would double."""
    counts = []
    async with world.store.read() as tx:
        for one in (stage.ada, stage.bob):
            entry = await tx.queue_entries.of_session(one.session_id)
            assert entry is not None
            seats = await tx.participants.in_session(one.session_id)
            lines = await tx.messages.in_session(one.session_id)
            counts.append((entry, len(seats), len(lines), len(await tx.outbox.about(entry.id))))
        trail = await people_did(world)
    return counts, trail


@pytest.mark.parametrize("act", sorted(ACTS))
async def test_acts_of_staff(world: World, act: str) -> None:
    setup, fields = ACTS[act]
    stage = await setup(world)
    command = command_id()
    payload = {"command_id": command, **fields(stage)}
    store = await dying(world)
    store.awaited = (world.doctor.user_id, command)
    if act == "queue_late":  # a change of the room itself, not of a visit
        object.__setattr__(world.signaling.queues.commands._desk, "store", store)
    await stage.today.sio.emit(act, payload, namespace="/staff")
    await asyncio.wait_for(store.died.wait(), COMMITTED_WITHIN)
    before = await whole(world, stage)
    answer = await stored_answer(world, world.doctor.user_id, command)
    await bury(world, store)
    today = await world.today(world.doctor)
    assert await today.send(act, payload) == {"ok": True, "result": answer}
    assert await whole(world, stage) == before, "nothing was doubled"
    check_kind(world, command, act)


@pytest.mark.parametrize("act", ["keep_place", "drop_place"])
async def test_acts_of_who_waits(world: World, act: str) -> None:
    stage = await waiting(world)
    if act == "drop_place":
        await stage.ada.page.do("keep_place", phone="030 5550199")
    payload = {"command_id": command_id(), **({"phone": "030 5550199"} if act == "keep_place" else {})}
    seat = await world.seat_of(stage.ada.entered.opened)
    store = await dying(world)
    store.awaited = (seat.participant_id, payload["command_id"])
    await stage.ada.page.sio.emit(act, payload, namespace="/call")
    await asyncio.wait_for(store.died.wait(), COMMITTED_WITHIN)
    before = await whole(world, stage)
    await bury(world, store)
    page = await world.join(seat, stage.ada.session_id)
    answer = await page.send(act, payload)
    assert answer == {"ok": True, "result": {"phone": "…99"} if act == "keep_place" else {}}
    assert await whole(world, stage) == before


async def test_coming_in(world: World) -> None:
    room = await make_room(world)
    store = await dying(world)

    async def come() -> Any:
        doomed.set(True)
        return await room.enter("Ada", device="the-device-of-ada-1")

    coming = asyncio.create_task(come())
    await asyncio.wait_for(store.died.wait(), COMMITTED_WITHIN)
    await bury(world, store)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - the process is no more
        await coming
    entered = await room.enter("Ada", device="the-device-of-ada-1")
    assert [entry.id for entry in room.book.entries(room.id)] == [entered.entry_id], "one place, not two"
