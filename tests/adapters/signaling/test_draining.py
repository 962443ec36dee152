"""A server about to stop, or short of disk: nothing new begins, what runs goes on, everybody is told."""

from __future__ import annotations

import pytest

from telemed.errors import Unavailable
from telemed.operation.drain import Drain
from telemed.signaling.overview import announce, overview, running_calls
from tests.adapters.signaling.world import World, until


def drain_of(world: World) -> Drain:
    live = world.signaling.live
    admission = world.signaling.admission
    return Drain(admission, lambda: running_calls(live), lambda state: announce(live, state))


async def test_a_drain_refuses_what_is_new_and_leaves_what_runs(world: World) -> None:
    running, waiting = await world.start_visit(), await world.start_visit(name="Bob Example")
    today = await world.today(world.doctor)
    doctor, patient, _ = await running.call()
    await until(lambda: running_calls(world.signaling.live) == 1, "the call has begun")
    drain = drain_of(world)
    drain.begin()
    for client in (today, doctor, patient):
        await until(lambda client=client: {"type": "service", "data": {"state": "draining"}} in client.live, "told")
    for new in (world.start_visit(), waiting.open()):
        with pytest.raises(Unavailable) as refused:
            await new
        assert (refused.value.code, refused.value.status) == ("draining", 503) and refused.value.retry_after >= 1
    # The call: a reload, a new connection, a word and its end all work.
    again = await world.join(await world.seat_of(await running.open()), running.id)
    await again.do("chat", body="still here")
    assert await drain.wait(0.05) == 1, "it is waited for"
    await doctor.do("end")
    assert await drain.wait(20.0) == 0
    drain.cancel()
    await until(lambda: {"type": "service", "data": {"state": "running"}} in today.live, "told that it goes on")
    assert (await waiting.open()).status == "seat"


async def test_a_full_disk_refuses_new_sessions_only(world: World) -> None:
    visit = await world.start_visit()
    world.signaling.admission.disk_full = True
    with pytest.raises(Unavailable) as refused:
        await world.start_visit()
    assert refused.value.code == "disk_full" and not world.signaling.admission.may_record
    await visit.call()  # a visit that was agreed takes place
    world.signaling.admission.disk_full = False
    await world.start_visit()


async def test_counts_hold_states_and_no_ids(world: World) -> None:
    visit = await world.start_visit()
    await visit.call()
    await until(lambda: overview(world.signaling.live).sessions == {"active": 1}, "the call has begun")
    seen = overview(world.signaling.live)
    assert seen.participants == {"admitted": 2} and seen.sockets == {"call": 2, "staff": 0}
