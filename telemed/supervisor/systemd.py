"""What systemd is told (sd_notify(3)): ready, alive, stopping. Without systemd every call does nothing."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping

BUSY_SECONDS = 60.0  # more for the start, counted from each time it is asked for
REPORTS = 4  # in one watchdog span: three may be lost


class Systemd:
    """The datagram socket that systemd names in the environment, and the task that reports to its watchdog."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        span = environment.get("WATCHDOG_USEC", "")
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._period = int(span) / 1e6 / REPORTS if span.isdigit() and mine else 0.0
        self._task: asyncio.Task[None] | None = None

    def ready(self) -> None:
        """Everything serves; from now on report that we live."""
        self._tell("READY=1")
        if self._period and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._report(), name="systemd-watchdog")

    def busy(self) -> None:
        """The start takes longer, and goes on: let it (TimeoutStartSec= is for one that hangs)."""
        self._tell(f"EXTEND_TIMEOUT_USEC={int(BUSY_SECONDS * 1e6)}")

    def stopping(self) -> None:
        """The stop has begun; running calls may still be waited for."""
        self._tell("STOPPING=1")

    async def close(self) -> None:
        """Stop reporting."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _report(self) -> None:
        while True:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(self._period)

    def _tell(self, state: str) -> None:
        """Never waits and never fails: the service matters more than what is told about it."""
        if not self._address:
            return
        name = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as speaker:
                speaker.sendto(state.encode(), name)
        except OSError:
            return
