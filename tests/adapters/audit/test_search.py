"""Searching by time finds the very rows, however the clock went, and over many more rows than are looked at together."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_search import AuditQuery
from telemed.care.identity import SYSTEM
from telemed.care.records import AuditRow
from tests.adapters.audit.conftest import NOON, Trail

ROWS = 3000


@pytest.fixture
async def times(trail: Trail) -> dict[int, datetime]:
    """Rows over some 60 days, the clock set back by up to 20 hours now and then; number -> time."""
    chance = random.Random(7)
    now, written = NOON, {}
    async with trail.store.write() as tx:
        for _ in range(ROWS):
            now += timedelta(minutes=chance.randint(0, 60))
            at = now - timedelta(hours=chance.choice([0, 0, 0, 0, 5, 20]))
            row: AuditRow = await tx.audit.append(SYSTEM, AuditAction.SESSION_EMPTY, "ses_1", AuditOutcome.DONE, at)
            written[row.sequence] = at
    return written


async def test_a_range_of_time(trail: Trail, times: dict[int, datetime]) -> None:
    organisation = ""
    async with trail.store.read() as tx:
        first = await tx.organisations.first()
        assert first is not None
        organisation = first.id
        for day in (0, 1, 17, 40, 59, 90):
            since = NOON + timedelta(days=day, minutes=7)
            until = since + timedelta(days=2)
            for query in (
                AuditQuery(since=since, until=until, group="session", limit=ROWS),
                AuditQuery(since=since, until=until, actor="system", object_id="ses_1", limit=ROWS),
            ):
                found = [row.sequence for row in await tx.audit_search.find(query, organisation)]
                assert found == sorted((number for number, at in times.items() if since <= at < until), reverse=True)
