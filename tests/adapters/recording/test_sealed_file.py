"""A sealed file gives back every range of what went in; whatever is changed in it is found, at its place."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemed.recording.sealed_file import (
    BLOCK_BYTES,
    MAX_BROKEN,
    SEALED_BLOCK_BYTES,
    BreakKind,
    Broken,
    SealedFileBroken,
    SealedReader,
    SealedSummary,
    SealedWriter,
    check_sealed_file,
)

KEY = bytes(range(32))
ID = "seg_one"
HEADER_BYTES = 4 + 1 + 16 + 1 + len(ID) + 4
CONTENT = random.Random(5).randbytes(3 * BLOCK_BYTES + 1234)


def seal(path: Path, content: bytes, step: int = 100_000, segment_id: str = ID) -> SealedSummary:
    with SealedWriter(path, segment_id, KEY) as writer:
        for at in range(0, len(content), step):
            writer.write(content[at : at + step])
        return writer.finish()


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "one.tms"
    seal(path, CONTENT)
    return path


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES, len(CONTENT)])
@pytest.mark.parametrize("step", [7000, BLOCK_BYTES, 300_000])
def test_what_went_in_comes_out(tmp_path: Path, size: int, step: int) -> None:
    content, path = CONTENT[:size], tmp_path / "one.tms"
    summary = seal(path, content, step)
    on_disk = path.read_bytes()
    assert summary == SealedSummary(size, hashlib.sha256(content).hexdigest(), len(on_disk), hashlib.sha256(on_disk).hexdigest())
    assert path.stat().st_mode & 0o777 == 0o600 and [entry.name for entry in tmp_path.iterdir()] == ["one.tms"]
    with SealedReader(path, ID, KEY) as reader:
        assert reader.size == size and reader.read(0, size + 10) == content and b"".join(reader.chunks()) == content
        check = reader.check()
    assert check.whole and check.blocks == max(1, -(-size // BLOCK_BYTES))
    assert size < 64 or content[:64] not in on_disk


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(CONTENT) + 10), st.integers(0, 3 * BLOCK_BYTES))
def test_every_range_is_what_it_was(sealed: Path, offset: int, length: int) -> None:
    with SealedReader(sealed, ID, KEY) as reader:
        assert reader.read(offset, length) == CONTENT[offset : offset + length]


def test_a_negative_range_is_refused(sealed: Path) -> None:
    with SealedReader(sealed, ID, KEY) as reader, pytest.raises(ValueError):
        reader.read(-1, 5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_one_flipped_byte_anywhere_is_found_in_its_block(sealed: Path, data: st.DataObject) -> None:
    original = sealed.read_bytes()
    at = data.draw(st.one_of(st.integers(0, HEADER_BYTES + 40), st.integers(0, len(original) - 1)))
    flipped = bytearray(original)
    flipped[at] ^= data.draw(st.integers(1, 255))
    changed = sealed.with_name("changed.tms")
    changed.write_bytes(flipped)
    check = check_sealed_file(changed, ID, KEY)
    block = (at - HEADER_BYTES) // SEALED_BLOCK_BYTES
    if at < HEADER_BYTES:
        assert check.broken == (Broken(BreakKind.HEADER, None),)
        return
    assert check.broken == (Broken(BreakKind.TAIL if block == 3 else BreakKind.BLOCK, block),) and check.blocks == 4
    with SealedReader(changed, ID, KEY) as reader:
        with pytest.raises(SealedFileBroken) as found:
            reader.read(block * BLOCK_BYTES, 1)
        assert found.value.block == block
        whole = (block + 1) % 4
        assert reader.read(whole * BLOCK_BYTES, 10) == CONTENT[whole * BLOCK_BYTES :][:10], "the others are still readable"


def blocks(path: Path) -> tuple[bytes, list[bytes]]:
    data = path.read_bytes()
    body = data[HEADER_BYTES:]
    return data[:HEADER_BYTES], [body[at : at + SEALED_BLOCK_BYTES] for at in range(0, len(body), SEALED_BLOCK_BYTES)]


def test_a_cut_tail_is_found(sealed: Path) -> None:
    header, parts = blocks(sealed)
    sealed.write_bytes(header + b"".join(parts[:3]))
    assert check_sealed_file(sealed, ID, KEY).broken == (Broken(BreakKind.CUT, 2),)
    for kept in (1, 15, 16, 17, 500):
        sealed.write_bytes(header + b"".join(parts[:3]) + parts[3][:kept])
        assert check_sealed_file(sealed, ID, KEY).broken == (Broken(BreakKind.TAIL, 3),)
    sealed.write_bytes(header)
    assert check_sealed_file(sealed, ID, KEY).broken == (Broken(BreakKind.TAIL, 0),)
    sealed.write_bytes(header[:-1])
    assert check_sealed_file(sealed, ID, KEY).broken == (Broken(BreakKind.HEADER, None),)


def test_something_behind_the_end_is_found(sealed: Path) -> None:
    header, parts = blocks(sealed)
    for more in (b"x", bytes(BLOCK_BYTES), parts[0]):
        sealed.write_bytes(header + b"".join(parts) + more)
        assert check_sealed_file(sealed, ID, KEY).broken[0].block == 3


def test_swapped_removed_and_repeated_blocks_are_found(sealed: Path) -> None:
    header, parts = blocks(sealed)
    sealed.write_bytes(header + parts[0] + parts[2] + parts[1] + parts[3])
    assert check_sealed_file(sealed, ID, KEY).broken == (Broken(BreakKind.BLOCK, 1), Broken(BreakKind.BLOCK, 2))
    sealed.write_bytes(header + parts[0] + parts[2] + parts[3])
    assert [broken.block for broken in check_sealed_file(sealed, ID, KEY).broken] == [1, 2]
    sealed.write_bytes(header + parts[0] + parts[1] + parts[1] + parts[2] + parts[3])
    assert [broken.block for broken in check_sealed_file(sealed, ID, KEY).broken] == [2, 3, 4]


def test_a_block_or_header_of_another_file_is_found(sealed: Path, tmp_path: Path) -> None:
    """Also of the same segment made again, from the same content."""
    header, parts = blocks(sealed)
    for name, segment_id in (("again.tms", ID), ("other.tms", "seg_two")):
        seal(tmp_path / name, CONTENT, segment_id=segment_id)
        foreign_header, foreign = blocks(tmp_path / name)
        assert not set(foreign) & set(parts), "no block looks alike"
        sealed.write_bytes(header + parts[0] + foreign[1] + parts[2] + parts[3])
        assert check_sealed_file(sealed, ID, KEY).broken == (Broken(BreakKind.BLOCK, 1),)
    assert check_sealed_file(tmp_path / "other.tms", ID, KEY).broken == (Broken(BreakKind.HEADER, None),)
    sealed.write_bytes(foreign_header + b"".join(parts))
    assert check_sealed_file(sealed, ID, KEY).broken == (Broken(BreakKind.HEADER, None),)


def test_another_key_opens_nothing_and_the_list_stays_short(tmp_path: Path) -> None:
    path = tmp_path / "one.tms"
    seal(path, bytes((MAX_BROKEN + 20) * BLOCK_BYTES), BLOCK_BYTES)
    check = check_sealed_file(path, ID, bytes(32))
    assert len(check.broken) == MAX_BROKEN and check.blocks == MAX_BROKEN + 20
    with SealedReader(path, ID, bytes(32)) as reader, pytest.raises(SealedFileBroken):
        reader.read(0, 1)


def test_nothing_is_there_before_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "one.tms"
    with SealedWriter(path, ID, KEY) as writer:
        writer.write(CONTENT)
        assert writer.written == len(CONTENT)
        assert not path.exists() and path.with_name("one.tms.part").exists()
    assert list(tmp_path.iterdir()) == []
    path.with_name("one.tms.part").write_bytes(b"left by one that was killed")
    seal(path, b"whole")
    with SealedReader(path, ID, KEY) as reader:
        assert reader.read(0, 100) == b"whole"


def test_a_name_that_does_not_fit_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for segment_id in ("", "x" * 65, "ü"):
        with pytest.raises(ValueError):
            SealedWriter(tmp_path / "one.tms", segment_id, KEY)
    (tmp_path / "one.tms").write_bytes(b"TMS0" + bytes(100))
    for content in (b"", b"TMS1", b"TMS0" + bytes(100), b"TMS1\x02" + bytes(100)):
        (tmp_path / "one.tms").write_bytes(content)
        with pytest.raises(SealedFileBroken):
            SealedReader(tmp_path / "one.tms", ID, KEY)
    with pytest.raises(FileNotFoundError):
        SealedReader(tmp_path / "none.tms", ID, KEY)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_reader_that_was_closed_reads_nothing(sealed: Path) -> None:
    reader = SealedReader(sealed, ID, KEY)
    reader.close()
    reader.close()
    with pytest.raises(OSError):
        reader.read(0, 1)
