"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: `warn` serves worse than it could, `fault` does not serve."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `fix` is empty when all is well."""

    level: Level
    subject: str
    text: str
    fix: str = ""

    def render(self) -> str:
        """One line, two with a fix."""
        line = f"{self.level.value:<5}  {self.subject:<12}  {self.text}"
        return f"{line}\n{'':<21}fix: {self.fix}" if self.fix else line


def ok(subject: str, text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, subject, text)


def warn(subject: str, text: str, fix: str) -> Finding:
    """It serves, but worse than it could."""
    return Finding(Level.WARN, subject, text, fix)


def fault(subject: str, text: str, fix: str) -> Finding:
    """It does not serve."""
    return Finding(Level.FAULT, subject, text, fix)
