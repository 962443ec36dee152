"""The victim of the kill test: a worker on a database, its clock ahead by so many seconds, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from telemed.care.notify.compose import LinkMaker
from telemed.care.notify.records import Medium
from telemed.clock import SystemClock
from telemed.notify import SmsGateway, SmsSettings, Worker, WorkerSettings
from telemed.store import Store

KEY = b"v" * 32  # of the values in the database


class AheadClock(SystemClock):
    """The wall clock of later, when leases have run out."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def utcnow(self) -> datetime:
        return super().utcnow() + self.ahead


async def main(path: Path, url: str, ahead: float) -> None:
    store = await Store.open(path, KEY)
    clock = AheadClock(timedelta(seconds=ahead))
    gateways = {Medium.SMS: SmsGateway(SmsSettings(url), clock.utcnow)}
    links = LinkMaker("https://care.example.org", b"k" * 32)
    worker = Worker(store, clock, gateways, links, lambda: 0.5, WorkerSettings(poll_seconds=0.01))
    worker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
