"""Which line of a TOML text a key stands on. `tomllib` does not say, and faults without a line cost operators time."""

from __future__ import annotations

import re

HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")
ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*=")


def key_lines(source: str) -> dict[str, int]:
    """Map `section` and `section.key` to the line (from 1) of their first appearance.

    Good for faults only: inside a multi-line string, text that looks like a key may be taken for one.
    """
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(source.splitlines(), start=1):
        header = HEADER.match(line)
        if header:
            section = _plain(header.group(1))
            found.setdefault(section, number)
            continue
        assignment = ASSIGNMENT.match(line)
        if assignment:
            name = _plain(assignment.group(1))
            found.setdefault(f"{section}.{name}" if section else name, number)
    return found


def line_of(lines: dict[str, int], key: str) -> int:
    """The line of `key`, else of its section, else 0."""
    return lines.get(key) or lines.get(key.split(".", maxsplit=1)[0], 0)


def _plain(name: str) -> str:
    """A dotted or quoted key in its plain form."""
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
