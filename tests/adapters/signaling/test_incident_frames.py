"""A frozen picture of the caller: the same bytes and lines on both sides, for nobody else, within bounds, gone with the visit."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from telemed.care.incidents.frames import MAX_BYTES
from telemed.care.incidents.ports import NewFrame
from telemed.care.incidents.words import IncidentEvent
from telemed.care.roles import Role
from telemed.errors import Conflict, Gone, InvalidInput, NotAllowed
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
