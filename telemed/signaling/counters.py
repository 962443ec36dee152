"""What the signaling layer counts: drops and refusals by fixed reason, for the metrics page. Never a name, id or address."""

from __future__ import annotations

from collections import Counter


class Counters:
    """Named counts; the names come from our own code only, so their number is bounded."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: str, amount: int = 1) -> None:
        """Count `amount` more of `name`."""
        self._counts[name] += amount

    def get(self, name: str) -> int:
        """How many of `name` were counted."""
        return self._counts[name]

    def snapshot(self) -> dict[str, int]:
        """All counts so far."""
        return dict(self._counts)
