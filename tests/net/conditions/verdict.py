"""Holds what was measured against what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.net.conditions.record import Finding


@dataclass
class Verdict:
    """Collects figures of one condition. `wanted` is what the documents promise, in words."""

    condition: str
    wanted: str
    figures: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def share(self, what: str, value: float, limit: float) -> None:
        """A share that must not be above the limit."""
        self._add(f"{what} {value:.1%}", value <= limit)

    def seconds(self, what: str, value: float, limit: float) -> None:
        """A time that must not be above the limit."""
        self._add(f"{what} {value:.2f} s", value <= limit)

    def number(self, what: str, value: float, limit: float) -> None:
        """A number that must not be above the limit."""
        self._add(f"{what} {value:.1f}", value <= limit)

    def holds(self, what: str, is_so: bool) -> None:
        """Something that must be so."""
        self._add(what if is_so else f"not: {what}", is_so)

    def tell(self, what: str) -> None:
        """A figure nobody is held to."""
        self.figures.append(what)

    def _add(self, figure: str, reached: bool) -> None:
        self.figures.append(figure if reached else f"**{figure}**")
        if not reached:
            self.missed.append(figure)

    def finding(self) -> Finding:
        """For the record."""
        return Finding(self.condition, self.wanted, not self.missed, ", ".join(self.figures))
