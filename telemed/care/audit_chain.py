"""The hash chain of the audit trail: canonical bytes of a row, its hash, and the search for the first row that is not as written.

hash = SHA-256(previous hash | canonical row). The chain shows every edited, deleted, inserted and reordered row; a cut-off end or
a rewritten whole shows only against heads (number and hash of a row) that were kept elsewhere.
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


MISSING, EDITED, OUT_OF_ORDER = "missing", "edited", "out of order"
REWRITTEN = "rewritten"  # sound in itself, but not the rows that a kept head speaks of
OTHER_TRAIL = "another trail"  # differs from the first row on
CUT_OFF = "cut off"  # a kept head speaks of later rows: they were cut off, or the database is an older copy


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the trail at some time, kept elsewhere."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a verification. `fault_at` is the sequence of the first broken or missing row, None when all is as written.

    For faults that only a kept head shows, rows from `fault_at` to `fault_to` are concerned. Rows up to `proven` are those of
    which the last agreeing head speaks; later good rows are sound in themselves, as whoever rewrites the file could make them.
    """

    rows: int  # rows found good before the fault, or all
    last_hash: str
    fault_at: int | None = None
    fault: str = ""  # one of the words above
    last_at: str = ""  # time of the last good row: "complete up to"
    proven: int = 0
    fault_to: int | None = None

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
    """Checks rows as they come, page by page; constant memory. `known`: heads kept elsewhere, in any order, repeats allowed."""

    def __init__(self, known: Iterable[Head] = ()) -> None:
        self._next = 1
        self._hash = GENESIS
        self._at = ""
        self._fault: Verdict | None = None
        self._known: dict[int, set[str]] = {}
        for head in known:
            self._known.setdefault(head.sequence, set()).add(head.hash)
        self._proven = 0

    def add(self, rows: Iterable[AuditRow]) -> bool:
        """Check rows in the order of their sequence; False once a fault is found."""
        for row in rows:
            if self._fault is not None:
                break
            self._check(row)
        return self._fault is None

    def verdict(self) -> Verdict:
        """Return what was found so far; known heads of rows that have not come count as cut off."""
        if self._fault is not None:
            return self._fault
        if self._known:
            return self._found(CUT_OFF, self._next, max(self._known))
        return Verdict(rows=self._next - 1, last_hash=self._hash, last_at=self._at, proven=self._proven)

    def _check(self, row: AuditRow) -> None:
        if row.sequence != self._next:
            self._fault = self._found(MISSING if row.sequence > self._next else OUT_OF_ORDER, self._next)
        elif row.previous_hash != self._hash or row.hash != row_hash(row):
            self._fault = self._found(EDITED, self._next)
        elif not self._agrees(row):
            fault = OTHER_TRAIL if row.sequence == 1 else REWRITTEN
            self._fault = self._found(fault, self._proven + 1, row.sequence)
        else:
            self._next, self._hash, self._at = row.sequence + 1, row.hash, row.at

    def _agrees(self, row: AuditRow) -> bool:
        """Whether the row is what the known heads of its number say."""
        hashes = self._known.pop(row.sequence, None)
        if hashes is None:
            return True
        if hashes != {row.hash}:
            return False
        self._proven = row.sequence
        return True

    def _found(self, fault: str, fault_at: int, fault_to: int | None = None) -> Verdict:
        return Verdict(self._next - 1, self._hash, fault_at, fault, self._at, self._proven, fault_to)


def verify(rows: Iterable[AuditRow], known: Iterable[Head] = ()) -> Verdict:
    """Check a whole trail, given in the order it is stored in."""
    verifier = Verifier(known)
    verifier.add(rows)
    return verifier.verdict()
