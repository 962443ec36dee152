"""Lines of the admin socket and what they may hold."""

from __future__ import annotations

import json
from typing import Any

from telemed.care.audit_chain import Head
from telemed.errors import ProtocolError

MAX_LINE_BYTES = 16 * 1024  # a name, an address and a password fit a hundred times
DEADLINE_SECONDS = 30.0  # for one answer: hashing waits for its turn, the database for its lock
LONG_SECONDS = 3600.0  # for operations that copy or read the whole database
LONG_OPERATIONS = frozenset({"snapshot", "audit_verify", "recording_verify", "recording_rotate"})


def deadline_of(operation: str) -> float:
    """Seconds an operation may take."""
    return LONG_SECONDS if operation in LONG_OPERATIONS else DEADLINE_SECONDS


def encode(message: dict[str, Any]) -> bytes:
    """One line. Raises ProtocolError when it is too long."""
    line = json.dumps(message).encode() + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise ProtocolError("The message is too long for the admin socket.")
    return line


def decode(line: bytes) -> dict[str, Any]:
    """The object of one line. Raises ProtocolError."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("A line of the admin socket is not JSON.") from error
    if not isinstance(message, dict):
        raise ProtocolError("A line of the admin socket is not an object.")
    return message


def text_argument(arguments: dict[str, Any], name: str) -> str:
    """A text among the arguments. Raises ProtocolError."""
    value = arguments.get(name)
    if not isinstance(value, str):
        raise ProtocolError(f"The argument {name} is missing or is no text.")
    return value


def heads_argument(arguments: dict[str, Any]) -> list[Head]:
    """Heads of the audit trail among the arguments, none without them. Raises ProtocolError."""
    found = []
    for entry in arguments.get("heads", []):
        if not (isinstance(entry, list) and len(entry) == 2 and type(entry[0]) is int and isinstance(entry[1], str)):
            raise ProtocolError("A head of the audit trail is malformed.")
        found.append(Head(entry[0], entry[1]))
    return found
