"""What a finished recording lacks of somebody, by its signed manifest, and which death it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

RESUMED = 1.0  # seconds after media came back to the people: a recorder may be that much later, with its key frame
SHORTEST = 0.3  # seconds: a shorter hole is one of the network, which every viewer had too


@dataclass(frozen=True)
class Death:
    """Of a part of the server. Seconds on the recording's clock; `back`: people see and hear each other again."""

    victim: str
    at: float
    back: float


Span = tuple[float, float]


def signed(directory: Path) -> dict[str, Any]:
    """The manifest of a finished recording."""
    return dict(json.loads((directory / "manifest.json").read_bytes()))


def lost(manifest: dict[str, Any], participant_id: str, deaths: Sequence[Death]) -> list[float]:
    """Seconds that each death cost of somebody's sound or picture, whichever is more, besides the time between it and `back`.

    Raises AssertionError for what is missing without a death.
    """
    costs = dict.fromkeys(deaths, 0.0)
    for source in ("camera", "microphone"):
        for hole in holes(manifest, participant_id, source):
            near = [death for death in deaths if hole[0] <= death.back + RESUMED and death.at <= hole[1]]
            assert near or hole[1] - hole[0] < SHORTEST, (source, hole, deaths)
            if near:  # deaths whose holes ran together share the cost, which is no less than that of each
                first, last = near[0], near[-1]
                before, after = max(0.0, first.at - hole[0]), max(0.0, hole[1] - last.back - RESUMED)
                costs[first] = max(costs[first], before)
                costs[last] = max(costs[last], after + (before if first is last else 0.0))
    return list(costs.values())


def holes(manifest: dict[str, Any], participant_id: str, source: str) -> list[Span]:
    """Where nothing of a source is, inside the recording of this person and between its files."""
    files = sorted(_spans(one for one in manifest["segments"] if one["participant_id"] == participant_id))
    assert files, f"nothing of {participant_id}"
    between = [(before[1], after[0]) for before, after in pairwise(files) if after[0] - before[1] > SHORTEST]
    named = _spans(
        {"start_us": gap["from_us"], "end_us": gap["to_us"]}
        for gap in manifest["gaps"]
        if gap["participant_id"] == participant_id and gap["source"] == source
    )
    return sorted({*between, *named})


def _spans(entries: Iterable[dict[str, Any]]) -> list[Span]:
    return [(entry["start_us"] / 1e6, entry["end_us"] / 1e6) for entry in entries]
