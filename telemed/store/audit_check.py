"""Read the audit trail page by page and compare it with its hashes and its head."""

from __future__ import annotations

from telemed.care.audit_chain import Verdict, Verifier
from telemed.store.repositories.audit import AuditRows

PAGE_ROWS = 1000


async def verify_trail(audit: AuditRows) -> Verdict:
    """Return what is found; the head shows rows that are missing at the end."""
    verifier = Verifier()
    after = 0
    while page := await audit.page(after, PAGE_ROWS):
        if not verifier.add(page):
            return verifier.verdict()
        after = page[-1].sequence
    verdict = verifier.verdict()
    sequence, last_hash = await audit.head()
    if (sequence, last_hash) == (verdict.rows, verdict.last_hash):
        return verdict
    fault = "missing" if sequence > verdict.rows else "edited"
    return Verdict(rows=verdict.rows, last_hash=verdict.last_hash, fault_at=verdict.rows + 1, fault=fault)
