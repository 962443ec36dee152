"""What an archive says about itself: its last member, in which every other one stands with size and hash."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from typing import Any

from telemed.errors import InvalidInput

MANIFEST = "manifest.json"
FORMAT = 1
BACKUP, KEYS = "backup", "keys"  # kinds
MAX_MANIFEST_BYTES = 256 * 1024 * 1024  # a million files of 200 bytes each
_NAME = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[^/\\\x00-\x1f\x7f]{1,255}(?:/[^/\\\x00-\x1f\x7f]{1,255}){0,15}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at` is UTC, ISO 8601; `audit_rows` and `audit_hash` are the end of the audit trail in the database of the archive."""

    kind: str
    made_at: str
    version: str
    revision: str = ""
    audit_rows: int = 0
    audit_hash: str = ""
    members: tuple[Member, ...] = ()

    def with_members(self, members: tuple[Member, ...]) -> Manifest:
        """The same with these members."""
        return dataclasses.replace(self, members=members)

    def encode(self) -> bytes:
        """JSON."""
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self)}, indent=1).encode() + b"\n"


def decode(raw: bytes) -> Manifest:
    """The manifest in `raw`. Raises InvalidInput when it is none of ours, or of a later version."""
    try:
        table: dict[str, Any] = json.loads(raw)
        if table.pop("format") != FORMAT:
            raise InvalidInput("This archive was written by a later version of telemed. Restore it with that one.")
        members = tuple(_member(entry) for entry in table.pop("members"))
        manifest = Manifest(**table, members=members)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput("The archive's manifest cannot be read.") from error
    texts = (manifest.kind, manifest.made_at, manifest.version, manifest.revision, manifest.audit_hash)
    if manifest.kind not in (BACKUP, KEYS) or not all(isinstance(text, str) for text in texts):
        raise InvalidInput("The archive's manifest cannot be read.")
    return manifest


def is_safe_name(name: str) -> bool:
    """A relative path of plain names: nothing that could leave the directory it is unpacked in."""
    return _NAME.fullmatch(name) is not None


def _member(entry: dict[str, Any]) -> Member:
    member = Member(**entry)
    if not is_safe_name(member.name) or not isinstance(member.size, int) or not _SHA256.fullmatch(member.sha256):
        raise ValueError("not a member")
    return member
