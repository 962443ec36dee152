"""One person's part of a finished recording is destroyed: what stays, what copies are worth, and death at each step."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemed.files import make_private_directory, write_private
from telemed.media import manifest
from telemed.media.control import Source
from telemed.media.manifest import Manifest
from telemed.media.manifest_history import Wish, destroyed_parts, former_digest
from telemed.recording import places, signature
from telemed.recording.export import export_pieces
from telemed.recording.finalise_job import Finalisers
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import MasterKeys
from telemed.recording.sealed_file import SealedFileBroken, SealedReader
from telemed.recording.take_out_job import TakeOutJob
from telemed.recording.taking_out import abandon, decide, exchange, propose, read_manifest
from telemed.recording.verify import Evidence, RecordedHead, check_recording
from tests.adapters.recording.encoded import pictures, sound
from tests.adapters.recording.journalled import KEY, RECORDING, Written
from tests.adapters.recording.killed_at import killed_at
from tests.adapters.recording.packetised import Sender
from tests.adapters.recording.played import SEED, finished, play

PUBLIC = signature.sign(b"", SEED).public_key
PEOPLE = ("par_0", "par_1", "par_2")
AT = "2027-02-01T10:00:00Z"
LEAST_STEPS = 10  # fewer: the counting missed some
MOST_STEPS = 400  # of one run; a test that never ends says so


class Place:
    """A finished recording of three people with its key."""

    def __init__(self, root: Path) -> None:
        self.directory = make_private_directory(root / RECORDING)
        self.keys = RecordingKeys(make_private_directory(root / "keys"), MasterKeys((bytes(32),)))

    def job(self, *gone: str) -> TakeOutJob:
        wishes = tuple(Wish(name, "2027-02-01T09:59:00Z") for name in gone)
        keys = (self.keys.read(RECORDING), self.keys.successor(RECORDING), SEED)
        consent = tuple({"participant_id": name, "spans": [], "events": []} for name in gone)
        return TakeOutJob(RECORDING, self.directory, *keys, wishes, consent, AT)

    def supersede(self) -> None:
        self.keys.supersede(RECORDING)

    def take_out(self, *gone: str) -> Manifest:
        propose(self.job(*gone))
        decide(self.directory)
        exchange(self.directory, self.supersede)
        return self.made

    @property
    def made(self) -> Manifest:
        return read_manifest(self.directory)

    def faults(self) -> list[tuple[str, str]]:
        made = self.made
        evidence = Evidence(self.keys.read(RECORDING), PUBLIC, RecordedHead(made.digest, made.chain_head))
        return [(fault.what, fault.segment_id) for fault in check_recording(self.directory, evidence)]

    def contents(self) -> dict[str, bytes]:
        """Segment id -> clear content, of all that is there."""
        key = self.keys.read(RECORDING)
        found = {}
        for entry in self.made.segments:
            with SealedReader(places.segment_path(self.directory, entry.segment.id), entry.segment.id, key) as reader:
                found[entry.segment.id] = b"".join(reader.chunks())
        return found


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("taking_out")
    place = Place(root)
    for number, name in enumerate(PEOPLE):
        eye, ear = Sender("vp8", 10 + number, 1_000_000), Sender("opus", 20 + number, 1_000_000)
        seen = Written(name, Source.CAMERA, "vp8", 1_000_000)
        seen.packets(eye.packets(pictures("vp8", 3, size=(320, 240)))).write(place.directory)
        heard = Written(name, Source.MICROPHONE, "opus", 1_000_000)
        heard.packets(ear.packets(sound(3))).write(place.directory)
    finished(place.directory, *PEOPLE)
    shutil.rmtree(places.journal_path(place.directory))
    write_private(place.keys._path(RECORDING), place.keys._wrap(RECORDING, KEY))
    return root


@pytest.fixture
def place(made_once: Path, tmp_path: Path) -> Place:
    shutil.copytree(made_once, tmp_path / "here")
    return Place(tmp_path / "here")


def of(made: Manifest, name: str) -> list[str]:
    return [entry.segment.id for entry in made.segments if entry.segment.participant_id == name]


def test_one_part_goes_and_the_others_are_as_they_were(place: Place) -> None:
    before, content = place.made, place.contents()
    made = place.take_out("par_1")
    assert {entry.segment.participant_id for entry in made.segments} == {"par_0", "par_2"}
    assert place.contents() == {name: data for name, data in content.items() if name not in of(before, "par_1")}
    times = {entry.segment.id: (entry.segment.start_us, entry.segment.end_us) for entry in before.segments}
    assert all((entry.segment.start_us, entry.segment.end_us) == times[entry.segment.id] for entry in made.segments), "in sync"
    assert all(play(data, 0).pictures for data in place.contents().values())
    assert place.faults() == []
    assert former_digest(made) == before.digest and made.facts["former"]["why"] == "withdrawal"
    (part,) = destroyed_parts(made)
    assert (part.participant_id, part.at, part.segments) == ("par_1", AT, len(of(before, "par_1")))
    assert {person["id"] for person in made.facts["participants"]} == {"par_0", "par_2"}
    assert not any(gap.participant_id == "par_1" for gap in made.gaps)


def test_copies_from_before_do_not_open_any_more(place: Place, tmp_path: Path) -> None:
    shutil.copytree(place.directory / places.SEGMENTS, tmp_path / "copy")
    names = [entry.segment.id for entry in place.made.segments]
    place.take_out("par_1")
    key = place.keys.read(RECORDING)
    assert key != KEY
    for name in names:
        with SealedReader(tmp_path / "copy" / f"{name}.tms", name, key) as reader, pytest.raises(SealedFileBroken):
            reader.read(0, 1)
    left = sorted(path.name for path in place.keys._directory.iterdir())
    assert left == [f"{RECORDING}.key"], "the former key is nowhere"
    assert not {path.name for path in place.directory.iterdir()} & {places.PROPOSAL, places.EXCHANGE, places.PROPOSAL_PART}


def test_one_after_the_other_and_all_of_it_is_explained(place: Place) -> None:
    first = place.made
    second = place.take_out("par_1")
    third = place.take_out("par_2", "par_0")
    assert third.segments == () and place.faults() == []
    assert {path.name for path in (place.directory / places.FORMER).iterdir()} == {
        f"{one.digest}{ending}" for one in (first, second) for ending in (".json", ".sig")
    }
    assert [part.participant_id for part in destroyed_parts(third)][0] == "par_1" and len(destroyed_parts(third)) == 3


def signed_anew(place: Place, made: Manifest, **facts: object) -> None:
    """Somebody with the signing key writes another manifest."""
    forged = manifest.build({**made.facts, **facts}, [entry.segment for entry in made.segments], made.gaps)
    (place.directory / places.MANIFEST).write_bytes(forged.raw)
    (place.directory / places.SIGNATURE).write_bytes(signature.sign(forged.raw, SEED).encode())


def test_what_does_not_follow_from_the_manifest_before_is_named(place: Place) -> None:
    before = place.made
    made = place.take_out("par_1")
    former = place.directory / places.FORMER / f"{before.digest}.json"
    kept = former.read_bytes()
    former.unlink()
    assert place.faults() == [("former", "")]
    former.write_bytes(kept.replace(b"par_1", b"par_9"))
    assert place.faults() == [("former", "")]
    former.write_bytes(kept)
    former.with_suffix(".sig").write_bytes(b"{}")
    assert place.faults() == [("former", "")]
    former.with_suffix(".sig").write_bytes(signature.sign(kept, SEED).encode())
    assert place.faults() == []
    signed_anew(place, made, destroyed=[])
    assert place.faults() == [("former", name) for name in of(before, "par_1")], "taken out, and nobody withdrew"
    signed_anew(place, made, former={**made.facts["former"], "manifest_sha256": "../../" + "0" * 58})
    assert place.faults() == [("former", "")]


def unpacked(place: Place, target: Path) -> Path:
    archive = target / "export.zip"
    archive.write_bytes(b"".join(export_pieces(place.directory, place.made, place.keys.read(RECORDING), PUBLIC)))
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(target / "export")
    return target / "export"


def checked(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(directory / "verify.py")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_script_in_the_export_understands_it(place: Place, tmp_path: Path) -> None:
    before = place.made
    place.take_out("par_1")
    directory = unpacked(place, tmp_path)
    done = checked(directory)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Part of par_1 destroyed at {AT} on that person's withdrawal; complete otherwise." in done.stdout
    former = directory / "former" / f"{before.digest}.json"
    kept = former.read_bytes()
    former.write_bytes(kept + b" ")
    assert checked(directory).returncode == 1
    former.write_bytes(kept)
    table = json.loads((directory / "manifest.json").read_bytes())
    table["destroyed"] = []
    raw = manifest.canonical(table)
    (directory / "manifest.json").write_bytes(raw)
    (directory / "manifest.sig").write_bytes(signature.sign(raw, SEED).encode())
    refused = checked(directory)
    assert refused.returncode == 1 and "nobody's destroyed part explains" in refused.stdout


def test_what_was_damaged_before_stays_known_as_damaged_and_stops_nothing(place: Place) -> None:
    made = place.made
    hurt, lost = of(made, "par_0")[0], of(made, "par_2")[0]
    path = places.segment_path(place.directory, hurt)
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    places.segment_path(place.directory, lost).unlink()
    place.take_out("par_1")
    assert set(place.faults()) == {("changed", hurt), ("missing", lost)}


def test_a_proposal_can_be_thrown_away(place: Place) -> None:
    content = place.contents()
    propose(place.job("par_1"))
    abandon(place.directory)
    assert place.contents() == content and place.faults() == []
    propose(place.job("par_1"))
    propose(place.job("par_2"))  # somebody else, before the first was decided
    decide(place.directory)
    exchange(place.directory, place.supersede)
    assert [part.participant_id for part in destroyed_parts(place.made)] == ["par_2"]


async def test_the_finaliser_does_it_as_a_process(place: Place) -> None:
    job = place.job("par_1")
    result = await Finalisers().run(job)
    again = await Finalisers().run(job)
    assert again.manifest_sha256 == result.manifest_sha256, "what is proposed already is as good"
    assert result.segments == 2 and place.faults() == [], "nothing has happened yet"
    decide(place.directory)
    exchange(place.directory, place.supersede)
    assert place.made.digest == result.manifest_sha256 and place.faults() == []


def steps() -> Iterator[int]:
    yield from range(1, MOST_STEPS)


def test_killed_at_any_step_of_the_proposal_nothing_is_lost(place: Place) -> None:
    before, content = place.made.digest, place.contents()
    job = place.job("par_1")
    for step in steps():
        done = killed_at(step, lambda: propose(job))
        assert place.made.digest == before and (place.directory / places.SEGMENTS).is_dir()
        if done:
            assert step > LEAST_STEPS
            break
        if step % 3:  # sometimes the next one takes over what is there, sometimes it dies as well
            abandon(place.directory)
    else:
        raise AssertionError("it never came to its end")
    assert place.contents() == content and place.faults() == []
    decide(place.directory)
    exchange(place.directory, place.supersede)
    assert place.faults() == [] and of(place.made, "par_1") == []


def test_killed_at_any_step_of_the_exchange_it_comes_to_its_end(made_once: Path, tmp_path: Path) -> None:
    content = Place(made_once).contents()
    base = tmp_path / "base"
    shutil.copytree(made_once, base)
    propose(Place(base).job("par_1"))
    for step in steps():
        root = tmp_path / f"step_{step}"
        shutil.copytree(base, root)
        place = Place(root)
        gone = of(place.made, "par_1")

        def work(place: Place = place) -> None:
            decide(place.directory)
            exchange(place.directory, place.supersede)

        done = killed_at(step, work)
        if (place.directory / places.PROPOSAL).exists():
            assert place.contents() == content, "nothing was decided"
        else:
            exchange(place.directory, place.supersede)
            assert place.faults() == [] and set(place.contents()) == set(content) - set(gone), step
            assert place.keys.read(RECORDING) != KEY
            assert [path.name for path in place.keys._directory.iterdir()] == [f"{RECORDING}.key"], step
        shutil.rmtree(root)
        if done:
            assert step > LEAST_STEPS
            return
    raise AssertionError("it never came to its end")
