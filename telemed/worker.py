"""Entry point of a media worker process: `python -m telemed.worker`, orders on standard input.

Closures: the process owns one `Worker`, which owns socket, rooms, control connection and the thread that writes recordings;
SIGTERM closes it within a second, or within four while a disk does not take what was recorded.
"""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager

from telemed import child
from telemed.config import Limits
from telemed.launch import Launch, worker_socket
from telemed.media.overload import LoadLimits
from telemed.recording.journal_writer import JournalThread
from telemed.recording.spare_room import WRITING_BYTES
from telemed.sfu.worker import Worker, WorkerSettings


@asynccontextmanager
async def serve(orders: Launch) -> child.Lifespan:
    """Run the worker; yields its ports. Raises SeamError, OSError, Unavailable."""
    media = orders.config.media
    worker = Worker(
        WorkerSettings(
            index=orders.worker,
            udp_port=orders.udp_port,
            tcp_port=orders.tcp_port,
            socket_path=worker_socket(orders.run_path, orders.worker),
            addresses=media.addresses,
            announce_loopback=media.announce_loopback,
            load=load_limits(orders.config.limits),
            own_process=True,
        ),
        journals=JournalThread(spare_bytes=WRITING_BYTES),
    )
    await worker.start()
    try:
        yield child.Serving({"udp_port": worker.udp_port, "tcp_port": worker.tcp_port})
    finally:
        await worker.close()


def load_limits(limits: Limits) -> LoadLimits:
    """The configured load of one worker."""
    return LoadLimits(
        cpu=limits.media_cpu_percent / 100,
        delay=limits.media_delay_milliseconds / 1000,
        packets=float(limits.media_packets_per_second),
        reserve=limits.media_urgent_reserve_percent / 100,
    )


if __name__ == "__main__":
    sys.exit(child.main(lambda orders: f"media-{orders.worker}", serve))
