"""A full server: no new room, a word that says why; running calls, their joiners and urgent visits go on."""

from __future__ import annotations

import pytest

from telemed.errors import TelemedError, Unavailable
from telemed.media.control import LoadChanged, Snapshot
from telemed.media.overload import LoadLevel
from tests.adapters.signaling.conftest import MakeWorld
from tests.adapters.signaling.fake_media import FakeMediaPlane
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import Visit, World, command_id, until


async def code_of(call: object) -> str:
    with pytest.raises(TelemedError) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


def tell(plane: FakeMediaPlane, level: LoadLevel) -> None:
    plane.report(LoadChanged(level))


async def urgent_visit(world: World) -> Visit:
    made = await world.visits.create_session(world.doctor, "urgent", "Eve Example", "a fall", command_id())
    return Visit(world, world.doctor, made)


async def test_a_full_server_takes_no_new_room_and_lets_joiners_in(world: World) -> None:
    running, planned = await world.start_visit(), await world.start_visit(name="Bob Example")
    doctor, _patient, seat = await running.call()
    await world.visits.offer(seat, running.id, offer())
    world.plane.connect(running.id, running.patient_id)
    await planned.call()
    today = await world.today(world.doctor)
    tell(world.plane, LoadLevel.FULL)
    assert {"type": "service", "data": {"state": "full"}} in await until(lambda: today.live)
    assert await code_of(world.visits.offer(world.doctor, planned.id, offer())) == "server_full"
    with pytest.raises(Unavailable) as refused:
        await world.start_visit()
    assert refused.value.code == "server_full" and refused.value.retry_after >= 1
    assert "emergency" in refused.value.message
    # The running call: its doctor joins, and both may offer again.
    await world.visits.offer(world.doctor, running.id, offer())
    await world.visits.offer(seat, running.id, offer(attempt=9))
    await doctor.do("chat", body="still here")
    tell(world.plane, LoadLevel.LOWEST)
    await until(lambda: {"type": "service", "data": {"state": "running"}} in today.live, "told that it goes on")
    await world.visits.offer(world.doctor, planned.id, offer())
    await world.start_visit()


async def test_urgent_visits_use_the_reserve_and_no_more(world: World) -> None:
    tell(world.plane, LoadLevel.FULL)
    first = await urgent_visit(world)
    await first.doctor_joins()
    await world.visits.offer(world.doctor, first.id, offer())
    second = await urgent_visit(world)
    await second.doctor_joins()
    tell(world.plane, LoadLevel.CLOSED)
    assert await code_of(world.visits.offer(world.doctor, second.id, offer())) == "server_full"
    assert await code_of(urgent_visit(world)) == "server_full"
    await world.visits.offer(world.doctor, first.id, offer(attempt=9))


async def test_a_running_call_finds_a_place_when_its_worker_died(new_world: MakeWorld) -> None:
    world = await new_world(2)
    try:
        running = await world.start_visit()
        _doctor, _patient, seat = await running.call()
        await world.visits.offer(seat, running.id, offer())
        held, other = sorted(world.planes, key=lambda plane: not plane.rooms)
        held.connect(running.id, running.patient_id)
        visit = world.signaling.live.find(running.id)
        await until(lambda: visit is not None and visit.session.state.value == "active", "the call runs")
        tell(other, LoadLevel.CLOSED)
        held.die()
        await world.visits.offer(seat, running.id, offer(attempt=2))
        assert running.id in other.rooms
    finally:
        for client in world.clients:
            await client.close()
        await world.halt()
        await world.store.close()


async def test_rooms_go_where_there_is_place(new_world: MakeWorld) -> None:
    world = await new_world(2)
    try:
        tell(world.planes[0], LoadLevel.LOWERED)
        for _ in range(3):
            visit = await world.start_visit()
            await visit.doctor_joins()
            await world.visits.offer(world.doctor, visit.id, offer())
        assert not world.planes[0].rooms and len(world.planes[1].rooms) == 3
        tell(world.planes[1], LoadLevel.FULL)
        visit = await world.start_visit()
        await visit.doctor_joins()
        await world.visits.offer(world.doctor, visit.id, offer())
        assert len(world.planes[0].rooms) == 1
    finally:
        for client in world.clients:
            await client.close()
        await world.halt()
        await world.store.close()


async def test_a_worker_that_comes_back_says_how_it_is(world: World) -> None:
    world.plane.available = False
    assert world.plane.on_worker_ready is not None
    world.plane.available = True
    world.plane.on_worker_ready(Snapshot("g9", (), (), LoadLevel.FULL))
    assert await code_of(world.start_visit()) == "server_full"
    world.plane.die()
    world.plane.come_back()
    await world.start_visit()
