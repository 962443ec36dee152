"""A TCP upload through the link, as fast as it goes.

`python -m tests.net.conditions.upload take ADDRESS` prints its port and takes whatever comes; `... send ADDRESS PORT CONTROL`
sends with the kernel's congestion control of that name ("" for its own choice) until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator

from tests.net.namespaces import Namespace

CHUNK = bytes(65536)
PATIENCE = 10.0  # seconds


@contextlib.asynccontextmanager
async def uploading(phone: Namespace, inside: Namespace, address: str, control: str = "") -> AsyncIterator[None]:
    """An upload from the phone to the server's machine while the context lasts."""
    async with _process(inside, "take", address) as taker:
        assert taker.stdout
        port = int(await asyncio.wait_for(taker.stdout.readline(), PATIENCE))
        async with _process(phone, "send", address, str(port), control):
            yield


@contextlib.asynccontextmanager
async def _process(where: Namespace, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    command = (*where.prefix, sys.executable, "-m", "tests.net.conditions.upload", *words)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def take(address: str) -> None:
    """Read what one sender sends."""
    with socket.create_server((address, 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        connection, _ = listener.accept()
        while connection.recv(1 << 16):
            pass


def send(address: str, port: int, control: str) -> None:
    """Send until the connection ends."""
    with socket.create_connection((address, port)) as connection:
        if control:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, control.encode())
        while True:
            connection.sendall(CHUNK)


if __name__ == "__main__":
    if sys.argv[1] == "take":
        take(sys.argv[2])
    else:
        send(sys.argv[2], int(sys.argv[3]), sys.argv[4])
