"""The part of STUN (RFC 8489) that a lite ICE agent answers, guarded: `aioice.stun` parses, we decide what it may see."""

from __future__ import annotations

import struct

from aioice import stun

HEADER_BYTES = 20
MAGIC_COOKIE = 0x2112A442
BINDING_REQUEST = 0x0001
USERNAME = 0x0006
MAX_ATTRIBUTES = 32  # a browser's check has eight
MAX_USERNAME_BYTES = 513  # RFC 8489 section 14.3
ROLE_CONFLICT = (487, "Role Conflict")

# What the library raises on bytes it did not expect besides ValueError (of which UnicodeDecodeError is one).
PARSER_FAULTS = (ValueError, struct.error, KeyError, IndexError, TypeError, AssertionError, OverflowError)

_unpack_head = struct.Struct("!HHI").unpack_from
_unpack_attribute = struct.Struct("!HH").unpack_from


def peek_user(data: bytes) -> str | None:
    """Return our part of the USERNAME of a well-framed Binding request, else None. Cheap: runs before any parsing."""
    size = len(data)
    if size < HEADER_BYTES:
        return None
    kind, length, cookie = _unpack_head(data)
    if kind != BINDING_REQUEST or cookie != MAGIC_COOKIE or length & 3 or size != HEADER_BYTES + length:
        return None
    position = HEADER_BYTES
    for _ in range(MAX_ATTRIBUTES):
        if position + 4 > size:
            return None
        attribute, length = _unpack_attribute(data, position)
        position += 4
        if position + length > size:
            return None
        if attribute == USERNAME:
            user = data[position : position + length]
            if length > MAX_USERNAME_BYTES or not user.isascii():
                return None
            return user.partition(b":")[0].decode("ascii")
        position += (length + 3) & ~3
    return None


def read_request(data: bytes, password: bytes) -> stun.Message | None:
    """Return the Binding request if its MESSAGE-INTEGRITY fits `password`, else None.

    Raises ValueError for what is not STUN, whatever the library raised.
    """
    try:
        request = stun.parse_message(data)
        return request if request.check_message_integrity(password) else None
    except PARSER_FAULTS as fault:
        raise ValueError("not a STUN message") from fault


def is_nominating(request: stun.Message) -> bool:
    """Tell whether the check carries USE-CANDIDATE."""
    return "USE-CANDIDATE" in request.attributes


def claims_controlled(request: stun.Message) -> bool:
    """Tell whether the client thinks it is controlled: a lite agent never takes the other role (RFC 8445 section 6.1.1)."""
    return "ICE-CONTROLLED" in request.attributes


def success_response(request: stun.Message, mapped: tuple[str, int], password: bytes) -> bytes:
    """Build the signed answer to a check that came from `mapped` (plain host, port)."""
    response = stun.Message(request.message_method, stun.Class.RESPONSE, request.transaction_id)
    response.attributes["XOR-MAPPED-ADDRESS"] = mapped
    response.add_message_integrity(password)
    return bytes(response)


def role_conflict_response(request: stun.Message, password: bytes) -> bytes:
    """Build the signed 487 that makes a confused client take the controlling role (RFC 8445 section 7.3.1.1)."""
    response = stun.Message(request.message_method, stun.Class.ERROR, request.transaction_id)
    response.attributes["ERROR-CODE"] = ROLE_CONFLICT
    response.add_message_integrity(password)
    return bytes(response)
