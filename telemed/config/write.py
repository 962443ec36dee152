"""From a `Config` to TOML text with every key and its reason: the example file and what `telemed init` writes."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from typing import Any

from telemed.config.model import Config

HEADER = """\
# Settings of telemed. Every key is listed with its default; a file with only the keys you change is as good.
# Check a changed file with `telemed config check --config PATH`: it names all faults with their lines.
"""
COMMENT_WIDTH = 118


def render(config: Config) -> str:
    """Return TOML text that parses back to `config`; each key has its reason above it."""
    parts = [HEADER]
    for entry in dataclasses.fields(Config):
        section = getattr(config, entry.name)
        parts.append(f"{_comment(type(section).__doc__ or '')}\n[{entry.name}]\n" + "\n".join(_keys(section)))
    return "\n".join(parts)


def _keys(section: Any) -> list[str]:
    return [
        f"{_comment(entry.metadata['about'])}\n{entry.name} = {_value(getattr(section, entry.name))}\n"
        for entry in dataclasses.fields(section)
    ]


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in textwrap.wrap(text, COMMENT_WIDTH))


def _value(value: str | int | bool | tuple[str, ...]) -> str:
    """A TOML literal. JSON strings and arrays are TOML, too, once DEL is escaped (TOML 1.0, basic strings)."""
    literal = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
    return literal.replace("\x7f", "\\u007f")
