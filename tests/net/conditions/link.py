"""A link between two network namespaces whose delay, jitter, loss and rate a test sets. Needs root."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tests.net.conditions.link_process import DEVICE
from tests.net.namespaces import Namespace, run

PATIENCE = 20.0  # seconds for the process to come up, or to answer
BURST_SECONDS = 0.01  # of the rate that may leave at once
SMALLEST_BURST = 1600  # bytes: one packet must fit


@dataclass(frozen=True)
class Impairment:
    """What a link does, the same in both directions. `rate` in bit/s (0: as it comes), `queue` in seconds in front of it."""

    delay: float = 0.0  # seconds each way
    jitter: float = 0.0  # seconds, 0..jitter more for each packet, order kept
    loss: float = 0.0  # 0..1
    burst: float = 1.0  # mean length of a run of losses
    rate: int = 0
    queue: float = 0.5
    seed: int = 1


CLEAN = Impairment()


@dataclass(frozen=True)
class Traffic:
    """Bytes on the link in one direction since the last `reset`: by SSRC for sound and pictures, by kind for the rest."""

    counts: dict[str, tuple[int, int, int]]

    def of(self, ssrcs: set[int]) -> int:
        """Bytes of these sources."""
        return sum(self.counts.get(f"ssrc {ssrc}", (0, 0, 0))[1] for ssrc in ssrcs)

    @property
    def total(self) -> int:
        """All bytes."""
        return sum(entry[1] for entry in self.counts.values())

    @property
    def by_tcp(self) -> int:
        """Bytes of signalling, pages and uploads."""
        return self.counts.get("tcp", (0, 0, 0))[1]

    def others(self, ssrcs: set[int], seconds: float) -> str:
        """kbit/s and packets a second of all but these sources, by kind."""
        rest: dict[str, list[int]] = {}
        for key, (packets, octets, _lost) in self.counts.items():
            source = key.startswith("ssrc ")
            if source and int(key.removeprefix("ssrc ")) in ssrcs:
                continue
            entry = rest.setdefault("rtp" if source else key, [0, 0])
            entry[0] += packets
            entry[1] += octets
        kilobits = 8 / 1000 / seconds
        return ", ".join(f"{key} {size * kilobits:.1f} ({count / seconds:.1f}/s)" for key, (count, size) in rest.items())

    @property
    def lost(self) -> float:
        """Share of bytes that the link lost."""
        return sum(entry[2] for entry in self.counts.values()) / max(1, self.total)


class Link:
    """The near end is the phone's, the far end the server's."""

    def __init__(self, process: asyncio.subprocess.Process, ends: tuple[Namespace, Namespace]) -> None:
        self.process, self.ends = process, ends

    async def set(self, now: Impairment) -> None:
        """Be like this from now on; the chances start from its seed."""
        for end in self.ends:
            _shape(end, now)
        await self._order(delay=now.delay, jitter=now.jitter, loss=now.loss, burst=now.burst, seed=now.seed)

    async def traffic(self, *, reset: bool = False) -> tuple[Traffic, Traffic]:
        """What went up and down since the last reset."""
        counted = await self._order(reset=reset)
        up, down = (Traffic({key: tuple(entry) for key, entry in counted[way].items()}) for way in ("up", "down"))
        return up, down

    async def _order(self, **orders: Any) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(orders).encode() + b"\n")
        await self.process.stdin.drain()
        return dict(json.loads(await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)))


def _shape(end: Namespace, now: Impairment) -> None:
    """Limit what leaves this end."""
    tool = ("tc", "-n", end.name, "qdisc")
    if not now.rate:
        with contextlib.suppress(AssertionError):  # there is none
            run(*tool, "delete", "dev", DEVICE, "root")
        return
    burst = max(SMALLEST_BURST, int(now.rate / 8 * BURST_SECONDS))
    limits = ("rate", f"{now.rate}bit", "burst", str(burst), "latency", f"{round(now.queue * 1000)}ms")
    run(*tool, "replace", "dev", DEVICE, "root", "tbf", *limits)


@contextlib.asynccontextmanager
async def link(near: Namespace, near_address: str, far: Namespace, far_address: str) -> AsyncIterator[Link]:
    """Two namespaces, one link; the addresses are of one network of prefix length 30."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.net.conditions.link_process",
        near.name,
        far.name,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**22,
    )
    try:
        assert process.stdin and process.stdout
        assert await asyncio.wait_for(process.stdout.readline(), PATIENCE) == b"ready\n"
        for end, address in ((near, near_address), (far, far_address)):
            end.add_address(DEVICE, f"{address}/30")
            end.ip("link", "set", "dev", DEVICE, "up")
        yield Link(process, (near, far))
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
