"""Where back-ups lie, what they are called, which are too old, and how old the newest is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

ARCHIVE = ".backup"  # sealed; a plain one ends in .tar
PLAIN = ".tar"
KEYS = ".keys"
_STAMP = "%Y%m%dT%H%M%SZ"
_ID = re.compile(r"bak_\d{8}T\d{6}Z")
_NAME = re.compile(r"telemed-(\d{8}T\d{6}Z)\.(backup|tar|keys)")


def archive_name(now: datetime, suffix: str) -> str:
    """`telemed-20261122T020000Z.backup`."""
    return f"telemed-{now.astimezone(UTC).strftime(_STAMP)}{suffix}"


def backup_id(at: datetime) -> str:
    """`bak_20261122T020000Z`: what the audit trail calls the back-up of this name."""
    return f"bak_{at.astimezone(UTC).strftime(_STAMP)}"


def is_backup_id(text: str) -> bool:
    """Whether `backup_id` could have made it."""
    return _ID.fullmatch(text) is not None


def made_at(path: Path) -> datetime | None:
    """When the archive of this name was made; None for a file that is not ours."""
    found = _NAME.fullmatch(path.name)
    return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC) if found else None


def newest(directory: Path) -> datetime | None:
    """When the newest whole back-up in `directory` was made; None without one."""
    times = [made_at(path) for path in _listed(directory) if path.suffix in (ARCHIVE, PLAIN)]
    return max((at for at in times if at is not None), default=None)


def prune(directory: Path, now: datetime, keep_days: int) -> int:
    """Remove back-ups older than `keep_days`, the newest ones excepted; how many files went."""
    last = newest(directory)
    removed = 0
    for path in _listed(directory):
        at = made_at(path)
        if at is None or last is None or at >= last or now - at <= timedelta(days=keep_days):
            continue
        path.unlink(missing_ok=True)
        removed += 1
    return removed


def prune_keys(directory: Path, before: datetime) -> int:
    """Remove archives of keys that were made at `before` or earlier, unless none is newer; how many files went."""
    kept = {path: at for path in _listed(directory) if path.suffix == KEYS and (at := made_at(path)) is not None}
    if not any(at > before for at in kept.values()):
        return 0
    older = [path for path, at in kept.items() if at <= before]
    for path in older:
        path.unlink(missing_ok=True)
    return len(older)


def _listed(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except OSError:
        return []
