"""Several callers of one incident: links, tiles, tracks and cards of their own, and no word of one reaches another."""

from __future__ import annotations

import json

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.incidents.ports import NewCaller
from telemed.care.incidents.words import IncidentEvent
from telemed.errors import Conflict, Gone, InvalidInput, NotAllowed, NotFound
from telemed.signaling.incident_desk import MAX_CALLERS
from tests.adapters.notify.sms_provider import Provider, provider_server, status
from tests.adapters.signaling.incident_gateways import NUMBER, gateway
from tests.adapters.signaling.incidents import an_emergency, another, fix
from tests.adapters.signaling.world import Client, World, command_id, until


def heard_by(client: Client) -> str:
    """Everything a page was ever told."""
    return json.dumps([client.state, client.heard], default=str)


async def test_each_caller_has_its_own_place_words_and_cards_and_hears_of_no_other(world: World) -> None:
    emergency = await an_emergency(world)
    witness = await another(emergency, name="On the bridge")
    dispatcher = await emergency.lead()
    first, first_seat = await emergency.caller()
    second, second_seat = await witness.caller()
    ids = [first_seat.participant_id, second_seat.participant_id]
    await emergency.incidents.tell_location(first_seat, emergency.session_id, fix(lat=52.1))
    for moment in range(110):
        world.clock.ahead += 1.0
        await emergency.incidents.tell_location(second_seat, emergency.session_id, fix(moment, lat=48.0 + moment / 1000))
    await emergency.incidents.tell_place(second_seat, emergency.session_id, "Behind the barn")
    await second.do("caller_facts", battery=0.2)
    await dispatcher.do("instruct", participant_id=ids[0], kind="card", card_id="cpr")
    await dispatcher.do("instruct", participant_id=ids[1], kind="card", card_id="aed")
    await first.do("chat", body="It burns here")
    await second.do("chat", body="I see it too")
    await dispatcher.do("chat", body="Help is coming")
    await until(lambda: len(dispatcher.state["chat"]) == 3 and len(second.state["chat"]) == 2, "what was said")
    callers = (await emergency.row())["callers"]
    assert [one["participant_id"] for one in callers] == ids and [one["name"] for one in callers] == ["Anrufer", "On the bridge"]
    assert [round(one["position"]["lat"], 3) for one in callers] == [52.1, 48.109], "who stands still is not pushed out"
    assert [one["place"] for one in callers] == ["", "Behind the barn"] and callers[1]["facts"] == {"battery": 0.2}
    assert [one["card"]["id"] for one in first.state["instructions"]] == ["cpr"]
    assert [one["card"]["id"] for one in second.state["instructions"]] == ["aed"]
    assert [line["body"] for line in first.state["chat"]] == ["It burns here", "Help is coming"]
    assert {one["participant_id"] for one in dispatcher.state["positions"]} == set(ids)
    for client, stranger in ((first, second_seat), (second, first_seat)):
        told = heard_by(client)
        for word in (stranger.participant_id, "bridge" if client is first else "burns", "barn" if client is first else "52.1"):
            assert word not in told
    again = await world.join(first_seat, emergency.session_id)
    assert ids[1] not in heard_by(again) and "I see it too" not in heard_by(again), "nor after a reload"


async def test_each_link_is_sent_told_and_taken_back_by_itself(world: World) -> None:
    provider = Provider()
    async with provider_server(provider) as url, gateway(world, url):
        emergency = await an_emergency(world, phone=NUMBER)
        await until(lambda: provider.posts, "the first link")
        provider.answer = status(400)
        witness = await another(emergency, "030 7654321")
        await until(lambda: len(provider.posts) == 2, "the second link")
        board = await world.today(emergency.staff)
        for _ in range(50):
            await world.sweep()
            states = [one["delivery"]["state"] for one in board.state["incidents"][0]["callers"]]
            if states == ["sent", "failed"]:
                break
        assert states == ["sent", "failed"]
        provider.answer = provider.take
        await emergency.incidents.resend(emergency.staff, emergency.id, witness.made["link"]["id"], command_id())
        await until(lambda: len(provider.posts) == 3, "sent again to the one who was named")
        assert [body["to"] for _, body in provider.posts] == ["+49301234567", "+49307654321", "+49307654321"]
        assert provider.posts[1][1]["text"] == provider.posts[2][1]["text"] != provider.posts[0][1]["text"]
    _, seat = await witness.caller()
    await emergency.incidents.revoke(emergency.staff, emergency.id, emergency.made["link"]["id"], command_id())
    callers = (await emergency.row())["callers"]
    assert [(one["revoked"], one["is_here"]) for one in callers] == [(True, False), (False, True)]
    assert (await emergency.row())["state"] == "opened" and seat.participant_id == callers[1]["participant_id"]


async def test_how_many_and_what_is_refused(world: World) -> None:
    emergency = await an_emergency(world)
    with pytest.raises(InvalidInput) as refused:
        await another(emergency, "12")
    assert refused.value.field == "phone"
    wanted = NewCaller(None, "", None, command_id())
    made = [await emergency.incidents.add_caller(emergency.staff, emergency.id, wanted) for _ in range(2)]
    assert made[0]["link"] == made[1]["link"], "a retry makes nothing twice"
    for _ in range(MAX_CALLERS - 2):
        await another(emergency)
    with pytest.raises(Conflict) as full:
        await another(emergency)
    assert full.value.code == "too_many_links"
    with pytest.raises(NotFound):
        await emergency.incidents.resend(emergency.staff, emergency.id, "lnk_elsewhere", command_id())
    with pytest.raises(NotFound):
        await emergency.incidents.add_caller(world.staff["desk"], "inc_elsewhere", NewCaller(None, "", None, command_id()))
    last = await emergency.incidents.revoke(emergency.staff, emergency.id, made[0]["link"]["id"], command_id())
    assert len(last["incident"]["callers"]) == MAX_CALLERS
    last_one = await another(emergency)
    await emergency.move(IncidentEvent.CLOSED)
    with pytest.raises(Conflict) as over:
        await another(emergency)
    assert over.value.code == "incident_over"
    with pytest.raises(Gone) as ended:
        await last_one.open()
    assert ended.value.code == "visit_ended"


async def test_staff_write_to_one_caller_alone(world: World) -> None:
    emergency = await an_emergency(world)
    witness = await another(emergency)
    dispatcher = await emergency.lead()
    first, first_seat = await emergency.caller()
    second, _ = await witness.caller()
    await dispatcher.do("chat", body="Stay under the bed", to=first_seat.participant_id)
    await dispatcher.do("chat", body="We are coming")
    await until(lambda: [line["body"] for line in first.state["chat"]] == ["Stay under the bed", "We are coming"])
    await until(lambda: [line["body"] for line in second.state["chat"]] == ["We are coming"])
    assert "under the bed" not in heard_by(second)


async def test_a_code_is_shown_again_until_somebody_opens_the_link(world: World) -> None:
    emergency = await an_emergency(world)
    witness = await another(emergency)
    desk, colleague = emergency.incidents, world.staff["second"]
    first, second = emergency.made["link"], witness.made["link"]
    with pytest.raises(NotAllowed):
        await desk.show_code(colleague, emergency.id, first["id"], command_id())
    await world.visits.take_seat(colleague, emergency.session_id)
    command = command_id()
    for _ in range(2):
        shown = await desk.show_code(colleague, emergency.id, second["id"], command)
        assert shown["link"] == second, "the very same, to whoever leads it, as often as the answer is lost"
    await world.restart()
    desk = world.visits.incidents
    command = command_id()
    again = (await desk.show_code(emergency.staff, emergency.id, first["id"], command))["link"]
    assert again == first, "after a restart too"
    await emergency.open()
    for said in (command_id(), command):  # a new one, and the one that was answered before
        with pytest.raises(Conflict) as opened:
            await desk.show_code(emergency.staff, emergency.id, first["id"], said)
        assert opened.value.code == "link_opened"
    await desk.revoke(emergency.staff, emergency.id, second["id"], command_id())
    with pytest.raises(Conflict) as revoked:
        await desk.show_code(emergency.staff, emergency.id, second["id"], command_id())
    assert revoked.value.code == "link_revoked"
    crew = await emergency.share()
    for nobodys in (crew["link"]["id"], "lnk_elsewhere"):
        with pytest.raises(NotFound):
            await desk.show_code(emergency.staff, emergency.id, nobodys, command_id())
    async with world.store.read() as tx:
        told = [row.object_id for row in await tx.audit.page(limit=5000) if row.action == AuditAction.INCIDENT_CODE_SHOWN]
    assert sorted(told) == sorted([second["id"], first["id"]])
