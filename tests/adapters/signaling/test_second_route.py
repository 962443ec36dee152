"""The second route of an emergency's link: once, by itself, whatever dies meanwhile; seen by the dispatcher; for nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from telemed.care.notify.reports import DeliveryReport
from telemed.signaling.transactor import Transactor
from tests.adapters.notify.sms_provider import Provider, provider_server, status
from tests.adapters.signaling.incident_gateways import NUMBER, delivery, delivery_of, gateway, serve_with, told
from tests.adapters.signaling.incidents import Emergency, an_emergency
from tests.adapters.signaling.world import Client, World, command_id, until

PATIENCE = 5.1  # seconds: a little more than the rule's


async def seconds(world: World) -> int:
    """How often the trail says that a link went over the second route."""
    async with world.store.read() as tx:
        return [row.action for row in await tx.audit.page(limit=500)].count("incident.second_route")


async def unanswered(world: World, first: Provider) -> tuple[Client, Emergency]:
    """A dispatcher at the board, and an incident whose link the first provider took without a word."""
    board = await world.today(world.staff["dispatcher"])
    emergency = await an_emergency(world, phone=NUMBER)
    await until(lambda: first.posts, "the first provider has it")
    return board, emergency


async def test_a_silent_provider_is_told_and_the_link_goes_over_the_second_route_once(world: World) -> None:
    first, second = Provider(), Provider()
    first.answer = first.silence
    second.answer = second.silence
    async with provider_server(first) as one, provider_server(second) as other, gateway(world, one, other) as notify:
        board, emergency = await unanswered(world, first)
        await world.sweep(4.0)
        assert not second.posts and not delivery_of(board, emergency)["second_route"]
        await world.sweep(1.1)
        await until(lambda: second.posts, "the second provider has it")
        await until(lambda: delivery_of(board, emergency)["second_route"], "the board says so")
        assert delivery(board, emergency) == "queued", "not confirmed, and sent again over the second route"
        for _ in range(3):
            await world.sweep()
        ((sent, body),), ((_, before),) = second.posts, first.posts
        assert body["text"] == before["text"] and body["to"] == before["to"], "the same link to the same number"
        assert sent["Idempotency-Key"] != before["reference"]
        await notify.take_report(DeliveryReport(body["reference"], "", "delivered"))
        await told(world, board, emergency, "delivered")
        assert (await emergency.row())["state"] == "sent" and await seconds(world) == 1
        assert (len(first.posts), len(second.posts)) == (1, 1)


async def test_a_fault_with_one_link_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Provider(), Provider()
    first.answer = first.silence
    async with provider_server(first) as one, provider_server(second) as other, gateway(world, one, other):
        _, broken = await unanswered(world, first)
        await an_emergency(world, phone=NUMBER)
        await until(lambda: len(first.posts) == 2, "the first provider has both")
        change = Transactor.change

        async def failing(self: Transactor, session_id: str, *work: Any, **more: Any) -> Any:
            if session_id == broken.session_id:
                raise RuntimeError
            return await change(self, session_id, *work, **more)

        monkeypatch.setattr(Transactor, "change", failing)
        await world.sweep(PATIENCE)
        await until(lambda: second.posts, "the other link goes on")


async def test_no_restart_sends_it_a_second_time(world: World) -> None:
    """Control dies after each step: what the rows say is enough to go on."""
    first, second = Provider(), Provider()
    first.answer = first.silence
    second.answer = status(504)
    async with provider_server(first) as one, provider_server(second) as other, gateway(world, one, other) as notify:
        _, emergency = await unanswered(world, first)
        world.clock.ahead += PATIENCE
        for _ in range(4):
            await serve_with(world, notify)
            await world.sweep()
        await until(lambda: second.posts, "the second provider has it")
        await serve_with(world, notify)
        board = await world.today(world.staff["dispatcher"])
        world.clock.ahead += PATIENCE
        await told(world, board, emergency, "not_confirmed")
        said = delivery_of(board, emergency)
        assert said["second_route"] and said["can_resend"] and said["sends"] == 2, "one click is left to the dispatcher"
        assert (len(first.posts), len(second.posts), await seconds(world)) == (1, 1, 1)


async def test_what_the_first_provider_refuses_goes_over_the_second_at_once(world: World) -> None:
    first, second = Provider(), Provider()
    first.answer = status(400)
    async with provider_server(first) as one, provider_server(second) as other, gateway(world, one, other):
        board, emergency = await unanswered(world, first)
        await told(world, board, emergency, "sent")
        assert delivery_of(board, emergency)["second_route"] and len(second.posts) == 1
        await emergency.incidents.resend(emergency.staff, emergency.id, None, command_id())
        await until(lambda: len(first.posts) == 2, "a click takes the route that was not tried last")
        await told(world, board, emergency, "failed")
        await world.sweep(PATIENCE)
        assert len(second.posts) == 1, "by itself once for a link"


async def test_a_link_that_is_open_is_not_sent_again(world: World) -> None:
    first, second = Provider(), Provider()
    first.answer = first.silence
    async with provider_server(first) as one, provider_server(second) as other, gateway(world, one, other):
        board, emergency = await unanswered(world, first)
        await emergency.open()
        await world.sweep(PATIENCE)
        await told(world, board, emergency, "not_confirmed")
        revoked = await an_emergency(world, phone=NUMBER)
        await emergency.incidents.revoke(revoked.staff, revoked.id, revoked.made["link"]["id"], command_id())
        await world.sweep(PATIENCE)
        assert second.posts == [] and not delivery_of(board, emergency)["second_route"]


async def test_a_late_answer_of_the_first_provider_counts(world: World) -> None:
    first, second = Provider(), Provider()
    first.answer = first.silence
    second.answer = status(400)
    async with provider_server(first) as one, provider_server(second) as other, gateway(world, one, other) as notify:
        board, emergency = await unanswered(world, first)
        await world.sweep(PATIENCE)
        await until(lambda: second.posts, "the second provider has it")
        await told(world, board, emergency, "not_confirmed")
        await notify.take_report(DeliveryReport(first.posts[0][1]["reference"], "", "delivered"))
        await told(world, board, emergency, "delivered")
