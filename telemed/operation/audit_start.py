"""The audit keeper of an installation, with the ways its configuration names."""

from __future__ import annotations

from pathlib import Path

from telemed.care.audit_state import Way
from telemed.clock import Clock
from telemed.config import Audit
from telemed.layout import Layout
from telemed.operation.audit_keeper import AuditKeeper
from telemed.operation.audit_key import ensure_key
from telemed.operation.audit_ways import DirectoryWay, MailWay, TimestampWay, WayOut
from telemed.operation.timestamps import Stamper
from telemed.store import Store

STAMPS = "audit"  # directory of the time stamps, in the installation's


def audit_keeper(layout: Layout, store: Store, clock: Clock) -> AuditKeeper:
    """Return it, its key made if there is none. Blocking: small files. Raises ConfigError, OSError."""
    audit = layout.config.audit
    directory = Path(audit.checkpoint_directory) if audit.checkpoint_directory else None
    return AuditKeeper(store, clock, ensure_key(layout), _ways(audit, layout, store, directory), directory)


def _ways(audit: Audit, layout: Layout, store: Store, directory: Path | None) -> dict[Way, WayOut]:
    ways: dict[Way, WayOut] = {}
    if directory is not None:
        ways[Way.DIRECTORY] = DirectoryWay(directory)
    if audit.checkpoint_mail:
        ways[Way.MAIL] = MailWay(store, audit.checkpoint_mail)
    if audit.timestamp_url:
        authority = Path(audit.timestamp_authority_file) if audit.timestamp_authority_file else None
        ways[Way.TIMESTAMP] = TimestampWay(Stamper(audit.timestamp_url, authority), layout.root / STAMPS, directory)
    return ways
