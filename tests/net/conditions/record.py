"""Writes what was measured under bad conditions into docs/networks.md: one row for each condition, and a list of all runs below.

A row shows the latest run, be its figure reached or not; no run is left out of the list.
"""

from __future__ import annotations

import functools
import pathlib
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.bench.machine import commit
from tests.prove.figures import machine

DOCUMENT = pathlib.Path(__file__).resolve().parents[3] / "docs" / "networks.md"
TABLE, RUNS = "<!-- conditions: written by make prove -->", "<!-- runs: written by make prove, newest last -->"
HEAD = "| condition | figure to reach | reached | measured | when (UTC), where |\n|---|---|---|---|---|\n"


@dataclass(frozen=True)
class Finding:
    """One run of one condition."""

    condition: str
    wanted: str
    reached: bool
    measured: str


def write(found: Finding, document: pathlib.Path = DOCUMENT) -> None:
    """Replace the condition's row, or add it, and add the run to the list. Raises ValueError when the document has no marks."""
    text = document.read_text()
    head, _, rest = text.partition(TABLE)
    table, _, tail = rest.partition(RUNS)
    if not tail:
        raise ValueError(f"{document.name} has lost its marks")
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M}; {machine()}; {versions()}"
    cells = [found.condition, found.wanted, "yes" if found.reached else "**no**", found.measured, when]
    rows = [line for line in table.strip().split("\n")[2:] if _first_cell(line) not in ("", cells[0])]
    order = [_first_cell(line) for line in table.strip().split("\n")[2:]]
    rows.insert(order.index(cells[0]) if cells[0] in order else len(rows), _row(cells))
    run = f"* {when}: **{found.condition}**: {cells[2].strip('*')}; {_plain(found.measured)}"
    document.write_text(f"{head}{TABLE}\n{HEAD}" + "\n".join(rows) + f"\n\n{RUNS}{tail.rstrip()}\n{run}\n")


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("|", "/"))


def _first_cell(row: str) -> str:
    return row.strip("| ").split(" | ")[0]


@functools.cache
def versions() -> str:
    """Commit and browsers."""
    return f"commit {commit()}, {_version('chromium')}, {_version('firefox-esr')}"


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    found = re.search(r"(Chromium|Firefox) (\d+)", done.stdout)
    return f"{found[1]} {found[2]}" if found else f"no {program}"
