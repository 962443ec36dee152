"""The manifest of a finished recording: what is in it, chained and in the one form that is signed.

Canonical form: JSON with sorted keys, without spaces, UTF-8. Each segment's entry holds the link of the one before it, and its
own link is SHA-256 over that link and the entry in canonical form; so no entry can be changed, taken out, added or moved without
changing the head of the chain. Ids only: no name, no text of anybody.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from telemed.errors import InvalidInput

VERSION = 1
FIRST_LINK = "0" * 64  # what the first segment follows
MAX_BYTES = 16 * 1024 * 1024  # 100,000 gaps and segments; ours have a few hundred
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
UNREADABLE = "The manifest of the recording cannot be read."


@dataclass(frozen=True, slots=True)
class Segment:
    """One file. Times: microseconds on the recording's clock; sizes and hashes of the file in clear and as it lies sealed."""

    id: str
    participant_id: str
    group: str  # main or screen
    mime: str
    codecs: str
    start_us: int
    end_us: int
    bytes: int
    sha256: str
    sealed_bytes: int
    sealed_sha256: str


@dataclass(frozen=True, slots=True)
class ChainedSegment:
    """A segment in its place of the chain."""

    segment: Segment
    previous: str
    link: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of which there is nothing of a source, and why."""

    participant_id: str
    source: str
    from_us: int
    to_us: int
    why: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that was read. `raw`: the bytes that are signed. `facts`: everything but segments, gaps and the head."""

    raw: bytes
    facts: Mapping[str, Any]
    segments: tuple[ChainedSegment, ...]
    gaps: tuple[Gap, ...]
    chain_head: str

    @property
    def digest(self) -> str:
        """SHA-256 of what is signed."""
        return hashlib.sha256(self.raw).hexdigest()


def canonical(value: object) -> bytes:
    """The one form of a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def chain(segments: Sequence[Segment]) -> tuple[ChainedSegment, ...]:
    """Segments in this order, each bound to the one before."""
    chained: list[ChainedSegment] = []
    previous = FIRST_LINK
    for segment in segments:
        link = link_of(segment, previous)
        chained.append(ChainedSegment(segment, previous, link))
        previous = link
    return tuple(chained)


def link_of(segment: Segment, previous: str) -> str:
    """SHA-256 over the link before and the entry without its own link."""
    return hashlib.sha256(previous.encode() + canonical({**asdict(segment), "previous": previous})).hexdigest()


def build(facts: Mapping[str, Any], segments: Sequence[Segment], gaps: Sequence[Gap]) -> Manifest:
    """A new manifest. `facts`: ids, kind, basis, started_at, ended_at, finalised_at, participants, consent."""
    chained = chain(segments)
    head = chained[-1].link if chained else FIRST_LINK
    table = {
        **facts,
        "version": VERSION,
        "segments": [{**asdict(entry.segment), "previous": entry.previous, "link": entry.link} for entry in chained],
        "gaps": [asdict(gap) for gap in gaps],
        "chain_head": head,
    }
    return Manifest(canonical(table), {**facts, "version": VERSION}, chained, tuple(gaps), head)


def decode(raw: bytes) -> Manifest:
    """Read a manifest. Its signature and its chain are not judged here. Raises InvalidInput for bytes that are none."""
    if len(raw) > MAX_BYTES:
        raise InvalidInput(UNREADABLE)
    try:
        table = json.loads(raw)
        if table["version"] != VERSION:
            raise InvalidInput("The recording was finished by a later version of telemed.")
        segments = tuple(_segment(entry) for entry in table.pop("segments"))
        gaps = tuple(Gap(**{field.name: entry[field.name] for field in fields(Gap)}) for entry in table.pop("gaps"))
        head = table.pop("chain_head")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput(UNREADABLE) from error
    return Manifest(raw, table, segments, gaps, head)


def _segment(entry: Mapping[str, Any]) -> ChainedSegment:
    segment = Segment(**{field.name: entry[field.name] for field in fields(Segment)})
    numbers = (segment.start_us, segment.end_us, segment.bytes, segment.sealed_bytes)
    sound = all(isinstance(number, int) and number >= 0 for number in numbers)
    ids = (segment.id, segment.participant_id)
    hashes = (segment.sha256, segment.sealed_sha256, entry["previous"], entry["link"])
    if not sound or not all(_ID.fullmatch(text) for text in ids) or not all(_SHA256.fullmatch(text) for text in hashes):
        raise ValueError("not a segment")
    return ChainedSegment(segment, entry["previous"], entry["link"])


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What does not fit. `segment_id` empty: the head, or the manifest's form."""

    what: str  # changed, reordered, missing, manifest
    segment_id: str = ""


def chain_faults(manifest: Manifest) -> tuple[ChainFault, ...]:
    """Where the chain breaks. An entry that was changed, or one that does not follow the one before it, is named."""
    faults: list[ChainFault] = []
    previous = FIRST_LINK
    links = {entry.link for entry in manifest.segments} | {FIRST_LINK}
    for entry in manifest.segments:
        if link_of(entry.segment, entry.previous) != entry.link:
            faults.append(ChainFault("changed", entry.segment.id))
        elif entry.previous != previous:
            faults.append(ChainFault("reordered" if entry.previous in links else "missing", entry.segment.id))
        previous = entry.link
    if previous != manifest.chain_head:
        faults.append(ChainFault("missing"))
    if canonical(json.loads(manifest.raw)) != manifest.raw:
        faults.append(ChainFault("manifest"))
    return tuple(faults)
