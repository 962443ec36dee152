"""Mail over real connections: sealed, signed in, and each way to fail taken for what it is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telemed.care.notify.records import Fault, Letter, Outcome, Verdict
from telemed.notify import Security, SmtpGateway, SmtpSettings
from tests.adapters.notify.authority import Certified, certify
from tests.adapters.notify.mail_server import ACCOUNT, Mailbox, mail_server, scripted_server

LETTER = Letter("out_1", "visit_link", "pat.doe@example.org", "Your link", "Line\n.\n..dots\nÜ " + "x" * 2000, "Klinik Möwe")
USER, PASSWORD = (part.decode() for part in ACCOUNT)
HELLO = [("", "220 ready"), ("EHLO", "250 localhost")]
ENVELOPE = [("MAIL", "250 OK"), ("RCPT", "250 OK")]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certify(tmp_path_factory.mktemp("tls"))


def gateway(port: int, security: Security = Security.NONE, certificate: Path | str = "", **more: object) -> SmtpGateway:
    seconds: dict[str, object] = {"command_seconds": 2.0, "text_seconds": 2.0}
    settings = SmtpSettings(
        "localhost", port, security, "telemed@example.org", authority_file=str(certificate), **(seconds | more)
    )  # type: ignore[arg-type]
    return SmtpGateway(settings, lambda: datetime.now(UTC))


async def send(port: int, *arguments: object, **more: object) -> Outcome:
    return await gateway(port, *arguments, **more).send(LETTER)  # type: ignore[arg-type]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_mail_goes_out_sealed_and_signed_in(certified: Certified, security: Security) -> None:
    box = Mailbox()
    implicit = security is Security.TLS
    async with mail_server(box, certified.context, implicit=implicit, account=not implicit) as port:
        account = {} if implicit else {"username": USER, "password": PASSWORD}
        outcome = await send(port, security, certified.certificate, **account)
    assert outcome == Outcome(Verdict.ACCEPTED, gateway_id="<out_1@example.org>")
    (mail,), (envelope,) = box.mails, box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("telemed@example.org", ["pat.doe@example.org"])
    assert mail["Message-ID"] == "<out_1@example.org>"
    assert mail.get_content().splitlines() == LETTER.text.splitlines()
    assert box.sessions[0].ssl is not None or implicit
    assert box.sessions[0].host_name == "example.org", "not this machine's own name"


async def test_every_attempt_carries_the_same_message_id() -> None:
    box = Mailbox()
    box.answers["DATA"] = "451 later"
    async with mail_server(box) as port:
        assert (await send(port)).verdict is Verdict.RETRY
        box.answers.clear()
        assert (await send(port)).verdict is Verdict.ACCEPTED
    assert len({mail["Message-ID"] for mail in box.mails}) == 1 and len(box.mails) == 2


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_certificate_of_nobody_we_trust_gets_no_mail(certified: Certified, security: Security) -> None:
    box = Mailbox()
    async with mail_server(box, certified.context, implicit=security is Security.TLS) as port:
        assert await send(port, security) == Outcome(Verdict.RETRY, Fault.TLS)
    assert box.sessions == []


async def test_a_certificate_of_another_host_gets_no_mail(tmp_path: Path) -> None:
    box, other = Mailbox(), certify(tmp_path, "mail.example.com")
    async with mail_server(box, other.context) as port:
        assert await send(port, Security.STARTTLS, other.certificate) == Outcome(Verdict.RETRY, Fault.TLS)
    assert box.sessions == []


async def test_a_server_without_starttls_gets_neither_password_nor_mail(certified: Certified) -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        account = {"username": USER, "password": PASSWORD}
        assert await send(port, Security.STARTTLS, certified.certificate, **account) == Outcome(Verdict.RETRY, Fault.TLS)
    assert box.sessions == []


async def test_a_wrong_password_waits_for_the_operator(certified: Certified) -> None:
    box = Mailbox()
    async with mail_server(box, certified.context, account=True) as port:
        wrong = {"username": USER, "password": "wrong"}
        assert await send(port, Security.STARTTLS, certified.certificate, **wrong) == Outcome(Verdict.RETRY, Fault.LOGIN)
        missing = await send(port, Security.STARTTLS, certified.certificate)
        assert missing == Outcome(Verdict.RETRY, Fault.LOGIN), "530 is about us, too"
    assert box.mails == []


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("RCPT", "550 no such user", Outcome(Verdict.REFUSED, Fault.RECIPIENT)),
        ("RCPT", "450 greylisted", Outcome(Verdict.RETRY, Fault.BUSY)),
        ("MAIL", "550 not you", Outcome(Verdict.REFUSED, Fault.REFUSED)),
        ("MAIL", "421 closing", Outcome(Verdict.RETRY, Fault.BUSY)),
        ("DATA", "554 spam", Outcome(Verdict.REFUSED, Fault.REFUSED)),
        ("DATA", "452 full", Outcome(Verdict.RETRY, Fault.BUSY)),
    ],
)
async def test_answers_are_taken_by_their_class(command: str, answer: str, outcome: Outcome) -> None:
    box = Mailbox()
    box.answers[command] = answer
    async with mail_server(box) as port:
        assert await send(port) == outcome


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ([], Outcome(Verdict.RETRY, Fault.UNREACHABLE)),
        ([("", "554 go away")], Outcome(Verdict.RETRY, Fault.BUSY)),
        ([("", "\x00\xff nonsense")], Outcome(Verdict.RETRY, Fault.BUSY)),
        (HELLO, Outcome(Verdict.RETRY, Fault.CUT_OFF)),
        ([*HELLO, *ENVELOPE], Outcome(Verdict.RETRY, Fault.CUT_OFF)),
        ([*HELLO, *ENVELOPE, ("DATA", "550 no")], Outcome(Verdict.REFUSED, Fault.REFUSED)),
        ([*HELLO, *ENVELOPE, ("DATA", "354 go")], Outcome(Verdict.UNSURE, Fault.CUT_OFF)),
        ([*HELLO, *ENVELOPE, ("DATA", "354 go"), ("text", "")], Outcome(Verdict.UNSURE, Fault.CUT_OFF)),
        ([*HELLO, *ENVELOPE, ("DATA", "354 go"), ("text", "nonsense")], Outcome(Verdict.UNSURE, Fault.NO_ANSWER)),
        (
            [*HELLO, *ENVELOPE, ("DATA", "354 go"), ("text", "250 ok")],
            Outcome(Verdict.ACCEPTED, gateway_id="<out_1@example.org>"),
        ),
    ],
    ids=["no greeting", "closed", "nonsense", "cut before MAIL", "cut at DATA", "no DATA", "cut in text", "cut after text"]
    + ["nonsense after text", "cut after its answer"],
)
async def test_a_cut_is_known_or_unknown_by_how_far_we_came(script: list[tuple[str, str]], outcome: Outcome) -> None:
    async with scripted_server(script) as port:
        assert await send(port) == outcome


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ([], Outcome(Verdict.RETRY, Fault.UNREACHABLE)),
        (HELLO, Outcome(Verdict.RETRY, Fault.CUT_OFF)),
        ([*HELLO, *ENVELOPE], Outcome(Verdict.RETRY, Fault.CUT_OFF)),
        ([*HELLO, *ENVELOPE, ("DATA", "354 go"), ("text", "")], Outcome(Verdict.UNSURE, Fault.NO_ANSWER)),
    ],
    ids=["greeting", "MAIL", "DATA", "after the text"],
)
async def test_silence_ends_in_time(script: list[tuple[str, str]], outcome: Outcome) -> None:
    async with scripted_server(script, hang=True) as port:
        began = time.monotonic()
        assert await send(port, command_seconds=0.3, text_seconds=0.3) == outcome
        assert time.monotonic() - began < 5


async def test_nobody_there() -> None:
    async with scripted_server([]) as port:
        pass
    assert await send(port) == Outcome(Verdict.RETRY, Fault.UNREACHABLE)


async def test_a_probe_sends_nothing(certified: Certified) -> None:
    box = Mailbox()
    async with mail_server(box, certified.context, account=True) as port:
        good = gateway(port, Security.STARTTLS, certified.certificate, username=USER, password=PASSWORD)
        assert await good.probe() is Fault.NONE
        bad = gateway(port, Security.STARTTLS, certified.certificate, username=USER, password="x")
        assert await bad.probe() is Fault.LOGIN
    assert box.sessions == []


async def test_many_letters_at_once_each_have_their_connection() -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        sender = gateway(port)
        letters = [Letter(f"out_{n}", "test", f"p{n}@example.org", "s", f"text {n}") for n in range(8)]
        outcomes = await asyncio.gather(*(sender.send(letter) for letter in letters))
    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    assert {(mail["To"], mail.get_content().strip()) for mail in box.mails} == {
        (f"p{n}@example.org", f"text {n}") for n in range(8)
    }


class Silent(Mailbox):
    """Never answers MAIL."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def handle_MAIL(self, *_: object) -> str:  # noqa: N802
        self.asked.set()
        await asyncio.Event().wait()
        return "250 OK"


async def test_a_cancelled_letter_lets_go_of_its_connection() -> None:
    box = Silent()
    async with mail_server(box) as port:
        task = asyncio.create_task(send(port, command_seconds=60.0))
        async with asyncio.timeout(10):
            await box.asked.wait()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 0.9, "no goodbye was waited for"
