"""The victim of the kill test: writes commands one after the other and says on stdout which are committed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.store import Store
from tests.adapters.store.rows import NOW


async def main(path: Path, first: int) -> None:
    store = await Store.open(path)
    number = first
    while True:
        async with store.write() as tx:
            await tx.acks.save("par_1", f"command-{number}", {"n": number}, NOW)
            await tx.audit.append(SYSTEM, AuditAction.CHAT_SENT, f"msg_{number}", AuditOutcome.DONE, NOW)
        os.write(1, f"{number}\n".encode())
        number += 1


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
