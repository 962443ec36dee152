"""An SMS provider as a process of its own, to be killed: notes each message in a file before it says a word, then behaves.

    python -m tests.adapters.notify.gateway_process PORT JOURNAL BEHAVIOUR_FILE
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
ANSWERS = {
    "take": TAKEN,
    "fail": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n",
    "garbage": bytes(range(256)) * 4,
}


class Gateway:
    """`take`, `fail` (500) and `garbage` answer so; `hang` says nothing; `die` ends itself as a kill would, having taken it."""

    def __init__(self, journal: Path, behaviour: Path) -> None:
        self._journal = journal.open("a", buffering=1)
        self._behaviour = behaviour

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        came = time.time()
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
        message = json.loads(await reader.readexactly(int(fields["Content-Length"])))
        how = self._behaviour.read_text()
        if how != "fail":
            self._note({**message, "key": fields["Idempotency-Key"], "at": came, "how": how})
        if how == "die":
            os.kill(os.getpid(), 9)
        if how == "hang":
            await asyncio.Event().wait()
        writer.write(ANSWERS[how])
        await writer.drain()
        writer.close()

    def _note(self, message: dict[str, object]) -> None:
        self._journal.write(json.dumps(message) + "\n")
        os.fsync(self._journal.fileno())


async def main(port: int, journal: Path, behaviour: Path) -> None:
    server = await asyncio.start_server(Gateway(journal, behaviour).serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
