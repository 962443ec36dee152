"""Notify as the rest of the server and its operator see it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.notify.compose import LinkMaker, VisitLink, compose, visit_link_wanted
from telemed.care.notify.ports import Gateway, Notifier
from telemed.care.notify.records import DeliveryState, Fault, Medium
from telemed.care.tokens import derived_token
from telemed.cli import main
from telemed.clock import SystemClock
from telemed.config import Config, Mail, Sms
from telemed.doctor import ways_out
from telemed.errors import ConfigError, Conflict, InvalidInput, NotFound, Unavailable
from telemed.notify import LogGateway, Notify, SmsGateway, SmtpGateway, Worker, WorkerSettings, configured_gateways
from telemed.store import Store
from tests.adapters.notify.authority import certify
from tests.adapters.notify.mail_server import ACCOUNT, Mailbox, mail_server, scripted_server
from tests.unit.notify.builders import CLINIC

S = DeliveryState
KEY = b"k" * 32
CLOCK = SystemClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "telemed.db")
    async with opened.write() as tx:
        await tx.organisations.create(CLINIC)
    yield opened
    await opened.close()


@asynccontextmanager
async def serving(store: Store, config: Config, demo: bool = False) -> AsyncIterator[Notify]:
    gateways = configured_gateways(config, demo, CLOCK.utcnow)
    worker = Worker(
        store, CLOCK, gateways, LinkMaker("https://care.example.org", KEY), lambda: 0.5, WorkerSettings(poll_seconds=0.02)
    )
    notify = Notify(store, CLOCK, worker, gateways)
    notify.start()
    try:
        yield notify
    finally:
        await notify.stop()


def mail_at(port: int, **more: str) -> Config:
    return Config(mail=Mail(**({"host": "localhost", "port": port, "security": "none", "sender": "t@example.org"} | more)))  # type: ignore[arg-type]


def kinds(gateways: dict[Medium, Gateway]) -> dict[Medium, type]:
    return {medium: type(gateway) for medium, gateway in gateways.items()}


async def test_a_demo_sends_nothing_and_a_server_only_what_is_configured(tmp_path: Path) -> None:
    sms = Config(sms=Sms(url="https://sms.example.org"))
    assert kinds(configured_gateways(Config(), False, CLOCK.utcnow)) == {}
    assert kinds(configured_gateways(Config(), True, CLOCK.utcnow)) == {Medium.MAIL: LogGateway, Medium.SMS: LogGateway}
    assert kinds(configured_gateways(sms, False, CLOCK.utcnow)) == {Medium.SMS: SmsGateway}
    assert kinds(configured_gateways(mail_at(25), False, CLOCK.utcnow)) == {Medium.MAIL: SmtpGateway}
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(ConfigError):
        configured_gateways(mail_at(25, security="tls", authority_file=str(tmp_path / "empty.pem")), False, CLOCK.utcnow)


async def test_the_test_message_says_what_became_of_it(store: Store) -> None:
    box = Mailbox()
    async with mail_server(box) as port, serving(store, mail_at(port)) as notify:
        assert (await notify.test("admin@example.org")).state is S.SENT
        box.answers["RCPT"] = "550 no"
        refused = await notify.test("admin@example.org")
        assert (refused.state, refused.error) == (S.FAILED, Fault.RECIPIENT)
        box.answers["RCPT"] = "450 later"
        waiting = await notify.test("admin@example.org")
        assert (waiting.state, waiting.error) == (S.QUEUED, Fault.BUSY)
        with pytest.raises(Unavailable):
            await notify.test("+49301234567")
        with pytest.raises(InvalidInput):
            await notify.test("nobody")
        assert notify.recent() == []
    assert len(box.mails) == 1


def everything_in(directory: Path) -> bytes:
    """The database and its log."""
    return b"".join(path.read_bytes() for path in directory.iterdir())


async def test_a_link_is_sent_once_per_command_and_is_not_in_the_database(store: Store, tmp_path: Path) -> None:
    now = CLOCK.utcnow()
    link = VisitLink("lnk_1", "org_1", "usr_1", "command-1", now + timedelta(hours=1), "send-command-1")
    token = derived_token(KEY, "usr_1", "command-1")
    async with serving(store, Config(), demo=True) as notify:
        async with store.write() as tx:
            for attempt in ("out_1", "out_2"):
                await tx.outbox.put(compose(visit_link_wanted(link, attempt, Medium.SMS, "+49301234567", "de-AT"), now))
        raw = everything_in(tmp_path)
        notify.wake()
        async with asyncio.timeout(10):
            while not notify.recent():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        (shown,) = notify.recent()
        assert f"https://care.example.org/j#{token}" in shown.text and "nur für Sie" in shown.text
        assert token.encode() not in raw
    async with store.read() as tx:
        assert [message.id for message in await tx.outbox.about("lnk_1")] == ["out_1"]


async def test_send_again_is_explicit_and_harmless_twice(store: Store) -> None:
    silent = [("", "220 hi"), ("EHLO", "250 x"), ("MAIL", "250 OK"), ("RCPT", "250 OK"), ("DATA", "354 go"), ("text", "")]
    async with scripted_server(silent) as port, serving(store, mail_at(port)) as notify:
        unknown = await notify.test("admin@example.org")
        assert unknown.state is S.UNKNOWN
        first, second = await notify.send_again(unknown.id), await notify.send_again(unknown.id)
        assert first.id == second.id != unknown.id
        with pytest.raises(NotFound):
            await notify.send_again("out_none")
    box = Mailbox()
    async with mail_server(box) as port, serving(store, mail_at(port)) as notify:
        sent = await notify.test("admin@example.org")
        with pytest.raises(Conflict):
            await notify.send_again(sent.id)
        port_of: Notifier = notify
        assert port_of.can_send(Medium.MAIL) and not port_of.can_send(Medium.SMS)


async def test_the_doctor_signs_in_and_sends_nothing(tmp_path: Path) -> None:
    box, certified = Mailbox(), certify(tmp_path)
    right = {"security": "starttls", "authority_file": str(certified.certificate)}
    right |= {"username": ACCOUNT[0].decode(), "password": ACCOUNT[1].decode()}
    async with mail_server(box, certified.context, account=True) as port:

        async def told(**changes: str) -> list[str]:
            found = await asyncio.to_thread(ways_out.ways_out, mail_at(port, **(right | changes)))
            return [finding.level.value for finding in found]

        assert await told() == ["ok", "ok"]
        assert await told(password="wrong") == ["fault", "ok"]
        assert await told(authority_file="") == ["fault", "ok"]
    assert await told() == ["fault", "ok"], "nobody there"
    assert box.sessions == []
    none = await asyncio.to_thread(ways_out.ways_out, dataclasses.replace(Config(), sms=Sms(url="https://sms.example.org")))
    assert [finding.level.value for finding in none] == ["warn", "ok"]


def test_the_command_says_that_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notify", "test", "--to", "canary@example.org", "--var", str(tmp_path)]) != 0
    assert "canary" not in capsys.readouterr().err
