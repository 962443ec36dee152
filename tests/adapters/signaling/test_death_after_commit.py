"""Control dies between the commit and the answer of each state-changing event: the retry gets the answer, nothing doubles.

The dying store commits, then never returns: to clients and to the rest of the process that is what a `kill -9` there looks like.
Afterwards everything is made anew on the same file: store, signalling, sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pytest

from telemed.signaling import kept_answers
from telemed.signaling.schemas import CALL_COMMANDS, STAFF_COMMANDS
from telemed.store import Store
from tests.adapters.signaling.test_retries import COMMANDS, Stage, checking, in_call
from tests.adapters.signaling.world import Json, World, command_id, until

# Change no row then; a client tells them again.
IN_MEMORY = {"typing", "text", "text_sync", "media_state", "negotiated", "set_view", "quality_report"}
IN_MEMORY |= {"draw", "draw_undo", "draw_clear", "frame_resume"}
COMMITTED_WITHIN = 10.0  # seconds

doomed: ContextVar[bool] = ContextVar("doomed", default=False)


class Died(Exception):
    """This process is no more."""


class DyingStore:
    """The real store until the awaited commit; after it, nothing returns and nothing is written."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.awaited: tuple[str, str] | None = None  # (actor, command)
        self.died = asyncio.Event()
        self.buried = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Any]:
        if self.died.is_set():
            await self.buried.wait()
            raise Died
        async with self.store.write() as tx:
            yield tx
            dies = doomed.get() or (self.awaited is not None and await tx.acks.find(*self.awaited) is not None)
        if dies:
            self.died.set()
            await self.buried.wait()
            raise Died


async def dying(world: World) -> DyingStore:
    """Give the running control a store that will die."""
    store = DyingStore(world.store)
    world.signaling._transactor._store = store  # type: ignore[attr-defined]  # the one writer of commands
    return store


async def bury(world: World, store: DyingStore) -> None:
    """Take the dead process away and start another one on the same file."""
    store.buried.set()
    for client in world.clients:
        await client.close()
    world.clients.clear()
    await world.halt()
    await world.store.close()
    world.store = await Store.open(world.path)
    await world.restart_after_halt()


async def stored_answer(world: World, actor: str, command: str) -> Json | None:
    async with world.store.read() as tx:
        found: Json | None = await tx.acks.find(actor, command)
        return None if found is None else await kept_answers.whole(tx, found)


SOCKET_EVENTS = {**COMMANDS, "end": (in_call, "doctor", lambda _: {})}


def test_every_event_of_the_protocol_is_here() -> None:
    in_rooms = {"keep_place", "drop_place", "stay_in_line"}  # and those of staff: test_queue_deaths.py
    in_incidents = {"instruct", "instruction_clear", "instruction_shown"}  # all of them: test_incident_deaths.py
    of_callers = {"caller_facts", "call_back", "caller_silent", "leave_quickly"}
    assert set(SOCKET_EVENTS) | IN_MEMORY | in_rooms | in_incidents | of_callers == set(CALL_COMMANDS)
    assert {name for name in STAFF_COMMANDS if not name.startswith("queue_")} == {"acknowledge"}


@pytest.mark.parametrize("event", sorted(SOCKET_EVENTS))
async def test_commands(world: World, event: str) -> None:
    setup, who, fields = SOCKET_EVENTS[event]
    stage = await setup(world)
    command = command_id()
    payload = {"command_id": command, **fields(stage)}
    actor = world.doctor.user_id if who == "doctor" else stage.seat.participant_id
    store = await dying(world)
    store.awaited = (actor, command)
    sender = getattr(stage, who)
    await sender.sio.emit(event, payload, namespace="/call")
    await asyncio.wait_for(store.died.wait(), COMMITTED_WITHIN)
    before = await whole(world, stage)
    answer = await stored_answer(world, actor, command)
    await bury(world, store)
    if event == "end":
        await assert_ended_once(world, stage)
        return
    sender = await world.join(world.doctor if who == "doctor" else stage.seat, stage.visit.id)
    assert await sender.send(event, payload) == {"ok": True, "result": answer}
    assert await whole(world, stage) == before
    assert await sender.send(event, payload) == {"ok": True, "result": answer}, "a third time as well"


async def assert_ended_once(world: World, stage: Stage) -> None:
    """Nobody can connect to say it again; whoever tries is told that it is done."""
    with pytest.raises(Exception) as refused:  # noqa: PT011 - its code is what matters
        await world.visits.issue_ticket(world.doctor, stage.visit.id)
    assert getattr(refused.value, "code", "") == "visit_ended"
    assert [action for _, action in await people_did(world)].count("session.ended") == 1


async def test_acknowledging_an_arrival(world: World) -> None:
    stage = await checking(world)
    await stage.patient.do("enter_waiting")
    today = await world.today(world.doctor)
    store, command = await dying(world), command_id()
    store.awaited = (world.doctor.user_id, command)
    payload = {"command_id": command, "participant_id": stage.visit.patient_id}
    await today.sio.emit("acknowledge", payload, namespace="/staff")
    await asyncio.wait_for(store.died.wait(), COMMITTED_WITHIN)
    before = await whole(world, stage)
    await bury(world, store)
    today = await world.today(world.doctor)
    await until(lambda: today.state["waiting"][0]["acknowledged"])
    assert (await today.send("acknowledge", payload)) == {"ok": True, "result": {}}
    assert await whole(world, stage) == before


@dataclass(frozen=True)
class Asked:
    """An HTTP request as the web layer hands it on; `same` tells whether two answers are one."""

    setup: Callable[[World], Awaitable[Stage]]
    ask: Callable[[World, Stage, str], Awaitable[Any]]
    same: Callable[[Any, Any], bool] = lambda first, second: first == second


async def ended(world: World) -> Stage:
    stage = await in_call(world)
    await stage.doctor.do("end")
    await stage.patient.disconnected.wait()
    return stage


async def revoke(world: World, stage: Stage, _: str) -> Any:
    async with world.store.read() as tx:
        link = (await tx.links.in_session(stage.visit.id))[0]
    return await world.visits.revoke_link(world.doctor, stage.visit.id, link.id)


REQUESTS: dict[str, Asked] = {
    "create_session": Asked(checking, lambda w, s, c: w.visits.create_session(w.doctor, "urgent", "Ada", "a cough", c)),
    "create_link": Asked(in_call, lambda w, s, c: w.visits.create_link(w.doctor, s.visit.id, "guest", "Bo", None, c)),
    "complete": Asked(ended, lambda w, s, c: w.visits.complete(w.doctor, s.visit.id, "completed", "well", c)),
    "edit_session": Asked(in_call, lambda w, s, c: w.visits.edit_session(w.doctor, s.visit.id, "Bea", "a fall")),
    "take_seat": Asked(in_call, lambda w, s, c: w.visits.take_seat(w.staff["colleague"], s.visit.id)),
    "revoke_link": Asked(in_call, revoke),
    "open_link": Asked(
        lambda w: opened_by_nobody(w),
        lambda w, s, c: w.visits.open_link(s.visit.token, "device-of-the-patient", None),
        lambda first, second: second.status == "seat",
    ),
    "ask_move": Asked(in_call, lambda w, s, c: w.visits.ask_move(s.visit.token, "another-device-of-theirs")),
    # What follows after the answer, which tells nothing: `visits.recover_link` only begins it.
    "recover_link": Asked(in_call, lambda w, s, c: w.visits._person_links._recover(s.visit.token)),
    "write_note": Asked(in_call, lambda w, s, c: w.visits.write_note(w.doctor, s.visit.id, "seen today", 0)),
}


async def opened_by_nobody(world: World) -> Stage:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    return Stage(visit, doctor, doctor, None)  # type: ignore[arg-type]  # nobody else is there yet


@pytest.mark.parametrize("name", sorted(REQUESTS))
async def test_requests(world: World, name: str) -> None:
    request = REQUESTS[name]
    stage = await request.setup(world)
    command = command_id()
    store = await dying(world)

    async def ask() -> Any:
        doomed.set(True)
        return await request.ask(world, stage, command)

    asking = asyncio.create_task(ask())
    await asyncio.wait_for(store.died.wait(), COMMITTED_WITHIN)
    before = await whole(world, stage)
    await bury(world, store)
    with pytest.raises(Died):
        await asking
    first = await request.ask(world, stage, command)
    after = await whole(world, stage)
    assert after == before, "nothing was doubled"
    assert request.same(first, await request.ask(world, stage, command)), "and again the same answer"


async def whole(world: World, stage: Stage) -> dict[str, Any]:
    """How many of everything a doubled request would double."""
    async with world.store.read() as tx:
        note = await tx.notes.latest(stage.visit.id)
        recordings = await tx.recordings.of_session(stage.visit.id)
        counts = {
            "recordings": len(recordings),
            "acts": len(await tx.consents.of_session(stage.visit.id)),
            "bystanders": len(await tx.consents.bystanders(stage.visit.id)),
            "unrecorded": len(await tx.consents.unrecorded(stage.visit.id)),
            "markers": sum([len(await tx.markers.of_recording(row.id)) for row in recordings]),
            "seats": len(await tx.participants.in_session(stage.visit.id)),
            "links": len(await tx.links.in_session(stage.visit.id)),
            "moves": len(await tx.moves.undecided(stage.visit.id)),
            "note": note.revision if note is not None else 0,
            "messages": len(await tx.messages.in_session(stage.visit.id)),
        }
        return counts | {"audit": await people_did(world)}


async def people_did(world: World) -> list[tuple[str, str]]:
    """Who did what, by the trail, without what the server did by itself; opening a link again is a thing done again."""
    async with world.store.read() as tx:
        trail = await tx.audit.page(limit=500)
    return sorted((row.actor, row.action) for row in trail if row.role != "system" and row.action != "link.opened")
