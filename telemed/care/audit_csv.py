"""Audit rows as CSV (RFC 4180) for people who look at them in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from telemed.care.audit_search import PersonName
from telemed.care.records import AuditRow

COLUMNS = ("sequence", "at", "actor", "name", "role", "action", "object_id", "outcome", "hash")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate instead of show


def csv_text(rows: Iterable[AuditRow], people: Mapping[str, PersonName]) -> str:
    """Return head and rows, lines ended by CRLF; `name` is that of staff."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        person = people.get(row.actor)
        name = _plain(person.name) if person is not None else ""
        head = (row.sequence, row.at, row.actor, name, row.role)
        writer.writerow((*head, row.action, row.object_id, row.outcome, row.hash))
    return out.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
