"""The hash chain of the audit trail: canonical bytes of a row, its hash, and the search for the first row that is not as written.

hash = SHA-256(previous hash | canonical row). The chain shows every edited, deleted, inserted and reordered row; a cut-off end or
a rewritten whole shows only against a copy of the last hash kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from telemed.care.records import AuditRow

GENESIS = "0" * 64  # the hash before the first row
FORMAT = 1  # of the canonical bytes; a change starts a new number, old rows keep theirs

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}\Z")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a verification. `fault_at` is the sequence of the first broken or missing row, None when all is as written."""

    rows: int  # rows found good before the fault, or all
    last_hash: str
    fault_at: int | None = None
    fault: str = ""  # "missing", "edited", "out of order"

    @property
    def complete(self) -> bool:
        """Whether every row is there and as written."""
        return self.fault_at is None


def canonical(row: AuditRow) -> bytes:
    """Return the bytes that are hashed: a JSON array, so that no two different rows can look the same."""
    fields = [FORMAT, row.sequence, row.at, row.actor, row.role, row.action, row.object_id, row.outcome, row.previous_hash]
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def row_hash(row: AuditRow) -> str:
    """Return the hex SHA-256 of a row; its own `hash` field is not part of it."""
    return hashlib.sha256(canonical(row)).hexdigest()


def chained(row: AuditRow, previous: AuditRow | None) -> AuditRow:
    """Return `row` with the sequence and hashes that follow `previous` (None: the first row).

    Raises ValueError when a field is not a plain id or word: audit rows hold no names and no text.
    """
    for value in (row.actor, row.role, row.action, row.object_id, row.outcome):
        if not _ID.match(value):
            raise ValueError("audit rows hold ids and words only")
    linked = replace(
        row,
        sequence=1 if previous is None else previous.sequence + 1,
        previous_hash=GENESIS if previous is None else previous.hash,
    )
    return replace(linked, hash=row_hash(linked))


class Verifier:
    """Checks rows as they come, page by page; constant memory."""

    def __init__(self) -> None:
        self._next = 1
        self._hash = GENESIS
        self._fault: Verdict | None = None

    def add(self, rows: Iterable[AuditRow]) -> bool:
        """Check rows in the order of their sequence; False once a fault is found."""
        for row in rows:
            if self._fault is not None:
                break
            self._check(row)
        return self._fault is None

    def verdict(self) -> Verdict:
        """Return what was found so far."""
        return self._fault or Verdict(rows=self._next - 1, last_hash=self._hash)

    def _check(self, row: AuditRow) -> None:
        if row.sequence != self._next:
            self._fail("missing" if row.sequence > self._next else "out of order")
        elif row.previous_hash != self._hash or row.hash != row_hash(row):
            self._fail("edited")
        else:
            self._next += 1
            self._hash = row.hash

    def _fail(self, fault: str) -> None:
        self._fault = Verdict(rows=self._next - 1, last_hash=self._hash, fault_at=self._next, fault=fault)


def verify(rows: Iterable[AuditRow]) -> Verdict:
    """Check a whole trail, given in the order it is stored in."""
    verifier = Verifier()
    verifier.add(rows)
    return verifier.verdict()
