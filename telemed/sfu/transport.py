"""The life of one peer's transport: checks, handshake, keys, silence, end. No media here.

States: connecting -> connected <-> silent -> closed; connecting -> failed. Each is entered in `_enter` only.
"""

from __future__ import annotations

import asyncio
from typing import Any

from telemed.media.control import Fingerprint, PeerState, RemoteTransport
from telemed.sfu.ice_lite import Credentials, IceAgent, Path
from telemed.sfu.seam import DtlsTransport, HandshakeFailed, IceSide, is_plaintext_alert
from telemed.sfu.services import Services

CONNECT_TIMEOUT = 30.0  # seconds from the offer to the end of the handshake
SILENT_AFTER = 5.0  # seconds without anything authenticated
RECORDS_PER_SECOND = 20  # of DTLS, once the keys are there: all that still comes is the goodbye, and a Finished sent again
CLOSED_AFTER = 30.0  # seconds without checks and without media (RFC 7675 section 5.1)

ENDED = (PeerState.FAILED, PeerState.CLOSED)


class PeerTransport:
    """ICE-lite, DTLS and SRTP keys of one attempt of one peer.

    `receive` and `transmit` are libsrtp handles, None until the handshake is over and again after the end; `path` is where
    to send.
    """

    def __init__(self, services: Services, remote: RemoteTransport) -> None:
        now = services.clock.monotonic()
        self.services = services
        self.agent = IceAgent(Credentials.fresh(), now)
        self.certificate = services.certificates.current(now)
        self.state = PeerState.CONNECTING
        self.path: Path | None = None
        self.receive: Any = None
        self.transmit: Any = None
        self.media_at_us = 0  # monotonic microseconds: last authenticated RTP or RTCP
        self._remote = remote
        self._created_at = now
        self._ice = IceSide(self._send_record)
        self._dtls = DtlsTransport(self._ice, self.certificate)
        self._dtls.on_closed = self._on_close_notify
        self._handshake: asyncio.Task[None] | None = None
        self._records = 0  # of DTLS that came since the last `watch`
        services.mux.add_ufrag(self.agent.credentials.ufrag, self)

    @property
    def remote_ufrag(self) -> str:
        """The client's user fragment: another one within an attempt is an ICE restart."""
        return self._remote.ice_ufrag

    @property
    def fingerprint(self) -> Fingerprint:
        """Of the certificate this transport presents."""
        return self.certificate.fingerprint

    @property
    def ended(self) -> bool:
        """Whether the transport is gone for good."""
        return self.state in ENDED

    def restart_ice(self, remote: RemoteTransport) -> None:
        """The client restarts ICE: new credentials beside the current ones; DTLS and SRTP go on."""
        self._remote = remote
        expired = self.agent.restart(Credentials.fresh())
        if expired is not None:
            self.services.mux.remove_ufrag(expired)
        self.services.mux.add_ufrag(self.agent.credentials.ufrag, self)

    def on_checked(self, now: float) -> None:
        """An authenticated check came; see `PathOwner`."""
        self._follow_selected()
        if self._handshake is None:
            self._handshake = self.services.tasks.start(self._run_handshake())
        elif self.state is PeerState.SILENT:
            self._enter(PeerState.CONNECTED)

    def on_media_path(self, path: Path) -> None:
        """Authenticated media came from another address than the selected one."""
        if self.agent.on_media(path):
            self.services.counters.path_switches += 1
            self._follow_selected()

    def on_dtls(self, record: bytes) -> None:
        """A DTLS datagram came from an authenticated address; see `PathOwner`."""
        counters = self.services.counters
        if is_plaintext_alert(record):  # unauthenticated: honouring it would let anybody end the handshake
            counters.drop_alert_plaintext += 1
        elif self.receive is not None and self._records >= RECORDS_PER_SECOND:  # forged ones would cost everybody else time
            counters.drop_dtls_rate += 1
        elif self.ended or not self._ice.put(record):
            counters.drop_dtls_inbox_full += 1
        else:
            self._records += 1

    def watch(self, now: float) -> None:
        """Judge silence and deadlines; call about once a second."""
        self._records = 0
        if self.state is PeerState.CONNECTING:
            if now - self._created_at > CONNECT_TIMEOUT:
                self.services.counters.fail_handshake += 1
                self.end(PeerState.FAILED)
            return
        self.services.mux.expire_adopted(self, now)
        quiet = now - max(self.agent.consent_at, self.media_at_us * 1e-6)
        if quiet >= CLOSED_AFTER:
            self.end(PeerState.CLOSED)
        elif self.state is PeerState.CONNECTED and quiet >= SILENT_AFTER:
            self._enter(PeerState.SILENT)
        elif self.state is PeerState.SILENT and quiet < SILENT_AFTER:
            self._enter(PeerState.CONNECTED)

    def end(self, state: PeerState) -> None:
        """Finish for good as FAILED or CLOSED: nothing is answered or sent from now on. Idempotent."""
        if self.ended:
            return
        self.receive = self.transmit = None
        self.services.mux.remove_owner(self)
        if self._handshake is not None and self._handshake is not asyncio.current_task():
            self._handshake.cancel()
        self.services.tasks.start(self._release())
        self._enter(state)

    async def _release(self) -> None:
        """Say goodbye, then cut every circle of references: a media worker collects garbage rarely, and a peer is 60 KiB."""
        await self._dtls.close()
        self._ice.detach()
        self._handshake = None
        self.agent.release()
        self.path = None

    def forget_ssrc(self, ssrc: int) -> None:
        """Free the encryption state of an outbound SSRC that is never used again."""
        if self._dtls.transmit is not None:
            self._dtls.transmit.forget(ssrc)

    def on_connected(self) -> None:
        """Hook: the keys are there."""

    def on_state(self, state: PeerState) -> None:
        """Hook: the state changed."""

    def on_path(self) -> None:
        """Hook: `path` changed."""

    def on_path_changed(self) -> None:
        """The selected path changed without a check; see `PathOwner`."""
        self._follow_selected()

    def _follow_selected(self) -> None:
        if self.agent.selected is not self.path:
            self.path = self.agent.selected
            self.on_path()

    def _enter(self, state: PeerState) -> None:
        if state is not self.state:
            self.state = state
            self.on_state(state)

    def _on_close_notify(self) -> None:
        self.end(PeerState.CLOSED)

    def _send_record(self, data: bytes) -> None:
        if self.path is not None:
            self.services.mux.send(data, self.path)

    async def _run_handshake(self) -> None:
        try:
            await self._dtls.handshake(self._remote.fingerprints)
        except HandshakeFailed:
            self.services.counters.fail_handshake += 1
            self.end(PeerState.FAILED)
            return
        receive, transmit = self._dtls.receive, self._dtls.transmit
        if self.ended or receive is None or transmit is None:
            return
        self.receive, self.transmit = receive.handle, transmit.handle
        self._enter(PeerState.CONNECTED)
        self.on_connected()
