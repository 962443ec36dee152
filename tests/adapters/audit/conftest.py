"""An installation with a clinic, its store open, and a clock that tests set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM, ActorRef
from telemed.config import Audit, Config
from telemed.config import Store as StoreSettings
from telemed.layout import Layout
from telemed.operation.audit_keeper import AuditKeeper
from telemed.operation.audit_start import audit_keeper
from telemed.store import Store
from telemed.store.clinic import ClinicDetails, set_clinic

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class SetClock:
    """Stands still until told."""

    now: datetime = NOON

    def utcnow(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()


@dataclass
class Trail:
    """One installation under test."""

    layout: Layout
    store: Store
    clock: SetClock = field(default_factory=SetClock)

    async def write(self, rows: int, actor: str = "usr_1") -> None:
        for number in range(rows):
            async with self.store.write() as tx:
                who = ActorRef(actor, "clinician")
                await tx.audit.append(who, AuditAction.SESSION_READ, f"ses_{number}", AuditOutcome.DONE, self.clock.now)

    def keeper(self, **ways: str) -> AuditKeeper:
        """A keeper as a fresh server would have it."""
        self.layout = Layout(Config(store=self.layout.config.store, audit=Audit(**ways)))
        return audit_keeper(self.layout, self.store, self.clock)

    def later(self, **span: float) -> None:
        self.clock.now += timedelta(**span)

    async def reopen(self) -> None:
        await self.store.close()
        self.store = await Store.open(self.layout.database)


@pytest.fixture
async def trail(tmp_path: Path) -> AsyncIterator[Trail]:
    layout = Layout(Config(store=StoreSettings(directory=str(tmp_path / "var"))))
    layout.root.mkdir()
    found = Trail(layout, await Store.open(layout.database))
    async with found.store.write() as tx:
        await set_clinic(tx, ClinicDetails("Clinic", "+49 30 1", "112"), SYSTEM, NOON)
    yield found
    await found.store.close()
