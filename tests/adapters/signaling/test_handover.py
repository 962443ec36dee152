"""Handing a session over, vital signs, and that nobody's media are touched by who comes."""

from __future__ import annotations

import asyncio

import pytest

from telemed.care.oncall.requests import NewVital
from telemed.care.oncall.words import VitalKind
from telemed.care.roles import Role
from telemed.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.adapters.signaling.ack_kinds import check_kind
from tests.adapters.signaling.on_call import colleague
from tests.adapters.signaling.world import Visit, World, command_id, until


async def urgent(world: World) -> Visit:
    made = await world.visits.create_session(world.doctor, "urgent", "Ada Example", "a fall", command_id())
    return Visit(world, world.doctor, made)


async def test_from_one_to_another_and_on(world: World) -> None:
    visit, second, third = await urgent(world), await colleague(world), await colleague(world, Role.DISPATCHER, "D")
    client, desk = await visit.doctor_joins(), world.signaling.on_call.handovers
    asked = await world.today(second)
    command = command_id()
    made = (await desk.offer(world.doctor, visit.id, second.user_id, "woman, 40, fell", command))["handover"]
    again = await desk.offer(world.doctor, visit.id, second.user_id, "woman, 40, fell", command)
    assert again == {"handover": made}, "said again because the answer was lost"
    check_kind(world, command, "POST /handovers")
    await until(lambda: asked.state["handovers"] and asked.state["handovers"][0]["mine"] == "offered")
    assert asked.state["handovers"][0]["brief"] == "woman, 40, fell"
    with pytest.raises(Conflict) as refused:
        await desk.offer(world.doctor, visit.id, third.user_id, "", command_id())
    assert refused.value.code == "handover_open"
    with pytest.raises(NotFound):
        await desk.accept(world.doctor, made["id"], command_id())
    with pytest.raises(NotFound):
        await desk.accept(third, made["id"], command_id())
    command = command_id()
    taken = await desk.accept(second, made["id"], command)
    assert await desk.accept(second, made["id"], command) == taken
    check_kind(world, command, "POST /handovers/accept")
    await until(lambda: client.state["scene"]["handovers"][0]["state"] == "accepted", "both are there")
    assert client.state["scene"]["lead"] == visit.doctor_id
    await desk.release(world.doctor, made["id"], command_id())
    await until(lambda: client.state["scene"]["lead"] == taken["participant_id"])
    with pytest.raises(Conflict) as refused:
        await desk.offer(world.doctor, visit.id, third.user_id, "", command_id())
    assert refused.value.code == "not_lead"
    onward = (await desk.offer(second, visit.id, third.user_id, "", command_id()))["handover"]
    assert (await desk.decline(third, onward["id"], command_id()))["handover"]["state"] == "declined"
    again = (await desk.offer(second, visit.id, third.user_id, "", command_id()))["handover"]
    assert (await desk.withdraw(second, again["id"], command_id()))["handover"]["state"] == "withdrawn"
    with pytest.raises(Conflict) as refused:
        await desk.accept(third, again["id"], command_id())
    assert refused.value.code == "handover_over"
    async with world.store.read() as tx:
        trail = [str(row.action) for row in await tx.audit.page() if row.object_id.startswith("hdo_")]
    offered = "handover.offered"
    assert trail == [
        *(offered, "handover.accepted", "handover.released", offered, "handover.declined", offered, "handover.withdrawn")
    ]


async def test_who_leaves_after_a_yes_has_handed_over(world: World) -> None:
    visit, second = await urgent(world), await colleague(world)
    client, desk = await visit.doctor_joins(), world.signaling.on_call.handovers
    made = (await desk.offer(world.doctor, visit.id, second.user_id, "", command_id()))["handover"]
    await desk.accept(second, made["id"], command_id())
    other = await world.join(second, visit.id)
    await client.do("leave")
    await until(lambda: other.state["scene"]["handovers"][0]["state"] == "released")
    assert other.state["scene"]["lead"] == other.state["you"]["participant_id"]


async def test_who_went_before_the_yes_has_handed_over(world: World) -> None:
    visit, second = await urgent(world), await colleague(world)
    client, desk = await visit.doctor_joins(), world.signaling.on_call.handovers
    made = (await desk.offer(world.doctor, visit.id, second.user_id, "", command_id()))["handover"]
    await client.do("leave")
    await desk.accept(second, made["id"], command_id())
    other = await world.join(second, visit.id)
    assert other.state["scene"]["handovers"][0]["state"] == "released"
    assert other.state["scene"]["lead"] == other.state["you"]["participant_id"]


async def test_an_offer_of_somebody_who_went_gives_way_to_who_is_there(world: World) -> None:
    visit, second, third = await urgent(world), await colleague(world), await colleague(world, name="Dr. Third")
    await world.visits.take_seat(second, visit.id)
    client, desk = await visit.doctor_joins(), world.signaling.on_call.handovers
    made = (await desk.offer(world.doctor, visit.id, third.user_id, "", command_id()))["handover"]
    other = await world.join(second, visit.id)
    with pytest.raises(Conflict) as refused:
        await desk.offer(second, visit.id, third.user_id, "", command_id())
    assert refused.value.code == "handover_open", "who offered is there"
    await client.do("leave")
    again = (await desk.offer(second, visit.id, third.user_id, "", command_id()))["handover"]

    def states() -> dict[str, str]:
        return {one["id"]: one["state"] for one in other.state["scene"]["handovers"]}

    await until(lambda: states() == {made["id"]: "withdrawn", again["id"]: "offered"})
    with pytest.raises(Conflict) as refused:
        await desk.accept(third, made["id"], command_id())
    assert refused.value.code == "handover_over"
    assert (await desk.accept(third, again["id"], command_id()))["handover"]["state"] != "offered"


async def test_when_the_taker_goes_first_who_gave_leads_on(world: World) -> None:
    visit, second, third = await urgent(world), await colleague(world), await colleague(world, name="Dr. Third")
    client, desk = await visit.doctor_joins(), world.signaling.on_call.handovers
    made = (await desk.offer(world.doctor, visit.id, second.user_id, "", command_id()))["handover"]
    taken = await desk.accept(second, made["id"], command_id())
    await client.do("remove", participant_id=taken["participant_id"])
    await until(lambda: client.state["scene"]["handovers"][0]["state"] == "withdrawn")
    assert client.state["scene"]["lead"] == visit.doctor_id
    with pytest.raises(Conflict):
        await desk.release(world.doctor, made["id"], command_id())
    again = (await desk.offer(world.doctor, visit.id, third.user_id, "", command_id()))["handover"]
    await desk.accept(third, again["id"], command_id())
    assert (await desk.withdraw(world.doctor, again["id"], command_id()))["handover"]["state"] == "withdrawn", "taken back"
    async with world.store.read() as tx:
        trail = [str(row.action) for row in await tx.audit.page() if row.object_id in (made["id"], again["id"])]
    assert trail == ["handover.offered", "handover.accepted", "handover.withdrawn"] * 2


async def test_who_is_there_hands_over_when_the_lead_is_not(world: World) -> None:
    visit, second, third = await urgent(world), await colleague(world), await colleague(world, name="Dr. Third")
    await world.visits.take_seat(second, visit.id)
    client, desk = await visit.doctor_joins(), world.signaling.on_call.handovers
    other = await world.join(second, visit.id)
    with pytest.raises(Conflict):
        await desk.offer(second, visit.id, third.user_id, "", command_id())
    await client.do("leave")
    await until(lambda: other.state["scene"]["lead"] is None, "nobody leads")
    both = (third, await colleague(world, name="Dr. Fourth"))
    answers = await asyncio.gather(
        *(desk.offer(second, visit.id, one.user_id, "", command_id()) for one in both), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == 1 and refused[0].code == "handover_open", "two at once are one"
    assert other.state["scene"]["lead"] == other.state["you"]["participant_id"], "who hands over in their place"


async def test_colleagues_are_those_who_may_come(world: World) -> None:
    visit, second = await urgent(world), await colleague(world, name="Dr. Near")
    await colleague(world, Role.FRONT_DESK, "Desk")
    await world.today(second)
    people = (await world.signaling.on_call.handovers.colleagues(world.doctor, visit.id))["colleagues"]
    assert world.doctor.user_id not in [one["user_id"] for one in people]
    assert {one["role"] for one in people} <= {"clinician", "dispatcher", "responder"}
    assert people[0]["user_id"] == second.user_id and people[0]["online"]
    with pytest.raises(NotAllowed):
        await world.signaling.on_call.handovers.colleagues(second, visit.id)


async def test_tracks_of_who_will_come_are_known_before(world: World) -> None:
    visit = await urgent(world)
    second = await colleague(world)
    _doctor, patient, _seat = await visit.call()
    ahead = {track["id"] for track in patient.state["policy"]["ahead"]}
    assert len(ahead) == 8
    desk = world.signaling.on_call.handovers
    made = (await desk.offer(world.doctor, visit.id, second.user_id, "", command_id()))["handover"]
    taken = await desk.accept(second, made["id"], command_id())
    from tests.adapters.signaling.offers import offer  # noqa: PLC0415 - the only use

    await world.visits.offer(second, visit.id, offer())
    world.plane.connect(visit.id, taken["participant_id"])
    await until(lambda: patient.person(taken["participant_id"]).get("tracks"))
    assert {track["id"] for track in patient.person(taken["participant_id"])["tracks"]} <= ahead, "nothing to negotiate"
    assert "ahead" not in (await (await world.start_visit()).doctor_joins()).state["policy"], "only in emergencies"


async def test_vital_signs_reach_the_staff_in_the_call(world: World) -> None:
    visit = await urgent(world)
    second = await colleague(world)
    await world.visits.take_seat(second, visit.id)
    client, (patient, _) = await visit.doctor_joins(), await visit.patient_joins()
    other, desk = await world.join(second, visit.id), world.signaling.on_call.vitals
    command = command_id()
    wanted = NewVital(VitalKind.BLOOD_PRESSURE, 120, 80, None)
    noted = (await desk.note(world.doctor, visit.id, wanted, command))["vital"]
    assert (await desk.note(world.doctor, visit.id, wanted, command))["vital"] == noted
    check_kind(world, command, "POST /vitals")
    await until(lambda: other.state["scene"]["vitals"] == [noted] and client.state["scene"]["vitals"] == [noted])
    assert (noted["value"], noted["second"], noted["unit"]) == (120, 80, "mmHg")
    with pytest.raises(InvalidInput):
        await desk.note(world.doctor, visit.id, NewVital(VitalKind.PULSE, 400, None, None), command_id())
    assert (await desk.read(second, visit.id))["vitals"] == [noted]
    await desk.remove(second, visit.id, noted["id"], command_id())
    await until(lambda: other.state["scene"]["vitals"] == [])
    assert patient.state["scene"] is None
    stranger = await colleague(world, name="Dr. Stranger")
    with pytest.raises(NotAllowed):
        await desk.note(stranger, visit.id, wanted, command_id())
