"""One link, one seat: previews, second taps, second devices, dead links and the ways back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.errors import Conflict, Gone, NotAllowed, NotFound, TelemedError
from tests.adapters.signaling.world import World, command_id, until

PHONE, TABLET = "the-phone-of-the-patient", "a-tablet-somewhere-else"


async def refusal(call: object) -> str:
    with pytest.raises(TelemedError) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


async def test_opening_twice_on_one_device_is_one_seat_with_one_cookie(world: World) -> None:
    visit = await world.start_visit()
    first = await visit.open(PHONE)
    again = await visit.open(PHONE, first.seat_token)
    assert again.status == "seat" and again.seat_token is None, "the cookie it has is right"
    lost_cookie = await visit.open(PHONE)
    assert lost_cookie.seat_token and lost_cookie.participant_id == first.participant_id
    assert await world.visits.seat(first.seat_token) is None, "one device, one cookie"


async def test_another_device_takes_a_seat_nobody_sits_in_and_the_first_loses_it(world: World) -> None:
    visit = await world.start_visit()
    preview = await visit.open("a-link-preview-bot-00001")
    opened = await visit.open(PHONE)
    assert opened.status == "seat" and opened.participant_id == preview.participant_id
    assert await world.visits.seat(preview.seat_token) is None


async def test_a_live_seat_moves_only_when_staff_agree(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    old_ticket = await world.visits.issue_ticket(seat, visit.id)
    assert (await visit.open(TABLET)).status == "approval_needed"
    assert await world.visits.ask_move(visit.token, TABLET) == {"status": "asked"}
    assert await world.visits.ask_move(visit.token, TABLET) == {"status": "asked"}
    moves = await until(lambda: doctor.state["moves"], "staff see the request")
    assert len(moves) == 1 and "moves" not in patient.state
    assert (await visit.open(TABLET)).status == "approval_needed"
    await doctor.do("decide_move", request_id=moves[0]["request_id"], approve=True)
    await until(lambda: not doctor.state["moves"])
    moved = await visit.open(TABLET)
    assert moved.status == "seat" and moved.state == "admitted"
    await patient.disconnected.wait()
    assert patient.stream[-1]["data"] == {"reason": "moved"}
    assert await world.visits.seat(seat_token := moved.seat_token) is not None and seat_token
    assert await world.refusal("/call", {"protocol": 1, "ticket": old_ticket}) == "bad_ticket"
    tablet = await world.join(await world.seat_of(moved), visit.id)
    assert tablet.state["you"]["state"] == "admitted"
    assert (await visit.open(PHONE)).status == "approval_needed", "now the phone is the other device"


async def test_on_another_device_it_is_to_be_made_sure_again_who_somebody_is(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, _seat = await visit.call()
    await doctor.do("confirm_identity", participant_id=visit.patient_id, how="said")
    await until(lambda: doctor.person(visit.patient_id)["identity"] is not None)
    assert (await visit.open()).status == "seat"
    await world.visits.ask_move(visit.token, TABLET)
    moves = await until(lambda: doctor.state["moves"])
    assert doctor.person(visit.patient_id)["identity"] is not None, "the same device, and one that is not let in yet"
    await doctor.do("decide_move", request_id=moves[0]["request_id"], approve=True)
    assert (await visit.open(TABLET)).status == "seat"
    await until(lambda: doctor.person(visit.patient_id)["identity"] is None, "perhaps somebody else")
    async with world.store.read() as tx:
        trail = [row.action for row in await tx.audit.page(limit=5000) if row.object_id == visit.patient_id]
    assert trail.count("participant.identity_unconfirmed") == 1


async def test_a_denied_move_leaves_everything_as_it_is(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    await world.visits.ask_move(visit.token, TABLET)
    moves = await until(lambda: doctor.state["moves"])
    await doctor.do("decide_move", request_id=moves[0]["request_id"], approve=False)
    with pytest.raises(NotAllowed) as caught:
        await visit.open(TABLET)
    assert caught.value.code == "move_denied"
    assert patient.sio.connected
    assert await doctor.refused("decide_move", request_id=moves[0]["request_id"], approve=True) == "conflict"


async def test_a_request_nobody_decides_goes_away_and_asking_again_renews_it(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, _seat = await visit.call()
    await world.visits.ask_move(visit.token, TABLET)
    await until(lambda: doctor.state["moves"])
    await world.sweep(ahead=5 * 60 + 1)
    await until(lambda: not doctor.state["moves"], "too old to be used")
    await world.visits.ask_move(visit.token, TABLET)
    moves = await until(lambda: doctor.state["moves"])
    await doctor.do("decide_move", request_id=moves[0]["request_id"], approve=True)
    assert (await visit.open(TABLET)).status == "seat"


async def test_dead_links_say_why(world: World) -> None:
    visit = await world.start_visit()
    assert await refusal(world.visits.open_link("x" * 22, PHONE, None)) == "link_unknown"
    token, guest = await visit.invite()
    detail = await world.visits.session_detail(world.doctor, visit.id)
    link_id = next(link["id"] for link in detail["links"] if link["participant_id"] == guest)
    await world.visits.revoke_link(world.doctor, visit.id, link_id)
    await world.visits.revoke_link(world.doctor, visit.id, link_id)
    assert await refusal(world.visits.open_link(token, PHONE, None)) == "link_revoked"
    other = await world.start_visit()
    with pytest.raises(NotFound):
        await world.visits.revoke_link(world.doctor, other.id, link_id)

    doctor, patient, _seat = await visit.call()
    await doctor.do("remove", participant_id=visit.patient_id, reason="by mistake")
    await patient.disconnected.wait()
    assert patient.stream[-1]["data"] == {"reason": "removed"}
    with pytest.raises(Gone) as removed:
        await visit.open()
    assert removed.value.code == "removed"
    await doctor.do("end")
    token, _guest = await other.invite()
    with pytest.raises(Gone):
        await world.visits.open_link(visit.token, PHONE, None)
    world.clock.ahead += 31 * 24 * 3600
    assert await refusal(world.visits.open_link(token, PHONE, None)) == "link_expired"


async def test_a_removed_person_returns_only_by_a_new_link_and_from_the_beginning(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await doctor.do("remove", participant_id=visit.patient_id)
    await patient.disconnected.wait()
    with pytest.raises(NotAllowed):
        await world.visits.issue_ticket(seat, visit.id)
    made = await world.visits.create_link(world.doctor, visit.id, "patient", "", visit.patient_id, command_id())
    token = made["link"]["url"].split("#")[1]
    opened = await world.visits.open_link(token, PHONE, None)
    assert (opened.participant_id, opened.state) == (visit.patient_id, "checking")
    with pytest.raises(Gone) as old:
        await visit.open()
    assert old.value.code == "link_revoked"


async def test_a_wish_for_a_new_link_reaches_staff_and_ends_with_one(world: World) -> None:
    visit = await world.start_visit()
    today = await world.today(world.doctor)
    await world.visits.recover_link(visit.token)
    await world.visits.recover_link(visit.token)
    await world.visits.recover_link("y" * 22)
    await until(lambda: [task["kind"] for task in today.state["tasks"]] == ["link_wanted"])
    await world.restart()
    today = await world.today(world.doctor)
    assert [task["kind"] for task in today.state["tasks"]] == ["link_wanted"], "kept over a restart"
    await world.visits.create_link(world.doctor, visit.id, "patient", "", visit.patient_id, command_id())
    await until(lambda: not today.state["tasks"])


async def test_the_same_command_gets_the_same_link_and_nothing_stores_its_token(world: World) -> None:
    visit = await world.start_visit()
    again = command_id()
    first = await world.visits.create_link(world.doctor, visit.id, "guest", "Kim", None, again)
    second = await world.visits.create_link(world.doctor, visit.id, "guest", "Kim", None, again)
    assert first == second
    detail = await world.visits.session_detail(world.doctor, visit.id)
    assert [p["name"] for p in detail["participants"]].count("Kim") == 1
    token = first["link"]["url"].split("#")[1]
    assert token not in str(detail)
    async with world.store.read() as tx:
        assert token not in str(await tx.acks.find(world.doctor.user_id, again))


async def test_too_early_is_told(world: World) -> None:
    visit = await world.start_visit()
    async with world.store.write() as tx:
        link = (await tx.links.in_session(visit.id))[0]
        await tx.links.save(replace(link, not_before=world.clock.utcnow() + timedelta(hours=1)))
    with pytest.raises(Conflict) as early:
        await visit.open()
    assert early.value.code == "too_early"
