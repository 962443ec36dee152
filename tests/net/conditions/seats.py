"""Further seats beside the two browsers, on the server's own machine: their link is as good as links get."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from tests.browser.people import INVITE
from tests.net.conditions.case import SERVICE, Case

PATIENCE = 60.0  # seconds: from the start of the process to media

INVITE_FROM_CALL = INVITE.replace("location.pathname.split(\"/\").pop()", "seat.session.state.value.session.id")


class FurtherSeat:
    """A person in the call; see `seat_process`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def ask(self, **orders: Any) -> dict[str, Any]:
        """Send a line and wait for one."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(orders).encode() + b"\n")
        await self.process.stdin.drain()
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        """The next line. Raises AssertionError when the process ended."""
        assert self.process.stdout
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        assert line, "the seat's process ended"
        return dict(json.loads(line))


@contextlib.asynccontextmanager
async def further_seat(here: Case, bit_rate: int = 0) -> AsyncIterator[FurtherSeat]:
    """One more person, admitted and connected, who sends a picture of `bit_rate` and sound, or only receives."""
    link = await here.call.doctor.tab.evaluate(INVITE_FROM_CALL.replace("ROLE", "guest"))
    command = (*here.inside.prefix, sys.executable, "-m", "tests.net.conditions.seat_process")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    seat = FurtherSeat(process)
    try:
        authority = str(here.server.var / "ca" / "telemed-ca.crt")
        orders = {"base_url": here.server.base_url, "authority": authority, "address": SERVICE, "link": link}
        waiting = await seat.ask(**orders, bit_rate=bit_rate)
        await here.call.doctor.command("admit", participant_id=waiting["waiting"])
        await seat.hear()
        yield seat
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()
