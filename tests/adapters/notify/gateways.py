"""SMS providers that are processes of their own: started, told how to behave, killed, started again on the same port."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
START_SECONDS = 30.0


class GatewayProcess:
    """One provider. Its journal outlives it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._journal, self._behaviour = folder / f"{name}.journal", folder / f"{name}.behaviour"
        self._process: Process | None = None
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}/send"
        self.behave("take")

    def behave(self, how: str) -> None:
        """From the next message on: take, fail, garbage, hang or die."""
        self._behaviour.write_text(how)

    def taken(self) -> list[dict[str, Any]]:
        """Messages in the order in which they came, repeats of one key included."""
        text = self._journal.read_text() if self._journal.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Run it, unless it does."""
        if self.runs:
            return
        program = (sys.executable, "-m", "tests.adapters.notify.gateway_process")
        arguments = (str(self._port), str(self._journal), str(self._behaviour))
        self._process = await asyncio.create_subprocess_exec(*program, *arguments, cwd=ROOT, stderr=DEVNULL)
        async with asyncio.timeout(START_SECONDS):
            while not await _answers(self._port):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def gateways(folder: Path, *names: str) -> AsyncIterator[list[GatewayProcess]]:
    """Running providers."""
    made = [GatewayProcess(folder, name) for name in names]
    try:
        for one in made:
            await one.start()
        yield made
    finally:
        for one in made:
            await one.kill()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
