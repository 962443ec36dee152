"""The master keys, which wrap the data keys of recordings: the one in use, and older ones that still open what they wrapped.

They come from `recording.master_key_file`, else from TELEMED_RECORDING_KEY, else from the installation's key. File and variable
hold keys of 32 bytes as base64, apart by white space: the first is in use, the others are older ones, kept until everything is
wrapped anew. A line of the file that begins with # says something to people. The derived key is always among the older ones, so
that an installation can go over to a file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from telemed.config.files import RECORDING_KEY_VARIABLE
from telemed.errors import ConfigError
from telemed.files import write_private
from telemed.recording.ciphers import KEY_BYTES
from telemed.sealing import derive_key

VARIABLE = RECORDING_KEY_VARIABLE
DERIVED_PURPOSE = "recording master"
NAME_BYTES = 8  # of a key's hash: enough to tell our few keys apart, nothing about the key
MAX_FILE_BYTES = 16 * 1024  # some hundred keys


class Masters(Protocol):
    """Keys by name, whether they were read once or are read anew each time."""

    @property
    def current(self) -> str:
        """The name of the one that wraps."""
        ...

    def __getitem__(self, name: str) -> bytes: ...
    def __contains__(self, name: object) -> bool: ...


class MasterKeys:
    """Keys by name. `current` wraps; all of them open."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ConfigError("A master key of recordings must have 32 bytes.")
        self.current = key_name(keys[0])
        self._keys = {key_name(key): key for key in reversed(keys)}

    def __getitem__(self, name: str) -> bytes:
        """The key called so. Raises KeyError."""
        return self._keys[name]

    def __contains__(self, name: object) -> bool:
        return name in self._keys


def key_name(key: bytes) -> str:
    """What a key is called in the files it wrapped."""
    return hashlib.sha256(b"recording master name" + key).hexdigest()[: 2 * NAME_BYTES]


def load_master_keys(file: Path | None, environment: Mapping[str, str], installation_key: bytes) -> MasterKeys:
    """Read them from where they are. Raises ConfigError. Blocking."""
    if file is not None:
        given = _parse(_read(file), "the file of the recordings' master key")
    else:
        given = _parse(environment.get(VARIABLE, ""), VARIABLE)
    if file is not None and not given:
        raise ConfigError("The file of the recordings' master key is empty.")
    return MasterKeys((*given, derive_key(installation_key, DERIVED_PURPOSE)))


def new_master_key(file: Path) -> None:
    """Put a fresh key before those in `file` (made when it is not there), whole or not at all. Raises ConfigError, OSError.

    Blocking. What runs goes on with the keys it read; wrap everything anew, then the older ones may go.
    """
    older = _read(file) if file.exists() else ""
    _parse(older, "the file of the recordings' master key")
    fresh = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    write_private(file, f"{fresh}\n{older}".encode())


def forget_older_keys(file: Path) -> None:
    """Leave only the key in use in `file`. Raises ConfigError, OSError. Blocking. Only when nothing is wrapped by the others."""
    keys = _parse(_read(file), "the file of the recordings' master key")
    if keys:
        write_private(file, base64.b64encode(keys[0]) + b"\n")


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE_BYTES).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("The file of the recordings' master key cannot be read.") from error


def _parse(text: str, where: str) -> tuple[bytes, ...]:
    words = [word for line in text.splitlines() if not line.lstrip().startswith("#") for word in line.split()]
    try:
        keys = tuple(base64.b64decode(word, validate=True) for word in words)
    except (binascii.Error, ValueError) as error:
        raise ConfigError(f"A key in {where} is no base64.") from error
    if any(len(key) != KEY_BYTES for key in keys):
        raise ConfigError(f"A key in {where} has not 32 bytes.")
    return keys
