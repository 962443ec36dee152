"""What is over becomes a recording, whatever dies in between; what is due ends; nothing begins where it could not be kept."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.recording.policy import manifest_object
from telemed.care.recording.words import Basis, RecordingFault, RecordingState
from telemed.config import Config, Recording, Secrets
from telemed.config import Store as StoreSection
from telemed.errors import TelemedError
from telemed.layout import Layout
from telemed.operation.recordings import master_keys
from telemed.recording import finalising, places
from telemed.recording.finalise_job import Finalisers
from telemed.recording.job import FinaliseFailed, FinaliseJob, FinaliseResult
from telemed.recording.keys import RecordingKeys
from telemed.recording.service import WRITE_SECONDS
from telemed.recording.storage import RecordingStorage
from tests.adapters.recording.disks import ext4_disk
from tests.adapters.recording.journalled import RECORDING
from tests.adapters.recording.kept import ENDED, Kept, make_kept

YEAR = timedelta(days=365)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    made = await make_kept(tmp_path / "var")
    yield made
    verdict = await made.store.verify_audit()
    assert verdict.complete, verdict
    await made.close()


async def test_a_journal_becomes_a_recording(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal()
    told: list[str] = []
    kept.recordings.service.finalising.on_changed = told.append
    await kept.recordings.service.finalising.run()
    row = await kept.row()
    assert row.state is RecordingState.READY and row.ready_at == kept.clock.now and told == [row.session_id]
    assert 5_500 <= row.duration_ms <= 6_500 and row.size_bytes > 1000 and row.expires_at == ENDED + YEAR
    assert not places.journal_path(kept.directory).exists(), "its journal goes once that is committed"
    words = await kept.words()
    assert words.count("recording.finalised") == words.count("recording.manifest_signed") == 1
    async with kept.store.read() as tx:
        signed = [line.object_id for line in await tx.audit.page(limit=500) if line.action == "recording.manifest_signed"]
        assert signed == [manifest_object(RECORDING, row.manifest_hash)]
        assert await tx.jobs.get(f"{finalising.JOB}{RECORDING}") is None
    contents = await kept.recordings.vault.contents(RECORDING)
    assert [segment.participant_id for segment in contents.segments] == ["par_1"]
    result = await kept.recordings.vault.verify(RECORDING)
    assert result.complete, result
    await kept.recordings.service.finalising.run()
    assert await kept.words() == words, "once"


async def test_nothing_is_finished_while_a_worker_may_write(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal(1)
    kept.recordings.service.finalising.is_closed = lambda recording_id: recording_id != RECORDING
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.FINALISING
    assert not (kept.directory / places.MANIFEST).exists()


async def test_one_of_which_nothing_was_written_is_cancelled_and_its_key_goes(kept: Kept) -> None:
    kept.write_key()
    kept.directory.mkdir(parents=True)
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.CANCELLED
    await kept.recordings.service._ending.tidy()
    assert not kept.key_file.exists() and not kept.directory.exists()


class Failing(Finalisers):
    """Finalisers that fail with a code, and count."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code
        self.tries = 0

    async def run(self, job: FinaliseJob) -> FinaliseResult:
        self.tries += 1
        raise FinaliseFailed(self.code)


def failing(kept: Kept, code: str) -> Failing:
    finalisers = Failing(code)
    object.__setattr__(kept.recordings.service.finalising._maker, "finalisers", finalisers)
    return finalisers


async def test_a_fault_that_may_pass_is_tried_again_later_and_later(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal(1)
    finalisers = failing(kept, "killed")
    run = kept.recordings.service.finalising.run
    await run()
    await run()
    assert finalisers.tries == 1, "not before its time"
    kept.clock.now += timedelta(seconds=5)
    await run()
    kept.clock.now += timedelta(seconds=5)
    await run()
    assert finalisers.tries == 2, "later each time"
    for _ in range(finalising.MAX_TRIES):
        kept.clock.now += finalising.LONGEST_WAIT
        await run()
    assert finalisers.tries == finalising.MAX_TRIES
    row = await kept.row()
    assert (row.state, row.fault) == (RecordingState.FAILED, RecordingFault.FAILED)
    assert places.journal_path(kept.directory).exists(), "it can be tried again"
    next_process = kept.again().service.finalising
    await next_process.begin_anew()
    await next_process.run()
    row = await kept.row()
    assert (row.state, row.fault) == (RecordingState.READY, RecordingFault.NONE)
    assert (await kept.words()).count("recording.tried_again") == 1


async def test_room_that_comes_late_is_not_too_late(kept: Kept) -> None:
    """A disk that is full, or cannot be written, for hours: nothing is given up."""
    kept.write_key()
    kept.write_journal(1)
    finalisers = failing(kept, "disk_full")
    run = kept.recordings.service.finalising.run
    for number in range(20):
        finalisers.code = "disk_full" if number % 2 else "read_only"
        await run()
        kept.clock.now += finalising.OUTSIDE_WAIT
    assert finalisers.tries == 20 and (await kept.row()).state is RecordingState.FINALISING
    object.__setattr__(kept.recordings.service.finalising._maker, "finalisers", Finalisers())
    await run()
    assert (await kept.row()).state is RecordingState.READY


async def test_who_waits_too_long_for_room_has_failed_and_may_be_erased(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal(1)
    failing(kept, "disk_full")
    await kept.recordings.service.finalising.run()
    kept.clock.now += finalising.PATIENCE
    await kept.recordings.service.finalising.run()
    row = await kept.row()
    assert (row.state, row.fault) == (RecordingState.FAILED, RecordingFault.DISK_FULL)
    next_process = kept.again().service.finalising
    await next_process.begin_anew()
    await next_process.run()
    assert (await kept.row()).state is RecordingState.READY


async def test_an_emergency_nobody_decided_on_does_not_wait_for_room(tmp_path: Path) -> None:
    deadline = ENDED + timedelta(days=1)
    kept = await make_kept(tmp_path, basis=Basis.EMERGENCY, decide_by=deadline)
    kept.write_key(kept.layout.emergency_keys)
    kept.write_journal(1)
    failing(kept, "disk_full")
    await kept.recordings.service.finalising.run()
    kept.clock.now = deadline
    await kept.recordings.service.finalising.run()
    await kept.recordings.service._ending.run()
    assert (await kept.row()).state is RecordingState.ERASED and not kept.directory.exists()
    await kept.close()


async def test_a_disk_that_is_not_there_is_not_an_empty_recording(kept: Kept) -> None:
    """The machine came up without the disk of the recordings: nothing is taken for empty, and no key is destroyed."""
    kept.write_key()
    kept.write_journal(1)
    elsewhere = kept.layout.recordings.rename(kept.root / "elsewhere")
    service = kept.recordings.service
    await service.look()
    await service.finalising.run()
    with pytest.raises(TelemedError) as refused:
        await service.prepare(RECORDING, Basis.CONSENT)
    assert refused.value.code == "recording_read_only" and not kept.directory.exists()
    await service._ending.tidy()
    assert (await kept.row()).state is RecordingState.FINALISING and kept.key_file.exists()
    kept.layout.recordings.rmdir()
    elsewhere.rename(kept.layout.recordings)
    kept.clock.now += finalising.OUTSIDE_WAIT
    await service.finalising.run()
    assert (await kept.row()).state is RecordingState.READY
    assert (await kept.recordings.vault.verify(RECORDING)).complete


async def test_without_its_key_it_waits_for_the_key(kept: Kept) -> None:
    kept.write_journal(1)
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.FINALISING
    kept.write_key()
    kept.clock.now += timedelta(seconds=5)
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.READY


class Killed(Finalisers):
    """The finaliser is killed each time at another moment, a few times."""

    def __init__(self, delays: list[float]) -> None:
        super().__init__()
        self.delays = delays
        self.killed = 0

    async def _start(self) -> asyncio.subprocess.Process:
        process = await super()._start()
        if self.delays:
            asyncio.get_running_loop().call_later(self.delays.pop(), self._kill, process)
        return process

    def _kill(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)
            self.killed += 1


async def test_a_killed_finaliser_is_started_again(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal()
    finalisers = Killed([0.3, 0.1, 0.0])
    object.__setattr__(kept.recordings.service.finalising._maker, "finalisers", finalisers)
    for _ in range(4):
        await kept.recordings.service.finalising.run()
        kept.clock.now += finalising.LONGEST_WAIT
    assert finalisers.killed >= 1
    assert (await kept.row()).state is RecordingState.READY
    assert (await kept.recordings.vault.verify(RECORDING)).complete


async def test_what_a_dead_process_had_begun_is_begun_anew_at_once(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal(1)
    async with kept.store.write() as tx:
        assert await tx.jobs.take(f"{finalising.JOB}{RECORDING}", kept.clock.now, finalising.LEASE) is not None
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.FINALISING, "somebody has it"
    again = kept.again()
    await again.start()
    try:
        async with asyncio.timeout(60):
            while (await kept.row()).state is not RecordingState.READY:  # noqa: ASYNC110 - a row offers no event
                await asyncio.sleep(0.05)
    finally:
        await again.close()


async def test_death_between_the_manifest_and_its_commit(kept: Kept) -> None:
    """The files are there and the rows do not know: the same manifest is taken, and the journal goes then."""
    kept.write_key()
    kept.write_journal(1)
    maker = kept.recordings.service.finalising._maker
    async with kept.store.read() as tx:
        material = await finalising._material(tx, await kept.row())
    first = await maker.make(material)
    assert first.fault is RecordingFault.NONE
    await kept.again().service.finalising.run()
    row = await kept.row()
    assert row.state is RecordingState.READY and row.manifest_hash == first.manifest_hash


async def test_death_between_the_commit_and_the_journals_end(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal(1)
    await kept.recordings.service.finalising.run()
    kept.write_journal(1)
    await kept.recordings.service._ending.tidy()
    assert not places.journal_path(kept.directory).exists()
    assert (await kept.recordings.vault.verify(RECORDING)).complete


async def finished(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal(1)
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.READY


async def test_its_time_is_over(kept: Kept) -> None:
    await finished(kept)
    run = kept.recordings.service._ending.run
    kept.clock.now = ENDED + YEAR - timedelta(seconds=1)
    await run()
    assert (await kept.row()).state is RecordingState.READY
    kept.clock.now = ENDED + YEAR
    await kept.save(hold=True)
    await run()
    assert kept.key_file.exists(), "a hold keeps it"
    await kept.save(hold=False)
    await run()
    row = await kept.row()
    assert row.state is RecordingState.ERASED and row.erased_at == kept.clock.now
    assert not kept.key_file.exists() and not kept.directory.exists()
    words = await kept.words()
    for word in ("recording.expired", "recording.erased", "recording.key_destroyed"):
        assert words.count(word) == 1
    await run()
    assert await kept.words() == words


async def test_an_emergency_nobody_decided_on_is_destroyed_and_one_that_is_kept_changes_its_key_ring(tmp_path: Path) -> None:
    for number, is_kept in enumerate((False, True)):
        deadline = ENDED + timedelta(days=7)
        kept = await make_kept(tmp_path / str(number), basis=Basis.EMERGENCY, decide_by=deadline)
        kept.write_key(kept.layout.emergency_keys)
        kept.write_journal(1)
        await kept.recordings.service.finalising.run()
        assert (await kept.row()).state is RecordingState.READY
        if is_kept:
            await kept.save(decide_by=None)
        kept.clock.now = deadline
        await kept.recordings.service._ending.run()
        await kept.recordings.service._ending.tidy()
        assert (await kept.row()).state is (RecordingState.READY if is_kept else RecordingState.ERASED)
        assert not (kept.layout.emergency_keys / f"{RECORDING}.key").exists()
        assert kept.key_file.exists() is is_kept
        assert ("recording.emergency_destroyed" in await kept.words()) is not is_kept
        await kept.close()


async def test_what_was_erased_and_is_still_there_goes(kept: Kept) -> None:
    await finished(kept)
    await kept.save(state=RecordingState.ERASED)
    await kept.recordings.service._ending.tidy()
    assert not kept.key_file.exists() and not kept.directory.exists()


async def test_what_the_database_does_not_know_is_left_alone(kept: Kept) -> None:
    (kept.layout.recordings / "rec_of_yesterday").mkdir(parents=True)
    await kept.recordings.service._ending.tidy()
    assert (kept.layout.recordings / "rec_of_yesterday").exists()


def storage_of(layout: Layout) -> RecordingStorage:
    return RecordingStorage(layout.recordings, layout.recording_keys, layout.emergency_keys, master_keys(layout))


async def test_place_and_key_are_made_once(kept: Kept) -> None:
    service = kept.recordings.service
    first = await service.prepare("rec_new", Basis.CONSENT)
    assert await service.prepare("rec_new", Basis.CONSENT) == first
    assert stat.S_IMODE(first.directory.stat().st_mode) == 0o700 and first.directory.is_absolute()
    emergency = await service.prepare("rec_urgent", Basis.EMERGENCY)
    masters = master_keys(kept.layout)()
    assert emergency.key != first.key and RecordingKeys(kept.layout.emergency_keys, masters).exists("rec_urgent")
    assert not RecordingKeys(kept.layout.recording_keys, masters).exists("rec_urgent")
    await service.discard("rec_new")
    assert not first.directory.exists()


async def test_a_journal_without_its_key_gets_no_other_key(kept: Kept) -> None:
    kept.write_journal(1)
    with pytest.raises(TelemedError) as refused:
        await kept.recordings.service.prepare(RECORDING, Basis.CONSENT)
    assert refused.value.code == "recording_key_missing"
    assert not kept.key_file.exists()


async def test_a_missing_master_key_is_noticed_and_refuses_only_recordings(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    config = Config(
        store=StoreSection(directory=str(tmp_path / "var")),
        secrets=Secrets(installation_key="k" * 43),
        recording=Recording(master_key_file=str(file)),
    )
    storage = storage_of(Layout(config))
    assert storage.fault() is RecordingFault.KEY_MISSING
    with pytest.raises(TelemedError) as refused:
        storage.prepare("rec_new", Basis.CONSENT)
    assert refused.value.code == "recording_key_missing"
    file.write_text("A" * 43 + "=\n")
    file.chmod(0o600)
    assert storage.fault() is RecordingFault.NONE and storage.prepare("rec_new", Basis.CONSENT).key


async def test_a_directory_that_is_in_the_way_is_a_fault(kept: Kept) -> None:
    kept.layout.recordings.parent.mkdir(parents=True, exist_ok=True)
    kept.layout.recordings.write_text("not a directory")
    await kept.recordings.service.look()
    assert kept.recordings.service.refusal() is RecordingFault.FAILED


async def test_a_full_disk_refuses_what_is_new(kept: Kept) -> None:
    await kept.recordings.service.look()
    assert kept.recordings.service.refusal() is RecordingFault.NONE
    kept.recordings.service._has_room = lambda: False
    assert kept.recordings.service.refusal() is RecordingFault.DISK_FULL


async def test_a_disk_that_fell_read_only_is_noticed_though_it_says_that_it_can_be_written(kept: Kept) -> None:
    with ext4_disk(kept.root / "image", kept.layout.recordings, 8) as disk:
        if disk is None:
            pytest.skip("mounting needs root")
        service = kept.recordings.service
        await service.look()
        assert service.refusal() is RecordingFault.NONE
        disk.fall_read_only()
        kept.clock.now += timedelta(seconds=WRITE_SECONDS)
        for _ in range(3):
            await service.look()
            assert service.refusal() is RecordingFault.READ_ONLY
        disk.mend()
        await service.look()
        assert service.refusal() is RecordingFault.NONE


async def test_figures_hold_no_ids(kept: Kept) -> None:
    await finished(kept)
    figures = await kept.recordings.figures(lambda: {"running": 0})
    assert figures["kept"] == 1 and figures["bytes"] > 0 and figures["finalising"] == 0 and figures["refused"] == ""
    assert RECORDING not in str(figures)
