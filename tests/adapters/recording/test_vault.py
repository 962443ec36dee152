"""Finished recordings are served by ranges, checked to the block, taken away as a zip that checks itself, and erased for good."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemed.care.recording.ports import Broken, RecordingVault, SegmentReader
from telemed.clock import SystemClock
from telemed.errors import NotFound, Unavailable
from telemed.media import manifest
from telemed.media.control import Source
from telemed.recording import places, signature
from telemed.recording.export import media_name
from telemed.recording.keys import KeyMissing
from telemed.recording.sealed_file import BLOCK_BYTES, SealedFileBroken, SealedWriter
from telemed.recording.vault import FileVault
from telemed.recording.verify import Evidence, RecordedHead, check_recording
from telemed.recording.verify_script import signed_by
from tests.adapters.recording.encoded import pictures, sound
from tests.adapters.recording.journalled import KEY, RECORDING, Written
from tests.adapters.recording.packetised import Sender
from tests.adapters.recording.played import SEED, content, finished

PUBLIC = signature.raw_public(Ed25519PrivateKey.from_private_bytes(SEED))


class OneKey:
    """The keys of one recording, in memory."""

    def __init__(self) -> None:
        self.key: bytes | None = KEY

    def exists(self, _recording_id: str) -> bool:
        return self.key is not None

    def read(self, _recording_id: str) -> bytes:
        if self.key is None:
            raise KeyMissing
        return self.key

    def erase(self, _recording_id: str) -> bool:
        was_there, self.key = self.key is not None, None
        return was_there


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, manifest.Manifest]:
    """A recording of two people, of three segments."""
    root = tmp_path_factory.mktemp("recordings")
    directory = root / RECORDING
    directory.mkdir()
    for number, person in enumerate(("par_a", "par_b")):
        camera = Sender("vp8", 10 + number, 1_000_000)
        Written(person, Source.CAMERA, "vp8", 1_000_000).packets(camera.packets(pictures("vp8", 4, size=(320, 240)))).write(
            directory
        )
    screen = Sender("vp8", 20, 2_000_000)
    Written("par_a", Source.SCREEN, "vp8", 2_000_000).packets(screen.packets(pictures("vp8", 4))).write(directory)
    microphone = Sender("opus", 30, 1_000_000)
    Written("par_a", Source.MICROPHONE, "opus", 1_000_000).packets(microphone.packets(sound(4))).write(directory)
    _, signed = finished(directory, "par_a", "par_b")
    assert len(signed.segments) == 3
    return directory, signed


@pytest.fixture
async def vault(made: tuple[Path, manifest.Manifest]) -> AsyncIterator[FileVault]:
    directory, signed = made

    async def heads(_recording_id: str) -> RecordedHead | None:
        return RecordedHead(signed.digest, signed.chain_head)

    vault = FileVault(directory.parent, [OneKey()], PUBLIC, heads, SystemClock())  # type: ignore[list-item]
    yield vault
    vault.close()


async def test_contents_and_ranges(vault: RecordingVault, made: tuple[Path, manifest.Manifest]) -> None:
    directory, signed = made
    contents = await vault.contents(RECORDING)
    assert [segment.id for segment in contents.segments] == [entry.segment.id for entry in signed.segments]
    whole = content(directory, signed.segments[0].segment)
    reader: SegmentReader = await vault.open_segment(RECORDING, contents.segments[0].id)
    assert (reader.size, reader.mime) == (len(whole), "video/webm") and reader.etag == contents.segments[0].sha256
    for offset, length in ((0, 10), (BLOCK_BYTES - 5, 10), (len(whole) - 3, 100), (len(whole), 1), (1000, len(whole))):
        assert await reader.read(offset, length) == whole[offset : offset + length]
    await reader.close()
    assert (await vault.sizes())[RECORDING] >= sum(entry.segment.sealed_bytes for entry in signed.segments)


async def test_what_is_not_there_is_not_found(vault: RecordingVault) -> None:
    for recording, segment in ((RECORDING, "seg_other"), ("rec_other", "seg_other"), ("../x", "seg_other"), (RECORDING, "../x")):
        with pytest.raises(NotFound):
            await vault.open_segment(recording, segment)
    with pytest.raises(NotFound):
        await vault.contents("rec_other")


async def test_whole_is_complete(vault: RecordingVault) -> None:
    result = await vault.verify(RECORDING)
    assert result.complete and result.broken == ()


def evidence(signed: manifest.Manifest, key: bytes | None = KEY) -> Evidence:
    return Evidence(key, PUBLIC, RecordedHead(signed.digest, signed.chain_head))


def files_of(directory: Path) -> list[Path]:
    return [directory / places.MANIFEST, directory / places.SIGNATURE, *sorted((directory / places.SEGMENTS).iterdir())]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_flipped_bit_anywhere_is_found_and_named(data: st.DataObject, made: tuple[Path, manifest.Manifest]) -> None:
    directory, signed = made
    path = data.draw(st.sampled_from(files_of(directory)))
    offset = data.draw(st.integers(0, path.stat().st_size - 1))
    before = path.read_bytes()
    changed = bytearray(before)
    changed[offset] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(changed)
    try:
        broken = check_recording(directory, evidence(signed))
    finally:
        path.write_bytes(before)
    assert broken
    if path.suffix == ".tms":
        header = path.stat().st_size - sum_of_blocks(path.stat().st_size)
        block = None if offset < header else (offset - header) // (BLOCK_BYTES + 16)
        (found,) = broken
        assert found.segment_id == path.stem and found.what in ("changed", "cut") and found.block == block
    elif path.name == places.SIGNATURE:
        assert {found.what for found in broken} <= {"signature", "manifest"}
    else:
        assert "manifest" in {found.what for found in broken}


def sum_of_blocks(size: int) -> int:
    """Bytes of a sealed file behind its header, which is shorter than a block."""
    name = len("seg_") + 16
    return size - (4 + 1 + 16 + 1 + name + 4)


def moved(directory: Path, signed: manifest.Manifest, what: str) -> Broken:
    """Do one thing to a recording and say what must be found."""
    first, second, third = (entry.segment for entry in signed.segments)
    path = places.segment_path(directory, first.id)
    other = places.segment_path(directory, second.id)
    if what == "deleted":
        path.unlink()
        return Broken("missing", first.id)
    if what == "swapped":
        mine, theirs = path.read_bytes(), other.read_bytes()
        path.write_bytes(theirs)
        other.write_bytes(mine)
        return Broken("reordered", first.id)
    if what == "cut":
        path.write_bytes(path.read_bytes()[:-1])
        return Broken("cut", first.id, (first.bytes - 1) // BLOCK_BYTES)
    if what == "sealed anew":
        plain = content(directory, first)
        with SealedWriter(path, first.id, KEY) as writer:
            writer.write(plain)
            writer.finish()
        return Broken("changed", first.id)
    if what == "signed by another":
        raw = (directory / places.MANIFEST).read_bytes()
        (directory / places.SIGNATURE).write_bytes(signature.sign(raw, bytes(32)).encode())
        return Broken("signature")
    if what == "one left out":
        made = manifest.build(dict(signed.facts), [second, third], signed.gaps)
        (directory / places.MANIFEST).write_bytes(made.raw)
        (directory / places.SIGNATURE).write_bytes(signature.sign(made.raw, SEED).encode())
        return Broken("database")
    (directory / places.MANIFEST).unlink()
    return Broken("missing")


@pytest.mark.parametrize("what", ["deleted", "swapped", "cut", "sealed anew", "signed by another", "one left out", "no manifest"])
def test_what_is_done_to_a_recording_is_named(made: tuple[Path, manifest.Manifest], what: str) -> None:
    directory, signed = made
    before = {path: path.read_bytes() for path in files_of(directory)}
    try:
        expected = moved(directory, signed, what)
        assert expected in check_recording(directory, evidence(signed))
    finally:
        for path, kept in before.items():
            path.write_bytes(kept)
    assert check_recording(directory, evidence(signed)) == ()


def test_entries_in_another_order_are_named(made: tuple[Path, manifest.Manifest]) -> None:
    _, signed = made
    table = json.loads(signed.raw)
    table["segments"] = [table["segments"][1], table["segments"][0], table["segments"][2]]
    faults = manifest.chain_faults(manifest.decode(manifest.canonical(table)))
    assert [fault.what for fault in faults] == ["reordered", "reordered", "reordered"]
    table = json.loads(signed.raw)
    del table["segments"][-1]
    assert manifest.ChainFault("missing") in manifest.chain_faults(manifest.decode(manifest.canonical(table)))


async def test_a_missing_key_is_named_and_keeps_everything_shut(made: tuple[Path, manifest.Manifest]) -> None:
    directory, signed = made
    assert check_recording(directory, evidence(signed, key=None)) == (Broken("key"),)
    wrong = check_recording(directory, evidence(signed, key=bytes(32)))
    assert {found.what for found in wrong} == {"key"} and len(wrong) == 3


async def test_a_damaged_block_is_not_served(vault: RecordingVault, made: tuple[Path, manifest.Manifest]) -> None:
    directory, signed = made
    segment = signed.segments[0].segment
    path = places.segment_path(directory, segment.id)
    before = path.read_bytes()
    try:
        path.write_bytes(before[:-20] + bytes([before[-20] ^ 1]) + before[-19:])
        reader = await vault.open_segment(RECORDING, segment.id)
        with pytest.raises(SealedFileBroken):
            await reader.read(segment.bytes - 10, 10)
        await reader.close()
    finally:
        path.write_bytes(before)


async def exported(vault: RecordingVault) -> bytes:
    return b"".join([piece async for piece in vault.export(RECORDING)])


def run_script(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program of the export in a bare interpreter: no site packages, no environment."""
    script = place / "verify.py"
    command = [sys.executable, "-I", "-S", str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")


async def test_an_export_checks_itself(vault: RecordingVault, made: tuple[Path, manifest.Manifest], tmp_path: Path) -> None:
    directory, signed = made
    data = await exported(vault)
    (tmp_path / "export.zip").write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    for entry in signed.segments:
        assert (tmp_path / media_name(entry.segment)).read_bytes() == content(directory, entry.segment)
    for arguments in ((), ("--key", signature.key_id(PUBLIC)), (str(tmp_path / "export.zip"),)):
        good = await asyncio.to_thread(run_script, tmp_path, *arguments)
        assert good.returncode == 0 and "Everything is as it was signed." in good.stdout, good.stdout
    other = await asyncio.to_thread(run_script, tmp_path, "--key", "0" * 16)
    assert other.returncode == 1 and signature.key_id(PUBLIC) in other.stdout


async def test_who_leaves_while_a_thread_reads_an_export_breaks_nothing(
    vault: RecordingVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def pieces(_vault: FileVault, _recording_id: str) -> Generator[bytes, None, None]:
        try:
            reading.set()
            go_on.wait(30)
            yield b"a piece"
        finally:
            closed.set()

    monkeypatch.setattr(FileVault, "_pieces", pieces)
    reader = asyncio.create_task(exported(vault))
    assert await asyncio.to_thread(reading.wait, 30)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert not closed.is_set()
    go_on.set()
    assert await asyncio.to_thread(closed.wait, 30)


async def test_a_changed_export_is_found(vault: RecordingVault, made: tuple[Path, manifest.Manifest], tmp_path: Path) -> None:
    _, signed = made
    with zipfile.ZipFile(io.BytesIO(await exported(vault))) as archive:
        archive.extractall(tmp_path)
    for name in (media_name(signed.segments[1].segment), "manifest.json", "manifest.sig"):
        before = (tmp_path / name).read_bytes()
        middle = len(before) // 2
        (tmp_path / name).write_bytes(before[:middle] + bytes([before[middle] ^ 2]) + before[middle + 1 :])
        bad = await asyncio.to_thread(run_script, tmp_path)
        assert bad.returncode in (1, 2) and "Everything" not in bad.stdout and not bad.stderr, name
        (tmp_path / name).write_bytes(before)
    (tmp_path / media_name(signed.segments[2].segment)).unlink()
    gone = await asyncio.to_thread(run_script, tmp_path)
    assert gone.returncode == 1 and f"media/{signed.segments[2].segment.id}.webm is missing" in gone.stdout


@settings(max_examples=20)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 511))
def test_the_programs_signatures_are_those_of_the_library(seed: bytes, message: bytes, bit: int) -> None:
    made = signature.sign(message, seed)
    assert signed_by(made.public_key, message, made.signature)
    changed = bytearray(made.signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert not signed_by(made.public_key, message, bytes(changed))
    assert not signed_by(made.public_key, message + b"x", made.signature)


async def test_erased_is_gone(tmp_path: Path) -> None:
    directory = tmp_path / RECORDING
    directory.mkdir()
    camera = Sender("vp8", 1, 0)
    Written("par_a", Source.CAMERA, "vp8").packets(camera.packets(pictures("vp8", 4))).write(directory)
    _, signed = finished(directory, "par_a")
    keys = OneKey()

    async def heads(_recording_id: str) -> RecordedHead | None:
        return None

    vault = FileVault(tmp_path, [keys], PUBLIC, heads, SystemClock())  # type: ignore[list-item]
    assert await vault.erase(RECORDING) is True and keys.key is None and not directory.exists()
    assert await vault.erase(RECORDING) is False and await vault.sizes() == {}
    with pytest.raises(NotFound):
        await vault.open_segment(RECORDING, signed.segments[0].segment.id)
    vault.close()


async def test_an_unreadable_disk_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / RECORDING).write_bytes(b"a file where the directory should be")

    async def heads(_recording_id: str) -> RecordedHead | None:
        return None

    vault = FileVault(tmp_path, [OneKey()], PUBLIC, heads, SystemClock())  # type: ignore[list-item]
    with pytest.raises(Unavailable):
        await vault.contents(RECORDING)
    vault.close()
