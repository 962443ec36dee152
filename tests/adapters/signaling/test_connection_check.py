"""Probes of strangers: answered, alone, few, and gone soon."""

from __future__ import annotations

import pytest

from telemed.errors import TelemedError
from telemed.media.control import LoadChanged
from telemed.media.overload import LoadLevel
from telemed.signaling import media_probe
from tests.adapters.signaling.offers import offer, probe_offer
from tests.adapters.signaling.world import World, until


async def code_of(call: object) -> str:
    with pytest.raises(TelemedError) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


async def test_a_stranger_gets_an_answer_in_a_room_of_its_own_that_ends(world: World) -> None:
    answers = [await world.visits.check_connection("192.0.2.1", probe_offer()) for _ in range(2)]
    assert all("a=candidate:" in answer and "a=inactive" not in answer.split("m=")[0] for answer in answers)
    rooms = dict(world.plane.rooms)
    assert len(rooms) == 2 and all(room_id.startswith("probe_chk_") and len(peers) == 1 for room_id, peers in rooms.items())
    assert all(not peer.publish and not peer.subscribe for peers in rooms.values() for peer in peers.values())
    assert not any("192.0.2.1" in text for call in world.plane.calls for text in call)
    await world.sweep(media_probe.PROBE_SECONDS + 1)
    await until(lambda: not world.plane.rooms, "they are closed")


async def test_few_at_once_for_one_source_and_for_all(world: World) -> None:
    for _ in range(media_probe.CHECKS_PER_SOURCE):
        await world.visits.check_connection("192.0.2.1", probe_offer())
    assert await code_of(world.visits.check_connection("192.0.2.1", probe_offer())) == "too_many"
    number = media_probe.CHECKS_PER_SOURCE
    for number in range(media_probe.CHECKS_PER_SOURCE, media_probe.MAX_CHECKS):
        await world.visits.check_connection(f"198.51.100.{number}", probe_offer())
    assert await code_of(world.visits.check_connection("203.0.113.1", probe_offer())) == "too_many"
    visit = await world.start_visit()
    _patient, seat = await visit.patient_joins(waiting=False)
    assert "a=candidate:" in await world.visits.probe(seat, visit.id, probe_offer()), "a seat's own check has its own bounds"
    await world.sweep(media_probe.PROBE_SECONDS + 1)
    await world.visits.check_connection("192.0.2.1", probe_offer())


async def test_what_is_refused_leaves_nothing(world: World) -> None:
    for _ in range(media_probe.CHECKS_PER_SOURCE + 1):
        assert await code_of(world.visits.check_connection("192.0.2.1", "v=0")) == "bad_sdp"
        assert await code_of(world.visits.check_connection("192.0.2.1", offer().sdp)) == "bad_sdp", "two lines, sending"
    world.plane.report(LoadChanged(LoadLevel.FULL))
    for _ in range(media_probe.CHECKS_PER_SOURCE + 1):
        assert await code_of(world.visits.check_connection("192.0.2.1", probe_offer())) == "server_full"
    world.plane.report(LoadChanged(LoadLevel.LOWEST))
    await world.visits.check_connection("192.0.2.1", probe_offer())
