"""A frozen picture of the caller: the same bytes and lines on both sides, for nobody else, within bounds, gone with the visit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.incidents.frames import MAX_BYTES
from telemed.care.incidents.ports import NewFrame
from telemed.care.incidents.words import IncidentEvent
from telemed.care.roles import Role
from telemed.care.stills.ports import NoStillVault
from telemed.errors import Conflict, Gone, InvalidInput, NotAllowed, NotFound
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import MasterKeys
from telemed.recording.still_files import StillFiles
from telemed.recording.still_vault import FileStillVault
from telemed.signaling.still_sweep import SEALED_WITHIN, StillSweep
from tests.adapters.signaling.incidents import Emergency, an_emergency
from tests.adapters.signaling.on_call import colleague, page, speciality
from tests.adapters.signaling.world import Client, Json, World, command_id, until
from tests.adapters.web.incidents_samples import a_jpeg

JPEG = a_jpeg(320, 240)


def a_frame(emergency: Emergency, **changes: object) -> NewFrame:
    frame = NewFrame(emergency.caller_id, JPEG, 320, 240, command_id())
    return replace(frame, **changes)  # type: ignore[arg-type]


async def frozen(emergency: Emergency) -> Json:
    shown: Json = await emergency.incidents.freeze(emergency.staff, emergency.session_id, a_frame(emergency))
    return dict(shown["frame"])


def kinds(client: Client) -> list[str]:
    return [shape["kind"] for shape in client.state["frame"]["shapes"]]


async def test_both_sides_see_the_same_picture_and_lines(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    crew, crew_seat = await emergency.crew(await emergency.share())
    frame = await frozen(emergency)
    await until(lambda: caller.state["frame"] and lead.state["frame"], "shown")
    assert "draw" in lead.state["you"]["can"] and "draw" not in caller.state["you"]["can"]
    for who in (emergency.staff, seat):
        assert await emergency.incidents.picture(who, emergency.session_id, frame["id"]) == JPEG
    with pytest.raises(NotAllowed):
        await emergency.incidents.picture(crew_seat, emergency.session_id, frame["id"])
    with pytest.raises(NotAllowed):
        await emergency.incidents.picture(world.staff["second"], emergency.session_id, frame["id"])
    pen = {"id": "one", "kind": "pen", "points": [[0, 0.123456], [0.5, 1]]}
    await lead.do("draw", frame_id=frame["id"], shape=pen)
    await lead.do("draw", frame_id=frame["id"], shape={"id": "two", "kind": "circle", "points": [[0.5, 0.5], [0.6, 0.5]]})
    await until(lambda: kinds(caller) == ["pen", "circle"], "drawn")
    assert caller.state["frame"]["shapes"][0]["points"][0] == [0, 0.1235]
    await lead.do("draw_undo", frame_id=frame["id"])
    await until(lambda: kinds(caller) == ["pen"], "undone")
    await lead.do("draw_clear", frame_id=frame["id"])
    await until(lambda: kinds(caller) == [], "cleared")
    await caller.close()
    again = await world.join(seat, emergency.session_id)
    assert again.state["frame"]["id"] == frame["id"], "a reload finds it"
    second = await frozen(emergency)
    await lead.do("draw", frame_id=second["id"], shape=pen)
    await lead.do("frame_resume", frame_id=second["id"])
    await until(lambda: again.state["frame"] is None, "the live picture")
    async with world.store.read() as tx:
        kept = await tx.incidents.frames(emergency.session_id)
    assert [(one.id, one.participant_id, one.shapes) for one in kept] == [
        (frame["id"], emergency.caller_id, 2),
        (second["id"], emergency.caller_id, 1),
    ]
    assert all(one.ended_at is not None and one.ended_at >= one.shown_at for one in kept), "the first by the second"
    assert crew.state["frame"] is None
    with pytest.raises(Gone):
        await emergency.incidents.picture(seat, emergency.session_id, frame["id"])


async def test_what_was_shown_leaves_a_row_with_its_times(world: World) -> None:
    emergency = await an_emergency(world)
    lead, _ = await emergency.lead(), await emergency.caller()
    first, second = await frozen(emergency), await frozen(emergency)
    for name in ("one", "two"):
        world.clock.ahead += 1
        shape = {"id": name, "kind": "arrow", "points": [[0, 0], [0.5, 0.5]]}
        await lead.do("draw", frame_id=second["id"], shape=shape)
    await lead.do("draw_clear", frame_id=second["id"])
    async with world.store.read() as tx:
        plain, drawn = await tx.incidents.frames(emergency.session_id)
    assert (plain.id, plain.shapes, plain.ended_at) == (first["id"], 0, drawn.shown_at)
    assert (drawn.id, drawn.participant_id, drawn.shapes) == (second["id"], emergency.caller_id, 2)
    assert drawn.ended_at is None
    await lead.do("frame_resume", frame_id=second["id"])
    async with world.store.read() as tx:
        assert (await tx.incidents.frames(emergency.session_id))[1].ended_at is not None
        trail = [str(row.action) for row in await tx.audit.page() if row.object_id in (first["id"], second["id"])]
    await emergency.move(IncidentEvent.CLOSED)
    summary = (await emergency.incidents.detail(emergency.staff, emergency.id))["summary"]
    assert [(one["id"], one["shapes"]) for one in summary["drawings"]] == [(first["id"], 0), (second["id"], 2)]
    assert summary["stills"] == []
    assert not any(one["may_erase"] or one["erased"] for one in summary["drawings"]), "there is no picture of them"
    assert trail == [*["incident.frame_shown"] * 2, "incident.frame_drawn", "incident.frame_resumed"]


async def test_two_draw_at_once_and_nothing_is_lost(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, _) = await emergency.lead(), await emergency.caller()
    frame = await frozen(emergency)
    shapes = [{"id": f"s{number}", "kind": "arrow", "points": [[0, 0], [0.5, 0.5]]} for number in range(8)]
    await asyncio.gather(*(lead.do("draw", frame_id=frame["id"], shape=shape) for shape in shapes))
    await until(lambda: {one["id"] for one in caller.state["frame"]["shapes"]} == {one["id"] for one in shapes}, "all")


async def test_a_specialist_draws_on_the_picture_of_a_responder(world: World) -> None:
    responder = await colleague(world, Role.RESPONDER, "Crew 4")
    made = await page(world, responder, await speciality(world, [world.doctor]))
    await world.signaling.on_call.paging.accept(world.doctor, made["page"]["id"], command_id())
    at_scene = await world.join(responder, made["session_id"])
    doctor = await world.join(world.doctor, made["session_id"])
    assert "draw" in doctor.state["you"]["can"] and "instruct" not in doctor.state["you"]["can"]
    frames = world.visits.incidents
    wanted = NewFrame(at_scene.state["you"]["participant_id"], JPEG, 320, 240, command_id())
    frame = (await frames.freeze(world.doctor, made["session_id"], wanted))["frame"]
    await doctor.do("draw", frame_id=frame["id"], shape={"id": "a", "kind": "circle", "points": [[0.5, 0.5], [0.6, 0.5]]})
    await until(lambda: at_scene.state["frame"] and kinds(at_scene) == ["circle"], "shown at the scene")
    assert await frames.picture(responder, made["session_id"], frame["id"]) == JPEG
    with pytest.raises(Conflict):
        face = replace(wanted, participant_id=doctor.state["you"]["participant_id"], command_id=command_id())
        await frames.freeze(world.doctor, made["session_id"], face)
    await doctor.do("frame_resume", frame_id=frame["id"])
    await until(lambda: at_scene.state["frame"] is None, "live again")


async def test_the_caller_draws_nothing_and_another_visit_has_no_picture(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, _) = await emergency.lead(), await emergency.caller()
    frame = await frozen(emergency)
    assert await caller.refused("draw_clear", frame_id=frame["id"]) == "not_allowed"
    assert await lead.refused("draw_clear", frame_id="frm_another") == "gone"
    visit = await world.start_visit(emergency.staff)
    for session_id, wrong, fault in (
        (visit.id, a_frame(emergency), Conflict),
        (emergency.session_id, a_frame(emergency, participant_id=lead.state["you"]["participant_id"]), Conflict),
    ):
        with pytest.raises(fault):
            await emergency.incidents.freeze(emergency.staff, session_id, wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"jpeg": b"<svg onload=alert(1)>"},
        {"jpeg": JPEG[:-2]},
        {"jpeg": a_jpeg(320, 240, bytes(MAX_BYTES))},
        {"width": 321},
        {"jpeg": b"\xff\xd8\xff\xff\xd9"},
        {"jpeg": a_jpeg(0, 240), "width": 0},
    ],
    ids=["markup", "cut", "large", "size", "empty", "flat"],
)
async def test_what_is_no_such_picture_is_refused(world: World, changes: dict[str, object]) -> None:
    emergency = await an_emergency(world)
    await emergency.caller()
    with pytest.raises(InvalidInput):
        await emergency.incidents.freeze(emergency.staff, emergency.session_id, a_frame(emergency, **changes))


async def test_drawing_has_bounds(world: World) -> None:
    emergency = await an_emergency(world)
    lead, _ = await emergency.lead(), await emergency.caller()
    frame = await frozen(emergency)
    for points in ([[0, 0]], [[0, 0], [1.1, 0]], [[0, 0], [0]], [[0, 0]] * 201, [[0, 0], [0, 0], [0, 0]]):
        shape = {"id": "a", "kind": "arrow", "points": points}
        assert await lead.refused("draw", frame_id=frame["id"], shape=shape) == "invalid_input"
    line = [[0.5, 0.5]] * 200
    for number in range(10):
        world.clock.ahead += 1
        await lead.do("draw", frame_id=frame["id"], shape={"id": f"l{number}", "kind": "pen", "points": line})
    shape = {"id": "more", "kind": "pen", "points": line}
    assert await lead.refused("draw", frame_id=frame["id"], shape=shape) == "too_many_shapes"
    await lead.do("draw", frame_id=frame["id"], shape={**shape, "id": "l3"})
    await emergency.move(IncidentEvent.CLOSED)
    assert world.signaling.live.get(emergency.session_id).incident.frame is None, "gone with the visit"
    async with world.store.read() as tx:
        assert [one.ended_at is None for one in await tx.incidents.frames(emergency.session_id)] == [False]


@asynccontextmanager
async def keeping(world: World, folder: Path) -> AsyncIterator[FileStillVault]:
    """The server, started again, keeps pictures in this folder."""
    keys = RecordingKeys(folder / "keys", MasterKeys((b"m" * 32,)))
    vault = FileStillVault(StillFiles(folder / "stills", lambda: keys), lambda: True)
    world.stills = vault
    await world.restart()
    try:
        yield vault
    finally:
        await world.halt()
        vault.close()
        world.stills = NoStillVault()
        await world.restart_after_halt()


async def test_picture_and_lines_outlive_a_restart_and_are_drawn_on(world: World, tmp_path: Path) -> None:
    async with keeping(world, tmp_path):
        emergency = await an_emergency(world)
        lead, (caller, seat) = await emergency.lead(), await emergency.caller()
        frame = await frozen(emergency)
        circle = {"id": "b", "kind": "circle", "points": [[0.5, 0.5], [0.6, 0.5]]}
        await lead.do("draw", frame_id=frame["id"], shape={"id": "a", "kind": "arrow", "points": [[0, 0], [0.25, 1]]})
        await lead.do("draw", frame_id=frame["id"], shape=circle)
        await until(lambda: kinds(caller) == ["arrow", "circle"], "drawn")
        before = caller.state["frame"]
        sealed = [one for one in (tmp_path / "stills").rglob("*") if one.is_file()]
        assert sealed and not any(b"JFIF" in one.read_bytes() or JPEG[:16] in one.read_bytes() for one in sealed)
        await world.restart()
        lead, caller = await emergency.lead(), await world.join(seat, emergency.session_id)
        assert caller.state["frame"] == lead.state["frame"] == before
        for who in (emergency.staff, seat):
            assert await world.visits.incidents.picture(who, emergency.session_id, frame["id"]) == JPEG
        await lead.do("draw", frame_id=frame["id"], shape={**circle, "points": [[0.5, 0.5], [0.7, 0.5]]})
        await lead.do("draw_undo", frame_id=frame["id"])
        await until(lambda: kinds(caller) == ["arrow"], "goes on")
        await world.restart()
        lead, caller = await emergency.lead(), await world.join(seat, emergency.session_id)
        assert kinds(caller) == ["arrow"]
        await lead.do("frame_resume", frame_id=frame["id"])
        await until(lambda: caller.state["frame"] is None, "the live picture")
        await world.restart()
        assert (await emergency.lead()).state["frame"] is None
        async with world.store.read() as tx:
            row = await tx.incidents.frame(frame["id"])
        assert row is not None and (row.shapes, len(row.lines), row.size) == (2, 1, len(JPEG))


async def test_a_picture_that_cannot_be_kept_is_shown_all_the_same(world: World) -> None:
    emergency = await an_emergency(world)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    frame = await frozen(emergency)
    await until(lambda: caller.state["frame"], "shown")
    assert await emergency.incidents.picture(seat, emergency.session_id, frame["id"]) == JPEG
    await world.restart()
    assert (await emergency.lead()).state["frame"] is None, "there is no picture to draw on"
    assert lead.faults == []


async def test_what_is_erased_leaves_a_row_and_nothing_on_the_disk(world: World, tmp_path: Path) -> None:
    async with keeping(world, tmp_path) as vault:
        emergency = await an_emergency(world)
        lead, (caller, seat) = await emergency.lead(), await emergency.caller()
        frame = await frozen(emergency)
        await lead.do("draw", frame_id=frame["id"], shape={"id": "a", "kind": "arrow", "points": [[0, 0], [0.25, 1]]})
        place = (emergency.session_id, frame["id"], "Another person is seen")
        incidents = world.visits.incidents
        for who, fault in ((world.staff["second"], NotAllowed), (world.staff["desk"], NotAllowed)):
            with pytest.raises(fault):
                await incidents.erase_frame(who, *place)
        with pytest.raises(NotFound):
            await incidents.erase_frame(emergency.staff, emergency.session_id, "frm_another", "why")
        for _ in range(2):
            await incidents.erase_frame(emergency.staff, *place)
        await until(lambda: caller.state["frame"] is None, "not shown any more")
        with pytest.raises(Gone):
            await incidents.picture(seat, emergency.session_id, frame["id"])
        assert await vault.ids() == ()
        async with world.store.read() as tx:
            row = await tx.incidents.frame(frame["id"])
            trail = [one for one in await tx.audit.page() if one.action == "incident.frame_erased"]
            assert await tx.incidents.last_erased_frame_at() is not None
        assert row is not None and (row.size, row.lines, row.shapes, row.erase_reason) == (0, (), 1, place[2])
        assert row.ended_at is not None and [one.object_id for one in trail] == [frame["id"]]


async def test_one_kept_by_mistake_is_erased_from_the_summary(world: World, tmp_path: Path) -> None:
    async with keeping(world, tmp_path) as vault:
        emergency = await an_emergency(world)
        await emergency.lead(), await emergency.caller()
        wrong, right = await frozen(emergency), await frozen(emergency)
        await emergency.move(IncidentEvent.CLOSED)

        async def told() -> list[tuple[str, str, bool, bool]]:
            summary = (await emergency.incidents.detail(emergency.staff, emergency.id))["summary"]
            return [(one["id"], one["session_id"], one["erased"], one["may_erase"]) for one in summary["drawings"]]

        visit = emergency.session_id
        assert await told() == [(wrong["id"], visit, False, True), (right["id"], visit, False, True)]
        await world.visits.incidents.erase_frame(emergency.staff, visit, wrong["id"], "Another person is seen")
        assert await told() == [(wrong["id"], visit, True, False), (right["id"], visit, False, True)]
        assert await vault.ids() == (right["id"],)


async def test_a_picture_sealed_for_a_row_that_never_said_so_is_removed(world: World, tmp_path: Path) -> None:
    async with keeping(world, tmp_path) as vault:
        emergency = await an_emergency(world)
        await emergency.lead(), await emergency.caller()
        kept, cut_off = await frozen(emergency), await frozen(emergency)
        async with world.store.write() as tx:
            row = await tx.incidents.frame(cut_off["id"])
            assert row is not None
            await tx.incidents.save_frame(replace(row, size=0))
        await StillSweep(world.signaling.still_uploads.desk).run()
        assert set(await vault.ids()) == {kept["id"], cut_off["id"]}, "it may be on its way"
        async with world.store.write() as tx:
            old = row.shown_at - SEALED_WITHIN - timedelta(seconds=5)
            await tx.incidents.save_frame(replace(row, size=0, shown_at=old))
        await StillSweep(world.signaling.still_uploads.desk).run()
        assert set(await vault.ids()) == {kept["id"]}


async def test_rows_about_pictures_are_bounded_for_each_incident_and_the_oldest_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemed.store.repositories.incidents.MOST_UNKEPT", 3)
    other, emergency = await an_emergency(world), await an_emergency(world)
    kept_besides = await frozen(other)
    shown = [(await frozen(emergency))["id"] for _ in range(6)]
    async with world.store.write() as tx:  # one is kept on the disk, one was erased
        first, second = [await tx.incidents.frame(one) for one in shown[3:5]]
        assert first is not None and second is not None
        await tx.incidents.save_frame(replace(first, size=1))
        await tx.incidents.save_frame(replace(second, erased_at=first.shown_at))
    shown += [(await frozen(emergency))["id"] for _ in range(3)]
    await emergency.move(IncidentEvent.CLOSED)
    again = replace(emergency, made=await emergency.move(IncidentEvent.REOPENED))
    shown.append((await frozen(again))["id"])
    async with world.store.read() as tx:
        rows = [row for one in (emergency, again, other) for row in await tx.incidents.frames(one.session_id)]
    assert [row.id for row in rows] == [*shown[3:5], *shown[-3:], kept_besides["id"]]
    assert world.signaling.counters.get("frames.dropped") == 5
    assert again.world.signaling.live.get(again.session_id).incident.frame.id == shown[-1]
