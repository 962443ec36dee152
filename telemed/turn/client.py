"""A small TURN client (RFC 8656) over UDP, TCP or TLS: enough to try a relay, one question at a time. Blocking."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aioice import stun

from telemed.errors import TelemedError
from telemed.media.turn_access import TurnAccess

HEADER = 20  # bytes of a STUN message before its attributes
UDP_TRANSPORT = 17 << 24  # REQUESTED-TRANSPORT: the protocol number, then three reserved bytes
FIRST_WAIT = 0.5  # seconds until a datagram counts as lost; doubles (RFC 8489 section 6.2.1)
LARGEST = 65535  # bytes of one message
UNAUTHORISED, STALE_NONCE = 401, 438


class Way(StrEnum):
    """How the client reaches the relay."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class TurnUnreachable(TelemedError):
    """No answer, or no connection."""


class TurnRefused(TelemedError):
    """The relay said no; `status` is its error code (RFC 8656 section 19)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The relay refuses with error {status}.")
        self.status = status


@dataclass(frozen=True, slots=True)
class Place:
    """Where a relay listens."""

    host: str
    port: int
    way: Way


class TurnClient:
    """One connection to a relay and the allocation on it. Use as a context manager: leaving it closes the connection."""

    def __init__(self, place: Place, access: TurnAccess, context: ssl.SSLContext | None = None, timeout: float = 5.0) -> None:
        self._access, self._timeout = access, timeout
        self._way, self._address = place.way, (place.host, place.port)
        self._realm, self._nonce = "", b""
        self._data: list[tuple[Any, bytes]] = []
        self._socket = _connected(place, context, timeout)

    def __enter__(self) -> TurnClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the relay; without a REFRESH of 0 seconds it notices only over TCP."""
        self._socket.close()

    def allocate(self, lifetime: int = 600) -> tuple[str, int]:
        """Ask for a relayed address; returns it. Raises TurnRefused, TurnUnreachable."""
        answer = self.ask(stun.Method.ALLOCATE, {"LIFETIME": lifetime, "REQUESTED-TRANSPORT": UDP_TRANSPORT})
        host, port = answer.attributes["XOR-RELAYED-ADDRESS"]
        return str(host), int(port)

    def permit(self, *peers: str) -> None:
        """Let these addresses send to us and us to them. Raises TurnRefused, TurnUnreachable."""
        for peer in peers:
            self.ask(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": (peer, 9)})

    def bind(self, channel: int, peer: tuple[str, int]) -> None:
        """Bind a channel number to a peer. Raises TurnRefused, TurnUnreachable."""
        self.ask(stun.Method.CHANNEL_BIND, {"CHANNEL-NUMBER": channel, "XOR-PEER-ADDRESS": peer})

    def refresh(self, lifetime: int = 600) -> int:
        """Prolong the allocation, or end it with 0; returns the seconds it has. Raises TurnRefused, TurnUnreachable."""
        return int(self.ask(stun.Method.REFRESH, {"LIFETIME": lifetime}).attributes["LIFETIME"])

    def send(self, peer: tuple[str, int], data: bytes) -> None:
        """Send a datagram to a peer; there is no answer."""
        message = stun.Message(stun.Method.SEND, stun.Class.INDICATION)
        message.attributes.update({"XOR-PEER-ADDRESS": peer, "DATA": data})
        self._socket.sendall(bytes(message))

    def receive(self, timeout: float) -> tuple[Any, bytes]:
        """The next datagram of a peer, and whose. Raises TurnUnreachable when none comes within `timeout` seconds."""
        end = time.monotonic() + timeout
        while not self._data:
            self._read(end)
        return self._data.pop(0)

    def ask(self, method: stun.Method, attributes: dict[str, Any]) -> stun.Message:
        """One request, with the credential once the relay has asked for it. Raises TurnRefused, TurnUnreachable."""
        for _ in range(3):  # without credential, with it, and with a fresh nonce
            message = stun.Message(method, stun.Class.REQUEST, attributes=dict(attributes))
            if self._realm:
                message.attributes.update({"USERNAME": self._access.username, "REALM": self._realm, "NONCE": self._nonce})
                message.add_message_integrity(self._key())
            answer = self._exchange(message)
            if answer.message_class == stun.Class.RESPONSE:
                return answer
            status = answer.error_code or 0
            if status == STALE_NONCE or (status == UNAUTHORISED and not self._realm):
                self._realm, self._nonce = str(answer.attributes["REALM"]), bytes(answer.attributes["NONCE"])
                continue
            raise TurnRefused(status)
        raise TurnRefused(UNAUTHORISED)

    def _key(self) -> bytes:
        """RFC 8489 section 9.2.2; MD5 is what the protocol prescribes."""
        text = f"{self._access.username}:{self._realm}:{self._access.password}"
        return hashlib.md5(text.encode(), usedforsecurity=False).digest()

    def _exchange(self, message: stun.Message) -> stun.Message:
        end, wait = time.monotonic() + self._timeout, FIRST_WAIT
        while True:
            try:
                self._socket.sendall(bytes(message))
                repeats = self._way is Way.UDP and time.monotonic() + wait < end
                return self._answer_to(message, time.monotonic() + wait if repeats else end)
            except TurnUnreachable:
                if self._way is not Way.UDP or time.monotonic() >= end:
                    raise
                wait *= 2
            except OSError:
                raise TurnUnreachable("The relay does not answer.") from None

    def _answer_to(self, message: stun.Message, end: float) -> stun.Message:
        while True:
            answer = self._read(end)
            if answer is not None and answer.transaction_id == message.transaction_id:
                return answer

    def _read(self, end: float) -> stun.Message | None:
        """The next message; data of peers is put aside (None). Raises TurnUnreachable at `end`, monotonic seconds."""
        try:
            raw = self._message(end)
            message = stun.parse_message(raw)
        except (OSError, ValueError):
            raise TurnUnreachable("The relay does not answer.") from None
        if message.message_class != stun.Class.INDICATION:
            return message
        if "DATA" in message.attributes:
            self._data.append((message.attributes["XOR-PEER-ADDRESS"], bytes(message.attributes["DATA"])))
        return None

    def _message(self, end: float) -> bytes:
        if self._way is Way.UDP:
            self._socket.settimeout(max(0.001, end - time.monotonic()))
            return self._socket.recv(LARGEST)
        head = self._exactly(HEADER, end)
        return head + self._exactly(int.from_bytes(head[2:4], "big"), end)

    def _exactly(self, count: int, end: float) -> bytes:
        read = b""
        while len(read) < count:
            self._socket.settimeout(max(0.001, end - time.monotonic()))
            part = self._socket.recv(count - len(read))
            if not part:
                raise ConnectionError
            read += part
        return read


def _connected(place: Place, context: ssl.SSLContext | None, timeout: float) -> socket.socket:
    """A socket that speaks to the relay alone. Raises TurnUnreachable; a certificate that is not believed is one, too."""
    kind = socket.SOCK_DGRAM if place.way is Way.UDP else socket.SOCK_STREAM
    try:
        family, _, _, _, address = socket.getaddrinfo(place.host, place.port, type=kind)[0]
        made = socket.socket(family, kind)
    except OSError:
        raise TurnUnreachable("The name of the relay is not known.") from None
    try:
        made.settimeout(timeout)
        made.connect(address)
        if place.way is Way.TLS:
            made = (context or ssl.create_default_context()).wrap_socket(made, server_hostname=place.host)
    except ssl.SSLCertVerificationError:
        made.close()
        raise TurnUnreachable("The certificate of the relay is not believed.") from None
    except OSError:
        made.close()
        raise TurnUnreachable("The relay takes no connection.") from None
    return made
