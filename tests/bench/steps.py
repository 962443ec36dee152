"""What each step of the packet path costs: the product's own functions on prepared packets, one after the other, CPU time alone.

A packet in is received, decrypted, copied, parsed, entered in the books; each copy out is packed, encrypted, sent, logged and
asked about at the pacer. Beside a step stands, where there is one, what it replaced: the form it has in our dependencies, or had.
`python -m tests.bench.steps` reads `{repeats, packets, priority}` and prints nanoseconds for each.
"""

from __future__ import annotations

import itertools
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aiortc import rtcdtlstransport as engine
from aiortc.rtp import RtpPacket
from pylibsrtp import Policy, Session

from telemed.congestion.pacer import Pacer
from telemed.congestion.send_log import SendLog
from telemed.media.nack import NackScheduler
from telemed.media.ring import VIDEO_CAPACITY, VIDEO_MAX_AGE, PacketRing
from telemed.media.stats import ReceiverStatistics
from telemed.rtp import vp8
from telemed.rtp.extension_layout import ExtensionLayout
from telemed.rtp.extensions import scan_extensions
from telemed.rtp.header import EgressTemplate, packet_packer, parse_header
from telemed.sfu import seam
from telemed.sfu.udp_socket import ANCILLARY_BYTES, BUFFER_BYTES, open_media_socket
from tests.bench.figures import quantile
from tests.bench.process import answer
from tests.bench.rtp_client import EXTENSIONS, rtp_packet

PAYLOAD = 1100  # bytes: what a packet of a camera at 1.4 Mbit/s has
SSRC = 4711
BATCH = 64  # packets received or sent between two looks at the clock: what one reading of the socket takes
PROFILE = engine.SRTP_AEAD_AES_128_GCM

Step = Callable[[], None]


@dataclass(frozen=True)
class Measured:
    """A step: its name, who pays it ("in": once a packet, "out": once a copy), and nanoseconds now and before."""

    name: str
    each: str
    now: Callable[[int], float]  # a number of packets -> nanoseconds for one
    before: Callable[[int], float] | None = None
    replaced: str = ""


class Prepared:
    """Packets and everything a step works on. Fresh for each repeat: numbers must not come twice."""

    def __init__(self, count: int) -> None:
        body = secrets.token_bytes(PAYLOAD)
        self.plain = [
            rtp_packet(96, n, n // 5 * 3000, SSRC, b"\x00\x01" + body, transport_sequence=n, mid="1") for n in range(count)
        ]
        self.key = secrets.token_bytes(28)
        self.buffer = bytearray(2048)
        self.view, self.pointer, self.cell = memoryview(self.buffer), seam.pin(self.buffer), seam.length_cell()
        self.template = EgressTemplate(SSRC, 96, b"1", EXTENSIONS.mid)

    def context(self, inbound: bool) -> seam.SrtpContext:
        """A direction of SRTP as a peer has it."""
        return seam.SrtpContext(self.key, PROFILE, inbound)

    def session(self, inbound: bool) -> Session:
        """The same as the library offers it, which copies in and out."""
        kind = Policy.SSRC_ANY_INBOUND if inbound else Policy.SSRC_ANY_OUTBOUND
        return Session(Policy(key=self.key, ssrc_type=kind, srtp_profile=PROFILE.libsrtp_profile))

    def protected(self) -> list[bytes]:
        """All packets, encrypted."""
        session = self.session(inbound=False)
        return [session.protect(packet) for packet in self.plain]


def timed(count: int, steps: Iterator[None]) -> float:
    """Nanoseconds of CPU for one of `count` steps, the loop's own cost taken off."""
    idle = time.process_time_ns()
    for _ in itertools.repeat(None, count):
        pass
    idle = time.process_time_ns() - idle
    started = time.process_time_ns()
    for _ in steps:
        pass
    return max(0.0, (time.process_time_ns() - started - idle) / count)


def receive(count: int) -> float:
    """recvmsg into our buffer, with the kernel's stamp and counters beside."""
    media = open_media_socket(0)
    with media.socket as handle, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        buffer, data, spent = [memoryview(bytearray(2048))], bytes(PAYLOAD + 40), 0
        for _ in range(count // BATCH):
            for _ in range(BATCH):
                sender.sendto(data, ("127.0.0.1", media.port))
            started = time.process_time_ns()
            for _ in range(BATCH):
                handle.recvmsg_into(buffer, ANCILLARY_BYTES)
            spent += time.process_time_ns() - started
    return spent / (count // BATCH * BATCH)


def unprotect(count: int) -> float:
    prepared = Prepared(count)
    context, packets = prepared.context(inbound=True), prepared.protected()
    buffer, pointer, cell, operation = prepared.buffer, prepared.pointer, prepared.cell, seam.unprotect
    spent = 0
    for packet in packets:
        buffer[: len(packet)] = packet
        cell[0] = len(packet)
        started = time.process_time_ns()
        operation(context.handle, pointer, cell)
        spent += time.process_time_ns() - started
    return spent / count - clock_cost()


def unprotect_before(count: int) -> float:
    prepared = Prepared(count)
    session, packets = prepared.session(inbound=True), prepared.protected()
    return timed(count, (session.unprotect(packet) and None for packet in packets))


def clock_cost() -> float:
    """What reading the clock around a step adds to it, in nanoseconds."""
    spent, count = 0, 20_000
    for _ in range(count):
        started = time.process_time_ns()
        spent += time.process_time_ns() - started
    return spent / count


def copy(count: int) -> float:
    prepared = Prepared(1)
    view = prepared.view
    return timed(count, (bytes(view[:1140]) and None for _ in range(count)))


def parse(count: int) -> float:
    packet = Prepared(1).plain[0]
    return timed(count, (parse_header(packet) and None for _ in range(count)))


def parse_before(count: int) -> float:
    packet = Prepared(1).plain[0]
    return timed(count, (RtpPacket.parse(packet) and None for _ in range(count)))


def extensions(count: int) -> float:
    packets = Prepared(count).plain
    layout, offset = ExtensionLayout(EXTENSIONS.transport_cc, EXTENSIONS.audio_level), parse_header(packets[0])[5]
    return timed(count, (layout.read(packet, offset) and None for packet in packets))


def extensions_before(count: int) -> float:
    packets = Prepared(count).plain
    wanted = EXTENSIONS.transport_cc, EXTENSIONS.audio_level
    return timed(count, (scan_extensions(packet, *wanted) and None for packet in packets))


def books(count: int) -> float:
    """Statistics, resend bookkeeping, history, the key-frame test and the slice of the payload."""
    packets = Prepared(count).plain
    stats, nack, ring = ReceiverStatistics(SSRC, 90_000), NackScheduler(), PacketRing(VIDEO_CAPACITY, VIDEO_MAX_AGE)
    offset = parse_header(packets[0])[5]

    def each() -> Iterator[None]:
        for ext, packet in enumerate(packets, start=65_536):
            now = ext * 0.005
            stats.on_packet(ext, ext * 600, now, len(packet))
            nack.highest = ext
            ring.store(ext, packet, now)
            vp8.is_keyframe(packet, offset, len(packet))
            packet[offset:]
            yield

    return timed(count, each())


def pack(count: int) -> float:
    prepared = Prepared(1)
    payload, out = bytes(PAYLOAD), prepared.buffer
    first, plain, _marked, ssrc, block = prepared.template.head
    length = prepared.template.header_length
    write = packet_packer(length - 12, len(payload))
    return timed(count, (write(out, 0, first, plain, n & 0xFFFF, n, ssrc, block, payload) for n in range(count)))


def pack_before(count: int) -> float:
    packet = RtpPacket.parse(Prepared(1).plain[0])
    return timed(count, (packet.serialize() and None for _ in range(count)))


def protect(count: int) -> float:
    prepared = Prepared(1)
    context, packet = prepared.context(inbound=False), bytearray(prepared.plain[0])
    buffer, pointer, cell, operation = prepared.buffer, prepared.pointer, prepared.cell, seam.protect
    size, spent = len(packet), 0
    for n in range(count):
        struct.pack_into("!H", packet, 2, n & 0xFFFF)
        buffer[:size] = packet
        cell[0] = size
        started = time.process_time_ns()
        operation(context.handle, pointer, cell)
        spent += time.process_time_ns() - started
    return spent / count - clock_cost()


def protect_before(count: int) -> float:
    prepared = Prepared(count)
    session = prepared.session(inbound=False)
    return timed(count, (session.protect(packet) and None for packet in prepared.plain))


def send(count: int) -> float:
    """sendto over loopback, which carries the delivery into the receiver's socket."""
    media = open_media_socket(0)
    with media.socket as handle, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        target = ("::ffff:127.0.0.1", receiver.getsockname()[1], 0, 0)
        data, spent = memoryview(bytearray(PAYLOAD + 40)), 0
        for _ in range(count // BATCH):
            started = time.process_time_ns()
            for _ in range(BATCH):
                handle.sendto(data, target)
            spent += time.process_time_ns() - started
            for _ in range(BATCH):
                receiver.recv(2048)
    return spent / (count // BATCH * BATCH)


def log(count: int) -> float:
    entries = SendLog()
    return timed(count, (entries.sent(n & 0xFFFF, 1140, n * 5000) for n in range(count)))


def pacer(count: int) -> float:
    asked = Pacer(20_000_000)
    return timed(count, (asked.offer(1, 1140, n * 5000, n % 5 == 0, False) and None for n in range(count)))


STEPS = (
    Measured("receive", "in", receive),
    Measured("unprotect", "in", unprotect, unprotect_before, "the library's call: copies in and out"),
    Measured("copy into history", "in", copy),
    Measured("parse", "in", parse, parse_before, "aiortc's packet object"),
    Measured("extensions", "in", extensions, extensions_before, "a walk over all of them"),
    Measured("bookkeeping", "in", books),
    Measured("pack", "out", pack, pack_before, "aiortc's serialisation"),
    Measured("protect", "out", protect, protect_before, "the library's call: copies in and out"),
    Measured("send", "out", send),
    Measured("send log", "out", log),
    Measured("pacer", "out", pacer),
)


async def work(orders: dict[str, Any]) -> dict[str, Any]:
    """Every step `repeats` times; the lower quartile: other programs only ever make it longer."""
    rows: list[dict[str, Any]] = []
    for step in STEPS:
        row: dict[str, Any] = {"name": step.name, "each": step.each, "replaced": step.replaced}
        row["ns"] = round(_quartile(step.now, orders))
        row["ns_before"] = round(_quartile(step.before, orders)) if step.before else 0
        rows.append(row)
    return {"steps": rows}


def _quartile(measure: Callable[[int], float], orders: dict[str, Any]) -> float:
    return quantile([measure(orders["packets"]) for _ in range(orders["repeats"])], 0.25)


if __name__ == "__main__":
    answer(work)
