"""How a manifest follows an earlier one of the same recording, because somebody's part was destroyed afterwards.

The new one has two facts more: `former` (`manifest_sha256`, `chain_head` and `finalised_at` of the one before, and `why`) and
`destroyed`, which grows: for each part `participant_id`, `asked_at`, `at`, `segments` (how many files) and `why`. The former
manifests are kept beside it with their signatures. So everybody can see that nothing else has changed: every segment of the
former one is in the new one with the same content, or was that person's. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telemed.media.manifest import ChainFault, Manifest, Segment

WITHDRAWAL = "withdrawal"  # the one reason there is: the person withdrew and asked for it
_AS_SEALED = frozenset({"sealed_bytes", "sealed_sha256"})  # the files lie under a new key; their content is the same


@dataclass(frozen=True, slots=True)
class Wish:
    """A participant whose part is to be destroyed, and when that was asked for (ISO 8601)."""

    participant_id: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class DestroyedPart:
    """A part that is gone. Times are ISO 8601."""

    participant_id: str
    asked_at: str
    at: str
    segments: int


def destroyed_parts(made: Manifest) -> tuple[DestroyedPart, ...]:
    """What a manifest says was destroyed, oldest first. Raises KeyError, TypeError for a fact of another form."""
    return tuple(
        DestroyedPart(str(one["participant_id"]), str(one["asked_at"]), str(one["at"]), int(one["segments"]))
        for one in made.facts.get("destroyed", ())
    )


def open_wishes(made: Manifest, wishes: Sequence[Wish]) -> tuple[Wish, ...]:
    """Those that this manifest does not fulfil. A later wish of the same person asks for nothing more."""
    gone = {part.participant_id for part in destroyed_parts(made)}
    return tuple(wish for wish in wishes if wish.participant_id not in gone)


def former_digest(made: Manifest) -> str | None:
    """SHA-256 of the manifest before; None: this is the first."""
    former = made.facts.get("former")
    return None if former is None else str(former["manifest_sha256"])


def facts_after(before: Manifest, wishes: Sequence[Wish], consent: object, at: str) -> dict[str, Any]:
    """The facts of the manifest that follows `before`. `consent`: as it stands now; `at`: of the destruction (ISO 8601)."""
    gone = {wish.participant_id for wish in wishes}
    counts = {one: sum(entry.segment.participant_id == one for entry in before.segments) for one in gone}
    facts: Mapping[str, Any] = before.facts
    return {
        **facts,
        "participants": [person for person in facts.get("participants", ()) if person["id"] not in gone],
        "consent": consent,
        "finalised_at": at,
        "destroyed": [*facts.get("destroyed", ()), *(_destroyed(wish, counts[wish.participant_id], at) for wish in wishes)],
        "former": {
            "manifest_sha256": before.digest,
            "chain_head": before.chain_head,
            "finalised_at": facts.get("finalised_at"),
            "why": WITHDRAWAL,
        },
    }


def history_faults(before: Manifest, now: Manifest) -> Iterator[ChainFault]:
    """What differs between two manifests beyond the parts that `now` says were destroyed."""
    gone = {part.participant_id for part in destroyed_parts(now)} - {part.participant_id for part in destroyed_parts(before)}
    kept = {entry.segment.id: entry.segment for entry in now.segments}
    for segment in (entry.segment for entry in before.segments):
        after = kept.pop(segment.id, None)
        if after is None and segment.participant_id not in gone:
            yield ChainFault("missing", segment.id)
        elif after is not None and (segment.participant_id in gone or _content(after) != _content(segment)):
            yield ChainFault("changed", segment.id)
    for added in kept:
        yield ChainFault("changed", added)


def remaining(before: Manifest, gone: Collection[str]) -> list[Segment]:
    """The segments of everybody else, in their order."""
    return [entry.segment for entry in before.segments if entry.segment.participant_id not in gone]


def is_named_by(raw: bytes, digest: str) -> bool:
    """Whether these are the bytes of the manifest that a later one names."""
    return hashlib.sha256(raw).hexdigest() == digest


def _destroyed(wish: Wish, segments: int, at: str) -> dict[str, Any]:
    return {
        "participant_id": wish.participant_id,
        "asked_at": wish.asked_at,
        "at": at,
        "segments": segments,
        "why": WITHDRAWAL,
    }


def _content(segment: Segment) -> dict[str, object]:
    return {name: getattr(segment, name) for name in Segment.__slots__ if name not in _AS_SEALED}
