"""Incidents obey the recording policies: a caller by link is asked like anybody, is absent until it agrees, and sees that it is
recorded; crews are no part of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from telemed.care.identity import Seat
from telemed.care.recording.words import Basis
from tests.adapters.signaling.incidents import Emergency, an_emergency
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.recorded import AGREE, REFUSE, WITHDRAW
from tests.adapters.signaling.world import Client, World, until

SOUND_AND_PICTURE = {"microphone", "camera", "screen", "screen_audio"}


@dataclass
class Call:
    """A dispatcher and a caller with media."""

    world: World
    emergency: Emergency
    lead: Client
    caller: Client
    seat: Seat

    @property
    def lead_id(self) -> str:
        return str(self.lead.state["you"]["participant_id"])

    @property
    def caller_id(self) -> str:
        return self.emergency.caller_id

    def sources(self, participant_id: str) -> set[str]:
        """What the worker may write of a seat."""
        for plane in self.world.planes:
            request = plane.recordings.get(self.emergency.session_id)
            if request is not None:
                return {track.source.value for track in request.tracks if track.participant_id == participant_id}
        return set()

    async def captured(self, lead: bool, caller: bool) -> None:
        await until(
            lambda: (bool(self.sources(self.lead_id)), bool(self.sources(self.caller_id))) == (lead, caller),
            f"written: lead {lead}, caller {caller}",
        )


async def a_call(world: World, policy: str = "optional", silent: bool = False) -> Call:
    world.recordings.policies["recording_urgent"] = policy
    emergency = await an_emergency(world, silent=silent)
    lead, (caller, seat) = await emergency.lead(), await emergency.caller()
    call = Call(world, emergency, lead, caller, seat)
    for identity, participant_id, publish in (
        (emergency.staff, call.lead_id, ("microphone", "camera")),
        (seat, call.caller_id, ("camera",)),
    ):
        await world.visits.offer(identity, emergency.session_id, offer(1, 1, publish))
        world.plane.connect(emergency.session_id, participant_id)
    return call


async def test_a_caller_is_asked_and_is_written_from_its_yes_on(world: World) -> None:
    call = await a_call(world)
    asked = await call.lead.do("recording_ask")
    await until(lambda: call.caller.state["recording"]["you"]["asked"], "the caller is asked")
    await call.lead.do("recording_consent", **AGREE)
    await call.lead.do("recording_begin", recording_id=asked["recording_id"])
    await call.captured(lead=True, caller=False)
    await until(lambda: call.caller.state["recording"]["state"] == "recording", "and is told that others are written")
    assert call.caller.state["recording"]["you"] == {"standing": "none", "captured": False, "asked": True, "earlier": False}
    assert call.caller.state["recording"]["people"] == [], "what others said is for staff"
    await call.caller.do("recording_consent", **AGREE)
    await call.captured(lead=True, caller=True)
    assert call.sources(call.caller_id) == SOUND_AND_PICTURE
    await until(lambda: call.caller.state["recording"]["you"]["captured"], "told")
    await call.caller.do("recording_consent", **WITHDRAW)
    await call.captured(lead=True, caller=False)
    await until(lambda: call.caller.state["recording"]["you"]["earlier"], "asked what becomes of the earlier part")


async def test_a_caller_who_refuses_is_absent_and_silences_the_others(world: World) -> None:
    call = await a_call(world)
    recording_id = (await call.lead.do("recording_ask"))["recording_id"]
    await call.lead.do("recording_consent", **AGREE)
    await call.caller.do("recording_consent", **REFUSE)
    await call.captured(lead=True, caller=False)
    assert call.sources(call.lead_id) == {"camera", "screen"}, "its voice may come through other microphones"
    await until(lambda: call.lead.state["recording"]["bleed"] == "undecided", "who leads chooses")
    await call.lead.do("recording_stop", recording_id=recording_id)
    await call.captured(lead=False, caller=False)


@pytest.mark.parametrize(("policy", "silent"), [("required", False), ("required", True)])
async def test_where_it_is_required_everybody_is_asked_by_itself(world: World, policy: str, silent: bool) -> None:
    call = await a_call(world, policy, silent)
    await until(lambda: (call.caller.state["recording"] or {}).get("state") == "asking", "asked without a hand")
    assert call.caller.state["recording"]["you"]["asked"] and call.caller.state["recording"]["policy"] == "required"
    await call.caller.do("recording_consent", **REFUSE)
    await until(lambda: call.lead.state["recording"]["unrecorded_reason_wanted"], "the call goes on, and a reason is wanted")
    assert not call.sources(call.caller_id)


async def test_where_it_is_off_nobody_is_asked_and_an_emergency_has_its_own_rule(world: World) -> None:
    world.recordings.policies["recording_emergency"] = "off"
    call = await a_call(world, "off")
    assert call.caller.state["recording"] is None
    assert await call.lead.refused("recording_ask") == "recording_off"
    assert await call.lead.refused("recording_ask", emergency_reason="The caller does not answer") == "emergency_off"
    world.recordings.policies["recording_emergency"] = "on"
    await call.lead.do("recording_ask", emergency_reason="The caller does not answer")
    await call.captured(lead=True, caller=True)
    await until(lambda: call.caller.state["recording"]["you"]["captured"], "seen at the caller, who has not answered")
    async with world.store.read() as tx:
        [take] = await tx.recordings.of_session(call.emergency.session_id)
    assert take.basis is Basis.EMERGENCY and take.decide_by is not None
    await call.caller.do("recording_consent", **REFUSE)
    await call.captured(lead=True, caller=False)


async def test_a_crew_and_a_link_for_the_place_alone_are_never_written(world: World) -> None:
    call = await a_call(world)
    crew, crew_seat = await call.emergency.crew(await call.emergency.share())
    await call.lead.do("recording_ask")
    await until(lambda: crew.state["recording"]["state"] == "asking", "a crew is told")
    assert not crew.state["recording"]["you"]["asked"]
    await call.lead.do("recording_consent", **AGREE)
    await call.caller.do("recording_consent", **AGREE)
    await call.captured(lead=True, caller=True)
    assert call.sources(crew_seat.participant_id) == set()
