"""The Socket.IO packet class of this server: text only, and only what a well-behaved client sends.

Socket.IO lets a client announce any number of binary attachments and send events of any shape. Here a packet is a CONNECT,
a DISCONNECT or an EVENT with a name and at most one argument; all else raises ProtocolViolation and ends the connection.
"""

from __future__ import annotations

from typing import Any

from socketio import packet

from telemed.signaling import wire_json

MAX_EVENT_NAME = 40  # characters; the longest command has 14
MAX_NAMESPACE = 40  # characters; ours have 6
MAX_ACK_ID_DIGITS = 12  # a client counts its own packets: 10^12 is more than a life of them
RESERVED_EVENTS = frozenset({"connect", "disconnect", "connect_error", "message"})


class ProtocolViolation(ValueError):
    """The client sent a packet no client of ours sends. The reason is fixed text, safe to count by."""


class GuardedPacket(packet.Packet):  # type: ignore[misc]  # python-socketio has no annotations
    """A packet that refuses binary payloads, acknowledgements and malformed events while decoding."""

    uses_binary_events = False
    json = wire_json

    def __init__(self, packet_type: int = packet.EVENT, data: Any = None, *arguments: Any, **options: Any) -> None:
        encoded = options.get("encoded_packet")
        if encoded is not None and (not isinstance(encoded, str) or not encoded):
            raise ProtocolViolation("not_text")  # the base class skips decoding what is falsy
        super().__init__(packet_type, data, *arguments, **options)

    def decode(self, encoded_packet: str) -> int:
        """Decode one text packet; raises ProtocolViolation. Always returns 0, the number of attachments to wait for."""
        if encoded_packet[0] not in "0123":
            raise ProtocolViolation("binary" if encoded_packet[0] in "56" else "packet_type")
        try:
            attachments = super().decode(encoded_packet)
        except (ValueError, TypeError, IndexError, KeyError, OverflowError):
            raise ProtocolViolation("malformed") from None
        if attachments:
            raise ProtocolViolation("binary")
        self._check_shape()
        return 0

    def _check_shape(self) -> None:
        if len(self.namespace or "") > MAX_NAMESPACE or len(str(self.id or 0)) > MAX_ACK_ID_DIGITS:
            raise ProtocolViolation("header")
        if self.packet_type == packet.EVENT:
            self._check_event(self.data)
        elif self.packet_type == packet.ACK:
            raise ProtocolViolation("acknowledgement")  # this server never asks for one
        elif self.data is not None and not isinstance(self.data, dict):
            raise ProtocolViolation("payload")

    @staticmethod
    def _check_event(data: Any) -> None:
        if not isinstance(data, list) or not 1 <= len(data) <= 2:
            raise ProtocolViolation("event_shape")
        name = data[0]
        if not isinstance(name, str) or not 0 < len(name) <= MAX_EVENT_NAME:
            raise ProtocolViolation("event_name")
        if name in RESERVED_EVENTS:
            raise ProtocolViolation("reserved_event")
