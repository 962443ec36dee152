"""Seeded mutations of good inputs, and every kept input: each raises its one error type or nothing."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import pytest

from tests.fuzz.mutation import inputs, judge, keep
from tests.fuzz.targets import CRASHES, Target, targets
from tests.prove.figures import note

TARGETS = targets()
KEPT = sorted(path for path in CRASHES.rglob("*.bin"))
RUNS = 400  # of each target in the suite
MINUTES = 10  # of all targets together in the long form


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_seeds_are_good(name: str) -> None:
    """Mutations of what is refused at the first byte would find nothing."""
    target = TARGETS[name]
    taken = 0
    for seed in target.seeds:
        try:
            target.run(seed)
            taken += 1
        except target.allowed:
            continue
    assert taken or name in ("rtcp", "inner"), "no seed is accepted"


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_mutations_raise_one_type(name: str) -> None:
    for data in itertools.islice(inputs(TARGETS[name], random.Random(name)), RUNS):
        escaped = judge(TARGETS[name], data)
        assert escaped is None, f"{escaped!r}: kept as {keep(CRASHES, name, data)}"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_broke_a_parser_once_does_not_again(path: Path) -> None:
    escaped = judge(TARGETS[path.parent.name], path.read_bytes())
    assert escaped is None, repr(escaped)


def fuzz(target: Target, name: str, seconds: float) -> int:
    """Run for a while; the number of inputs. Fails at the first that breaks something, and keeps it."""
    chance = random.Random(time.time_ns())
    deadline = time.monotonic() + seconds
    for count, data in enumerate(inputs(target, chance)):
        escaped = judge(target, data)
        assert escaped is None, f"{escaped!r}: kept as {keep(CRASHES, name, data)}"
        if time.monotonic() > deadline:
            return count
    raise AssertionError("inputs never end")


@pytest.mark.prove
@pytest.mark.timeout(MINUTES * 60 + 300)
def test_ten_minutes_of_mutations() -> None:
    counts = {name: fuzz(target, name, MINUTES * 60 / len(TARGETS)) for name, target in sorted(TARGETS.items())}
    words = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    note(f"mutation fuzzing of {len(TARGETS)} parsers, {MINUTES} min", f"0 escapes in {sum(counts.values()):,} inputs ({words})")
