"""An installation's recordings with a real database, real keys and the real finaliser."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from telemed.care.identity import ActorRef
from telemed.care.policies import policies_from
from telemed.care.recording.records import ConsentEvent, RecordingRecord
from telemed.care.recording.words import ConsentAct, RecordingState
from telemed.config import Config, Limits, Secrets
from telemed.config import Store as StoreSection
from telemed.files import make_private_directory, write_private
from telemed.layout import Layout
from telemed.media.control import Source
from telemed.operation.audit_key import ensure_key
from telemed.operation.recordings import Recordings, master_keys, open_recordings
from telemed.recording.keys import RecordingKeys
from telemed.store import Store
from tests.adapters.recording.encoded import pictures
from tests.adapters.recording.journalled import KEY, RECORDING, UTC_US, Written
from tests.adapters.recording.packetised import Sender
from tests.adapters.store.rows import SEAT, SESSION, fill

SECOND = 1_000_000
BEGAN = datetime.fromtimestamp(UTC_US / SECOND, UTC) + timedelta(seconds=1)
ENDED = BEGAN + timedelta(seconds=6)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = ENDED

    def monotonic(self) -> float:
        return self.now.timestamp()

    def utcnow(self) -> datetime:
        return self.now


@dataclass
class Kept:
    """The parts, and what tests do with them."""

    root: Path
    store: Store
    clock: Clock
    layout: Layout
    recordings: Recordings
    policies: dict[str, Any] = field(default_factory=dict)

    async def close(self) -> None:
        self.recordings.vault.close()
        await self.store.close()

    async def row(self) -> RecordingRecord:
        async with self.store.read() as tx:
            row = await tx.recordings.get(RECORDING)
        assert row is not None
        return row

    async def save(self, **changes: Any) -> None:
        row = replace(await self.row(), **changes)
        async with self.store.write() as tx:
            await tx.recordings.save(row)

    async def words(self) -> list[str]:
        async with self.store.read() as tx:
            return [row.action for row in await tx.audit.page(limit=500)]

    def again(self) -> Recordings:
        """Another process on the same installation."""
        self.recordings = parts(self)
        return self.recordings

    @property
    def directory(self) -> Path:
        return self.layout.recordings / RECORDING

    @property
    def key_file(self) -> Path:
        return self.layout.recording_keys / f"{RECORDING}.key"

    def write_key(self, directory: Path | None = None) -> None:
        """Wrap the key with which the journals of tests are written."""
        keys = RecordingKeys(directory or self.layout.recording_keys, master_keys(self.layout)())
        make_private_directory(keys._directory)
        write_private(keys._path(RECORDING), keys._wrap(RECORDING, KEY))

    def write_journal(self, seconds: float = 6) -> None:
        """What a worker wrote of the patient's camera."""
        make_private_directory(self.directory)
        camera = Sender("vp8", 0x1111, SECOND)
        written = Written(SEAT.id, Source.CAMERA, "vp8", SECOND)
        written.packets(camera.packets(pictures("vp8", seconds, size=(320, 240)))).write(self.directory)


def parts(kept: Kept) -> Recordings:
    key = ensure_key(kept.layout)
    return open_recordings(
        kept.layout, kept.store, kept.clock, key, lambda: policies_from(kept.policies, is_demo=False), lambda: Limits()
    )


async def open_kept(root: Path) -> Kept:
    """An installation, as it is there, or empty."""
    config = Config(store=StoreSection(directory=str(root)), secrets=Secrets(installation_key="k" * 43))
    layout = Layout(config)
    make_private_directory(root)
    kept = Kept(root, await Store.open(layout.database), Clock(), layout, None)  # type: ignore[arg-type]  # made below
    kept.again()
    return kept


async def make_kept(root: Path, **changes: Any) -> Kept:
    """A visit whose recording has just been stopped; nothing is on the disk yet."""
    kept = await open_kept(root)
    store = kept.store
    await fill(store)
    recording = RecordingRecord(
        RECORDING,
        SESSION.id,
        SESSION.organisation_id,
        SESSION.kind,
        RecordingState.FINALISING,
        ENDED,
        "usr_1",
        BEGAN,
        started_at=BEGAN,
        stopped_at=ENDED,
    )
    patient = ActorRef(SEAT.id, "patient")
    agreed = ConsentEvent(
        "con_1", SESSION.id, ConsentAct.AGREED, patient, "2026-11", "en", BEGAN - timedelta(seconds=5), None, SEAT.id
    )
    async with store.write() as tx:
        await tx.recordings.create(replace(recording, **changes))
        await tx.consents.append(agreed)
    return kept
