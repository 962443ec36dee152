"""The only file that touches private names of aiortc and pylibsrtp: DTLS on our own ICE, and SRTP in place.

Written against aiortc 1.16 and pylibsrtp 1.0; `self_test` runs at start-up and refuses anything it does not fit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pylibsrtp
from aiortc import rtcdtlstransport as engine
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import InvalidVersion
from OpenSSL import SSL
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from telemed.errors import TelemedError
from telemed.media.control import Fingerprint

SUPPORTED = {"aiortc": "1.16.", "pylibsrtp": "1.0."}
HANDSHAKE_TIMEOUT = 30.0  # seconds for the whole handshake, as Jitsi's bridge allows
REPLAY_WINDOW = 1024  # packets: over a second of reordering at 700 packets/s
SRTP_OVERHEAD = 16 + 4  # bytes that protection adds at most in our profiles, RTCP index included
RECORD_ALERT = 21  # DTLS content type, RFC 6347 section 4.1

# Preference as DTLS server. GCM is 1.8 times cheaper than CM with HMAC-SHA1; 128 bits before 256 for the same reason.
PROFILES = (engine.SRTP_AEAD_AES_128_GCM, engine.SRTP_AEAD_AES_256_GCM, engine.SRTP_AES128_CM_SHA1_80)

# What a hostile handshake can raise out of the libraries below us.
HANDSHAKE_FAULTS = (
    SSL.Error,
    pylibsrtp.Error,
    InvalidVersion,
    UnsupportedAlgorithm,
    AssertionError,
    AttributeError,
    OSError,
    TypeError,
    ValueError,
)

protect = lib.srtp_protect
unprotect = lib.srtp_unprotect
protect_rtcp = lib.srtp_protect_rtcp
unprotect_rtcp = lib.srtp_unprotect_rtcp
STATUS_AUTH = pylibsrtp.ERRORS.index("authentication failure")
STATUS_REPLAY = pylibsrtp.ERRORS.index("replay check failed (bad index)")
STATUS_REPLAY_OLD = pylibsrtp.ERRORS.index("replay check failed (index too old)")

# aiortc logs handshake details, which may hold what a peer sent; our own counters say what an operator needs.
logging.getLogger(engine.__name__).setLevel(logging.CRITICAL)


class SeamError(TelemedError):
    """An installed library is not the one this seam was written for."""

    code = "unsupported_library"


class HandshakeFailed(TelemedError):
    """DTLS did not come up: deadline, wrong fingerprint, no common profile, or nonsense from the peer."""

    code = "handshake_failed"


def length_cell() -> Any:
    """Return a C `int` that SRTP calls read and write a packet's length through (cell[0])."""
    return ffi.new("int *")


def pin(buffer: bytearray) -> Any:
    """Return a C pointer to `buffer`, valid while it lives; the buffer can no longer be resized."""
    return ffi.from_buffer("char[]", buffer)


class SrtpContext:
    """One direction of a peer's SRTP. `handle` goes into `protect`, `unprotect` and their RTCP forms.

    A packet index is protected once: libsrtp refuses a repeat (its `allow_repeat_tx` is off here, unlike in aiortc).
    """

    __slots__ = ("_session", "handle")

    def __init__(self, key: bytes, profile: Any, inbound: bool) -> None:
        policy = Policy(
            key=key,
            ssrc_type=Policy.SSRC_ANY_INBOUND if inbound else Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=profile.libsrtp_profile,
        )
        policy.allow_repeat_tx = False
        policy.window_size = REPLAY_WINDOW
        self._session = Session(policy)
        self.handle = self._session._srtp[0]

    def forget(self, ssrc: int) -> None:
        """Free the state of an ended outbound SSRC, which must never be used again under this key."""
        try:
            self._session.remove_stream(ssrc)
        except pylibsrtp.Error:
            return  # nothing was ever sent on it


class Certificate:
    """A P-256 certificate for DTLS and its SHA-256 fingerprint; shared by all peers of a day."""

    def __init__(self) -> None:
        self.native = engine.RTCCertificate.generateCertificate()
        prints = {entry.algorithm: entry.value for entry in self.native.getFingerprints()}
        self.fingerprint = Fingerprint("sha-256", prints["sha-256"])


class CertificateShelf:
    """Today's certificate. A peer keeps the one it began with."""

    LIFETIME = 24 * 3600.0  # seconds

    def __init__(self) -> None:
        self._certificate: Certificate | None = None
        self._made_at = 0.0

    def current(self, now: float) -> Certificate:
        """Return the shared certificate, a new one when the last is a day old at `now` (monotonic seconds)."""
        if self._certificate is None or now - self._made_at >= self.LIFETIME:
            self._certificate = Certificate()
            self._made_at = now
        return self._certificate


def _nowhere(_record: bytes) -> None:
    """Where records of an ended transport go."""


class IceSide:
    """What aiortc's DTLS asks of an ICE transport: role, `_recv`, `_send`. Bounded inbox; drop rule: the newest is dropped."""

    INBOX_RECORDS = 64  # a handshake flight is at most four datagrams

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.role = "controlled"
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue(self.INBOX_RECORDS)
        self._forward = send

    def put(self, record: bytes) -> bool:
        """Queue one received DTLS datagram; False when the inbox is full."""
        if self._inbox.full():
            return False
        self._inbox.put_nowait(record)
        return True

    def detach(self) -> None:
        """Forget whom records are sent by: nothing goes out any more."""
        self._forward = _nowhere

    async def _recv(self) -> bytes:
        return await self._inbox.get()

    async def _send(self, data: bytes) -> None:
        self._forward(data)


class DtlsTransport(engine.RTCDtlsTransport):
    """aiortc's DTLS on our ICE side, passive by default. After `handshake` `receive` and `transmit` hold the SRTP keys.

    RTP and RTCP never pass through this class: the packet path calls libsrtp itself.
    """

    def __init__(self, ice: IceSide, certificate: Certificate, role: str = "server") -> None:
        super().__init__(ice, [certificate.native])  # type: ignore[arg-type]  # it needs only IceSide's three members
        self._srtp_profiles = [profile for profile in PROFILES if profile in engine.SRTP_PROFILES]
        self._set_role(role)
        self.on_closed: Callable[[], None] | None = None
        self.receive: SrtpContext | None = None
        self.transmit: SrtpContext | None = None

    async def handshake(self, fingerprints: tuple[Fingerprint, ...], timeout: float = HANDSHAKE_TIMEOUT) -> None:
        """Run the handshake and check the peer's certificate. Raises HandshakeFailed; cancel-safe."""
        wanted = [engine.RTCDtlsFingerprint(entry.algorithm, entry.value) for entry in fingerprints]
        if not wanted:
            raise HandshakeFailed("The offer carried no fingerprint.")
        try:
            async with asyncio.timeout(timeout):
                await self.start(engine.RTCDtlsParameters(fingerprints=wanted))
        except TimeoutError as late:
            raise HandshakeFailed("The handshake took too long.") from late
        except HANDSHAKE_FAULTS as fault:
            raise HandshakeFailed("The handshake failed.") from fault
        if self._state is not engine.State.CONNECTED or self.receive is None:
            raise HandshakeFailed("The handshake was refused.")

    async def close(self) -> None:
        """Send close_notify if there is a session, and end the reading task."""
        self.on_closed = None
        task = self._task
        try:
            await self.stop()
        except HANDSHAKE_FAULTS:
            pass  # the peer's keys or records are broken; there is nobody left to tell
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _set_state(self, state: Any) -> None:
        """Tell our owner when the peer ended the session with an authenticated close_notify."""
        super()._set_state(state)
        if state is engine.State.CLOSED and self.on_closed is not None:
            self.on_closed()

    def _setup_srtp(self) -> None:
        """Derive the SRTP contexts (RFC 5764 section 4.2) with repeats refused."""
        session = self._ssl
        selected = session.get_selected_srtp_profile() if session is not None else b""
        profile = next((entry for entry in self._srtp_profiles if entry.openssl_profile == selected), None)
        if session is None or profile is None:
            self._set_state(engine.State.FAILED)
            return
        size = 2 * (profile.key_length + profile.salt_length)
        material = session.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        client, server = profile.get_key_and_salt(material, 0), profile.get_key_and_salt(material, 1)
        ours, theirs = (server, client) if self._role == "server" else (client, server)
        self.receive = SrtpContext(theirs, profile, inbound=True)
        self.transmit = SrtpContext(ours, profile, inbound=False)


def is_plaintext_alert(record: bytes) -> bool:
    """Tell whether a DTLS datagram begins with an unencrypted alert (epoch 0): anybody could have written it."""
    return len(record) >= 5 and record[0] == RECORD_ALERT and record[3] == 0 and record[4] == 0


async def self_test() -> None:
    """Prove that the installed libraries behave as this file expects; about 20 ms. Raises SeamError.

    Runs one handshake in memory, then protects, unprotects, and expects a repeat and a replay to be refused.
    """
    for package, prefix in SUPPORTED.items():
        if not version(package).startswith(prefix):
            raise SeamError(f"{package} {version(package)} is installed, {prefix}x is needed.")
    try:
        await asyncio.wait_for(_exercise(), timeout=10.0)
    except (*HANDSHAKE_FAULTS, HandshakeFailed, TimeoutError) as fault:
        raise SeamError("The DTLS and SRTP libraries failed the start-up test.") from fault


async def _exercise() -> None:
    """One in-memory call between two of our transports; AssertionError when anything is off."""
    sides: list[IceSide] = []
    sides.append(IceSide(lambda data: _expect(sides[1].put(data), "inbox")))
    sides.append(IceSide(lambda data: _expect(sides[0].put(data), "inbox")))
    certificates = Certificate(), Certificate()
    server = DtlsTransport(sides[0], certificates[0])
    client = DtlsTransport(sides[1], certificates[1], role="client")
    try:
        await asyncio.gather(server.handshake((certificates[1].fingerprint,)), client.handshake((certificates[0].fingerprint,)))
        _exercise_srtp(server, client)
    finally:
        await client.close()
        await server.close()


def _exercise_srtp(server: DtlsTransport, client: DtlsTransport) -> None:
    plain = b"\x80\x60\x00\x01" + bytes(4) + b"\x00\x00\x00\x07" + b"payload"
    _expect(client.transmit is not None and server.receive is not None, "SRTP contexts")
    buffer = bytearray(2048)
    cell, pointer = length_cell(), pin(buffer)

    def run(operation: Any, context: SrtpContext | None, packet: bytes) -> tuple[int, bytes]:
        buffer[: len(packet)] = packet
        cell[0] = len(packet)
        status = operation(context.handle if context else None, pointer, cell)
        return status, bytes(buffer[: cell[0]])

    status, sealed = run(protect, client.transmit, plain)
    _expect(status == 0 and sealed != plain, "protect")
    _expect(run(protect, client.transmit, plain)[0] == STATUS_REPLAY, "repeat refused")
    _expect(run(unprotect, server.receive, sealed) == (0, plain), "unprotect")
    _expect(run(unprotect, server.receive, sealed)[0] == STATUS_REPLAY, "replay refused")


def _expect(condition: bool, what: str) -> None:
    if not condition:
        raise AssertionError(what)
