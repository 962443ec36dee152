"""What belongs into which archive: all of the installation's directory but what is made anew, and no key in the main one."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from telemed.backup.manifest import is_safe_name
from telemed.config import Config, render
from telemed.layout import Layout

DATABASE = "telemed.sqlite3"
CONFIGURATION = "telemed.toml"
FILES = "files"  # prefix of members: files of the installation's directory
KEY_FILES = "keys"  # prefix in the key archive: var/keys
SECRET_FILES = "secrets"  # prefix in the key archive: files that settings name  # noqa: S105 - a directory
# Settings that are secrets, and settings that name a file with one.
SECRET_KEYS = frozenset({"installation_key", "token", "report_token", "password", "client_secret", "secret", "signing_key"})
SECRET_FILE_KEYS = frozenset(
    {
        "installation_key_file",
        "token_file",
        "report_token_file",
        "password_file",
        "client_secret_file",
        "secret_file",
        "master_key_file",
    }
)
# Made anew at each start, or kept apart, or a back-up itself. Recordings are far larger than all else, sealed already and never
# changed: they are copied by themselves (docs/operations.md).
LEFT_OUT = frozenset({"run", "faults", "keys", "work", "backups", "ca", "recordings", "demo-accounts.json", "installation.key"})


def installation_files(layout: Layout, apart: Path) -> Iterator[tuple[str, Path]]:
    """(member name, path) of every file that lasts beside the database; `apart` (the back-ups' directory) is left out."""
    for top in sorted(layout.root.iterdir()):
        if not is_restorable(top.name) or top.is_symlink() or top.resolve() == apart.resolve():
            continue
        for path in _walk(top):
            name = f"{FILES}/{path.relative_to(layout.root).as_posix()}"
            if is_safe_name(name):
                yield name, path


def is_restorable(top: str) -> bool:
    """Whether something of this name at the top of the directory is among the files of a back-up: no database and no log of one,
    which would change a database that was checked, and no keys, which have their own archive."""
    return not top.startswith((DATABASE, ".")) and top not in LEFT_OUT


def key_files(config: Config, layout: Layout) -> Iterator[tuple[str, Path]]:
    """(member name, path) of keys: those of the vault, and the files that settings name."""
    for path in _walk(layout.keys):
        yield f"{KEY_FILES}/{path.relative_to(layout.keys).as_posix()}", path
    for section, key, value in _settings(config):
        if key in SECRET_FILE_KEYS and value and Path(value).is_file():
            yield f"{SECRET_FILES}/{section}.{key}", Path(value)


def without_secrets(config: Config) -> Config:
    """The same settings, every secret empty."""
    changed: dict[str, Any] = {}
    for entry in dataclasses.fields(Config):
        section = getattr(config, entry.name)
        blank = {field.name: "" for field in dataclasses.fields(section) if field.name in SECRET_KEYS}
        changed[entry.name] = dataclasses.replace(section, **blank)
    return Config(**changed)


def public_configuration(config: Config, text: str) -> str:
    """The configuration as text without secrets: the operator's own words where that is certain, else written anew."""
    lines = [_blanked(line) for line in text.splitlines()]
    candidate = "\n".join(lines) + "\n"
    try:
        table = tomllib.loads(candidate)
    except tomllib.TOMLDecodeError:
        return render(without_secrets(config))
    sections = [section for section in table.values() if isinstance(section, dict)]
    clean = all(not section.get(key) for section in sections for key in SECRET_KEYS)
    leaked = any(value and value in candidate for _, key, value in _settings(config) if key in SECRET_KEYS)
    return candidate if text and clean and not leaked else render(without_secrets(config))


def _blanked(line: str) -> str:
    key = line.partition("=")[0].strip()
    return f'{key} = ""  # in the key archive' if key in SECRET_KEYS and "=" in line else line


def _settings(config: Config) -> Iterator[tuple[str, str, str]]:
    """(section, key, value) of every text."""
    for entry in dataclasses.fields(Config):
        section = getattr(config, entry.name)
        for field in dataclasses.fields(section):
            value = getattr(section, field.name)
            if isinstance(value, str):
                yield entry.name, field.name, value


def _walk(top: Path) -> Iterator[Path]:
    """Regular files at and below `top`, no links, in a stable order."""
    if top.is_file() and not top.is_symlink():
        yield top
        return
    for folder, folders, files in os.walk(top):
        folders.sort()
        for name in sorted(files):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink() and not name.startswith("."):
                yield path
