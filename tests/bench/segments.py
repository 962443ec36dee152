"""What sending a frame's packets to one subscriber costs: a `sendto` each, or all by one `sendmsg` that the kernel cuts up (UDP
generic segmentation offload, `UDP_SEGMENT`).

The kernel cuts equal pieces, of which only the last may be shorter. Browsers cut a frame into packets whose sizes differ by one
byte in any order, so the shorter ones are padded by one (RTP padding, RFC 3550 section 5.1). Each form packs and encrypts every
packet as the packet path does; what differs is where the packets lie and how they leave. Measured over loopback, where a packet
ends in the receiver's socket, and where this process may make one (root) over a cable to another network namespace.
`python -m tests.bench.segments` reads `{repeats, packets, priority}`; figures are microseconds of CPU for one packet.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aiortc import rtcdtlstransport as engine

from telemed.rtp.header import packet_packer
from telemed.sfu import seam
from tests.bench.figures import quantile
from tests.bench.process import answer
from tests.net.namespaces import Namespace, network
from tests.turn.running import inside as in_namespace

SOL_UDP, UDP_SEGMENT = 17, 103  # linux/udp.h; Python's socket module does not name them
FRAMES = (1, 2, 5, 15)  # packets: a small picture, an ordinary one, one of 1.4 Mbit/s at 30 a second, a key frame
SIZE = 1100  # bytes of payload
HEADER = 12
MAX_SEGMENTS = 64  # the kernel's limit in one call
RECEIVER_ROOM = 8 * 1024 * 1024  # bytes
ADDRESSES = "198.18.9.1", "198.18.9.2"
PATIENCE = 10.0  # seconds for three datagrams to arrive
PADDED = 0x20  # first byte: padding follows

Send = Callable[[list[int]], None]


@dataclass(frozen=True)
class Way:
    """Two sockets with a network between them."""

    name: str
    sender: socket.socket
    receiver: socket.socket

    def drain(self) -> None:
        """Throw away what arrived."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.receiver.recv(65536)


class Sender:
    """Packs, encrypts and sends frames in one form or the other."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.target = way.receiver.getsockname()
        self.context = seam.SrtpContext(secrets.token_bytes(28), engine.SRTP_AEAD_AES_128_GCM, False)
        self.room = SIZE + HEADER + seam.SRTP_OVERHEAD
        self.buffer = bytearray(self.room * MAX_SEGMENTS)
        self.view, self.cell = memoryview(self.buffer), seam.length_cell()
        self.base = seam.pin(self.buffer)
        self.sequence = 0
        self.body = bytes(SIZE)

    def one_by_one(self, sizes: list[int]) -> None:
        """As the packet path does."""
        for size in sizes:
            length = self._write(0, size, size)
            self.way.sender.sendto(self.view[:length], self.target)

    def in_one(self, sizes: list[int]) -> None:
        """All packets behind each other, the shorter ones padded."""
        at, wanted, segment = 0, max(sizes), 0
        for size in sizes:
            segment = self._write(at, size, wanted)
            at += segment
        self.way.sender.sendmsg((self.view[:at],), [(SOL_UDP, UDP_SEGMENT, struct.pack("@H", segment))], 0, self.target)

    def _write(self, at: int, size: int, wanted: int) -> int:
        """One packet at this place; returns its length."""
        self.sequence = self.sequence + 1 & 0xFFFF
        first = 0x80 if size == wanted else 0x80 | PADDED
        packet_packer(0, size)(self.buffer, at, first, 96, self.sequence, 0, 1, b"", self.body[:size])
        if size != wanted:
            self.buffer[at + HEADER + size] = 1  # the padding's length, which is all of it
        self.cell[0] = HEADER + wanted
        seam.protect(self.context.handle, self.base + at, self.cell)
        return int(self.cell[0])


def cost(way: Way, packets_in_frame: int, count: int, form: str) -> float:
    """Microseconds of CPU for one packet."""
    sender = Sender(way)
    send: Send = getattr(sender, form)
    sizes = [SIZE - number % 2 for number in range(packets_in_frame)]
    spent, frames = 0, max(1, count // packets_in_frame)
    for _ in range(frames):
        started = time.process_time_ns()
        send(sizes)
        spent += time.process_time_ns() - started
        way.drain()
    return spent / frames / packets_in_frame / 1000


def sockets(name: str, address: str, other: str, inside: tuple[Namespace, Namespace] | None) -> Way:
    """A sender at `address` and a receiver at `other`."""
    def opened(at: str) -> socket.socket:
        handle = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVER_ROOM)
        handle.bind((at, 0))
        handle.setblocking(False)
        return handle

    if inside is None:
        return Way(name, opened(address), opened(other))
    return Way(name, in_namespace(inside[0], lambda: opened(address)), in_namespace(inside[1], lambda: opened(other)))


@contextlib.contextmanager
def ways() -> Iterator[list[Way]]:
    """Loopback, and the cable where we may make it."""
    with contextlib.ExitStack() as closing:
        made = [sockets("loopback", "127.0.0.1", "127.0.0.1", None)]
        with contextlib.suppress(AssertionError, OSError):
            net = closing.enter_context(network("near", "far"))
            near, far = net.namespaces["near"], net.namespaces["far"]
            net.join(near, "cable", far, "cable")
            near.add_address("cable", f"{ADDRESSES[0]}/24")
            far.add_address("cable", f"{ADDRESSES[1]}/24")
            made.append(sockets("cable", *ADDRESSES, (near, far)))
        for way in made:
            closing.callback(way.sender.close)
            closing.callback(way.receiver.close)
        yield made


def arrives(way: Way) -> bool:
    """Whether a frame cut up by the kernel arrives as packets of the sizes it was made of."""
    Sender(way).in_one([SIZE, SIZE - 1, SIZE])
    end = time.monotonic() + PATIENCE
    lengths: list[int] = []
    while len(lengths) < 3 and time.monotonic() < end:
        with contextlib.suppress(BlockingIOError):
            lengths.append(len(way.receiver.recv(65536)))
    return len(lengths) == 3 and len(set(lengths)) == 1


async def work(orders: dict[str, Any]) -> dict[str, Any]:
    """Both forms for each way and size of frame; of the repeats the lower quartile."""
    rows: list[dict[str, Any]] = []
    with ways() as made:
        for way in made:
            if not arrives(way):
                continue
            for number in FRAMES:
                found = {form: _quartile(way, number, form, orders) for form in ("one_by_one", "in_one")}
                rows.append({"way": way.name, "packets": number, **found})
    return {"segments": rows}


def _quartile(way: Way, number: int, form: str, orders: dict[str, Any]) -> float:
    return round(quantile([cost(way, number, orders["packets"], form) for _ in range(orders["repeats"])], 0.25), 2)


if __name__ == "__main__":
    answer(work)
