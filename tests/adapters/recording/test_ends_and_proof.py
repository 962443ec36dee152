"""A recording ends in its time whatever came of its files, and only the manifest that the audit trail knows is believed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.recording.ports import Broken
from telemed.care.recording.words import Basis, RecordingState
from telemed.media import manifest
from telemed.operation.audit_key import ensure_key
from telemed.recording import finalising, places, signature
from telemed.recording.finalise_job import Finalisers
from telemed.recording.job import FinaliseFailed, FinaliseJob, FinaliseResult
from tests.adapters.recording.journalled import RECORDING
from tests.adapters.recording.kept import ENDED, Kept, make_kept


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    made = await make_kept(tmp_path / "var")
    yield made
    await made.close()


class Failing(Finalisers):
    """They never succeed."""

    async def run(self, job: FinaliseJob) -> FinaliseResult:
        raise FinaliseFailed("failed")


async def test_what_failed_is_kept_no_longer_than_what_did_not(kept: Kept) -> None:
    """Its journal holds people's words as well as any file."""
    kept.write_key()
    kept.write_journal(1)
    object.__setattr__(kept.recordings.service.finalising._maker, "finalisers", Failing())
    for _ in range(finalising.MAX_TRIES):
        await kept.recordings.service.finalising.run()
        kept.clock.now += finalising.LONGEST_WAIT
    assert (await kept.row()).state is RecordingState.FAILED
    kept.clock.now = ENDED + timedelta(days=365)
    await kept.recordings.service._ending.run()
    assert (await kept.row()).state is RecordingState.ERASED
    assert not kept.key_file.exists() and not kept.directory.exists()


async def test_an_emergency_that_could_not_be_made_ends_in_its_time_as_well(tmp_path: Path) -> None:
    """Its master key was lost: without a decision nothing of it is left after a week, whatever came of its files."""
    deadline = ENDED + timedelta(days=7)
    kept = await make_kept(tmp_path / "var", basis=Basis.EMERGENCY, decide_by=deadline)
    kept.write_journal(1)
    for _ in range(7):
        await kept.recordings.service.finalising.run()
        await kept.recordings.service._ending.run()
        assert (await kept.row()).state is RecordingState.FINALISING
        kept.clock.now += timedelta(days=1)
    kept.clock.now = deadline
    await kept.recordings.service._ending.run()
    assert (await kept.row()).state is RecordingState.ERASED and not kept.directory.exists()
    await kept.recordings.service.finalising.run()
    assert (await kept.words()).count("recording.emergency_destroyed") == 1
    await kept.close()


async def test_another_manifest_of_ours_is_not_this_recordings(kept: Kept) -> None:
    """Signed by this installation, and its hash written into the row: the trail, and so the checkpoints, never knew it."""
    kept.write_key()
    kept.write_journal(1)
    await kept.recordings.service.finalising.run()
    vault = kept.recordings.vault
    assert (await vault.verify(RECORDING)).complete
    path = kept.directory / places.MANIFEST
    table = json.loads(path.read_bytes())
    raw = manifest.canonical({**table, "consent": []})
    path.write_bytes(raw)
    (kept.directory / places.SIGNATURE).write_bytes(signature.sign(raw, ensure_key(kept.layout).private_bytes_raw()).encode())
    assert (await vault.verify(RECORDING)).broken == (Broken("database"),)
    await kept.save(manifest_hash=manifest.decode(raw).digest)
    assert (await vault.verify(RECORDING)).broken == (Broken("database"),)
