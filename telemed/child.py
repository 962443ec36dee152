"""What every child of the supervisor does: read its orders, set up logs, run until SIGTERM, end with a code that says why."""

from __future__ import annotations

import asyncio
import errno
import faulthandler
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from telemed import exits, launch, logs
from telemed.errors import ConfigError, TelemedError
from telemed.heartbeat import Notifier
from telemed.launch import Launch


async def _nothing() -> None:
    """Stand-in for a service that needs no time before it stops."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A service that runs. `details` are told to the supervisor; `before_stop` runs between SIGTERM and its end."""

    details: dict[str, Any] = field(default_factory=dict)
    before_stop: Callable[[], Awaitable[None]] = _nothing
    on_hangup: Callable[[], None] = lambda: None  # SIGHUP


async def _unprepared(_orders: Launch, _notifier: Notifier) -> None:
    """Stand-in for a service with nothing to do before it starts."""


Service = Callable[[Launch], AbstractAsyncContextManager[Serving]]
Prepare = Callable[[Launch, Notifier], Awaitable[None]]  # what may take long before a service starts, said to be `busy`
Lifespan = AsyncIterator[Serving]
PRIVATE_UMASK = 0o077
UNAVAILABLE_CODES = frozenset({"database_in_use", "unavailable"})
log = logging.getLogger(__name__)


def main(name: Callable[[Launch], str], service: Service, prepare: Prepare = _unprepared) -> int:
    """Run `prepare`, then `service`, an async context manager that yields when it serves. Returns the exit code."""
    faulthandler.enable()  # SIGABRT of the supervisor, or a crash of a library: where each thread stands, no values
    os.umask(PRIVATE_UMASK)
    logs.configure("child", "info")
    try:
        orders = launch.read()
        logs.configure(name(orders), orders.config.logging.level, form=orders.config.logging.format)
        asyncio.run(_serve(orders, service, prepare))
    except TelemedError as error:
        log.error("cannot serve: %s", error.message)  # noqa: TRY400 - the operator's fault or the machine's, not a bug
        return _code_of(error)
    except OSError as error:
        log.exception("cannot serve")
        return exits.UNAVAILABLE if error.errno == errno.EADDRINUSE else exits.FAILED
    return exits.OK


async def _serve(orders: Launch, service: Service, prepare: Prepare) -> None:
    """From start to SIGTERM."""
    loop = asyncio.get_running_loop()
    logs.watch_loop(loop)
    asked = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, asked.set)
    loop.add_signal_handler(signal.SIGINT, asked.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)  # before it serves there is nothing to reload
    notifier = Notifier(orders.notify_descriptor)
    try:
        await prepare(orders, notifier)
        async with service(orders) as serving:
            loop.add_signal_handler(signal.SIGHUP, serving.on_hangup)
            notifier.ready(serving.details)
            log.info("ready")
            await asked.wait()
            await serving.before_stop()
            log.info("stopping")
    finally:
        await notifier.close()


def _code_of(error: TelemedError) -> int:
    if error.code in UNAVAILABLE_CODES:
        return exits.UNAVAILABLE
    return exits.CONFIG if isinstance(error, ConfigError) or error.code == "unsupported_library" else exits.FAILED
