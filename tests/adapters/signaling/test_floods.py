"""What a hostile client says again and again: the database and the audit trail do not grow with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.errors import Gone, TooMany
from telemed.signaling.event_rates import EVENT_RATES, EventRates
from telemed.signaling.key_limit import MAX_REMEMBERED
from telemed.signaling.link_rates import ROWS, LinkRates
from telemed.signaling.schemas import CALL_COMMANDS
from tests.adapters.signaling.world import World, until

REFUSALS = 500  # through the whole path; the table takes 10,000 below
AT_ONCE = 50


async def rows(world: World, action: AuditAction) -> int:
    async with world.store.read() as tx:
        return [row.action for row in await tx.audit.page(limit=500)].count(action)


async def test_opening_a_dead_link_again_and_again_is_a_handful_of_rows(world: World) -> None:
    visit = await world.start_visit()
    link_id = visit.made["link"]["id"]
    await world.visits.revoke_link(world.doctor, visit.id, link_id)
    started = world.clock.utcnow()
    for _ in range(REFUSALS // AT_ONCE):
        answers = await asyncio.gather(*(visit.open() for _ in range(AT_ONCE)), return_exceptions=True)
        assert all(isinstance(answer, Gone) for answer in answers)
    minutes = (world.clock.utcnow() - started).total_seconds() // 60 + 2
    assert 1 <= await rows(world, AuditAction.LINK_REFUSED) <= minutes
    assert world.signaling.counters.get("links.refused") == REFUSALS
    before = await rows(world, AuditAction.LINK_REFUSED)
    world.clock.ahead += 60
    with pytest.raises(Gone):
        await visit.open()
    assert await rows(world, AuditAction.LINK_REFUSED) == before + 1, "the next minute has its own"


async def test_a_link_that_works_makes_a_bounded_number_of_cookies(world: World) -> None:
    visit = await world.start_visit()
    answers = [await outcome(visit.open(f"device-number-{n:04d}")) for n in range(60)]
    assert sum(answer is None for answer in answers) <= ROWS.burst + 5
    assert {type(answer) for answer in answers if answer is not None} == {TooMany}
    assert await rows(world, AuditAction.LINK_OPENED) <= ROWS.burst + 5
    world.clock.ahead += 60
    opened = await visit.open()
    for _ in range(60):
        assert (await visit.open(seat_token=opened.seat_token)).status == "seat", "who has its cookie makes no row"


async def test_wishes_to_move_are_bounded(world: World) -> None:
    visit = await world.start_visit()
    await visit.patient_joins()
    answers = [await outcome(world.visits.ask_move(visit.token, f"device-number-{n:04d}")) for n in range(60)]
    assert sum(answer is None for answer in answers) <= ROWS.burst + 5
    assert await rows(world, AuditAction.MOVE_ASKED) <= ROWS.burst + 5


async def outcome(call: Any) -> Exception | None:
    try:
        await call
    except TooMany as error:
        return error
    return None


@pytest.mark.parametrize(
    ("event", "fields", "action"),
    [
        ("set_name", {"name": "Ada"}, AuditAction.PARTICIPANT_RENAMED),
        (
            "device_report",
            {"camera": "ok", "microphone": "ok", "speaker": "ok", "network": "good", "rtt_ms": 40},
            None,
        ),
        ("visibility", {"hidden": True}, AuditAction.PARTICIPANT_ASLEEP),
    ],
)
async def test_a_seat_that_repeats_itself_is_told_so_and_stays(
    world: World, event: str, fields: dict[str, Any], action: AuditAction | None
) -> None:
    visit = await world.start_visit()
    client, seat = await visit.patient_joins()
    burst = int(EVENT_RATES[event].burst)
    answers = [await client.send(event, **fields) for _ in range(min(burst + 10, 45))]
    codes = [answer["error"]["code"] for answer in answers if not answer["ok"]]
    assert codes and set(codes) == {"too_many"}
    if action is not None:
        assert await rows(world, action) <= burst + 5
    await client.close()
    await visit.gone(visit.patient_id)
    again = await world.join(replace(seat), visit.id)
    assert not (await again.send(event, **fields))["ok"], "coming back fills no bucket"
    world.clock.ahead += 10
    await until(lambda: again.sio.connected)
    assert (await again.send(event, **fields))["ok"]


def test_every_limited_event_is_one_and_every_bucket_refills() -> None:
    by_http = {"location", "place"}  # of callers: sent beside the socket, counted with its events
    assert EVENT_RATES.keys() - by_http <= CALL_COMMANDS.keys()
    for event, limit in EVENT_RATES.items():
        rates = EventRates()
        for _ in range(int(limit.burst)):
            rates.take(event, 0.0)
        with pytest.raises(TooMany):
            rates.take(event, 0.0)
        rates.take(event, 1 / limit.rate + 0.001)
    for _ in range(1000):
        EventRates().take("typing", 0.0)


def test_ten_thousand_refusals_in_a_minute_are_one_row_and_an_hour_of_them_sixty() -> None:
    rates, start = LinkRates(), datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert sum(rates.is_first_refusal("lnk_1", start + timedelta(milliseconds=5 * n)) for n in range(10_000)) == 1
    assert sum(rates.is_first_refusal("lnk_2", start + timedelta(seconds=0.36 * n)) for n in range(10_000)) == 60


def test_the_tables_of_links_stay_bounded() -> None:
    rates = LinkRates()
    for n in range(MAX_REMEMBERED + 5):
        rates.take_row(f"lnk_{n}", 0.0)
        rates.is_first_refusal(f"lnk_{n}", datetime(2026, 3, 1, tzinfo=UTC))
    assert len(rates._rows) == len(rates._refused) == MAX_REMEMBERED
