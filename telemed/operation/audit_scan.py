"""Checking the audit trail in the background: the whole of it at start and once a day, new rows as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from telemed.care.audit_chain import Head, Verdict, Verifier
from telemed.care.audit_checkpoint import Checkpoint, from_bytes, is_signed
from telemed.errors import InvalidInput
from telemed.store import Store
from telemed.store.audit_check import with_head

PAGE_ROWS = 100  # about 2 ms of the event loop
PAUSE_SECONDS = 0.005  # between pages: a million rows take two minutes and a third of a core at most
MAX_FILES = 1000  # of the checkpoint directory, the newest


class TrailScan:
    """One pass over the trail that goes on when rows are added."""

    def __init__(self, store: Store, known: Iterable[Head]) -> None:
        self._store = store
        self._verifier = Verifier(known)
        self._after = 0

    async def run(self) -> Verdict:
        """Check up to the present end; what was found."""
        while True:
            async with self._store.read() as tx:
                rows = await tx.audit.page(self._after, PAGE_ROWS)
                head = await tx.audit.head()
            sound = self._verifier.add(rows)
            self._after = rows[-1].sequence if rows else self._after
            if not sound or len(rows) < PAGE_ROWS:
                return with_head(self._verifier.verdict(), head)
            await asyncio.sleep(PAUSE_SECONDS)


def kept_checkpoints(directory: Path) -> list[Checkpoint]:
    """Return the checkpoints that lie in the checkpoint directory; files that are none are passed over. Blocking."""
    found = []
    for path in sorted(directory.glob("telemed-audit-*.json"))[-MAX_FILES:]:
        try:
            found.append(from_bytes(path.read_bytes()))
        except (OSError, InvalidInput):
            continue
    return found


def heads_of(checkpoints: Iterable[Checkpoint], key: Ed25519PublicKey) -> list[Head]:
    """Return the heads of those that this installation signed."""
    return [head for checkpoint in checkpoints if is_signed(checkpoint, key) for head in checkpoint.heads]
