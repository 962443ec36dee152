"""The present settings of a running server: what was given at start, with what has been reloaded since."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from telemed.config import Config, load
from telemed.config.files import KEY_VARIABLE
from telemed.errors import ConfigError

# Sections and keys that take effect at once. Everything else is read by parts that live as long as their process.
AT_ONCE = frozenset(
    {
        "clinic.name",
        "clinic.phone",
        "clinic.emergency_number",
        "logging.level",
        "logging.format",
        "limits.disk_warn_percent",
        "limits.disk_refuse_percent",
        "limits.disk_refuse_megabytes",
        "backup.directory",
        "backup.keep_days",
        "backup.hour",
        "backup.recipient",
        "backup.signing_key",
        "metrics.addresses",
        "metrics.token",
        "metrics.token_file",
    }
)


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Names of settings: those that count now, and those that wait for a restart."""

    applied: tuple[str, ...]
    waiting: tuple[str, ...]


class Settings:
    """`path` None: a demo, which has no file. `current` is always complete and good."""

    def __init__(self, config: Config, path: Path | None) -> None:
        self.current = config
        self._path = path
        self._started = config
        self._listeners: list[Callable[[Config], None]] = []

    @property
    def text(self) -> str:
        """The configuration file as it is now, "" without one. Blocking."""
        return self._path.read_text("utf-8") if self._path is not None else ""

    def on_reload(self, listener: Callable[[Config], None]) -> None:
        """Call `listener` with the settings after each reload."""
        self._listeners.append(listener)

    def reload(self) -> Reloaded:
        """Read the file again and apply what may be applied. Raises ConfigFaults (nothing is applied), ConfigError for a demo.

        What the command line of `serve` changed stays as it is. Blocking: reads small files.
        """
        if self._path is None:
            raise ConfigError("A demo has no configuration file to read again.")
        read = load(self._path, {**os.environ, KEY_VARIABLE: self._started.secrets.installation_key})
        before, self.current = self.current, _merged(self.current, read)
        for listener in self._listeners:
            listener(self.current)
        return Reloaded(tuple(sorted(_differences(before, self.current))), tuple(sorted(_differences(self.current, read))))


def _merged(present: Config, read: Config) -> Config:
    """`present` with what may change at once taken from `read`."""
    sections = {}
    for entry in dataclasses.fields(Config):
        section, new = getattr(present, entry.name), getattr(read, entry.name)
        names = [field.name for field in dataclasses.fields(section) if f"{entry.name}.{field.name}" in AT_ONCE]
        sections[entry.name] = dataclasses.replace(section, **{name: getattr(new, name) for name in names})
    return Config(**sections)


def _differences(one: Config, other: Config) -> list[str]:
    found = []
    for entry in dataclasses.fields(Config):
        first, second = getattr(one, entry.name), getattr(other, entry.name)
        for field in dataclasses.fields(first):
            if getattr(first, field.name) != getattr(second, field.name):
                found.append(f"{entry.name}.{field.name}")
    return found
