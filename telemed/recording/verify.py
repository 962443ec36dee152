"""Whether a finished recording is what was signed: segments, their order, the manifest, its signature, and the database's word.

A file whose SHA-256 stands in the signed manifest is as it was written; one that differs is read block by block, to say where.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from telemed.care.recording.ports import Broken
from telemed.errors import InvalidInput
from telemed.media import manifest, manifest_history
from telemed.media.manifest import Manifest, Segment
from telemed.recording import places, signature
from telemed.recording.sealed_file import BreakKind, SealedFileBroken, SealedReader, check_sealed_file

READ_BYTES = 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")  # a name of a file: nothing else gets into a path
_WORDS = {BreakKind.HEADER: "changed", BreakKind.BLOCK: "changed", BreakKind.CUT: "cut", BreakKind.TAIL: "cut"}


@dataclass(frozen=True, slots=True)
class RecordedHead:
    """What the database says of a recording. `up_to`: time of the last checkpoint that covers it."""

    manifest_sha256: str
    chain_head: str
    up_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check needs beside the files. `key`: the data key, None: it cannot be had; `head` None: the database has none."""

    key: bytes | None
    public_key: bytes
    head: RecordedHead | None


def check_recording(recording: Path, evidence: Evidence) -> tuple[Broken, ...]:
    """Everything that is not as it was signed, in the order of the manifest. Blocking. Raises OSError for an unreadable disk."""
    raw = _content(recording / places.MANIFEST)
    if raw is None:
        return (Broken("missing"),)
    found = list(_signature_faults(recording, raw, evidence.public_key))
    try:
        signed = manifest.decode(raw)
    except InvalidInput:
        return (*found, Broken("manifest"))
    if evidence.key is None:
        found.append(Broken("key"))
    found += _head_faults(signed, evidence.head)
    found += _former_faults(recording, signed, evidence.public_key)
    found += [_chain_fault(fault) for fault in manifest.chain_faults(signed)]
    hashes = {entry.segment.sealed_sha256: entry.segment.id for entry in signed.segments}
    for entry in signed.segments:
        found += _segment_faults(recording, entry.segment, hashes, evidence.key)
    return tuple(found)


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(manifest.MAX_BYTES + 1)
    except FileNotFoundError:
        return None


def _signature_faults(directory: Path, raw: bytes, public_key: bytes, name: str = places.SIGNATURE) -> Iterator[Broken]:
    written = _content(directory / name)
    if written is None:
        yield Broken("signature")
        return
    try:
        signed = signature.decode(written)
    except InvalidInput:
        yield Broken("signature")
        return
    if signed.public_key != public_key:
        yield Broken("signature")
    elif not signed.is_good(raw):
        yield Broken("manifest")


def _head_faults(signed: Manifest, head: RecordedHead | None) -> Iterator[Broken]:
    if head is None or (head.manifest_sha256, head.chain_head) != (signed.digest, signed.chain_head):
        yield Broken("database")


def _former_faults(recording: Path, signed: Manifest, public_key: bytes) -> Iterator[Broken]:
    """Every manifest before must be there, signed by us, and differ by what was destroyed alone. Each names one before it by its
    hash, so there is no way round in a circle."""
    now = signed
    while (digest := manifest_history.former_digest(now)) is not None:
        raw = _content(recording / places.FORMER / f"{digest}.json") if _HASH.fullmatch(digest) else None
        if raw is None or not manifest_history.is_named_by(raw, digest):
            yield Broken("former")
            return
        if any(_signature_faults(recording / places.FORMER, raw, public_key, f"{digest}.sig")):
            yield Broken("former")
        try:
            before = manifest.decode(raw)
            faults = tuple(manifest_history.history_faults(before, now))
        except (InvalidInput, KeyError, TypeError, ValueError):
            yield Broken("former")
            return
        yield from (Broken("former", fault.segment_id) for fault in faults)
        now = before


def _chain_fault(fault: manifest.ChainFault) -> Broken:
    return Broken(fault.what, fault.segment_id)


def _segment_faults(recording: Path, segment: Segment, hashes: dict[str, str], key: bytes | None) -> list[Broken]:
    path = places.segment_path(recording, segment.id)
    try:
        actual = _sha256(path)
    except FileNotFoundError:
        return [Broken("missing", segment.id)]
    if actual == segment.sealed_sha256:
        return _opening_faults(path, segment, key)
    if actual in hashes:
        return [Broken("reordered", segment.id)]
    if key is None:
        return [Broken("changed", segment.id)]
    check = check_sealed_file(path, segment.id, key)
    broken = [Broken(_WORDS[place.kind], segment.id, place.block) for place in check.broken]
    return broken or [Broken("changed", segment.id)]  # sealed anew, with the key: every block opens, and it is another file


def _opening_faults(path: Path, segment: Segment, key: bytes | None) -> list[Broken]:
    """A file that is as signed must open with the key that is there."""
    if key is None:
        return []
    try:
        with SealedReader(path, segment.id, key) as reader:
            reader.read(0, 1)
    except SealedFileBroken:
        return [Broken("key", segment.id)]
    return []


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()
