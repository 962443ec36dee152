"""The victim of the kill tests: makes back-ups or upgrades a database, and says on stdout what is finished."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from telemed.backup.make import make_backup
from telemed.backup.recovery_key import RecoveryKey
from telemed.config import load
from telemed.operation.snapshots import snapshot_beside
from telemed.store.upgrade import upgrade
from tests.adapters.ops.installation import NOW, Installation


def back_up(folder: Path, first: int) -> None:
    """One back-up after the other, a second apart by their names."""
    there = Installation(folder, load(folder / "telemed.toml", {}), RecoveryKey.new())
    number = first
    while True:
        order = there.order(folder / "backups", NOW + timedelta(seconds=number), sealed=False)
        made = make_backup(order, lambda: snapshot_beside(there.layout))
        os.write(1, f"{made.archive.name}\n".encode())
        number += 1


if __name__ == "__main__":
    os.write(1, b"begun\n")
    if sys.argv[1] == "back-up":
        back_up(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        upgrade(Path(sys.argv[2]))
        os.write(1, b"upgraded\n")
