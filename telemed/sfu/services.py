"""What every peer of a worker shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telemed.clock import Clock
from telemed.media.control import WorkerEvent
from telemed.media.overload import LayerCap
from telemed.sfu.counters import Counters
from telemed.sfu.paced_send import Departures
from telemed.sfu.seam import CertificateShelf
from telemed.sfu.udp_mux import UdpMux

if TYPE_CHECKING:
    from telemed.sfu.dataplane import Dataplane


class TaskOwner:
    """Owns short tasks: keeps them alive, and cancels and awaits those left at the end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` as a task that is forgotten when it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self, timeout: float) -> None:
        """Wait up to `timeout` seconds for the tasks to end by themselves, then cancel and await the rest."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout)
        rest = list(self._tasks)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


@dataclass(slots=True)
class Services:
    """Shared by all peers of one worker."""

    mux: UdpMux
    dataplane: Dataplane
    counters: Counters
    departures: Departures
    clock: Clock
    emit: Callable[[WorkerEvent], None]
    layer_cap: LayerCap = LayerCap()  # what the load leaves of pictures
    certificates: CertificateShelf = field(default_factory=CertificateShelf)
    tasks: TaskOwner = field(default_factory=TaskOwner)
