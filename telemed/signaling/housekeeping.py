"""Small chores of every sweep: ended holders, old probes, minutes of calls, idle Today streams, answers nobody asks for now."""

from __future__ import annotations

from datetime import timedelta

from telemed.signaling.desk import Desk
from telemed.signaling.holders import Holders
from telemed.signaling.media_probe import MediaProbes
from telemed.signaling.quality_keeper import QualityKeeper

ACK_LIFE = timedelta(hours=48)  # a client that retries after two days begins anew
PRUNE_SECONDS = 3600.0


class Housekeeping:
    """Remembers when each chore was done last."""

    def __init__(self, desk: Desk, probes: MediaProbes, holders: Holders, quality: QualityKeeper) -> None:
        self._desk = desk
        self._probes = probes
        self._holders = holders
        self._quality = quality
        self._pruned_at = desk.clock.monotonic()

    async def run(self) -> None:
        """Do what is due."""
        now = self._desk.clock.monotonic()
        await self._holders.run()
        await self._probes.sweep()
        self._desk.live.board.forget_idle(now)
        await self._quality.run()
        if now - self._pruned_at < PRUNE_SECONDS:
            return
        self._pruned_at = now
        async with self._desk.store.write() as tx:
            await tx.acks.prune(self._desk.clock.utcnow() - ACK_LIFE)
