"""Offers, tracks and workers: who may receive what, and what happens when a worker dies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from telemed.care.ports import OfferRequest
from telemed.errors import AttemptRefused, TelemedError
from telemed.media.control import LayersWanted, PeerQuality, PeerState, PeerStateChanged, SpeakerChanged, VideoPaused, Way
from tests.adapters.signaling.conftest import MakeWorld
from tests.adapters.signaling.fake_media import FakeMediaPlane, FakePeer
from tests.adapters.signaling.offers import offer, probe_offer
from tests.adapters.signaling.world import World, until


async def code_of(call: Any) -> str:
    with pytest.raises(TelemedError) as caught:
        await call
    return caught.value.code


async def test_nobody_offers_before_admission_or_in_a_foreign_visit(world: World) -> None:
    visit, other = await world.start_visit(), await world.start_visit(world.staff["colleague"])
    patient, seat = await visit.patient_joins()
    assert await code_of(world.visits.offer(seat, visit.id, offer())) == "not_allowed"
    assert await code_of(world.visits.offer(seat, other.id, offer())) == "not_allowed"
    assert await code_of(world.visits.offer(world.doctor, other.id, offer())) == "not_allowed"
    assert await code_of(world.visits.offer(world.staff["admin"], visit.id, offer())) == "not_allowed"
    assert await code_of(world.visits.offer(seat, "ses_unknown", offer())) == "not_found"
    assert not world.plane.calls and patient.sio.connected


async def test_only_tracks_one_may_see_are_granted(world: World) -> None:
    visit, other = await world.start_visit(), await world.start_visit(world.staff["colleague"])
    _doctor, _patient, seat = await visit.call()
    await other.doctor_joins()
    foreign = await world.visits.offer(world.staff["colleague"], other.id, offer())
    own = await world.visits.offer(seat, visit.id, offer())
    wanted = (foreign["publish"][1]["track_id"], own["publish"][0]["track_id"], "trk_nothing")
    answer = await world.visits.offer(seat, visit.id, offer(number=2, tracks=tuple((t, "video") for t in wanted)))
    assert [r["code"] for r in answer["refused"]] == ["not_found"] * 3
    assert answer["sdp"].count("a=inactive") == 3


async def test_attempts_only_grow_and_track_ids_stay(world: World) -> None:
    visit = await world.start_visit()
    _doctor, _patient, seat = await visit.call()
    first = await world.visits.offer(seat, visit.id, offer(attempt=5))
    again = await world.visits.offer(seat, visit.id, offer(attempt=7))
    assert first["publish"] == again["publish"]
    assert await code_of(world.visits.offer(seat, visit.id, offer(attempt=6))) == "stale_attempt"
    await world.restart()
    assert await code_of(world.visits.offer(seat, visit.id, offer(attempt=6))) == "stale_attempt"
    kept = await world.visits.offer(seat, visit.id, offer(attempt=8))
    assert kept["publish"] == first["publish"]


async def test_one_offer_at_a_time_and_not_too_many(world: World) -> None:
    visit = await world.start_visit()
    _doctor, _patient, seat = await visit.call()
    world.plane.hold_answers = asyncio.Event()
    slow = asyncio.create_task(world.visits.offer(seat, visit.id, offer(number=1)))
    await asyncio.sleep(0)
    assert await code_of(world.visits.offer(seat, visit.id, offer(number=2))) == "offer_in_flight"
    world.plane.hold_answers.set()
    assert (await slow)["offer"] == 1
    codes = []
    for number in range(3, 15):
        try:
            await world.visits.offer(seat, visit.id, offer(number=number))
        except TelemedError as error:
            codes.append(error.code)
    assert "too_many" in codes


async def test_who_is_removed_while_the_worker_answers_gets_no_answer_and_no_peer(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, seat = await visit.call()
    world.plane.hold_answers = asyncio.Event()
    slow = asyncio.create_task(world.visits.offer(seat, visit.id, offer()))
    await asyncio.sleep(0)
    await doctor.do("remove", participant_id=visit.patient_id)
    world.plane.hold_answers.set()
    assert await code_of(slow) == "not_allowed"
    await until(lambda: visit.patient_id not in world.plane.rooms.get(visit.id, {}))


async def test_who_is_held_while_the_worker_answers_is_held_there(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, seat = await visit.call()
    world.plane.hold_answers = asyncio.Event()
    slow = asyncio.create_task(world.visits.offer(seat, visit.id, offer()))
    await asyncio.sleep(0)
    await doctor.do("hold", participant_id=visit.patient_id)
    world.plane.hold_answers.set()
    await slow
    peer = world.plane.rooms[visit.id][visit.patient_id]
    assert not peer.sending and not peer.receiving


async def test_a_hold_is_said_again_to_a_transport_whose_answer_was_lost(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer(attempt=1))
    world.plane.connect(visit.id, visit.patient_id)
    await doctor.do("hold", participant_id=visit.patient_id)
    await until(lambda: not world.plane.rooms[visit.id][visit.patient_id].sending)
    world.plane.connect(visit.id, visit.patient_id, PeerState.CLOSED)
    world.plane.rooms[visit.id][visit.patient_id] = FakePeer(2, PeerState.CONNECTING, (), ())
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: not world.plane.rooms[visit.id][visit.patient_id].sending, "the new transport is held too")


async def test_an_observer_is_seen_and_publishes_nothing(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    token, observer_id = await visit.invite("observer", "Student")
    seat = await world.seat_of(await world.visits.open_link(token, "device-of-the-observer", None))
    observer = await world.join(seat, visit.id)
    await observer.do("enter_waiting")
    await doctor.do("admit", participant_id=observer_id)
    await until(lambda: patient.person(observer_id), "the patient sees who watches")
    assert await code_of(world.visits.offer(seat, visit.id, offer())) == "not_allowed"
    assert await observer.refused("chat", body="hello") == "not_allowed"
    assert (await world.visits.offer(seat, visit.id, offer(sources=())))["publish"] == []


async def test_a_dead_worker_resets_its_seats_and_answers_503_until_it_is_back(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer(attempt=1))
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "connected")
    world.plane.die()
    await until(lambda: "media_reset" in patient.types())
    await until(lambda: doctor.person(visit.patient_id).get("state") == "reconnecting")
    assert doctor.person(visit.patient_id)["tracks"] == []
    assert await code_of(world.visits.offer(seat, visit.id, offer(attempt=2))) == "media_unavailable"
    assert await code_of(world.visits.probe(seat, visit.id, probe_offer())) == "media_unavailable"
    world.plane.come_back()
    lost = await code_of(world.visits.offer(seat, visit.id, offer(attempt=1, number=2)))
    assert lost == "stale_attempt", "an ICE restart cannot bring a dead worker's transport back"
    await world.visits.offer(seat, visit.id, offer(attempt=2))
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "connected")
    await until(lambda: doctor.person(visit.patient_id)["tracks"])


async def test_rooms_are_spread_and_one_dead_worker_leaves_the_others_alone(new_world: MakeWorld) -> None:
    many = await new_world(2)
    try:
        visits = [await many.start_visit() for _ in range(4)]
        for visit in visits:
            await visit.doctor_joins()
            await many.visits.offer(many.doctor, visit.id, offer())
        assert [len(plane.rooms) for plane in many.planes] == [2, 2]
        dead, alive = many.planes
        moved = set(dead.rooms)
        before = len(alive.calls)
        dead.die()
        for visit, client in zip(visits, many.clients, strict=True):
            if visit.id in moved:
                await until(lambda client=client: "media_reset" in client.types())
                await many.visits.offer(many.doctor, visit.id, offer(attempt=2))
            else:
                assert "media_reset" not in client.types()
        assert len(alive.rooms) == 4 and len(alive.calls) == before + 2
    finally:
        for client in many.clients:
            await client.close()
        await many.halt()
        await many.store.close()


async def test_what_workers_report_reaches_those_who_may_hear_of_it(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    token, _guest = await visit.invite()
    guest_seat = await world.seat_of(await world.visits.open_link(token, "device-of-the-guest", None))
    waiting = await world.join(guest_seat, visit.id)
    await world.visits.offer(seat, visit.id, offer())
    world.plane.report(SpeakerChanged(visit.id, visit.patient_id))
    world.plane.report(PeerQuality(visit.id, visit.patient_id, 0.01, 0.1, 0.05, 1, 1, 0.002, way=Way.TCP, layer=0))
    world.plane.report(VideoPaused(visit.id, visit.patient_id, True))
    world.plane.report(PeerStateChanged(visit.id, "par_nobody", 1, PeerState.CONNECTED))
    world.plane.report(SpeakerChanged("ses_unknown", None))
    await until(lambda: [e["type"] for e in doctor.live] == ["speaker", "quality"])
    seen = {"participant_id": visit.patient_id, "bars": 1, "up_loss": 0.01, "down_loss": 0.1, "rtt_ms": 50, "held": False}
    figures = {"up_rate": 1, "down_rate": 1, "up_jitter_ms": 2, "down_jitter_ms": 0}
    assert doctor.live[1]["data"] == seen | figures | {"way": "tcp", "layer": 0, "video_paused": False}
    await until(lambda: doctor.person(visit.patient_id).get("video_paused"))
    await until(lambda: [e["type"] for e in patient.live] == ["speaker", "quality"])
    own = dict(patient.live[1]["data"])
    assert own.pop("upload") == {"estimate": 100_000, "go": True}, "what of it a still may take is for oneself"
    assert own == seen, "figures of the way are for staff"
    assert not waiting.live
    await patient.do("typing")
    await until(lambda: doctor.live[-1]["type"] == "typing")
    await patient.do("media_state", microphone=True, camera=False, screen=False)
    await until(lambda: doctor.person(visit.patient_id)["media"]["microphone"])


async def test_a_stale_peer_event_changes_nothing(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer(attempt=1))
    await world.visits.offer(seat, visit.id, offer(attempt=2))
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "connected")
    world.plane.report(PeerStateChanged(visit.id, visit.patient_id, 1, PeerState.CLOSED))
    await world.sweep()
    assert doctor.person(visit.patient_id)["state"] == "connected"


async def test_probes_connect_before_admission_and_are_closed_soon(world: World) -> None:
    visit = await world.start_visit()
    _patient, seat = await visit.patient_joins(waiting=False)
    answer = await world.visits.probe(seat, visit.id, probe_offer())
    assert "a=ice-lite" in answer and len(world.plane.rooms) == 1
    await world.sweep(ahead=21)
    assert not world.plane.rooms
    for _ in range(5):
        await world.visits.probe(seat, visit.id, probe_offer())
    assert await code_of(world.visits.probe(seat, visit.id, probe_offer())) == "too_many"


@pytest.mark.parametrize("text", ["", "v=0", "\x00" * 50, "v=0\r\n" + "m=audio 9 x 0\r\n" * 100, "x" * 100_000])
async def test_hostile_sdp_is_a_typed_refusal(world: World, text: str) -> None:
    visit = await world.start_visit()
    _doctor, _patient, seat = await visit.call()

    assert await code_of(world.visits.offer(seat, visit.id, OfferRequest(1, 1, text, (), ()))) in (
        "bad_sdp",
        "too_large",
        "invalid_input",
    )
    assert not world.plane.rooms


async def test_a_failing_command_is_sent_again_by_the_sweep(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer())
    works = FakeMediaPlane.close_peer
    try:
        FakeMediaPlane.close_peer = _refuse  # type: ignore[method-assign]
        await doctor.do("remove", participant_id=visit.patient_id)
        await until(lambda: world.signaling.counters.get("media.command_failed"))
        assert visit.patient_id in world.plane.rooms[visit.id]
    finally:
        FakeMediaPlane.close_peer = works  # type: ignore[method-assign]
    await world.sweep()
    await until(lambda: visit.patient_id not in world.plane.rooms[visit.id])


async def _refuse(self: FakeMediaPlane, room_id: str, peer_id: str) -> None:
    raise TelemedError("refused", code="media_unavailable")


MAX_ATTEMPT = 2**53 - 1  # JavaScript's largest safe integer
DAY_MS = 24 * 3600 * 1000


async def refused(offering: Awaitable[object]) -> AttemptRefused:
    with pytest.raises(AttemptRefused) as caught:
        await offering
    return caught.value


async def test_no_attempt_locks_a_seat_for_ever(world: World) -> None:
    visit = await world.start_visit()
    _, _, seat = await visit.call()
    now = int(world.clock.utcnow().timestamp() * 1000)
    for ahead in (MAX_ATTEMPT, now + 2 * DAY_MS):
        error = await refused(world.visits.offer(seat, visit.id, offer(attempt=ahead)))
        assert (error.status, error.code) == (409, "attempt_ahead")
        assert now <= error.next_attempt <= now + DAY_MS
    await world.visits.offer(seat, visit.id, offer(attempt=now + DAY_MS - 1))  # as far ahead as one may be
    stale = await refused(world.visits.offer(seat, visit.id, offer(attempt=now)))
    assert stale.code == "stale_attempt" and stale.next_attempt == now + DAY_MS
    await world.visits.offer(seat, visit.id, offer(attempt=stale.next_attempt))
    await world.visits.offer(seat, visit.id, offer(attempt=stale.next_attempt + 1, number=1))


async def test_a_phone_whose_clock_is_days_ahead_joins_with_the_number_it_is_told(world: World) -> None:
    visit = await world.start_visit()
    _, _, seat = await visit.call()
    wrong = int(world.clock.utcnow().timestamp() * 1000) + 30 * DAY_MS
    error = await refused(world.visits.offer(seat, visit.id, offer(attempt=wrong)))
    answer = await world.visits.offer(seat, visit.id, offer(attempt=error.next_attempt))
    assert answer["attempt"] == error.next_attempt


async def test_a_phone_whose_clock_is_years_behind_may_count_from_one(world: World) -> None:
    visit = await world.start_visit()
    _, _, seat = await visit.call()
    for attempt in (1, 2):
        assert (await world.visits.offer(seat, visit.id, offer(attempt=attempt)))["attempt"] == attempt


async def test_the_transport_that_is_gone_names_the_next_attempt(world: World) -> None:
    visit = await world.start_visit()
    _, _, seat = await visit.call()
    attempt = int(world.clock.utcnow().timestamp() * 1000) + DAY_MS // 2
    await world.visits.offer(seat, visit.id, offer(attempt=attempt))
    world.plane.connect(visit.id, visit.patient_id, PeerState.CLOSED)
    error = await refused(world.visits.offer(seat, visit.id, offer(attempt=attempt, number=2)))
    assert (error.code, error.next_attempt) == ("stale_attempt", attempt + 1)


async def test_sizes_of_tiles_reach_the_worker_and_what_is_taken_the_publisher(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    assert patient.state["policy"]["layers"] is True
    await patient.do("set_view", tiles=[{"track_id": "trk_early", "height": 5}])  # without a peer there is nothing to say it of
    answer = await world.visits.offer(world.doctor, visit.id, offer())
    camera = answer["publish"][1]["track_id"]
    await world.visits.offer(seat, visit.id, offer(tracks=((camera, "video"),)))
    await patient.do("set_view", tiles=[{"track_id": camera, "height": 180}, {"track_id": camera, "height": 0}])
    said = [call for call in world.plane.calls if call[0] == "wishes"]
    assert said == [("wishes", visit.id, seat.participant_id, f"{camera}=0")]
    await patient.do("set_view", tiles=[{"track_id": camera, "height": 180, "first": True}])
    assert world.plane.calls[-1] == ("wishes", visit.id, seat.participant_id, f"{camera}=180!"), "pinned: given up last"
    world.plane.report(LayersWanted(visit.id, doctor.state["you"]["participant_id"], camera, ("q", "f"), 0))
    await until(lambda: any(event["type"] == "send_layers" for event in doctor.live))
    told = next(event["data"] for event in doctor.live if event["type"] == "send_layers")
    assert told == {"source": "camera", "layers": ["q", "f"], "max_bitrate": 0, "redundant": False, "paused": False}
    assert not any(event["type"] == "send_layers" for event in patient.live), "the others have nothing to do with it"
    world.plane.report(LayersWanted(visit.id, doctor.state["you"]["participant_id"], "trk_unknown", ("q",), 0))
