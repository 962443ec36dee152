"""A full waiting room with many members: what one arrival and one answer cost the process that serves everybody else too."""

from __future__ import annotations

import time

import pytest

from telemed.signaling.schemas import AnswerEntry
from tests.adapters.signaling.test_queues import many_clinicians
from tests.adapters.signaling.waiting_rooms import make_room, row_of
from tests.adapters.signaling.world import World, command_id, until

PEOPLE = 50
MOST = 0.25  # seconds of this thread; some 0.03 and 0.06 where this was written


@pytest.mark.timeout(120)
async def test_fifty_who_wait_and_fifty_who_look(world: World) -> None:
    room = await make_room(world, max_waiting=PEOPLE + 1)
    people = await many_clinicians(world, room, PEOPLE)
    for one in people:
        world.signaling.live.staff_channel(one)
    today = await world.today(people[0])
    first = (await room.enter("First")).entry_id
    for number in range(1, PEOPLE):
        await room.enter(f"Patient {number}")
    began = time.thread_time()
    last = (await room.enter("Last")).entry_id
    assert time.thread_time() - began <= MOST, "an arrival moves nobody else"
    await until(lambda: row_of(today, last), "the arrival")
    began = time.thread_time()
    await world.signaling.queues.answers.answer(people[0], AnswerEntry(command_id=command_id(), entry_id=first))
    assert time.thread_time() - began <= MOST, "an answer moves everybody up"
    await until(lambda: row_of(today, last)["place"] == PEOPLE, "one place further")
