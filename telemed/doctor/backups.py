"""Is there a way back when the disk is gone?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from telemed.backup import places
from telemed.config import Backup
from telemed.doctor.findings import Finding, fault, ok, warn

OLD = dt.timedelta(hours=49)  # two nights missed
VERY_OLD = dt.timedelta(days=7)


def backups(settings: Backup, data: Path, now: dt.datetime) -> list[Finding]:
    """Back-ups are set up, sealed, new, and not only beside what they copy."""
    if not settings.directory:
        return [warn("back-up", "none are made", "set backup.directory and backup.recipient (`telemed recovery key`)")]
    if not settings.recipient:
        return [warn("back-up", "none are made each night: there is no recovery key", "`telemed recovery key`")]
    newest = places.newest(Path(settings.directory))
    if newest is None:
        return [warn("back-up", "there is none yet", "`telemed backup`, or wait for the night")]
    age = now - newest
    text = f"the newest is of {newest.isoformat(timespec='minutes')}"
    if age > OLD:
        told = fault if age > VERY_OLD else warn
        return [told("back-up", text, "look for `back-up` in the log of the server; `telemed backup` tells what is wrong")]
    return [ok("back-up", text), *_same_disk(Path(settings.directory), data)]


def _same_disk(directory: Path, data: Path) -> list[Finding]:
    if data.exists() and directory.stat().st_dev == data.stat().st_dev:
        return [warn("back-up", "lies on the disk it is to replace", "copy the files to another machine each day")]
    return []
