"""What the audit trail learns of a back-up made by command."""

from __future__ import annotations

from datetime import UTC, datetime

from telemed.admin.client import ask
from telemed.backup import places
from telemed.care.audit_actions import AuditAction
from telemed.launch import admin_socket
from telemed.layout import Layout
from telemed.store.audit_note import append_to_file
from telemed.store.lock import DatabaseInUse, ProcessLock


def note_backup(layout: Layout, action: AuditAction, begun: datetime) -> None:
    """Write the row: by the server that holds the database, or directly when none runs.

    Raises ConfigError, Unavailable, and what the server says.
    """
    object_id = places.backup_id(begun)
    try:
        lock = ProcessLock.acquire(layout.database)
    except DatabaseInUse:
        ask(admin_socket(layout.run), "backup_noted", {"action": action.value, "object_id": object_id})
        return
    try:
        append_to_file(layout.database, action, object_id, datetime.now(UTC))
    finally:
        lock.release()
