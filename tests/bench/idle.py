"""The control figure: how late an event loop with nothing to do is told of a datagram, and fires a timer, on this machine.

A process of its own on the worker's core, `python -m tests.bench.idle` with `{seconds, priority}` on standard input. A forked
child on the other core sends one datagram every 5 ms. What is late here is the machine's doing and no worker can be better.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time

from telemed.sfu.udp_socket import ANCILLARY_BYTES, SO_TIMESTAMPNS, MediaSocket, open_media_socket, unpack_timespec
from tests.bench import machine
from tests.bench.figures import quantile
from tests.bench.process import answer

SEND_INTERVAL = 0.005  # seconds
TICK = 0.020  # seconds: the worker's own timer interval


class IdleLoop:
    """Reads stamped datagrams and runs a timer; keeps how late each was, in microseconds."""

    def __init__(self, media_socket: MediaSocket) -> None:
        self.reads: list[float] = []
        self.timers: list[float] = []
        self._socket = media_socket.socket
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + TICK
        self._loop.add_reader(self._socket.fileno(), self._on_readable)
        self._loop.call_at(self._due, self._on_tick)

    def _on_readable(self) -> None:
        _data, ancillary, _flags, _address = self._socket.recvmsg(2048, ANCILLARY_BYTES)
        now = time.time_ns()
        for _level, kind, value in ancillary:
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = unpack_timespec(value)
                self.reads.append((now - seconds * 1_000_000_000 - nanoseconds) / 1000)

    def _on_tick(self) -> None:
        now = self._loop.time()
        self.timers.append((now - self._due) * 1e6)
        self._due = max(self._due + TICK, now)
        self._loop.call_at(self._due, self._on_tick)


def send_from_other_core(port: int, seconds: float) -> int:
    """Fork the sender; return its process id."""
    process_id = os.fork()
    if process_id:
        return process_id
    machine.pin(machine.CORE_OF_LOAD)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(int(seconds / SEND_INTERVAL)):
            sender.sendto(b"idle", ("127.0.0.1", port))
            time.sleep(SEND_INTERVAL)
    os._exit(0)


async def watch(orders: dict[str, float]) -> dict[str, float]:
    """Be idle for the ordered seconds and tell how late everything was, in microseconds."""
    media_socket = open_media_socket(0)
    child = send_from_other_core(media_socket.port, orders["seconds"])
    machine.pin(machine.CORE_OF_WORKER)
    idle = IdleLoop(media_socket)
    try:
        await asyncio.sleep(orders["seconds"])
    finally:
        asyncio.get_running_loop().remove_reader(media_socket.socket.fileno())
        media_socket.socket.close()
        os.waitpid(child, 0)  # noqa: ASYNC222 - it has ended by now, and nothing else runs here
    return {
        "read_p50_us": quantile(idle.reads, 0.50),
        "read_p99_us": quantile(idle.reads, 0.99),
        "timer_p50_us": quantile(idle.timers, 0.50),
        "timer_p99_us": quantile(idle.timers, 0.99),
    }


if __name__ == "__main__":
    answer(watch)
