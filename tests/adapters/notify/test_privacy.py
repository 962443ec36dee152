"""Canaries: recipient, code, link and names never enter logs, figures, record texts or exceptions, at DEBUG, whatever fails."""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from telemed import logs
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import LinkMaker, compose
from telemed.care.notify.records import DeliveryState, Medium, OutboxMessage
from telemed.clock import SystemClock
from telemed.errors import InvalidInput
from telemed.notify import LogGateway, Security, SmsGateway, SmsSettings, SmtpGateway, SmtpSettings, Worker, WorkerSettings
from telemed.store import Store
from tests.adapters.notify.mail_server import Mailbox, mail_server, scripted_server
from tests.adapters.notify.sms_provider import Answer, Provider, cut, provider_server, status
from tests.unit.notify.builders import CLINIC, wanted

CANARIES = ("canary.pat", "+4930999888", "739184", "CANARYlink", "canary-token", "Canary Clinic", "canary-password")
LINK = "https://care.example.org/j#CANARYlink0123456789ab"
QUICK = WorkerSettings(poll_seconds=0.02, grace_seconds=0.1)
HELLO = [("", "220 ready"), ("EHLO", "250 localhost"), ("MAIL", "250 OK")]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "telemed.db")
    async with opened.write() as tx:
        await tx.organisations.create(replace(CLINIC, name="Canary Clinic"))
    yield opened
    await opened.close()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything any logger says, libraries included, without the masking that our log handler adds."""
    caplog.set_level(logging.DEBUG)
    for name in ("aiosmtplib", "aiohttp.client", "asyncio", "telemed"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def own_text(caplog: pytest.LogCaptureFixture) -> str:
    """What our loggers and the client libraries said. (Those of the database echo rows at DEBUG: muted, below.)"""
    formatter = logging.Formatter("%(name)s %(message)s")
    heard = ("telemed", "aiosmtplib", "aiohttp.client", "asyncio", "ssl", "email")
    return "\n".join(formatter.format(record) for record in caplog.records if record.name.startswith(heard))


def messages() -> list[OutboxMessage]:
    now = SystemClock().utcnow()
    life = {"expires_at": now + timedelta(days=1)}
    mail = wanted(1, recipient="canary.pat@example.org", details={"link": LINK}, **life)
    code = {"code": "739184", "minutes": "10"}
    sms = wanted(2, medium=Medium.SMS, recipient="+4930999888", template=Template.CHANNEL_CODE, details=code, **life)
    return [compose(mail, now), compose(sms, now)]


async def sent_through(store: Store, mail_port: int, sms_url: str, account: bool = False) -> list[OutboxMessage]:
    """Send both through gateways that fail or not; the rows after the first attempts."""
    clock = SystemClock()
    smtp = SmtpSettings("localhost", mail_port, Security.NONE, "t@example.org", command_seconds=0.5, text_seconds=0.5)
    if account:
        smtp = replace(smtp, username="canary-user", password="canary-password")
    sms = SmsSettings(sms_url, "canary-token", connect_seconds=0.5, answer_seconds=0.5)
    gateways = {Medium.MAIL: SmtpGateway(smtp, clock.utcnow), Medium.SMS: SmsGateway(sms, clock.utcnow)}
    worker = Worker(store, clock, gateways, LinkMaker("https://x.example", b"k" * 32), lambda: 0.5, QUICK)
    worker.start()
    try:
        async with store.write() as tx:
            for entry in messages():
                await tx.outbox.put(entry)
        async with asyncio.timeout(10):
            while any(row.attempts == 0 or row.state is DeliveryState.SENDING for row in await rows(store)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert not any(canary in str(worker.figures()) for canary in CANARIES)
    finally:
        await worker.stop()
    return await rows(store)


async def rows(store: Store) -> list[OutboxMessage]:
    async with store.read() as tx:
        return await tx.outbox.about("lnk_1")


def assert_clean(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == []


@pytest.mark.parametrize(
    "script",
    [
        [*HELLO, ("RCPT", "550 5.1.1 <canary.pat@example.org> unknown: canary.pat")],
        [*HELLO, ("RCPT", "450 canary.pat is greylisted")],
        [*HELLO, ("RCPT", "250 OK"), ("DATA", "354 go"), ("text", "554 spam: CANARYlink for canary.pat")],
        [*HELLO, ("RCPT", "250 OK"), ("DATA", "354 go"), ("text", "canary.pat nonsense")],
        [("", "554 Canary Clinic is blocked")],
        HELLO,
        [("", "220 ready"), ("EHLO", "250-localhost\r\n250 AUTH PLAIN"), ("AUTH", "535 canary-password is wrong, canary-user")],
    ],
    ids=["550", "450", "554", "nonsense", "greeting", "cut", "login"],
)
async def test_no_canary_when_mail_fails(store: Store, lines: pytest.LogCaptureFixture, script: list[tuple[str, str]]) -> None:
    provider = Provider()
    async with scripted_server(script) as port, provider_server(provider) as url:
        after = await sent_through(store, port, url, account="AUTH" in str(script))
    assert_clean(own_text(lines) + repr(after))
    assert any(row.error for row in after)


@pytest.mark.parametrize("answer", [status(400), status(500), cut, status(302, Location="http://canary-token.example")])
async def test_no_canary_when_sms_fails(store: Store, lines: pytest.LogCaptureFixture, answer: Answer) -> None:
    provider = Provider()
    provider.answer = answer
    async with mail_server(Mailbox()) as port, provider_server(provider) as url:
        after = await sent_through(store, port, url)
    assert_clean(own_text(lines) + repr(after))
    assert provider.posts


async def test_no_canary_in_the_lines_of_the_product(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """The handler that the server itself uses, at DEBUG, over a pipe."""
    reader, writer = os.pipe()
    root, own = logging.getLogger(), logging.getLogger("telemed")
    before = (logging.getLogRecordFactory(), own.level)
    for name in ("sqlalchemy", "aiosqlite", "aiohttp"):
        caplog.set_level(logging.DEBUG, logger=name)
    handler = logs.LineHandler(writer, "control")
    logging.setLogRecordFactory(logs.safe_record)
    root.addHandler(handler)
    own.setLevel(logging.DEBUG)
    try:
        provider = Provider()
        async with mail_server(Mailbox()) as port, provider_server(provider) as url:
            await sent_through(store, port, url)
    finally:
        logging.setLogRecordFactory(before[0])
        root.removeHandler(handler)
        own.setLevel(before[1])
        os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read().decode()
    assert "template=visit_link" in text and "state=sent" in text
    assert_clean(text)


async def test_no_canary_in_a_refusal() -> None:
    now = SystemClock().utcnow()
    bad = [
        {"recipient": "canary.pat@example.org, x@y"},
        {"details": {"link": "CANARYlink"}},
        {"details": {"code": "739184"}},
        {"dedupe_key": "canary.pat@example.org"},
    ]
    for changes in bad:
        with pytest.raises(InvalidInput) as caught:
            compose(wanted(**changes), now)
        assert_clean("".join(traceback.format_exception_only(caught.value)) + logs.describe(caught.value))


def test_no_canary_in_settings_and_records() -> None:
    smtp = SmtpSettings("h", 25, Security.NONE, "t@example.org", "u", "canary-password")
    sms = SmsSettings("https://x.example", "canary-token")
    maker = LinkMaker("https://x.example", b"canary-token" * 4)
    demo = LogGateway(Medium.MAIL, SystemClock().utcnow)
    assert_clean(repr([smtp, sms, maker, demo, *messages(), wanted(recipient="canary.pat@example.org")]))
