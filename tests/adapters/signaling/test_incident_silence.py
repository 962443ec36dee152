"""What the media plane is told of an incident's callers: sound of staff and nothing else, and none while one is silent."""

from __future__ import annotations

import pytest

from telemed.care.identity import Seat
from telemed.care.incidents.ports import Silence
from telemed.care.incidents.words import Allowed, IncidentEvent
from telemed.errors import Conflict, NotAllowed, NotFound
from telemed.media.control import Source
from telemed.signaling import seats_ahead
from telemed.signaling.media_room import track_id
from tests.adapters.signaling.incidents import Emergency, an_emergency, another
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import Client, World, command_id, until


def everything(emergency: Emergency, *others: str) -> tuple[tuple[str, str], ...]:
    """All that a page could ask for: of staff who are there, of staff who may come, of others."""
    visit = emergency.world.signaling.live.get(emergency.session_id)
    people = dict.fromkeys((*visit.seats, *seats_ahead.seat_ids(visit.session), *others))
    kinds = ((Source.MICROPHONE, "audio"), (Source.CAMERA, "video"), (Source.SCREEN, "video"), (Source.SCREEN_AUDIO, "audio"))
    return tuple((track_id(person, source), kind) for person in people for source, kind in kinds)


async def sent_to(world: World, emergency: Emergency, seat: Seat, attempt: int = 1, sources: tuple[str, ...] = ()) -> set[str]:
    """Ask for everything; the tracks the worker was told to send."""
    asked = everything(emergency)
    for begin in range(0, len(asked), 40):
        request = offer(attempt, begin + 1, sources, asked[begin : begin + 40])
        await world.visits.offer(seat, emergency.session_id, request)
        peer = world.plane.rooms[emergency.session_id][seat.participant_id]
        if set(peer.subscribe):
            return set(peer.subscribe)
    return set()


async def the_lead_speaks(emergency: Emergency) -> tuple[Client, str]:
    lead = await emergency.lead()
    await emergency.world.visits.offer(emergency.staff, emergency.session_id, offer(1, 1, ("microphone", "camera")))
    own = lead.state["you"]["participant_id"]
    await until(lambda: len(lead.me()["tracks"]) in (0, 2), "published")
    return lead, own


async def test_a_caller_gets_the_sound_of_staff_and_nothing_else(world: World) -> None:
    emergency = await an_emergency(world)
    _lead, own = await the_lead_speaks(emergency)
    crew, crew_seat = await emergency.crew(await emergency.share())
    caller, seat = await emergency.caller()
    told = await sent_to(world, emergency, seat)
    visit = world.signaling.live.get(emergency.session_id)
    assert track_id(own, Source.MICROPHONE) in told
    assert told <= {track_id(person, Source.MICROPHONE) for person in (own, *seats_ahead.seat_ids(visit.session))}
    assert [one["source"] for one in caller.person(own)["tracks"]] == ["microphone"]
    assert {one["kind"] for one in caller.state["policy"].get("ahead", [])} <= {"audio"}
    await world.visits.offer(seat, emergency.session_id, offer(1, 9, ("microphone", "camera"), ()))
    watched = await sent_to(world, emergency, crew_seat)
    assert {track_id(emergency.caller_id, Source.CAMERA), track_id(emergency.caller_id, Source.MICROPHONE)} <= watched
    assert track_id(own, Source.CAMERA) not in watched
    with pytest.raises(NotAllowed):
        await world.visits.offer(crew_seat, emergency.session_id, offer(1, 99, ("microphone",)))
    assert crew.state["you"]["role"] == "observer"


async def test_nothing_is_heard_at_a_silent_caller_from_the_first_offer_on(world: World) -> None:
    emergency = await an_emergency(world, silent=True)
    _lead, own = await the_lead_speaks(emergency)
    caller, seat = await emergency.caller()
    assert caller.state["you"]["silent"] and caller.state["incident"]["silent"]
    assert await sent_to(world, emergency, seat, sources=("camera",)) == set()
    assert caller.person(own)["tracks"] == [] and not caller.state["policy"].get("ahead")
    peer = world.plane.rooms[emergency.session_id][seat.participant_id]
    await until(lambda: not peer.receiving, "the worker sends it nothing")
    assert peer.sending, "staff see and hear the caller"


async def test_silence_in_the_middle_of_a_call_holds_over_restarts_until_it_is_lifted(world: World) -> None:
    emergency = await an_emergency(world)
    lead, own = await the_lead_speaks(emergency)
    caller, seat = await emergency.caller()
    assert await sent_to(world, emergency, seat, sources=("camera",))
    peer = world.plane.rooms[emergency.session_id][seat.participant_id]
    assert peer.receiving
    await caller.do("caller_silent", silent=True)
    await until(lambda: (peer.sending, peer.receiving) == (True, False), "silent at once")
    assert await sent_to(world, emergency, seat) == set(), "a new offer brings no sound back"
    await lead.do("hold", participant_id=seat.participant_id)
    await until(lambda: not world.plane.rooms[emergency.session_id][seat.participant_id].sending, "on hold")
    await lead.do("resume", participant_id=seat.participant_id)
    peer = world.plane.rooms[emergency.session_id][seat.participant_id]
    await until(lambda: peer.sending, "resumed")
    assert not peer.receiving, "a hold that ends brings no sound"
    await world.restart()
    await world.sweep()
    assert not peer.receiving, "control that starts anew finds it silent"
    caller = await world.join(seat, emergency.session_id)
    await caller.do("caller_silent", silent=False)
    await until(lambda: peer.receiving, "heard again")


async def silence(emergency: Emergency, participant_id: str, silent: bool) -> None:
    await emergency.incidents.silence(emergency.staff, emergency.id, Silence(participant_id, silent, command_id()))


async def test_one_silent_caller_leaves_the_others_their_voices(world: World) -> None:
    """Also when another speciality joins, the other caller comes and goes, and control restarts."""
    emergency = await an_emergency(world)
    witness = await another(emergency)
    lead, own = await the_lead_speaks(emergency)
    hides, hidden = await emergency.caller()
    speaks, speaking = await witness.caller()
    for seat in (hidden, speaking):
        assert await sent_to(world, emergency, seat, sources=("microphone", "camera"))
    peers = world.plane.rooms[emergency.session_id]
    await hides.do("caller_silent", silent=True)
    await until(lambda: not peers[hidden.participant_id].receiving, "silent at once")
    assert peers[speaking.participant_id].receiving and peers[own].receiving
    assert "silent" not in speaks.state["you"] and not speaks.state["incident"]["silent"]
    assert [one["silent"] for one in lead.state["incident"]["callers"]] == [True, False]
    assert await sent_to(world, emergency, hidden) == set()
    assert track_id(own, Source.MICROPHONE) in await sent_to(world, emergency, speaking)
    await speaks.do("caller_silent", silent=False)
    await speaks.do("caller_silent", silent=True)
    await speaks.do("caller_silent", silent=False)
    await world.visits.take_seat(world.staff["second"], emergency.session_id)
    doctor = await world.join(world.staff["second"], emergency.session_id)
    await world.visits.offer(world.staff["second"], emergency.session_id, offer(1, 1, ("microphone",)))
    theirs = doctor.state["you"]["participant_id"]
    await until(lambda: any(one["id"] == theirs for one in hides.state["participants"]), "the doctor is there")
    assert all(one["tracks"] == [] for one in hides.state["participants"] if one["id"] != hidden.participant_id)
    assert not hides.state["policy"].get("ahead") and speaks.state["policy"]["ahead"]
    assert track_id(theirs, Source.MICROPHONE) in await sent_to(world, emergency, speaking)
    assert await sent_to(world, emergency, hidden) == set()
    await world.restart()
    await world.sweep()
    assert not peers[hidden.participant_id].receiving and peers[speaking.participant_id].receiving
    assert [one["silent"] for one in (await emergency.row())["callers"]] == [True, False]


async def test_who_is_with_somebody_who_hides_is_asked_silently_too_unless_staff_say_otherwise(world: World) -> None:
    emergency = await an_emergency(world, silent=True)
    likewise, otherwise = await another(emergency), await another(emergency, silent=False)
    assert [one["silent"] for one in (await emergency.row())["callers"]] == [True, True, False]
    assert (await likewise.open(device="device-2")).content["caller"]["silent"] is True
    assert (await otherwise.open(device="device-3")).content["caller"]["silent"] is False


async def test_staff_take_a_silence_back_only_before_anybody_has_come(world: World) -> None:
    emergency = await an_emergency(world, silent=True)
    await silence(emergency, emergency.caller_id, False)
    assert (await emergency.row())["silent"] is False
    await silence(emergency, emergency.caller_id, True)
    await emergency.caller()
    for _ in range(2):
        with pytest.raises(Conflict) as kept:
            await silence(emergency, emergency.caller_id, False)
        assert kept.value.code == "silence_kept"
    own = (await emergency.lead()).state["you"]["participant_id"]
    for nobody in (own, "par_elsewhere"):
        with pytest.raises(NotFound):
            await silence(emergency, nobody, True)
    moved = await emergency.move(IncidentEvent.CLOSED)
    assert moved["incident"]["state"] == "closed"
    again = await emergency.move(IncidentEvent.REOPENED)
    assert [one["silent"] for one in again["incident"]["callers"]] == [True], "silence goes with whoever needed it"


async def test_a_link_for_the_place_alone_publishes_nothing(world: World) -> None:
    emergency = await an_emergency(world, kinds=(Allowed.LOCATION,))
    _, seat = await emergency.caller()
    with pytest.raises(NotAllowed):
        await world.visits.offer(seat, emergency.session_id, offer(1, 1, ("camera",)))


async def test_opened_again_it_is_silent_if_anybody_was_and_who_is_not_named_is_the_first_who_may_come(world: World) -> None:
    emergency = await an_emergency(world)
    witness = await another(emergency, silent=True)
    await emergency.incidents.revoke(emergency.staff, emergency.id, emergency.made["link"]["id"], command_id())
    await emergency.incidents.silence(emergency.staff, emergency.id, Silence(None, False, command_id()))
    assert [one["silent"] for one in (await emergency.row())["callers"]] == [False, False], "of two the one whose link holds"
    await emergency.incidents.silence(emergency.staff, emergency.id, Silence(witness.caller_id, True, command_id()))
    await emergency.move(IncidentEvent.FALSE_ALARM)
    again = Emergency(world, emergency.staff, await emergency.move(IncidentEvent.REOPENED))
    assert (await again.open(device="device-4")).content["caller"]["silent"] is True
