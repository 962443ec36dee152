"""Mail by SMTP submission (RFC 6409), one connection per message: a clinic sends a few an hour.

Two questions decide what a failure means. Whose fault: connection, TLS and login are between the server and us, not about this
message, so it waits for the operator to mend them; an answer to MAIL, RCPT or DATA is about the message, 4xx for now, 5xx for
good (RFC 5321 section 4.2.1). How far: once the text has gone out, silence means that nobody knows (RFC 1047).

aiosmtplib puts recipients and server texts into its exceptions: none of them leaves this module.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from enum import StrEnum

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol

from telemed.care.notify.records import Fault, Letter, Outcome, Verdict
from telemed.notify.mail_message import mail_message, message_id

COMMAND_SECONDS = 10.0  # for one answer; RFC 5321 section 4.5.3.2 allows minutes, which would hold up the messages behind
TEXT_SECONDS = 30.0  # for the answer after the text: servers scan it first, and silence here means `unknown`
START_INPUT = 354
SIGN_IN_FIRST = 530  # RFC 4954 section 6: about us, not about the message


class Security(StrEnum):
    """How the connection is sealed."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server. `authority_file` is a PEM file; "": the authorities of this machine. Seconds are per answer."""

    host: str
    port: int
    security: Security
    sender: str
    username: str = ""
    password: str = field(default="", repr=False)
    authority_file: str = ""
    command_seconds: float = COMMAND_SECONDS
    text_seconds: float = TEXT_SECONDS


class SmtpGateway:
    """Sends letters as mails. Owns nothing between two letters."""

    def __init__(self, settings: SmtpSettings, utcnow: Callable[[], datetime]) -> None:
        """Raises OSError or ssl.SSLError when the authority file cannot be used."""
        self._settings = settings
        self._utcnow = utcnow
        self._tls = None if settings.security is Security.NONE else _tls_context(settings.authority_file)

    async def send(self, letter: Letter) -> Outcome:
        """Hand one letter over."""
        try:
            content = mail_message(letter, self._settings.sender, self._utcnow())
        except (MessageError, ValueError):
            return Outcome(Verdict.REFUSED, Fault.TEMPLATE)
        client = self._client()
        refused = await self._connect(client)
        if refused is not None:
            return refused
        try:
            outcome = await self._submit(client, letter, content)
        except BaseException:  # cancelled: no time for goodbyes
            _cut(client)
            raise
        await _leave(client)
        return outcome

    async def probe(self) -> Fault:
        """Connect, seal and sign in, send nothing. `Fault.NONE` when all of it works."""
        client = self._client()
        refused = await self._connect(client)
        if refused is not None:
            return refused.fault
        await _leave(client)
        return Fault.NONE

    async def close(self) -> None:
        """Nothing is open between letters."""

    def _client(self) -> SMTP:
        settings = self._settings
        return SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.sender.rpartition("@")[2],  # this machine's own name is nobody's business
            timeout=settings.command_seconds,
            use_tls=settings.security is Security.TLS,
            start_tls=settings.security is Security.STARTTLS,
            tls_context=self._tls,
        )

    async def _connect(self, client: SMTP) -> Outcome | None:
        """Open, seal, sign in; None when that worked."""
        try:
            await client.connect()
            if self._settings.username:
                await client.login(self._settings.username, self._settings.password)
        except (SMTPException, OSError, ssl.SSLError, EOFError, ValueError) as error:
            await _leave(client)
            return Outcome(Verdict.RETRY, _connect_fault(error))
        return None

    async def _submit(self, client: SMTP, letter: Letter, content: bytes) -> Outcome:
        """MAIL, RCPT, DATA, text."""
        protocol = client.protocol
        try:
            await client.mail(self._settings.sender)
            await client.rcpt(letter.recipient)
            if protocol is None:
                return Outcome(Verdict.RETRY, Fault.CUT_OFF)
            protocol.write(b"DATA\r\n")
            ready = await protocol.read_response(timeout=self._settings.command_seconds)
        except SMTPRecipientRefused as answer:
            return _answered(answer.code, Fault.RECIPIENT)
        except SMTPResponseException as answer:
            return _answered(answer.code, Fault.REFUSED)
        except (SMTPException, OSError):
            return Outcome(Verdict.RETRY, Fault.CUT_OFF)
        if ready.code != START_INPUT:
            return _answered(ready.code, Fault.REFUSED)
        return await self._hand_over(protocol, letter, content)

    async def _hand_over(self, protocol: SMTPProtocol, letter: Letter, content: bytes) -> Outcome:
        """The text itself: from its first byte on, no answer means that nobody knows."""
        try:
            protocol.write(_stuffed(content))
            answer = await protocol.read_response(timeout=self._settings.text_seconds)
        except SMTPResponseException:
            return Outcome(Verdict.UNSURE, Fault.NO_ANSWER)  # bytes that are no answer
        except TimeoutError:
            return Outcome(Verdict.UNSURE, Fault.NO_ANSWER)
        except (SMTPException, OSError):
            return Outcome(Verdict.UNSURE, Fault.CUT_OFF)
        if 200 <= answer.code < 300:
            return Outcome(Verdict.ACCEPTED, gateway_id=message_id(letter.id, self._settings.sender))
        return _answered(answer.code, Fault.REFUSED)


def _answered(code: int, permanent: Fault) -> Outcome:
    """What an answer to a command about this message means: 5xx never, 4xx and all else later."""
    if code == SIGN_IN_FIRST:
        return Outcome(Verdict.RETRY, Fault.LOGIN)
    if 500 <= code < 600:
        return Outcome(Verdict.REFUSED, permanent)
    return Outcome(Verdict.RETRY, Fault.BUSY)


def _connect_fault(error: BaseException) -> Fault:
    """What kept us from connecting, without a word of what the server wrote."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Fault.TLS
        cause = cause.__cause__ or cause.__context__
    name = type(error).__name__
    if name == "SMTPAuthenticationError":
        return Fault.LOGIN
    if name in ("SMTPException", "SMTPNotSupported"):  # no STARTTLS offered, or no way to sign in
        return Fault.TLS if "TLS" in str(error) and "AUTH" not in str(error) else Fault.LOGIN
    return Fault.BUSY if isinstance(error, SMTPResponseException) else Fault.UNREACHABLE


def _stuffed(content: bytes) -> bytes:
    """The text as DATA carries it: dots doubled at line starts, a lone dot at the end (RFC 5321 section 4.5.2)."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines + (b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n")


async def _leave(client: SMTP) -> None:
    """Say goodbye if anybody listens: what matters has been decided."""
    try:
        if client.is_connected:
            async with asyncio.timeout(1.0):
                await client.quit()
    except (SMTPException, OSError):
        pass
    finally:
        _cut(client)


def _cut(client: SMTP) -> None:
    """End the connection now: closing TLS politely waits half a minute for the other side."""
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _tls_context(authority_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
