"""Somebody withdraws from a finished recording: row, trail, files and key follow, whatever dies or comes between."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.identity import ActorRef
from telemed.care.recording import states, withdrawal
from telemed.care.recording.policy import manifest_object
from telemed.care.recording.records import ConsentEvent, SpeakingSpan
from telemed.care.recording.words import ConsentAct, OwnPart, RecordingCause, RecordingEvent, RecordingState
from telemed.media.control import Source
from telemed.recording import places, storage
from telemed.recording.finalise_job import Finalisers
from telemed.recording.finishing import finish
from telemed.recording.job import FinaliseFailed, FinaliseJob, FinaliseResult
from telemed.recording.take_out_job import TakeOutJob
from telemed.recording.taking_out import propose
from tests.adapters.recording.encoded import sound
from tests.adapters.recording.journalled import RECORDING, Written
from tests.adapters.recording.kept import BEGAN, ENDED, SECOND, Kept, make_kept, open_kept
from tests.adapters.recording.killed_at import killed_at
from tests.adapters.recording.packetised import Sender
from tests.adapters.store.rows import SEAT, SESSION

OTHER = "par_2"
LATER = ENDED + timedelta(days=2)
MOST_STEPS = 500  # of one pass; a test that never ends says so


async def say(kept: Kept, person: str, *acts: ConsentAct, starts: bool = True) -> None:
    """Acts of a person, at the clock's time; as the web does, a wish that can be fulfilled is handed to the finaliser."""
    async with kept.store.write() as tx:
        for act in acts:
            count = len(await tx.consents.of_session(SESSION.id))
            by = ActorRef(person, "patient")
            event = ConsentEvent(f"con_x{count}", SESSION.id, act, by, "2026-11", "en", kept.clock.now, RECORDING, person)
            await tx.consents.append(event)
        row = await tx.recordings.get(RECORDING)
        assert row is not None
        if starts and withdrawal.must_go(row, await tx.consents.of_session(SESSION.id)):
            after, _ = states.apply(row, RecordingEvent.PART_WITHDRAWN, RecordingCause.SYSTEM, kept.clock.now)
            await tx.recordings.save(after)


async def part(kept: Kept, person: str) -> OwnPart:
    async with kept.store.read() as tx:
        return withdrawal.part_of(person, await tx.consents.of_session(SESSION.id), await kept.row())


async def people_in(kept: Kept) -> set[str]:
    return {one.participant_id for one in (await kept.recordings.vault.contents(RECORDING)).segments}


async def is_complete(kept: Kept) -> bool:
    result = await kept.recordings.vault.verify(RECORDING)
    assert result.complete, result
    return result.complete


class Here(Finalisers):
    """The finaliser's work in this process: a process for each test would take a second more."""

    async def run(self, job: FinaliseJob | TakeOutJob) -> FinaliseResult:
        return finish(job) if isinstance(job, FinaliseJob) else propose(job)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people's recording, finished."""
    root = tmp_path_factory.mktemp("withdrawn") / "var"
    asyncio.run(_finished(root))
    return root


async def _finished(root: Path) -> None:
    made = await make_kept(root)
    async with made.store.write() as tx:
        await tx.participants.create(replace(SEAT, id=OTHER, name="Other"))
        by = ActorRef(OTHER, "patient")
        agreed = ConsentEvent("con_2", SESSION.id, ConsentAct.AGREED, by, "2026-11", "en", BEGAN, None, OTHER)
        await tx.consents.append(agreed)
    made.write_key()
    made.write_journal(3)
    ear = Sender("opus", 0x2222, SECOND)
    heard = Written(OTHER, Source.MICROPHONE, "opus", SECOND)
    heard.packets(ear.packets(sound(3))).write(made.directory)
    between(made, Here())
    await made.recordings.service.finalising.run()
    assert (await made.row()).state is RecordingState.READY and await people_in(made) == {SEAT.id, OTHER}
    await made.close()


@pytest.fixture
async def kept(made_once: Path, tmp_path: Path) -> AsyncIterator[Kept]:
    shutil.copytree(made_once, tmp_path / "var")
    made = await open_kept(tmp_path / "var")
    between(made, Here())
    made.clock.now = LATER
    yield made
    verdict = await made.store.verify_audit()
    assert verdict.complete, verdict
    await made.close()


async def test_a_part_goes_and_everything_says_so(kept: Kept) -> None:
    async with kept.store.write() as tx:
        await tx.speaking.add([SpeakingSpan(RECORDING, SEAT.id, 0, 100), SpeakingSpan(RECORDING, OTHER, 200, 300)])
    before, key = await kept.row(), kept.key_file.read_bytes()
    assert await part(kept, SEAT.id) is OwnPart.RECORDED
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    assert (await kept.row()).state is RecordingState.FINALISING and await part(kept, SEAT.id) is OwnPart.DESTROYING
    kept.clock.now += timedelta(seconds=3)
    await kept.recordings.service.finalising.run()
    row = await kept.row()
    assert row.state is RecordingState.READY and row.ready_at == kept.clock.now
    assert await part(kept, SEAT.id) is OwnPart.DESTROYED and await part(kept, OTHER) is OwnPart.RECORDED
    assert await people_in(kept) == {OTHER} and await is_complete(kept)
    assert (row.duration_ms, row.expires_at) == (before.duration_ms, before.expires_at), "the visit was as long as it was"
    assert row.manifest_hash != before.manifest_hash and 0 < row.size_bytes < before.size_bytes
    assert kept.key_file.read_bytes() != key
    (gone,) = (await kept.recordings.vault.contents(RECORDING)).destroyed
    assert (gone.participant_id, gone.at) == (SEAT.id, kept.clock.now.replace(microsecond=gone.at.microsecond))
    words = await kept.words()
    done = ["part_destroyed", "key_destroyed", "finalised", "manifest_signed"]
    assert words[-4:] == [f"recording.{word}" for word in done]
    async with kept.store.read() as tx:
        signed = [line.object_id for line in await tx.audit.page(limit=500) if line.action == "recording.manifest_signed"]
        assert signed == [manifest_object(RECORDING, one.manifest_hash) for one in (before, row)], "the old one stays explained"
        assert {span.participant_id for span in await tx.speaking.of_recording(RECORDING)} == {OTHER}
        assert await tx.recordings.last_erased_at() == row.ready_at, "back-ups of keys from before go, too"
    await kept.recordings.service.finalising.run()
    assert await kept.words() == words, "once"


async def test_what_is_kept_changes_no_file(kept: Kept) -> None:
    before = await kept.row()
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN)
    assert await part(kept, SEAT.id) is OwnPart.OWED, "until it is said it stays"
    await say(kept, SEAT.id, ConsentAct.KEEP_EARLIER)
    assert await part(kept, SEAT.id) is OwnPart.KEPT and await kept.row() == before


async def test_nothing_is_left_when_everybody_withdrew(kept: Kept) -> None:
    for person in (SEAT.id, OTHER):
        await say(kept, person, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.READY and await people_in(kept) == set()
    assert await is_complete(kept) and (await kept.words()).count("recording.part_destroyed") == 2


async def test_a_legal_hold_comes_first(kept: Kept) -> None:
    await kept.save(hold=True, hold_reason="A court asked for it")
    before = await kept.row()
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    assert await part(kept, SEAT.id) is OwnPart.HELD and (await kept.row()).state is RecordingState.READY
    await kept.save(hold=False)
    await say(kept, SEAT.id)
    await kept.save(hold=True)  # again, before anything was begun
    await kept.recordings.service.finalising.run()
    row = await kept.row()
    assert (row.state, row.manifest_hash, row.ready_at) == (RecordingState.READY, before.manifest_hash, before.ready_at)
    assert await people_in(kept) == {SEAT.id, OTHER} and await is_complete(kept) and await part(kept, SEAT.id) is OwnPart.HELD


class Between(Here):
    """A finaliser at whose end something happens."""

    def __init__(self, kept: Kept, **changes: object) -> None:
        super().__init__()
        self.kept, self.changes = kept, changes
        self.runs = 0

    async def run(self, job: FinaliseJob | TakeOutJob) -> FinaliseResult:
        result = await super().run(job)
        self.runs += 1
        if self.runs == 1:
            await self.happen()
        return result

    async def happen(self) -> None:
        await self.kept.save(**self.changes)


def between(kept: Kept, finalisers: Finalisers) -> None:
    object.__setattr__(kept.recordings.service.finalising._maker, "finalisers", finalisers)


async def test_a_hold_that_comes_while_it_is_prepared_is_in_time(kept: Kept) -> None:
    before = await kept.row()
    between(kept, Between(kept, hold=True))
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    await kept.recordings.service.finalising.run()
    row = await kept.row()
    assert row.state is RecordingState.READY and row.manifest_hash == before.manifest_hash and row.ready_at == before.ready_at
    assert await people_in(kept) == {SEAT.id, OTHER} and await is_complete(kept)
    assert not (kept.directory / places.PROPOSAL).exists()


async def test_somebody_else_withdraws_while_it_is_prepared(kept: Kept) -> None:
    class OneMore(Between):
        async def happen(self) -> None:
            await say(self.kept, OTHER, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)

    between(kept, OneMore(kept))
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    await kept.recordings.service.finalising.run()
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.READY and await people_in(kept) == set() and await is_complete(kept)


async def test_it_is_tried_until_it_succeeds_and_the_recording_is_never_given_up(kept: Kept) -> None:
    class Full(Finalisers):
        async def run(self, job: FinaliseJob | TakeOutJob) -> FinaliseResult:
            raise FinaliseFailed("failed")

    between(kept, Full())
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    for _ in range(12):
        await kept.recordings.service.finalising.run()
        kept.clock.now += timedelta(hours=1)
        assert (await kept.row()).state is RecordingState.FINALISING
    between(kept, Here())
    await kept.recordings.service.finalising.run()
    assert await people_in(kept) == {OTHER} and await is_complete(kept)


@pytest.mark.parametrize("point", ["before", "decided", "key", "files"])
async def test_killed_in_the_act_the_next_process_brings_it_to_its_end(
    kept: Kept, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process does that dies inside the transaction: what it had done on the disk stays, the row does not follow."""

    class Killed(Exception):
        pass

    def die(*_arguments: object) -> None:
        raise Killed

    taking = storage.taking_out
    real = {name: getattr(taking, name) for name in ("decide", "exchange")}
    dying = {
        "before": {"decide": die},
        "decided": {"exchange": die},
        "key": {"exchange": lambda _root, supersede: (supersede(), die())},
        "files": {"exchange": lambda root, supersede: (real["exchange"](root, supersede), die())},
    }
    for name, call in dying[point].items():
        monkeypatch.setattr(taking, name, call)
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    with pytest.raises(Killed):
        await kept.recordings.service.finalising.run()
    monkeypatch.undo()
    assert (await kept.row()).state is RecordingState.FINALISING, "nobody plays it meanwhile"
    kept.recordings.vault.close()
    finalising = kept.again().service.finalising
    between(kept, Here())
    await finalising.begin_anew()
    await finalising.run()
    assert (await kept.row()).state is RecordingState.READY
    assert await people_in(kept) == {OTHER} and await is_complete(kept)
    assert (await kept.words()).count("recording.part_destroyed") == 1


async def test_a_finaliser_that_is_killed_is_begun_anew(kept: Kept) -> None:
    class Kills(Finalisers):
        async def _start(self) -> asyncio.subprocess.Process:
            process = await super()._start()
            os.kill(process.pid, signal.SIGKILL)
            return process

    between(kept, Kills())
    await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.FINALISING
    between(kept, Finalisers())
    kept.clock.now += timedelta(minutes=1)
    await kept.recordings.service.finalising.run()
    assert await people_in(kept) == {OTHER} and await is_complete(kept)


async def test_withdrawn_while_it_is_finished_first_it_is_left_out(tmp_path: Path) -> None:
    kept = await make_kept(tmp_path / "var")
    kept.write_key()
    kept.write_journal(2)

    class Late(Between):
        async def happen(self) -> None:
            await say(self.kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER, starts=False)

    between(kept, Late(kept))
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.FINALISING and places.journal_path(kept.directory).exists()
    await kept.recordings.service.finalising.run()
    assert (await kept.row()).state is RecordingState.CANCELLED, "of the only person in it"
    await kept.close()


def one_pass(root: Path) -> None:
    """What control does with a withdrawal that is written down, from opening the database on."""

    async def work() -> None:
        kept = await open_kept(root)
        between(kept, Here())
        kept.clock.now = LATER
        await kept.recordings.service.finalising.begin_anew()
        await kept.recordings.service.finalising.run()
        await kept.close()

    asyncio.run(work())


def ended_well(root: Path) -> None:
    """The next process brings it to its end, and everything says the same."""

    async def look() -> None:
        kept = await open_kept(root)
        assert (await kept.row()).state is RecordingState.READY and await part(kept, SEAT.id) is OwnPart.DESTROYED
        assert await people_in(kept) == {OTHER} and await is_complete(kept)
        assert (await kept.words()).count("recording.part_destroyed") == 1
        assert (await kept.store.verify_audit()).complete
        await kept.close()

    one_pass(root)
    asyncio.run(look())


def killed_in_steps(made_once: Path, tmp_path: Path, steps: Iterable[int]) -> None:
    asked = tmp_path / "asked"
    shutil.copytree(made_once, asked)

    async def ask() -> None:
        kept = await open_kept(asked)
        kept.clock.now = LATER
        await say(kept, SEAT.id, ConsentAct.WITHDRAWN, ConsentAct.DESTROY_EARLIER)
        await kept.close()

    asyncio.run(ask())
    for step in steps:
        root = tmp_path / f"step_{step}"
        shutil.copytree(asked, root)
        done = killed_at(step, lambda root=root: one_pass(root))
        ended_well(root)
        shutil.rmtree(root)
        if done:
            return
    raise AssertionError("it never came to its end")


def test_control_killed_at_some_steps(made_once: Path, tmp_path: Path) -> None:
    killed_in_steps(made_once, tmp_path, range(8, MOST_STEPS, 24))


@pytest.mark.prove
def test_control_killed_at_every_step(made_once: Path, tmp_path: Path) -> None:
    killed_in_steps(made_once, tmp_path, range(1, MOST_STEPS))
