"""Writes what a long proof found into docs/proof.md: one row with its date, newest last."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

PROOF = Path(__file__).resolve().parents[2] / "docs" / "proof.md"
HEAD = """# Proof

What `make prove` found, written by the runs themselves. A row is one run that passed; figures are of the machine named in it.

| date (UTC) | machine | what | figures |
|---|---|---|---|
"""


def machine() -> str:
    """Cores and load of this machine, as far as they explain figures."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"


def note(what: str, figures: str) -> None:
    """Append a row."""
    text = PROOF.read_text() if PROOF.exists() else HEAD
    cells = [datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), machine(), what, figures]
    PROOF.write_text(text + "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |\n")
