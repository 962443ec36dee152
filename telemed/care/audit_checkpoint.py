"""Signed heads of the audit trail: what they say, their bytes, the file they travel in, and whose signature it is.

Once a day the number and hash of the newest row are signed (Ed25519, RFC 8032) and sent off this machine. Whoever keeps them can
tell a trail that was cut off, rolled back or wholly rewritten, even by somebody who got hold of the signing key later.
"""

from __future__ import annotations

import base64
import binascii
import email.message
import email.policy
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from telemed.care.audit_chain import Head
from telemed.errors import InvalidInput

FORMAT = "telemed-audit-head 1"  # part of the signed bytes: a signature can be taken for nothing else
KEY_ID_LENGTH = 32  # hex characters of the public key's SHA-256: 128 bits
MAX_FILE_BYTES = 64 * 1024  # a checkpoint has 600, a mail around it a few thousand
_HASH = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
_KEY_ID = re.compile(rf"[0-9a-f]{{{KEY_ID_LENGTH}}}")
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "day": _DAY,
    "origin": _HASH,
    "hash": _HASH,
    "row_at": _TIME,
    "key_id": _KEY_ID,
    "created_at": _TIME,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed: this trail (`origin`, hash of its first row) had this last row when this was written."""

    day: str  # UTC
    origin: str
    sequence: int
    hash: str
    row_at: str  # time of that row
    key_id: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A statement with its signature."""

    statement: Statement
    signature: bytes

    @property
    def heads(self) -> tuple[Head, Head]:
        """What a trail must have to be the one spoken of."""
        return Head(1, self.statement.origin), Head(self.statement.sequence, self.statement.hash)


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """A checkpoint as a row. `delivered_at`: when every configured way had taken it."""

    id: str
    day: str
    origin: str
    sequence: int
    hash: str
    row_at: str
    signature: bytes
    key_id: str
    created_at: datetime
    delivered_at: datetime | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """The same as it travels."""
        at = stamp(self.created_at)
        signed = Statement(self.day, self.origin, self.sequence, self.hash, self.row_at, self.key_id, at)
        return Checkpoint(signed, self.signature)


def stamp(at: datetime) -> str:
    """UTC with microseconds and Z, as audit rows have it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def key_id(key: Ed25519PublicKey) -> str:
    """Short name of a key."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:KEY_ID_LENGTH]


def signed_bytes(statement: Statement) -> bytes:
    """A JSON array in fixed order: no two statements have the same bytes."""
    values = [getattr(statement, entry.name) for entry in fields(Statement)]
    return json.dumps([FORMAT, *values], ensure_ascii=True, separators=(",", ":")).encode("ascii")


def sign(statement: Statement, key: Ed25519PrivateKey) -> Checkpoint:
    """Sign it; the statement must name this key."""
    if statement.key_id != key_id(key.public_key()):
        raise ValueError("the statement names another key")
    return Checkpoint(statement, key.sign(signed_bytes(statement)))


def is_signed(checkpoint: Checkpoint, key: Ed25519PublicKey) -> bool:
    """Whether the signature is that of `key` over this statement."""
    try:
        key.verify(checkpoint.signature, signed_bytes(checkpoint.statement))
    except InvalidSignature:
        return False
    return checkpoint.statement.key_id == key_id(key)


def to_text(checkpoint: Checkpoint) -> str:
    """The file: JSON of plain ASCII, one value a line, no line above 120 characters."""
    values = {entry.name: getattr(checkpoint.statement, entry.name) for entry in fields(Statement)}
    signature = base64.urlsafe_b64encode(checkpoint.signature).decode().rstrip("=")
    return json.dumps({"format": FORMAT, **values, "signature": signature}, indent=1)


def from_bytes(content: bytes) -> Checkpoint:
    """Read a checkpoint from its file, a saved mail (RFC 5322) or a text it was pasted into. Raises InvalidInput."""
    if len(content) > MAX_FILE_BYTES:
        raise InvalidInput("The file is too large for a checkpoint.", field="checkpoint")
    for text in _texts(content):
        for found in _objects(text):
            if found.get("format") == FORMAT:
                return _checked(found)
    raise InvalidInput("There is no checkpoint in the file.", field="checkpoint")


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read what `telemed audit key` printed. Raises InvalidInput."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError) as error:
        raise InvalidInput("The file holds no public key.", field="key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInput("The key is not of the kind that signs audit heads (Ed25519).", field="key")
    return key


def _texts(content: bytes) -> Iterator[str]:
    """The text itself, and what a mail program makes of it (line ends and escapes of the transfer encoding undone)."""
    yield content.decode("utf-8", "replace")
    mail = email.message_from_bytes(content, policy=email.policy.default)
    part = mail.get_body(("plain",)) if isinstance(mail, email.message.EmailMessage) else None
    if part is not None:
        yield str(part.get_content())


def _objects(text: str) -> Iterator[dict[str, object]]:
    """Every JSON object that stands in a text."""
    decoder = json.JSONDecoder()
    place = text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            if isinstance(value, dict):
                yield value
        place = text.find("{", end)


def _checked(found: dict[str, object]) -> Checkpoint:
    wanted = {"format", "signature"} | {entry.name for entry in fields(Statement)}
    sequence, signature = found.get("sequence"), found.get("signature")
    well_formed = (
        set(found) == wanted
        and type(sequence) is int
        and 0 < sequence < 2**53
        and isinstance(signature, str)
        and all(isinstance(found[name], str) and rule.fullmatch(str(found[name])) for name, rule in _PATTERNS.items())
    )
    if not well_formed:
        raise InvalidInput("The checkpoint in the file is damaged.", field="checkpoint")
    values = {entry.name: found[entry.name] for entry in fields(Statement)}
    try:
        raw = base64.b64decode(str(signature) + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("The checkpoint in the file is damaged.", field="checkpoint") from error
    return Checkpoint(Statement(**values), raw)  # type: ignore[arg-type]  # checked above
