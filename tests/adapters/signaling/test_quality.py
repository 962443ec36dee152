"""How calls were: told to staff while they last, kept minute by minute afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.care.quality_minutes import minute_of
from telemed.care.records import QualityMinute
from telemed.care.states import SessionState
from telemed.errors import NotAllowed, Unavailable
from telemed.media.control import PeerQuality, Way
from telemed.signaling import quality_keeper
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import Visit, World, until

OVER = 180.0  # seconds after which every minute begun is due
REPORT = {"freezes": 2, "rtt_ms": 80, "concealed": 0.02, "frozen": 0.1, "height": 360}


def sample(visit: Visit, participant_id: str, **fields: object) -> PeerQuality:
    values: dict[str, object] = {"way": Way.UDP, "layer": 0, "video_rate": 900, "down_rate": 1000} | fields
    return PeerQuality(visit.id, participant_id, 0.01, 0.1, 0.05, 1, **values)  # type: ignore[arg-type]


async def kept(world: World, visit: Visit) -> list[QualityMinute]:
    async with world.store.read() as tx:
        return await tx.quality.in_session(visit.id)


async def in_call(world: World) -> tuple[Visit, object, object]:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer())
    return visit, doctor, patient


async def test_a_minute_is_kept_once_it_is_over(world: World) -> None:
    visit, _doctor, patient = await in_call(world)
    for _ in range(3):
        world.plane.report(sample(visit, visit.patient_id))
    world.plane.report(sample(visit, visit.doctor_id, video_rate=0))
    await patient.do("quality_report", **(REPORT | {"freezes": 1}))
    await patient.do("quality_report", **REPORT, way="relay")
    await world.sweep()
    assert await kept(world, visit) == [], "the minute is not over"
    await world.sweep(OVER)
    rows = await kept(world, visit)
    measured = [row for row in rows if row.down_loss is not None]
    assert {row.participant_id for row in measured} == {visit.patient_id, visit.doctor_id}
    assert [row.no_picture for row in measured if row.participant_id == visit.doctor_id] == [1.0]
    told = [row for row in rows if row.freezes is not None]
    assert [(row.freezes, row.frozen, row.height, row.way) for row in told] == [(2, 0.1, 360, "relay")], "the last one counts"
    await world.sweep(OVER)
    assert await kept(world, visit) == rows


async def test_staff_are_told_the_way_by_the_relay(world: World) -> None:
    visit, doctor, patient = await in_call(world)
    await patient.do("quality_report", **REPORT, way="relay")
    world.plane.report(sample(visit, visit.patient_id))
    await until(lambda: [e["data"].get("way") for e in doctor.live if e["type"] == "quality"] == ["relay"])


async def test_the_first_report_of_a_young_call_makes_no_minute_before_it(world: World) -> None:
    visit, _doctor, patient = await in_call(world)
    before = minute_of(world.clock.utcnow())
    world.plane.report(sample(visit, visit.patient_id))
    await patient.do("quality_report", **REPORT)
    await world.sweep(OVER)
    assert min(row.minute for row in await kept(world, visit)) >= before


@pytest.mark.parametrize(
    ("field", "value"),
    [("frozen", 1.5), ("frozen", "0"), ("height", -1), ("height", 9000), ("height", 1.5), ("way", "pigeon"), ("address", "::1")],
)
async def test_wrong_reports_are_refused(world: World, field: str, value: object) -> None:
    _visit, _doctor, patient = await in_call(world)
    assert await patient.refused("quality_report", **(REPORT | {field: value})) == "invalid_input"


async def test_a_stop_writes_what_waits_and_a_second_start_changes_no_row(world: World) -> None:
    visit, _doctor, _patient = await in_call(world)
    world.plane.report(sample(visit, visit.patient_id))
    await world.restart()
    rows = await kept(world, visit)
    assert [row.down_loss for row in rows] == [0.1]
    again = world.signaling.quality
    again._tally((visit.id, visit.patient_id), rows[0].minute).add(sample(visit, visit.patient_id, down_rate=5))
    await again.stop()
    assert await kept(world, visit) == rows, "the first row of a minute stays"


async def test_a_refused_write_is_tried_again_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visit, _doctor, _patient = await in_call(world)
    world.plane.report(sample(visit, visit.patient_id))
    keeper = world.signaling.quality

    def full() -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(keeper._store, "write", full)
        world.clock.ahead += OVER
        with pytest.raises(Unavailable):
            await keeper.run()
        await keeper.run()  # not yet again
    world.clock.ahead += quality_keeper.RETRY_SECONDS
    await keeper.run()
    assert len(await kept(world, visit)) == 1
    assert keeper.counters.get("quality.write_failed") == 1


async def test_minutes_in_memory_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality_keeper, "MAX_TALLIES", 2)
    visit, _doctor, _patient = await in_call(world)
    for _ in range(4):
        world.clock.ahead += 60
        world.plane.report(sample(visit, visit.patient_id))
    assert len(world.signaling.quality._tallies) == 2
    assert world.signaling.quality.counters.get("quality.minutes_dropped") == 2
    assert [now.way for _seat, now in world.signaling.quality.fresh()] == ["udp"]
    world.clock.ahead += quality_keeper.FRESH_SECONDS + 1
    assert list(world.signaling.quality.fresh()) == []


async def test_staff_read_the_minutes_of_a_visit(world: World) -> None:
    visit, _doctor, patient = await in_call(world)
    world.plane.report(sample(visit, visit.patient_id))
    await patient.do("quality_report", **REPORT)
    await world.sweep(OVER)
    for reader in ("doctor", "colleague", "desk"):
        answer = await world.visits.session_quality(world.staff[reader], visit.id)
        assert [person["id"] for person in answer["participants"]] == [visit.patient_id] and not answer["more"]
        minutes = answer["participants"][0]["minutes"]
        assert {minute["heard"] for minute in minutes} <= {"good", "gaps"}
        assert any(minute["down_loss"] == 0.1 and minute["way"] == "udp" for minute in minutes)
    with pytest.raises(NotAllowed):
        await world.visits.session_quality(world.staff["admin"], visit.id)


async def test_admins_see_rooms_and_nobody_in_them(world: World) -> None:
    visit, _doctor, _patient = await in_call(world)
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: world.signaling.live.get(visit.id).session.state is SessionState.ACTIVE)
    world.plane.report(sample(visit, visit.patient_id, video_paused=True))
    world.plane.report(sample(visit, visit.doctor_id, way=Way.TCP, video_paused=True))
    shown = world.signaling.rooms.rooms(world.staff["admin"])
    assert shown["count"] == 1
    (room,) = shown["rooms"]
    assert (room["room"], room["worker"], room["people"], room["paused"]) == (visit.id[-6:], 0, 2, 2)
    assert (room["ways"], room["bars"], room["down_loss"], room["rtt_ms"]) == ({"udp": 1, "tcp": 1}, 1, 0.1, 50)
    text = str(shown)
    assert not any(word in text for word in ("Ada", "cough", "Dr.", visit.id, visit.patient_id))
    assert world.signaling.quality.ways() == {"udp": 1, "tcp": 1}
    elsewhere = replace(world.staff["admin"], organisation_id="org_other")
    assert world.signaling.rooms.rooms(elsewhere) == {"rooms": [], "count": 0}
