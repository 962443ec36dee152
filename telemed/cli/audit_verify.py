"""`telemed audit verify`: is every row of the audit trail there and as it was written?"""

from __future__ import annotations

import argparse
import dataclasses
from datetime import datetime
from typing import Any

from telemed import exits
from telemed.cli.installation import layout_of, run_there
from telemed.store import Store


def run(chosen: argparse.Namespace) -> int:
    """Print the verdict; exit code 1 when the trail is damaged."""
    verdict = run_there(layout_of(chosen), "audit_verify", {}, verify)
    if verdict["fault_at"] is None:
        print(f"The audit trail is complete: {verdict['rows']} rows.")
        print(f"Last hash: {verdict['last_hash']} (keep a copy elsewhere: only it shows a trail that was cut off or rewritten)")
        return exits.OK
    print(f"The audit trail is damaged: row {verdict['fault_at']} is {verdict['fault']}. {verdict['rows']} rows before are good.")
    return exits.FAILED


async def verify(store: Store, _: datetime) -> dict[str, Any]:
    """The verdict as plain values; also run by control for its admin socket."""
    return dataclasses.asdict(await store.verify_audit())
