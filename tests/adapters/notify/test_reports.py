"""Delivery reports from end to end: an SMS goes to a real HTTP gateway, which reports to a real server what became of it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from telemed.care.notify.compose import LinkMaker
from telemed.care.notify.records import DeliveryState, Fault, Medium, OutboxMessage, Route
from telemed.care.notify.reports import DeliveryReport
from telemed.clock import SystemClock
from telemed.notify import Notify, SmsGateway, SmsSettings, SmtpGateway, SmtpSettings, Worker, WorkerSettings
from telemed.notify.smtp_gateway import Security
from telemed.store import Store
from tests.adapters.notify.mail_server import Mailbox, mail_server
from tests.adapters.notify.sms_provider import Provider, provider_server, status
from tests.adapters.notify.test_worker import Clock, ended, fresh, get, put, until
from tests.adapters.web.site import running_site, settings_for, write_templates
from tests.unit.notify.builders import CLINIC

S = DeliveryState
SECRET = "report-secret-0123456789-abcdef"
KEY = b"v" * 32
CLOCK = SystemClock()
PHONE = {"medium": Medium.SMS, "recipient": "+49301234567"}


@dataclass
class Ground:
    """The server with its gateway, and the gateway's way back."""

    store: Store
    notify: Notify
    provider: Provider
    address: str
    http: ClientSession

    async def report(self, **body: Any) -> tuple[int, str]:
        async with self.http.post(self.address, json=body, headers={"Authorization": f"Bearer {SECRET}"}) as answer:
            return answer.status, await answer.text()

    async def sent(self, number: int = 1) -> OutboxMessage:
        await put(self.store, fresh(Clock(), number, **PHONE))
        self.notify.wake()
        return await ended(self.store, S.SENT, number)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    store = await Store.open(path, KEY)
    try:
        async with store.write() as tx:
            if await tx.organisations.first() is None:
                await tx.organisations.create(CLINIC)
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def sending(store: Store, url: str, mail_port: int = 1) -> AsyncIterator[Notify]:
    smtp = SmtpSettings("localhost", mail_port, Security.NONE, "t@example.org")
    gateways = {Medium.SMS: SmsGateway(SmsSettings(url), CLOCK.utcnow), Medium.MAIL: SmtpGateway(smtp, CLOCK.utcnow)}
    links = LinkMaker("https://care.example.org", b"k" * 32)
    notify = Notify(store, CLOCK, Worker(store, CLOCK, gateways, links, lambda: 0.5, WorkerSettings(0.02)), gateways)
    notify.start()
    try:
        yield notify
    finally:
        await notify.stop()


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    provider, static = Provider(), tmp_path / "static"
    write_templates(static)
    async with opened(tmp_path / "telemed.db") as store, provider_server(provider) as url, sending(store, url) as notify:
        settings = settings_for(static, report_token=SECRET)
        async with running_site(store, settings, ports={"reports": notify, "notifier": notify}) as site:
            yield Ground(store, notify, provider, f"{site.url}/api/v1/notify/reports", site.http)


async def test_what_the_gateway_reports_is_noted_once_and_in_any_order(ground: Ground) -> None:
    for number in (1, 2, 3):
        await ground.sent(number)
    answers = [
        await ground.report(reference="out_1", state="delivered"),
        await ground.report(reference="out_1", state="delivered"),
        await ground.report(reference="out_1", state="failed"),
        await ground.report(id="provider-out_2", state="UNKNOWN"),
        await ground.report(id="provider-out_2", state="undelivered"),
        await ground.report(id="provider-out_3", state="accepted"),
        await ground.report(id="provider-out_9", state="delivered"),
        await ground.report(reference="+49301234567", state="delivered"),
    ]
    assert set(answers) == {(200, "{}")}, "known and unknown alike"
    first, second, third = [await get(ground.store, number) for number in (1, 2, 3)]
    assert (first.state, first.error) == (S.DELIVERED, Fault.NONE) and first.finished_at is not None
    assert (second.state, second.error, third.state) == (S.FAILED, Fault.UNDELIVERABLE, S.SENT)
    counted = {name[8:]: count for name, count in ground.notify.figures().items() if name.startswith("reports_")}
    assert counted == {"noted": 3, "repeated": 1, "late": 1, "on_the_way": 1, "no_message": 2}


async def test_a_gateway_says_nothing_of_messages_that_went_another_way(ground: Ground) -> None:
    await ground.sent()
    other, own = frozenset({Route.SECOND}), frozenset({Route.FIRST})
    for reference, gateway_id in (("out_1", ""), ("", "provider-out_1"), ("out_1", "provider-out_1")):
        await ground.notify.take_report(DeliveryReport(reference, gateway_id, "failed", other))
    assert (await get(ground.store)).state is S.SENT
    await ground.notify.take_report(DeliveryReport("", "provider-out_1", "delivered", own))
    assert (await get(ground.store)).state is S.DELIVERED


async def test_a_report_that_overtakes_the_answer_counts(ground: Ground) -> None:
    async def report_first(request: web.Request) -> web.Response:
        key = request.headers["Idempotency-Key"]
        assert await ground.report(reference=key, id="gw-1", state="delivered") == (200, "{}")
        return await ground.provider.take(request)

    ground.provider.answer = report_first
    await put(ground.store, fresh(Clock(), 1, **PHONE))
    await ended(ground.store, S.DELIVERED)
    async with asyncio.timeout(10):
        while ground.notify.figures().get("overtaken") != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (await get(ground.store)).state is S.DELIVERED and len(ground.provider.posts) == 1


async def test_what_arrived_is_not_sent_again(ground: Ground) -> None:
    """The gateway says "later" and delivers all the same; what it refused for good and then delivered arrived, too."""
    ground.provider.answer = status(503, Retry_After="1")
    await put(ground.store, fresh(Clock(), 1, **PHONE))
    await until(lambda found: found.state is S.QUEUED and found.attempts == 1, ground.store)
    await ground.report(reference="out_1", state="delivered")
    arrived = await get(ground.store)
    assert (arrived.state, arrived.details) == (S.DELIVERED, {})
    ground.provider.answer = status(400)
    await put(ground.store, fresh(Clock(), 2, **PHONE))
    ground.notify.wake()
    await ended(ground.store, S.FAILED, 2)
    await ground.report(reference="out_2", state="delivered")
    assert (await get(ground.store, 2)).state is S.DELIVERED


async def test_mail_ends_at_sent(tmp_path: Path) -> None:
    box = Mailbox()
    async with opened(tmp_path / "telemed.db") as store, mail_server(box) as port, sending(store, "http://localhost:9", port):
        await put(store, fresh(Clock()))
        assert (await ended(store, S.SENT)).details == {}
    assert len(box.mails) == 1


async def test_a_row_of_an_earlier_version_is_sent(tmp_path: Path) -> None:
    path, provider = tmp_path / "telemed.db", Provider()
    async with opened(path) as store:
        await put(store, fresh(Clock(), 1, **PHONE))
    link = "https://care.example.org/j#earlierVersion12345678"
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE outbox SET details = ?", (json.dumps({"link": link}),))
    raw.close()
    async with opened(path) as store, provider_server(provider) as url, sending(store, url):
        await ended(store, S.SENT)
    assert link in provider.posts[0][1]["text"]
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT details FROM outbox").fetchall() == [("{}",)]
    raw.close()


async def test_what_was_queued_under_another_key_fails_and_says_so(tmp_path: Path) -> None:
    path, provider = tmp_path / "telemed.db", Provider()
    other = await Store.open(path, b"o" * 32)
    async with other.write() as tx:
        await tx.organisations.create(CLINIC)
    await put(other, fresh(Clock(), 1, **PHONE))
    await other.close()
    async with opened(path) as store, provider_server(provider) as url, sending(store, url):
        assert (await ended(store, S.FAILED)).error is Fault.SEALED
    assert provider.posts == []
