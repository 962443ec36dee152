"""From TOML text to a `Config`, or to all its faults at once."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from telemed.config.conflicts import Problem, conflicts
from telemed.config.faults import ConfigFaults, Fault
from telemed.config.lines import key_lines, line_of
from telemed.config.model import Config
from telemed.config.rules import BadValue, Rule

MAX_CONFIG_BYTES = 64 * 1024  # the example with all comments has 5 KiB; anything larger is not our file


def parse(source: str, file: str = "config") -> Config:
    """Return the settings of TOML text `source`, paths as written. Raises ConfigFaults with every fault found."""
    config, problems, lines = examine(source, file)
    if problems:
        raise ConfigFaults(placed(problems, lines), file)
    return config


def examine(source: str, file: str) -> tuple[Config, list[Problem], dict[str, int]]:
    """The settings (faulty keys keep their default), all that is wrong with them, and the line of each key.

    Raises ConfigFaults for text that is not TOML.
    """
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigFaults([_syntax_fault(str(error), source)], file) from None
    lines = key_lines(source)
    config, problems = from_table(table)
    problems += conflicts(config, {key for key, _, _ in problems})
    return config, problems, lines


def placed(problems: Iterable[Problem], lines: dict[str, int]) -> list[Fault]:
    """The problems as faults, each on its line."""
    return [Fault(line_of(lines, key), key, problem, fix) for key, problem, fix in problems]


def from_table(table: Mapping[str, Any]) -> tuple[Config, list[Problem]]:
    """Build a `Config` from nested tables; faulty keys keep their default and come back as (key, problem, fix)."""
    problems: list[Problem] = []
    sections: dict[str, Any] = {}
    known = {entry.name: entry for entry in dataclasses.fields(Config)}
    for name, values in table.items():
        if name not in known:
            problems.append((name, "is no section of this server", "remove it; sections are " + ", ".join(known)))
        elif not isinstance(values, Mapping):
            problems.append((name, "is a value where a section is wanted", f"write [{name}] on its own line, the keys below"))
        else:
            factory: Any = known[name].default_factory
            sections[name] = _section(name, factory, values, problems)
    return Config(**sections), problems


def read_text(path: Path) -> str:
    """Return the text of a configuration file. Raises ConfigFaults when it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CONFIG_BYTES + 1)
        if len(raw) > MAX_CONFIG_BYTES:
            raise ConfigFaults([Fault(0, "file", "is larger than 64 KiB", "name the right file")], str(path))
        return raw.decode("utf-8")
    except OSError as error:
        fault = Fault(0, "file", f"cannot be read ({error.strerror})", "name the right file, or run `telemed init`")
        raise ConfigFaults([fault], str(path)) from None
    except UnicodeDecodeError:
        raise ConfigFaults([Fault(0, "file", "is not UTF-8 text", "save it as UTF-8")], str(path)) from None


def _section(name: str, factory: Any, values: Mapping[str, Any], problems: list[Problem]) -> Any:
    fields = {entry.name: entry for entry in dataclasses.fields(factory)}
    good: dict[str, Any] = {}
    for key, value in values.items():
        entry = fields.get(key)
        if entry is None:
            problems.append((f"{name}.{key}", "is no key of this section", "remove it; keys are " + ", ".join(fields)))
            continue
        rule: Rule = entry.metadata["rule"]
        try:
            good[key] = rule.read(value)
        except BadValue as bad:
            problems.append((f"{name}.{key}", str(bad), f"write {rule.wanted}"))
    return factory(**good)


def _syntax_fault(message: str, source: str) -> Fault:
    """A fault for text that is not TOML. tomllib's message may quote the text, so only its place is used."""
    place = re.search(r"at line (\d+)", message)
    line = int(place.group(1)) if place else len(source.splitlines())
    return Fault(line, "syntax", "is not valid TOML here", 'write key = value; texts in quotes, e.g. name = "Clinic"')
