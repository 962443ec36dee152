"""Let a step of a transaction finish though its task is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finished(step: Coroutine[Any, Any, T]) -> T:
    """Run `step` to its end and return its result; a cancellation that came meanwhile is raised afterwards instead.

    A statement runs in the driver's thread and cannot be called back: leaving it behind would leave the connection in an unknown
    state and the one writer blocked. Steps are short (one statement, one commit), so cancellation waits for milliseconds.
    """
    task = asyncio.ensure_future(step)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        if not task.cancelled():
            task.exception()  # taken, so that it is not reported as lost; the cancellation says more
        raise cancellation
    return task.result()
