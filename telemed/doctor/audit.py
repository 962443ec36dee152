"""Does the audit trail's signed head leave this machine?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from telemed.care.audit_state import LATE
from telemed.config import Config
from telemed.doctor.findings import Finding, fault, ok, warn

SUBJECT = "audit trail"


def checkpoints(config: Config, now: datetime) -> list[Finding]:
    """One line for the ways together, one for the directory."""
    audit = config.audit
    if not (audit.checkpoint_directory or audit.checkpoint_mail or audit.timestamp_url):
        return [
            warn(
                SUBJECT,
                "its signed head does not leave this machine: a rewritten one would not be found",
                "fill the section [audit]",
            )
        ]
    if not (audit.checkpoint_directory or audit.checkpoint_mail):
        return [warn(SUBJECT, "a time-stamp service keeps nothing", "add audit.checkpoint_directory or audit.checkpoint_mail")]
    return (
        _directory(Path(audit.checkpoint_directory), now)
        if audit.checkpoint_directory
        else [ok(SUBJECT, "its head goes by mail")]
    )


def _directory(directory: Path, now: datetime) -> list[Finding]:
    if not directory.is_dir():
        return [fault(SUBJECT, "the checkpoint directory is not there", "mount it, or correct audit.checkpoint_directory")]
    times = [path.stat().st_mtime for path in directory.glob("telemed-audit-*.json")]
    if not times:
        return [ok(SUBJECT, "the checkpoint directory is there and empty so far")]
    if now - datetime.fromtimestamp(max(times), UTC) > LATE:
        return [
            warn(SUBJECT, "no head came into the checkpoint directory for two days", "look for 'audit head' in the server's log")
        ]
    return [ok(SUBJECT, "its head lies in the checkpoint directory")]
