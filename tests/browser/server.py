"""A real `telemed serve --demo` for tests: started as the README says, stopped by its own pid."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

READY_TIMEOUT = 60.0  # seconds; a cold start on a loaded two-core machine takes up to 10
STOP_TIMEOUT = 20.0


@dataclass
class Server:
    """A running product: its address, accounts and process."""

    process: asyncio.subprocess.Process
    ready: dict[str, Any]
    var: pathlib.Path

    @property
    def base_url(self) -> str:
        return str(self.ready["base_url"])

    def account(self, role: str) -> tuple[str, str]:
        """E-mail and password of the demo account with `role`."""
        found = next(a for a in self.ready["accounts"] if a["role"] == role)
        return found["email"], found["password"]

    def children(self) -> dict[str, int]:
        """Part name ("control", "media-0", ...) -> pid of the supervisor's children."""
        import psutil

        named = {}
        for child in psutil.Process(self.process.pid).children():
            line = " ".join(child.cmdline())
            named["control" if "telemed.app" in line else "media" if "telemed.worker" in line else line] = child.pid
        return named


async def start_server(
    folder: pathlib.Path, *arguments: str, prefix: tuple[str, ...] = (), program: tuple[str, ...] = ("-m", "telemed")
) -> Server:
    """Start the product in `folder` and wait until it is ready. Raises AssertionError with its output if it is not."""
    ready_file = folder / "ready.json"
    ready_file.unlink(missing_ok=True)
    log = (folder / "server.log").open("ab")
    command = (
        *prefix,
        sys.executable,
        *program,
        "serve",
        "--demo",
        "--var",
        str(folder / "var"),
        "--ready-file",
        str(ready_file),
    )
    port = () if "--port" in arguments else ("--port", "0")
    process = await asyncio.create_subprocess_exec(
        *command, *port, *arguments, stdout=log, stderr=log, env={**os.environ, "PYTHONWARNINGS": ""}
    )
    log.close()
    deadline = time.monotonic() + READY_TIMEOUT
    while not ready_file.exists():
        if process.returncode is not None or time.monotonic() > deadline:
            if process.returncode is None:
                process.kill()
            await process.wait()
            raise AssertionError("the server did not become ready:\n" + (folder / "server.log").read_text()[-4000:])
        await asyncio.sleep(0.05)
    return Server(process, json.loads(ready_file.read_text()), folder / "var")


async def stop_server(server: Server) -> None:
    """Ask the server to stop; kill it when it does not."""
    if server.process.returncode is not None:
        return
    server.process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(server.process.wait(), STOP_TIMEOUT)
    except TimeoutError:
        server.process.kill()
        await server.process.wait()
        raise AssertionError("the server did not stop in time") from None


@contextlib.asynccontextmanager
async def served(folder: pathlib.Path) -> AsyncIterator[Server]:
    """The product in `folder` while the block runs."""
    server = await start_server(folder)
    try:
        yield server
    finally:
        await stop_server(server)
