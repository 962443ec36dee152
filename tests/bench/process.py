"""Parts of the bench run in processes of their own: orders as JSON on standard input, figures as JSON on standard output."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from tests.bench import machine

TIMEOUT = 900.0  # seconds for one process; the longest part takes a few minutes

Figures = dict[str, Any]
Work = Callable[[Figures], Awaitable[Figures]]


async def in_process(module: str, orders: Figures, timeout: float = TIMEOUT) -> Figures:
    """Run `python -m module` with `orders`; return what it prints. Raises RuntimeError when it fails.

    It leads a session of its own, so that Linux's autogroups give it the priority it asks for.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=machine.ROOT,
        start_new_session=True,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(json.dumps(orders).encode()), timeout)
    except TimeoutError:
        raise RuntimeError(f"{module} took longer than {timeout:.0f} s") from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # its own group: what it started goes with it
            await process.wait()
    if process.returncode:
        raise RuntimeError(f"{module} ended with {process.returncode}")
    return dict(json.loads(output))


def answer(work: Work) -> None:
    """Be such a process: read the orders, take the priority they name, do the work, print the figures."""
    orders = json.load(sys.stdin)
    machine.raise_priority(orders["priority"])
    print(json.dumps(asyncio.run(work(orders))))  # type: ignore[arg-type]
