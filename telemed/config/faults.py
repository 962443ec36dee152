"""What is wrong with a configuration: every fault at once, each with its line and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telemed.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. `line` counts from 1; 0 when no line can be pointed at. Values are never repeated."""

    line: int
    key: str
    problem: str
    fix: str

    def render(self, file: str) -> str:
        """One line for a terminal."""
        place = f"{file}:{self.line}" if self.line else file
        return f"{place}: {self.key}: {self.problem}. Fix: {self.fix}."


class ConfigFaults(ConfigError):
    """The configuration cannot be used; `faults` is never empty and in the order of the file."""

    def __init__(self, faults: Sequence[Fault], file: str) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.key)))
        self.file = file
        super().__init__(f"The configuration has {len(self.faults)} fault(s).")

    def render(self) -> str:
        """All faults, one per line."""
        return "\n".join(fault.render(self.file) for fault in self.faults)
