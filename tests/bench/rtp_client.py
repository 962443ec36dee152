"""A hand-made WebRTC peer for tests and load: one UDP socket, ICE checks, DTLS as client, SRTP of prebuilt packets.

It speaks to a worker by the records of `telemed.media.control` and knows nothing of SDP.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from aioice import stun

from telemed.media.control import (
    Codec,
    Extensions,
    Kind,
    Layers,
    Negotiate,
    Negotiated,
    PublishLine,
    RemoteTransport,
    Source,
    SubscribeLine,
)
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.header import is_rtcp, one_byte_extensions, parse_header
from telemed.rtp.rtcp import RtcpRecord, parse_compound
from telemed.sfu import seam

OPUS = Codec(Kind.AUDIO, "opus", 111, 48000, 2, None)
VP8 = Codec(Kind.VIDEO, "vp8", 96, 90000, 1, 97)
EXTENSIONS = Extensions(mid=4, transport_cc=3, audio_level=1)
LAYERS = Layers(("q", "h", "f"), 10, 11)
REPORTED = Extensions(mid=4, transport_cc=3)  # of lines to a subscriber that reports what arrives
CHECK_INTERVAL = 0.05  # seconds between checks until the first answer
KEYFRAME = b"\x10\x00\x9d\x01\x2a\x80\x02\xe0\x01"  # VP8 descriptor (S=1) and the head of a 640x480 key frame
INTERFRAME = b"\x10\x01"


@dataclass(slots=True)
class Arrived:
    """One RTP packet this client received and decrypted."""

    marker: int
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


@dataclass(slots=True)
class Inbox:
    """What came in since the beginning."""

    rtp: list[Arrived] = field(default_factory=list)
    rtcp: list[RtcpRecord] = field(default_factory=list)
    responses: int = 0
    errors: int = 0
    undecodable: int = 0

    def payloads(self, ssrc: int) -> list[bytes]:
        """Payloads of one SSRC in order of arrival."""
        return [packet.payload for packet in self.rtp if packet.ssrc == ssrc]


def rtp_packet(  # noqa: PLR0913 - the fields of a packet
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    *,
    marker: bool = False,
    mid: str = "",
    transport_sequence: int | None = None,
    level: int | None = None,
    padding: int = 0,
    rid: tuple[int, str] | None = None,
) -> bytes:
    """Build a plain RTP packet with the extensions of EXTENSIONS; `rid`: number and text of one that names a layer."""
    elements: list[tuple[int, bytes]] = []
    if level is not None:
        elements.append((EXTENSIONS.audio_level, bytes([level])))
    if transport_sequence is not None:
        elements.append((EXTENSIONS.transport_cc, struct.pack("!H", transport_sequence & 0xFFFF)))
    if mid:
        elements.append((EXTENSIONS.mid, mid.encode()))
    if rid is not None:
        elements.append((rid[0], rid[1].encode()))
    block = one_byte_extensions(elements) if elements else b""
    first = 0x80 | (0x10 if block else 0) | (0x20 if padding else 0)
    head = struct.pack("!BBHII", first, payload_type | (0x80 if marker else 0), sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    return head + block + payload + tail


def audio_line(mid: str, track: str, ssrc: int = 0, codec: Codec = OPUS) -> PublishLine:
    """A microphone line."""
    return PublishLine(mid, track, Source.MICROPHONE, codec, EXTENSIONS, ssrc, 0)


def video_line(mid: str, track: str, ssrc: int = 0, rtx_ssrc: int = 0) -> PublishLine:
    """A camera line."""
    return PublishLine(mid, track, Source.CAMERA, VP8, EXTENSIONS, ssrc, rtx_ssrc)


def layered_line(mid: str, track: str) -> PublishLine:
    """A camera line in three layers."""
    return PublishLine(mid, track, Source.CAMERA, VP8, EXTENSIONS, 0, 0, LAYERS)


def receive_audio(mid: str, track: str, *, reported: bool = False) -> SubscribeLine:
    """A line to receive sound on. `reported`: with transport-wide numbers."""
    return SubscribeLine(mid, track, OPUS, REPORTED if reported else Extensions(mid=4))


def receive_video(mid: str, track: str, *, reported: bool = False) -> SubscribeLine:
    """A line to receive a picture on. `reported`: with transport-wide numbers."""
    return SubscribeLine(mid, track, VP8, REPORTED if reported else Extensions(mid=4))


class RtpClient:
    """One peer. `inbox` collects; `on_rtp` and `on_rtcp`, when set, are called too."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.ufrag = secrets.token_hex(4)
        self.password = secrets.token_hex(12)
        self.certificate = seam.Certificate()
        self.inbox = Inbox()
        self.on_rtp: Callable[[Arrived], None] | None = None
        self.on_plain: Callable[[bytes], None] | None = None  # called with each decrypted RTP packet, whole
        self.on_rtcp: Callable[[RtcpRecord], None] | None = None
        self.drop: Callable[[bytes], bool] | None = None  # tells which incoming datagrams the "network" loses
        self.address: tuple[str, int] = ("", 0)
        self.remote: Negotiated | None = None
        self.check_interval = 0.5  # seconds, once connected
        self.drop_sends = False  # the "network" loses what is sent
        self.sent: list[bytes] | None = None  # set to [] to record ciphertext, for replays
        self._out = bytearray(2048)
        self._in = bytearray(2048)
        self._cell = seam.length_cell()
        self._out_pointer, self._in_pointer = seam.pin(self._out), seam.pin(self._in)
        self._socket = self._open()
        self._ice = seam.IceSide(self._send)
        self._ice.role = "controlling"
        self.dtls = seam.DtlsTransport(self._ice, self.certificate, role="client")
        self._checks: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()

    # --- negotiation

    def request(
        self,
        room: str,
        peer: str,
        publish: tuple[PublishLine, ...] = (),
        subscribe: tuple[SubscribeLine, ...] = (),
        attempt: int = 1,
    ) -> Negotiate:
        """The control record for this client's lines."""
        remote = RemoteTransport(self.ufrag, self.password, (self.certificate.fingerprint,))
        return Negotiate(room, peer, attempt, remote, publish, subscribe)

    def new_credentials(self) -> None:
        """Begin an ICE restart: the next `request` carries a new user fragment."""
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)

    async def connect(self, negotiated: Negotiated, timeout: float = 10.0) -> None:
        """Check, shake hands, keep checking. Raises HandshakeFailed or TimeoutError."""
        self.take_answer(negotiated)
        async with asyncio.timeout(timeout):
            self._checks = asyncio.create_task(self._check_forever())
            await self._answered.wait()
            await self.dtls.handshake((negotiated.fingerprint,), timeout)

    def take_answer(self, negotiated: Negotiated) -> None:
        """Aim at the answer's first candidate of our address family."""
        self.remote = negotiated
        family = ":" in self.host
        candidate = next(entry for entry in negotiated.candidates if (":" in entry.address) == family)
        self.address = (candidate.address, candidate.port)

    def check(self, nominate: bool = True, password: str | None = None) -> None:
        """Send one connectivity check."""
        assert self.remote is not None
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{self.remote.ice_ufrag}:{self.ufrag}"
        message.attributes["PRIORITY"] = 1
        message.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity((password or self.remote.ice_pwd).encode())
        self._send(bytes(message))

    # --- media

    def send_rtp(self, packet: bytes) -> None:
        """Protect and send one RTP packet."""
        self._protect_and_send(packet, seam.protect)

    def send_rtcp(self, packet: bytes) -> None:
        """Protect and send one RTCP datagram."""
        self._protect_and_send(packet, seam.protect_rtcp)

    def send_raw(self, data: bytes) -> None:
        """Send any bytes from this client's address."""
        self._send(data)

    def rebind(self) -> None:
        """Change the local port, as a NAT that forgot its mapping: the DTLS and SRTP state stay."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._socket = self._open()

    def stop_checks(self) -> None:
        """Go silent on ICE."""
        if self._checks is not None:
            self._checks.cancel()
            self._checks = None

    async def close(self, notify: bool = True) -> None:
        """End; with `notify` say so by DTLS."""
        checks = self._checks
        self.stop_checks()
        if checks is not None:
            await asyncio.gather(checks, return_exceptions=True)
        if not notify:
            self.address = ("", 0)
        await self.dtls.close()
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()

    # --- inside

    def _open(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        handle = socket.socket(family, socket.SOCK_DGRAM)
        handle.setblocking(False)
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        handle.bind((self.host, 0))
        asyncio.get_running_loop().add_reader(handle.fileno(), self._on_readable, handle)
        return handle

    def _send(self, data: bytes) -> None:
        if self.address[1] and not self.drop_sends:
            try:
                self._socket.sendto(data, self.address)
            except OSError:
                self.inbox.errors += 1

    def _protect_and_send(self, packet: bytes, operation: Callable[..., int]) -> None:
        assert self.dtls.transmit is not None
        self._out[: len(packet)] = packet
        self._cell[0] = len(packet)
        status = operation(self.dtls.transmit.handle, self._out_pointer, self._cell)
        assert status == 0, f"SRTP refused to send: {status}"
        data = bytes(self._out[: self._cell[0]])
        if self.sent is not None:
            self.sent.append(data)
        self._send(data)

    async def _check_forever(self) -> None:
        while True:
            self.check()
            await asyncio.sleep(self.check_interval if self._answered.is_set() else CHECK_INTERVAL)

    def _on_readable(self, handle: socket.socket) -> None:
        for _ in range(256):
            try:
                data = handle.recv(2048)
            except (BlockingIOError, OSError):
                return
            if data and not (self.drop is not None and self.drop(data)):
                self._on_packet(data)

    def _on_packet(self, data: bytes) -> None:
        if data[0] <= 3:
            self._on_stun(data)
        elif 20 <= data[0] <= 63:
            self._ice.put(data)
        elif 128 <= data[0] <= 191:
            self._on_media(data)

    def _on_stun(self, data: bytes) -> None:
        message = stun.parse_message(data)
        if message.message_class is stun.Class.RESPONSE:
            self.inbox.responses += 1
            self._answered.set()

    def _on_media(self, data: bytes) -> None:
        receive = self.dtls.receive
        if receive is None:
            return
        self._in[: len(data)] = data
        self._cell[0] = len(data)
        control = is_rtcp(data)
        operation = seam.unprotect_rtcp if control else seam.unprotect
        if operation(receive.handle, self._in_pointer, self._cell):
            self.inbox.undecodable += 1
            return
        plain = bytes(self._in[: self._cell[0]])
        try:
            if control:
                self._take_rtcp(parse_compound(plain))
            else:
                self._take_rtp(plain)
        except MalformedPacket:
            self.inbox.undecodable += 1

    def _take_rtcp(self, records: list[RtcpRecord]) -> None:
        self.inbox.rtcp.extend(records)
        if self.on_rtcp is not None:
            for record in records:
                self.on_rtcp(record)

    def _take_rtp(self, plain: bytes) -> None:
        if self.on_plain is not None:
            self.on_plain(plain)
        marker, payload_type, sequence, timestamp, ssrc, offset, padding = parse_header(plain)
        packet = Arrived(marker, payload_type, sequence, timestamp, ssrc, plain[offset : len(plain) - padding])
        self.inbox.rtp.append(packet)
        if self.on_rtp is not None:
            self.on_rtp(packet)
