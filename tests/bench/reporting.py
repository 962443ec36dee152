"""A subscriber that reports what arrives by transport-wide numbers, over a link that may be narrow."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from telemed.congestion.twcc import TwccRecorder
from telemed.rtp.header import parse_header, scan_extensions
from tests.bench.rtp_client import REPORTED, RtpClient

REPORT_INTERVAL = 0.05  # seconds
HEADERS = 28  # bytes of IP and UDP


class Reporter:
    """Takes a client's packets over a pretended bottleneck: `rate` in bit/s (None: none), a queue of `queue` seconds.

    `arrived`: (SSRC, when, transport-wide number, of padding alone) of all that came through; `lost` counts what did not.
    """

    def __init__(self, client: RtpClient, rate: float | None = None, queue: float = 0.3) -> None:
        self.rate = rate
        self.arrived: list[tuple[int, float, int, bool]] = []
        self.lost = 0
        self._client = client
        self._queue = queue
        self._free_at = 0.0  # when the bottleneck has served what it holds
        self._under_way: deque[tuple[float, int]] = deque()
        self._recorder = TwccRecorder()
        self._task = asyncio.create_task(self._report_forever())
        client.on_plain = self._on_packet

    async def close(self) -> None:
        """Stop reporting."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def heard(self, ssrc: int, since: float = 0.0) -> int:
        """Packets of a source that came through, since a monotonic time."""
        return sum(source == ssrc and at >= since for source, at, _number, _padding in self.arrived)

    def _on_packet(self, plain: bytes) -> None:
        now = time.monotonic()
        *_head, ssrc, offset, padding = parse_header(plain)
        wide, _level = scan_extensions(plain, REPORTED.transport_cc, 0)
        at = now
        if self.rate is not None:
            begins = max(now, self._free_at)
            if begins - now > self._queue:
                self.lost += 1
                return
            at = self._free_at = begins + (len(plain) + 16 + HEADERS) * 8 / self.rate
        self.arrived.append((ssrc, at, wide, len(plain) - padding == offset))
        if wide >= 0:
            self._under_way.append((at, wide))

    async def _report_forever(self) -> None:
        while True:
            await asyncio.sleep(REPORT_INTERVAL)
            now = time.monotonic()
            while self._under_way and self._under_way[0][0] <= now:
                at, wide = self._under_way.popleft()
                self._recorder.record(wide, int(at * 1e6))
            for message in self._recorder.build(1, 2) if self._client.dtls.transmit is not None else ():
                self._client.send_rtcp(message)
