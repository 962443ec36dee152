"""Control dies between the commit and the answer of each event of an incident: the retry gets the answer, nothing doubles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from telemed.care.identity import Seat
from tests.adapters.signaling.ack_kinds import check_kind
from tests.adapters.signaling.incidents import Emergency, an_emergency
from tests.adapters.signaling.test_death_after_commit import COMMITTED_WITHIN, bury, dying, people_did, stored_answer
from tests.adapters.signaling.world import Client, Json, World, command_id


@dataclass
class Stage:
    """A dispatcher and a caller in the call, and a card on the caller's screen."""

    emergency: Emergency
    dispatcher: Client
    caller: Client
    seat: Seat
    card: str


async def helped(world: World) -> Stage:
    emergency = await an_emergency(world)
    dispatcher = await emergency.lead()
    caller, seat = await emergency.caller()
    shown = await dispatcher.do("instruct", participant_id=seat.participant_id, kind="card", card_id="cpr")
    return Stage(emergency, dispatcher, caller, seat, str(shown["instruction"]["id"]))


def on_card(stage: Stage) -> Json:
    return {"instruction_id": stage.card}


Case = tuple[str, Callable[[Stage], Json]]
EVENTS: dict[str, Case] = {
    "instruct": ("dispatcher", lambda s: {"participant_id": s.seat.participant_id, "kind": "light", "value": "on"}),
    "instruction_clear": ("dispatcher", on_card),
    "instruction_shown": ("caller", on_card),
    "caller_facts": ("caller", lambda _: {"battery": 0.4, "charging": False}),
    "call_back": ("caller", lambda _: {"number": "030 5550199"}),
    "caller_silent": ("caller", lambda _: {"silent": True}),
    "leave_quickly": ("caller", lambda _: {}),
}


async def did(world: World) -> list[tuple[str, str]]:
    """Who did what; looking at an incident, as this test does, is in the trail as well."""
    return [(who, action) for who, action in await people_did(world) if action != "incident.read"]


@pytest.mark.parametrize("event", sorted(EVENTS))
async def test_events_of_an_incident(world: World, event: str) -> None:
    who, fields = EVENTS[event]
    stage = await helped(world)
    command = command_id()
    payload = {"command_id": command, **fields(stage)}
    identity = stage.emergency.staff if who == "dispatcher" else stage.seat
    actor = stage.emergency.staff.user_id if who == "dispatcher" else stage.seat.participant_id
    store = await dying(world)
    store.awaited = (actor, command)
    await getattr(stage, who).sio.emit(event, payload, namespace="/call")
    await asyncio.wait_for(store.died.wait(), COMMITTED_WITHIN)
    before = await did(world)
    answer = await stored_answer(world, actor, command)
    await bury(world, store)
    seen = await stage.emergency.row()
    sender = await world.join(identity, stage.emergency.session_id)
    assert await sender.send(event, payload) == {"ok": True, "result": answer}
    assert await did(world) == before, "nothing was doubled"
    assert await stage.emergency.row() == seen
    check_kind(world, command, event)
