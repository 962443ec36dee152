"""A real SMTP server on a free port of this machine, and one that follows a script for what real servers do when they break."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCOUNT = (b"telemed", b"secret-of-the-account")


class Mailbox:
    """Keeps what arrives; answers with what the test wishes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.sessions: list[Session] = []

    async def handle_MAIL(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        self.sessions.append(session)
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return self.answers.get("DATA", "250 OK")


def _authenticate(server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == ACCOUNT
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def mail_server(
    box: Mailbox, context: ssl.SSLContext | None = None, *, implicit: bool = False, account: bool = False
) -> AsyncIterator[int]:
    """Serve `box`; yields the port. With a context: TLS from the start (`implicit`) or by STARTTLS, which is then required."""
    loop = asyncio.get_running_loop()
    opened: list[SMTP] = []

    def session() -> SMTP:
        starttls = context is not None and not implicit
        made = SMTP(
            box,
            hostname="localhost",
            loop=loop,
            tls_context=context if starttls else None,
            require_starttls=starttls,
            auth_required=account,
            auth_require_tls=starttls,
            authenticator=_authenticate,
        )
        opened.append(made)
        return made

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if implicit else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for protocol in opened:
            if protocol.transport is not None:
                protocol.transport.close()
            task = protocol._handler_coroutine
            if task is not None and not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await server.wait_closed()


@asynccontextmanager
async def scripted_server(script: Sequence[tuple[str, str]], *, hang: bool = False) -> AsyncIterator[int]:
    """Serve a script of (beginning of the line to wait for, answer); "" waits for nothing, "text" for a whole text.

    After the script the connection is cut, or left open in silence (`hang`). Yields the port.
    """
    ended = asyncio.Event()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            for awaited, answer in script:
                await _awaited(reader, awaited)
                writer.write(answer.encode() and answer.encode() + b"\r\n")
                await writer.drain()
            if hang:
                await ended.wait()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        ended.set()
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


async def _awaited(reader: asyncio.StreamReader, what: str) -> None:
    if what == "text":
        await reader.readuntil(b"\r\n.\r\n")
    elif what:
        line = await reader.readline()
        assert line.upper().startswith(what.encode()), what
