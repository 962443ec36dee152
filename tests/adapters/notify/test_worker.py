"""The worker between a real store and gateways: once per message, bounded, patient, honest about what it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import LinkMaker, again
from telemed.care.notify.delivery import LEASE
from telemed.care.notify.ports import Gateway
from telemed.care.notify.records import (
    DeliveryState,
    Fault,
    Letter,
    Medium,
    OutboxMessage,
    Outcome,
    Route,
    TemplateRecord,
    Verdict,
)
from telemed.clock import SystemClock
from telemed.notify import LogGateway, SmsGateway, SmsSettings, TwoRoutes, Worker, WorkerSettings
from telemed.notify.worker import SEND_SECONDS
from telemed.store import Store
from tests.adapters.notify.sms_provider import Provider, cut, provider_server, status
from tests.unit.notify.builders import CLINIC, LINK, message

S = DeliveryState
QUICK = WorkerSettings(poll_seconds=0.02, grace_seconds=0.2, patience_seconds=0.05)
LINKS = LinkMaker("https://care.example.org", b"k" * 32)


class Clock(SystemClock):
    """The real one, moved by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def utcnow(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Stub:
    """A gateway that answers from a list, then accepts; counts how many it has at once."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.letters: list[Letter] = []
        self.at_once = self.most_at_once = 0
        self.open = asyncio.Event()
        self.open.set()
        self.closed = False

    async def send(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        return self.outcomes.pop(0) if self.outcomes else Outcome(Verdict.ACCEPTED)

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "telemed.db")
    async with opened.write() as tx:
        await tx.organisations.create(CLINIC)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def working(store: Store, clock: Clock, *gateways: Gateway, settings: WorkerSettings = QUICK) -> AsyncIterator[Worker]:
    """A running worker; the gateways are those of mail and SMS, in this order."""
    worker = Worker(store, clock, dict(zip(Medium, gateways, strict=False)), LINKS, lambda: 0.5, settings)
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


def fresh(clock: Clock, number: int = 1, **changes: object) -> OutboxMessage:
    now = clock.utcnow()
    return replace(message(number, **changes), created_at=now, due_at=now, expires_at=now + timedelta(days=1))


async def put(store: Store, *messages: OutboxMessage) -> None:
    async with store.write() as tx:
        for entry in messages:
            await tx.outbox.put(entry)


async def get(store: Store, number: int = 1) -> OutboxMessage:
    async with store.read() as tx:
        found = await tx.outbox.get(f"out_{number}")
    assert found is not None
    return found


async def soon(condition: Callable[[], bool]) -> None:
    """Wait for what follows the row in the database: counts, and calls of a gateway."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until(condition: Callable[[OutboxMessage], bool], store: Store, number: int = 1) -> OutboxMessage:
    async with asyncio.timeout(10):
        while not condition(found := await get(store, number)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found


async def ended(store: Store, state: DeliveryState, number: int = 1) -> OutboxMessage:
    return await until(lambda found: found.state is state, store, number)


async def test_a_message_goes_out_once_and_its_secrets_go_with_it(store: Store, clock: Clock) -> None:
    mail = Stub()
    async with working(store, clock, mail) as worker:
        await put(store, fresh(clock))
        sent = await ended(store, S.SENT)
        await soon(lambda: worker.figures() == {"under_way": 0, "sent": 1})
    assert [letter.id for letter in mail.letters] == ["out_1"] and LINK in mail.letters[0].text
    assert sent.details == {} and sent.recipient and mail.closed


async def test_the_clinics_wording_of_the_moment_is_used(store: Store, clock: Clock) -> None:
    mail = Stub()
    await put(store, fresh(clock))
    async with store.write() as tx:
        await tx.templates.put(TemplateRecord("org_1", "visit_link", "en", Medium.MAIL, "Own", "Own {link}", clock.utcnow()))
    async with working(store, clock, mail):
        await ended(store, S.SENT)
    assert (mail.letters[0].subject, mail.letters[0].text) == ("Own", f"Own {LINK}")


async def test_a_refused_attempt_waits_and_then_goes_out_with_the_same_key(store: Store, clock: Clock) -> None:
    mail = Stub(Outcome(Verdict.RETRY, Fault.BUSY, retry_after=300.0), Outcome(Verdict.RETRY, Fault.UNREACHABLE))
    async with working(store, clock, mail) as worker:
        await put(store, fresh(clock))
        waiting = await until(lambda found: found.attempts == 1 and found.state is S.QUEUED, store)
        assert waiting.error is Fault.BUSY and waiting.due_at >= clock.utcnow() + timedelta(seconds=290)
        clock.ahead = timedelta(seconds=400)
        worker.wake()
        await until(lambda found: found.attempts == 2 and found.state is S.QUEUED, store)
        clock.ahead = timedelta(seconds=800)
        await ended(store, S.SENT)
    assert [letter.id for letter in mail.letters] == ["out_1"] * 3


async def test_an_unknown_end_is_left_alone_until_somebody_sends_it_again(store: Store, clock: Clock) -> None:
    mail = Stub(Outcome(Verdict.UNSURE, Fault.CUT_OFF))
    async with working(store, clock, mail):
        await put(store, fresh(clock))
        unknown = await ended(store, S.UNKNOWN)
        clock.ahead = timedelta(hours=2)
        await asyncio.sleep(0.1)  # several looks
        assert len(mail.letters) == 1
        await put(store, again(unknown, "out_2", clock.utcnow()), again(unknown, "out_3", clock.utcnow()))
        await ended(store, S.SENT, 2)
    assert [letter.id for letter in mail.letters] == ["out_1", "out_2"]


async def test_too_late_is_expired_and_never_sent(store: Store, clock: Clock) -> None:
    mail = Stub()
    await put(store, replace(fresh(clock), expires_at=clock.utcnow() - timedelta(seconds=1)))
    async with working(store, clock, mail):
        assert (await ended(store, S.EXPIRED)).details == {}
    assert mail.letters == []


async def test_a_medium_without_a_gateway_fails_at_once(store: Store, clock: Clock) -> None:
    await put(store, fresh(clock, medium=Medium.SMS, recipient="+49301234567"))
    async with working(store, clock, Stub()) as worker:
        assert (await ended(store, S.FAILED)).error is Fault.NOT_CONFIGURED
        assert worker.can_send(Medium.MAIL) and not worker.can_send(Medium.SMS)


async def test_never_more_at_once_than_agreed(store: Store, clock: Clock) -> None:
    mail = Stub()
    mail.open.clear()
    await put(store, *(fresh(clock, number) for number in range(1, 21)))
    async with working(store, clock, mail):
        await soon(lambda: mail.at_once == QUICK.at_once)
        await asyncio.sleep(0.1)  # several looks, none of which may start a fifth
        assert mail.at_once == QUICK.at_once
        mail.open.set()
        for number in range(1, 21):
            await ended(store, S.SENT, number)
    assert mail.most_at_once == QUICK.at_once and len({letter.id for letter in mail.letters}) == len(mail.letters) == 20


async def test_an_emergency_waits_neither_for_others_nor_for_a_silent_provider(store: Store, clock: Clock) -> None:
    """Forty reminders, pages and links that their gateways take without a word; then one link more, by each route."""
    first, second = Stub(), Stub()
    first.open.clear()
    phone: dict[str, object] = {"medium": Medium.SMS, "recipient": "+49301234567"}
    reminders = [fresh(clock, number, **phone) for number in range(1, 21)]
    pages = [fresh(clock, number, **phone, template=Template.ON_CALL_PAGE) for number in range(21, 41)]
    await put(store, *reminders, *pages)
    async with working(store, clock, Stub(), TwoRoutes(first, second)) as worker:
        await soon(lambda: first.at_once == 2 * QUICK.at_once)
        link = fresh(clock, 41, **phone, template=Template.EMERGENCY_LINK)
        await put(store, link, fresh(clock, 42, **phone, template=Template.EMERGENCY_LINK, route=Route.SECOND))
        worker.wake()
        await soon(lambda: first.letters[-1].id == "out_41" and [letter.id for letter in second.letters] == ["out_42"])
        await ended(store, S.SENT, 42)
        await put(store, *(replace(link, id=f"out_{number}", dedupe_key=f"again:{number}") for number in range(43, 70)))
        await soon(lambda: first.at_once == 2 * QUICK.at_once + QUICK.emergencies_at_once)
        await put(store, fresh(clock, 70, **phone, template=Template.EMERGENCY_LINK, route=Route.SECOND))
        await ended(store, S.SENT, 70)
        first.open.set()
        await ended(store, S.SENT, 69)


async def test_two_workers_send_each_message_once(store: Store, clock: Clock) -> None:
    first, second = Stub(), Stub()
    await put(store, *(fresh(clock, number) for number in range(1, 41)))
    async with working(store, clock, first), working(store, clock, second):
        for number in range(1, 41):
            await ended(store, S.SENT, number)
    sent = [letter.id for letter in first.letters + second.letters]
    assert len(sent) == len(set(sent)) == 40


async def test_a_stop_waits_a_little_and_an_attempt_cut_off_is_taken_again(store: Store, clock: Clock) -> None:
    stuck = Stub()
    stuck.open.clear()
    async with working(store, clock, stuck):
        await put(store, fresh(clock))
        await soon(lambda: stuck.at_once == 1)
    assert (await get(store)).state is S.SENDING and stuck.closed
    mail = Stub()
    async with working(store, clock, mail):
        await asyncio.sleep(0.1)  # several looks within the lease
        assert mail.letters == []
        clock.ahead = LEASE + timedelta(seconds=1)
        await ended(store, S.SENT)
    assert [letter.id for letter in stuck.letters + mail.letters] == ["out_1", "out_1"]


async def test_a_crash_after_sending_reaches_the_person_once(store: Store, clock: Clock) -> None:
    """The provider has the message, we died before noting it: the same key comes again, and the provider sends once."""
    provider = Provider()
    async with provider_server(provider) as url:
        sms = SmsSettings(url)
        queued = fresh(clock, medium=Medium.SMS, recipient="+49301234567")
        await put(store, queued)
        async with store.write() as tx:
            (taken,) = await tx.outbox.take(clock.utcnow(), 1)
        died = SmsGateway(sms, clock.utcnow)
        await died.send(Letter(taken.id, taken.template, taken.recipient, "", "text"))
        await died.close()
        clock.ahead = LEASE + timedelta(seconds=1)
        async with working(store, clock, Stub(), SmsGateway(sms, clock.utcnow)):
            sent = await ended(store, S.SENT)
    assert len(provider.posts) == 2 and list(provider.sent) == ["out_1"] and sent.gateway_id == "provider-out_1"


async def test_real_provider_failures_end_as_they_should(store: Store, clock: Clock) -> None:
    provider = Provider()
    answers = [status(429, Retry_After="60"), status(500), cut]

    async def answer(request):  # type: ignore[no-untyped-def]
        return await (answers.pop(0) if answers else provider.take)(request)

    provider.answer = answer
    async with provider_server(provider) as url:
        async with working(store, clock, Stub(), SmsGateway(SmsSettings(url), clock.utcnow)):
            await put(store, fresh(clock, medium=Medium.SMS, recipient="+49301234567"))
            for attempt in (1, 2):
                await until(lambda found, wanted=attempt: found.attempts == wanted and found.state is S.QUEUED, store)  # type: ignore[misc]
                clock.ahead += timedelta(seconds=100)
            assert (await ended(store, S.UNKNOWN)).error is Fault.CUT_OFF
    assert len(provider.posts) == 3


class Broken(Stub):
    """A gateway with a fault of ours, or one that never ends."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.error = error

    async def send(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        if self.error:
            raise self.error
        await asyncio.Event().wait()
        return Outcome(Verdict.ACCEPTED)


@pytest.mark.parametrize(("error", "fault"), [(RuntimeError("pat.doe@example.org"), Fault.INTERNAL), (None, Fault.NO_ANSWER)])
async def test_a_broken_gateway_stops_neither_the_worker_nor_tells_its_words(
    store: Store, clock: Clock, error: Exception | None, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with working(store, clock, Broken(error), settings=replace(QUICK, send_seconds=0.1)):
        await put(store, fresh(clock, 1), fresh(clock, 2))
        for number in (1, 2):
            assert (await ended(store, S.UNKNOWN, number)).error is fault
    assert "pat.doe" not in caplog.text


async def test_a_wording_that_cannot_be_filled_fails_instead_of_going_out_with_holes(store: Store, clock: Clock) -> None:
    mail = Stub()
    await put(store, replace(fresh(clock), details={"minutes": "10"}))
    async with working(store, clock, mail):
        assert (await ended(store, S.FAILED)).error is Fault.TEMPLATE
    assert mail.letters == []


async def test_a_database_that_fails_for_a_while_is_outlived(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    mail, real, failures = Stub(), store.read, [RuntimeError("x"), RuntimeError("x")]

    def read():  # type: ignore[no-untyped-def]
        if failures:
            raise failures.pop()
        return real()

    monkeypatch.setattr(store, "read", read)
    async with working(store, clock, mail):
        await soon(lambda: not failures)
        await put(store, fresh(clock))
        await ended(store, S.SENT)


async def test_the_demo_shows_what_it_would_have_sent(store: Store, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    shown = LogGateway(Medium.MAIL, clock.utcnow)
    async with working(store, clock, shown):
        await put(store, *(fresh(clock, number) for number in range(1, 61)))
        for number in range(1, 61):
            await ended(store, S.SENT, number)
        recent = shown.recent()
        assert len(recent) == 50 and LINK in recent[0].text and recent[0].recipient == "pat.doe@example.org"
        assert "pat.doe" not in repr(recent) and LINK not in repr(recent)
    assert "visit_link" in caplog.text and "pat.doe" not in caplog.text and "0123456789abcdef" not in caplog.text


def test_a_lease_outlives_every_attempt() -> None:
    assert 2 * timedelta(seconds=SEND_SECONDS) <= LEASE
