"""A small real installation on disk for tests of back-ups: a configuration, a database with rows, some files and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from telemed.backup.make import Order
from telemed.backup.recovery_key import RecoveryKey
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.config import Config, load
from telemed.layout import Layout
from telemed.store import Store

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
KEY = "k" * 43
TOKEN = "metrics-token-0123456789"


@dataclass
class Installation:
    """Where it lies, and the recovery key of its owner."""

    folder: Path
    config: Config
    recovery: RecoveryKey

    @property
    def layout(self) -> Layout:
        return Layout(self.config)

    @property
    def text(self) -> str:
        return (self.folder / "telemed.toml").read_text()

    def order(self, directory: Path, now: datetime = NOW, sealed: bool = True) -> Order:
        return Order(self.config, self.text, directory, self.recovery.recipient if sealed else "", "0.1.0", now)


def make_installation(folder: Path) -> Installation:
    """Configuration, files and keys; the database is made by `add_rows`."""
    recovery = RecoveryKey.new()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "telemed.toml"
    path.write_text(
        '# ours\n[clinic]\nphone = "+49 30 1"  # the desk\n[store]\ndirectory = "var"\n'
        f'[secrets]\ninstallation_key = "{KEY}"\n[metrics]\ntoken = "{TOKEN}"\n'
        f'[backup]\ndirectory = "backups"\nrecipient = "{recovery.recipient}"\n'
        f'signing_key = "{recovery.signing_key}"\n'
    )
    path.chmod(0o600)
    var = folder / "var"
    for name, content in (
        ("vault/ab/one.rec", b"recording" * 1000),
        ("vault/two words.rec", b"x"),
        ("keys/one.key", b"wrapped key"),
        ("run/admin.sock.txt", b"no"),
        ("demo-accounts.json", b"passwords"),
    ):
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).write_bytes(content)
    return Installation(folder, load(path, {}), recovery)


async def add_rows(store: Store, first: int, count: int) -> None:
    """Commands with their audit rows, one transaction each."""
    for number in range(first, first + count):
        async with store.write() as tx:
            await tx.acks.save("par_1", f"command-{number}", {"n": number}, NOW)
            await tx.audit.append(SYSTEM, AuditAction.CHAT_SENT, f"msg_{number}", AuditOutcome.DONE, NOW)


async def numbers(store: Store) -> list[int]:
    """The commands that are there, in the order of their audit rows; each has its answer."""
    async with store.read() as tx:
        rows = [row for row in await tx.audit.page(limit=100_000) if row.action == AuditAction.CHAT_SENT]
        found = [int(row.object_id.removeprefix("msg_")) for row in rows]
        for number in found:
            assert await tx.acks.find("par_1", f"command-{number}") == {"n": number}
    return found
