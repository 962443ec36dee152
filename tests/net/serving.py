"""The product inside a network namespace, and a caller inside another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import pathlib
import sys
from collections.abc import AsyncIterator
from typing import Any

from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.net.namespaces import Namespace

CALL_TIMEOUT = 90.0  # seconds for a whole call of the second client, start of its process included


@contextlib.asynccontextmanager
async def serving(folder: pathlib.Path, inside: Namespace, address: str, **more: Any) -> AsyncIterator[Server]:
    """The demo by HTTPS on `address` of the namespace; `more` is for `start_server`."""
    running = await start_prepared_server(folder, "--lan", address, prefix=inside.prefix, **more)
    try:
        yield running
    finally:
        await stop_server(running)


async def calls(server: Server, inside: Namespace, *, wire: bool = False) -> dict[str, dict[str, Any]]:
    """Doctor and patient of the second client meet inside the namespace; what they said by event. Raises AssertionError."""
    orders = {
        "base_url": server.base_url,
        "account": server.account("clinician"),
        "authority": str(server.var / "ca" / "telemed-ca.crt"),
        "wire": wire,
    }
    process = await asyncio.create_subprocess_exec(
        *inside.prefix,
        sys.executable,
        "-m",
        "tests.client.caller",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, trouble = await asyncio.wait_for(process.communicate(json.dumps(orders).encode()), CALL_TIMEOUT)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError("the call did not end") from None
    assert process.returncode == 0, trouble.decode()[-3000:]
    return {line["event"]: line for line in map(json.loads, said.decode().splitlines())}
