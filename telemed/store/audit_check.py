"""Read the audit trail page by page and compare it with its hashes, its head and the heads kept elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from telemed.care.audit_chain import EDITED, MISSING, Head, Verdict, Verifier
from telemed.store.repositories.audit import AuditRows

PAGE_ROWS = 1000


async def verify_trail(audit: AuditRows, known: Iterable[Head] = ()) -> Verdict:
    """Return what is found; the database's own head shows rows that are missing at the end."""
    verifier = Verifier(known)
    after = 0
    while page := await audit.page(after, PAGE_ROWS):
        if not verifier.add(page):
            return verifier.verdict()
        after = page[-1].sequence
    return with_head(verifier.verdict(), await audit.head())


def with_head(verdict: Verdict, head: tuple[int, str]) -> Verdict:
    """The verdict, or what the database's own head (number and hash) shows besides."""
    if not verdict.complete or head == (verdict.rows, verdict.last_hash):
        return verdict
    fault = MISSING if head[0] > verdict.rows else EDITED
    return dataclasses.replace(verdict, fault_at=verdict.rows + 1, fault=fault)
