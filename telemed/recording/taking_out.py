"""Destroying one person's part of a finished recording.

All files of a recording are sealed with keys made from its data key, and copies of them may lie anywhere. So a part is destroyed
by destroying that key: what stays is sealed anew under a fresh one, then the old key is written over. Copies made before do not
open any more, those of the others' files neither; the next copy has the new ones.

    proposal.part/  being written by the finaliser: what stays, the manifest that follows, the former ones
    proposal/       whole; nothing has happened yet, and it may be thrown away (a legal hold came, somebody else withdrew)
    exchange/       decided: the key goes next, then the files change places; done to the end whatever happens in between

Each step is one rename, or can be done again; `exchange` is called until it has come to its end. Blocking.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from telemed.errors import InvalidInput
from telemed.files import PRIVATE_DIRECTORY, sync_directory, write_private
from telemed.media import manifest, manifest_history
from telemed.media.manifest import Manifest, Segment
from telemed.recording import places, signature
from telemed.recording.finishing import result_of
from telemed.recording.job import FinaliseResult
from telemed.recording.sealed_file import BLOCK_BYTES, SealedFileBroken, SealedReader, SealedWriter
from telemed.recording.spare_room import FINISHING_BYTES, has_room
from telemed.recording.take_out_job import TakeOutJob

NOT_AS_SIGNED = "0" * 64  # SHA-256 of no file: what was damaged before stays known as damaged


def propose(job: TakeOutJob) -> FinaliseResult:
    """Write the proposal, or say what the one says that is there. Raises OSError, InvalidInput."""
    root = job.directory
    before = read_manifest(root)
    there = _proposed(job, before)
    if there is not None:
        return result_of(there, ())
    abandon(root)
    part = root / places.PROPOSAL_PART
    try:
        made = _write(job, before, part)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)  # until the next try the room is for what is being recorded
        raise
    part.rename(root / places.PROPOSAL)
    sync_directory(root)
    return result_of(made, ())


def _write(job: TakeOutJob, before: Manifest, part: Path) -> Manifest:
    """The files and the manifest of a proposal."""
    gone = {wish.participant_id for wish in job.wishes}
    stays = manifest_history.remaining(before, gone)
    if not has_room(job.directory, sum(segment.sealed_bytes for segment in stays) + FINISHING_BYTES):
        raise OSError(errno.ENOSPC, "there is no room for what stays")
    for directory in (part, part / places.SEGMENTS):
        directory.mkdir(mode=PRIVATE_DIRECTORY)
    kept = [_sealed_anew(job, segment) for segment in stays]
    facts = manifest_history.facts_after(before, job.wishes, list(job.consent), job.at)
    made = manifest.build(facts, kept, [gap for gap in before.gaps if gap.participant_id not in gone])
    _keep_former(job.directory, part, before)
    write_private(part / places.SIGNATURE, signature.sign(made.raw, job.signing_key).encode())
    write_private(part / places.MANIFEST, made.raw)
    sync_directory(part)
    return made


def read_manifest(root: Path) -> Manifest:
    """The manifest of a finished recording. Raises OSError, InvalidInput."""
    return manifest.decode((root / places.MANIFEST).read_bytes())


def abandon(root: Path) -> None:
    """Throw a proposal away. Raises OSError."""
    for directory in (root / places.PROPOSAL_PART, root / places.PROPOSAL):
        if directory.exists():
            shutil.rmtree(directory)
    sync_directory(root)


def decide(root: Path) -> None:
    """From here on there is no way back. Raises OSError."""
    (root / places.PROPOSAL).rename(root / places.EXCHANGE)
    sync_directory(root)


def is_decided(root: Path) -> bool:
    """Whether an exchange was begun and has not come to its end."""
    return (root / places.EXCHANGE).exists()


def exchange(root: Path, supersede: Callable[[], None]) -> None:
    """Carry out what was decided; nothing is to be done where nothing was. `supersede` puts the new key in the old one's place,
    and does nothing when that is done. Raises OSError."""
    source = root / places.EXCHANGE
    if not source.exists():
        return
    supersede()
    for name in (places.MANIFEST, places.SIGNATURE):  # without it nothing is finished, and nobody takes new files for old ones
        if (source / name).exists():
            (root / name).unlink(missing_ok=True)
    sync_directory(root)
    for name in (places.SEGMENTS, places.FORMER, places.SIGNATURE, places.MANIFEST):
        _move(source / name, root / name)
    sync_directory(root)
    shutil.rmtree(source)
    sync_directory(root)


def _move(source: Path, target: Path) -> None:
    """Put `source`, where it still is, into the place of `target`."""
    if not source.exists():
        return
    if target.is_dir():
        shutil.rmtree(target)
    source.rename(target)


def _proposed(job: TakeOutJob, before: Manifest) -> Manifest | None:
    """A whole proposal for this very job, its files open with the key. One that another process left is as good as ours."""
    root = job.directory / places.PROPOSAL
    if not (root / places.MANIFEST).exists():
        return None
    try:
        made = read_manifest(root)
    except InvalidInput:
        return None
    wanted = {wish.participant_id for wish in job.wishes}
    parts = manifest_history.destroyed_parts(made)[len(manifest_history.destroyed_parts(before)) :]
    if manifest_history.former_digest(made) != before.digest or {part.participant_id for part in parts} != wanted:
        return None
    return made if all(_opens(root, entry.segment, job.next_key) for entry in made.segments) else None


def _opens(root: Path, segment: Segment, key: bytes) -> bool:
    path = places.segment_path(root, segment.id)
    try:
        with SealedReader(path, segment.id, key) as reader:
            reader.read(0, 1)
    except FileNotFoundError:
        return segment.sealed_sha256 == NOT_AS_SIGNED  # it was not there before either
    except SealedFileBroken:
        return False
    return True


def _sealed_anew(job: TakeOutJob, segment: Segment) -> Segment:
    """The same content under the next key. What is damaged is carried over as far as it opens, and stays known as damaged."""
    path = places.segment_path(job.directory / places.PROPOSAL_PART, segment.id)
    try:
        reader = SealedReader(places.segment_path(job.directory, segment.id), segment.id, job.key)
    except (FileNotFoundError, SealedFileBroken):
        return replace(segment, sealed_sha256=NOT_AS_SIGNED)
    with reader, SealedWriter(path, segment.id, job.next_key) as writer:
        for offset in range(0, reader.size, BLOCK_BYTES):
            writer.write(_block(reader, offset))
        written = writer.finish()
    if (written.bytes, written.sha256) != (segment.bytes, segment.sha256):
        return replace(segment, sealed_sha256=NOT_AS_SIGNED)
    return replace(segment, sealed_bytes=written.sealed_bytes, sealed_sha256=written.sealed_sha256)


def _block(reader: SealedReader, offset: int) -> bytes:
    """A block in clear; zeros for one that does not open, so that all others keep their places."""
    try:
        return reader.read(offset, BLOCK_BYTES)
    except SealedFileBroken:
        return bytes(min(BLOCK_BYTES, reader.size - offset))


def _keep_former(root: Path, part: Path, before: Manifest) -> None:
    """The manifests so far, each under its hash, with their signatures."""
    former = part / places.FORMER
    if (root / places.FORMER).exists():
        shutil.copytree(root / places.FORMER, former)
    else:
        former.mkdir(mode=PRIVATE_DIRECTORY)
    write_private(former / f"{before.digest}.json", before.raw)
    if (root / places.SIGNATURE).exists():
        write_private(former / f"{before.digest}.sig", (root / places.SIGNATURE).read_bytes())
    for path in former.iterdir():
        _sync(path)
    sync_directory(former)


def _sync(path: Path) -> None:
    """Bring a copied file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
