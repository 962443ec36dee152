"""The packet path in single steps, and what sending several packets by one call would save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.process import in_process
from tests.bench.settings import Settings

PAID = {"in": "per packet in", "out": "per copy out"}


async def measure_all(settings: Settings, say: Callable[[str], None]) -> dict[str, Any]:
    """Both in processes of their own."""
    orders = {"repeats": settings.path_repeats, "packets": settings.path_packets, "priority": settings.priority}
    say("steps of the packet path")
    steps = await in_process("tests.bench.steps", orders)
    say("a frame's packets by one call")
    return {**steps, **await in_process("tests.bench.segments", orders)}


def lines(part: dict[str, Any]) -> list[tuple[str, ...]]:
    """Both tables for people: steps in nanoseconds, sends in microseconds a packet."""
    rows: list[tuple[str, ...]] = [("step", "paid", "ns", "before", "replaced")]
    rows += [
        (row["name"], PAID[row["each"]], f"{row['ns']}", f"{row['ns_before'] or ''}", row["replaced"]) for row in part["steps"]
    ]
    rows.append(("pack, protect, send", "packets a frame", "us each by one", "us by one call", "saved"))
    for row in part["segments"]:
        saved = f"{1 - row['in_one'] / row['one_by_one']:.0%}" if row["one_by_one"] else ""
        rows.append((row["way"], f"{row['packets']}", f"{row['one_by_one']:.2f}", f"{row['in_one']:.2f}", saved))
    return rows
