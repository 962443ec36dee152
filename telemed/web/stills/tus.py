"""The header fields of tus 1.0.0 (https://tus.io/protocols/resumable-upload): read strictly, written always. Pure.

Core, creation, termination and checksum. What a field is wrong in is named, its value never repeated.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from telemed.care.stills.limits import MOST_BYTES
from telemed.care.stills.records import NewStill
from telemed.errors import InvalidInput, TelemedError

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
ALWAYS = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
ABOUT = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,termination,checksum",
    "Tus-Checksum-Algorithm": "sha256,sha1",
    "Tus-Max-Size": str(MOST_BYTES),
}
MAX_METADATA = 2048  # characters: five short values
_HASHES = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
_COMMAND = re.compile(r"[A-Za-z0-9_-]{8,64}")
_STILL = re.compile(r"stl_[A-Za-z0-9_-]{1,36}")
_MIME = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}")


class OtherVersion(TelemedError):
    """The client speaks another version: 412."""

    status = 412
    code = "tus_version"


class ChecksumMismatch(TelemedError):
    """What came is not what was sent: 460, as tus has it."""

    status = 460
    code = "checksum_mismatch"


def check_version(headers: Mapping[str, str]) -> None:
    """Raise OtherVersion unless the client says it speaks ours."""
    if headers.get("Tus-Resumable") != VERSION:
        raise OtherVersion("This server speaks tus 1.0.0.")


def number(headers: Mapping[str, str], name: str) -> int:
    """A field that holds a count of bytes. Raises InvalidInput."""
    text = headers.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise InvalidInput("A header field is missing or wrong.", field=name)
    return int(text)


def new_still(headers: Mapping[str, str]) -> NewStill:
    """What a creation says. Raises InvalidInput."""
    length = number(headers, "Upload-Length")
    values = _metadata(headers.get("Upload-Metadata", ""))
    command_id, mime, still_id = values.get("command_id", ""), values.get("filetype", ""), values.get("still_id")
    if not _COMMAND.fullmatch(command_id):
        raise InvalidInput("A field is missing or has a wrong value.", field="command_id")
    if not _MIME.fullmatch(mime):
        raise InvalidInput("A field is missing or has a wrong value.", field="filetype")
    if still_id is not None and not _STILL.fullmatch(still_id):
        raise InvalidInput("A field has a wrong value.", field="still_id")
    return NewStill(command_id, mime, length, _time(values.get("taken_at")), still_id)


def check_sum(headers: Mapping[str, str], piece: bytes) -> None:
    """Raise ChecksumMismatch when a piece is not what its sender hashed; InvalidInput for a hash we do not know."""
    told = headers.get("Upload-Checksum")
    if told is None:
        return
    name, _, encoded = told.partition(" ")
    make = _HASHES.get(name)
    if make is None:
        raise InvalidInput("This checksum is not known here.", field="Upload-Checksum")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("A header field is wrong.", field="Upload-Checksum") from None
    if not hmac.compare_digest(make(piece).digest(), digest):
        raise ChecksumMismatch("The piece was changed on its way.")


def _metadata(text: str) -> dict[str, str]:
    if len(text) > MAX_METADATA:
        raise InvalidInput("There is too much metadata.", field="Upload-Metadata")
    values: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            values[key] = base64.b64decode(encoded.strip(), validate=True).decode("ascii")
        except ValueError:
            raise InvalidInput("The metadata is wrong.", field="Upload-Metadata") from None
    return values


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise InvalidInput("A field has a wrong value.", field="taken_at")
        return at.astimezone(UTC)
    except (ValueError, OverflowError):  # at the ends of the calendar some zones leave it
        raise InvalidInput("A field has a wrong value.", field="taken_at") from None
