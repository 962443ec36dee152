"""`telemed restore`: an archive back into a directory, checked before anything is moved."""

from __future__ import annotations

import argparse
import os
import re
import time
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from telemed import exits, logs
from telemed.backup.contents import CONFIGURATION
from telemed.backup.recovery_key import signing_key
from telemed.backup.restore import Restored, Wish, restore
from telemed.backup.signature import raw_public
from telemed.backup.unpack import is_sealed_file
from telemed.care.audit_checkpoint import public_key
from telemed.cli import recovery
from telemed.config import Config, Store, load
from telemed.errors import ConfigError, Conflict, InvalidInput
from telemed.files import write_private
from telemed.layout import Layout
from telemed.operation.audit_key import read_key

_DIRECTORY = re.compile(r"^directory\s*=.*$", re.M)


def run(chosen: argparse.Namespace) -> int:
    """Restore, then say what is left to do."""
    logs.configure("cli", "warning")
    if chosen.config is not None and chosen.config.exists():
        raise Conflict(f"{chosen.config} is there already and is not overwritten. Move it away, or leave --config out.")
    sealed = is_sealed_file(chosen.archive) or (chosen.keys is not None and is_sealed_file(chosen.keys))
    key = recovery.read(chosen.recovery_key_file) if sealed or chosen.recovery_key_file is not None else None
    directory = chosen.into.resolve()
    started = time.monotonic()
    signers = known_signers(directory, chosen.verify_key or [])
    wish = Wish(chosen.archive, chosen.keys, key, directory, chosen.replace, datetime.now(UTC), signers, chosen.unsigned)
    done = restore(wish)
    path = chosen.config or directory / CONFIGURATION
    written = _write_configuration(path, done, directory)
    _tell(done, directory, path if written else None, time.monotonic() - started)
    return exits.OK


def known_signers(directory: Path, files: Iterable[Path]) -> dict[bytes, str]:
    """Public keys that may have signed: those named, and those of the installation in place. Raises InvalidInput.

    The recovery key, where it is at hand, says by itself which key goes with it.
    """
    found: dict[bytes, str] = {}
    with suppress(ConfigError):
        found[raw_public(read_key(Layout(Config(store=Store(directory=str(directory))))).public_key())] = "the audit key in place"
    with suppress(ConfigError, InvalidInput):
        given = load(directory / CONFIGURATION, os.environ).backup.signing_key
        if given:
            found[raw_public(signing_key(given).public_key())] = "the configuration in place"
    for file in files:
        found[raw_public(_public_key(file))] = "--verify-key"
    return found


def _public_key(file: Path) -> Ed25519PublicKey:
    try:
        return public_key(file.read_bytes())
    except OSError as error:
        raise InvalidInput("The file of --verify-key cannot be read.") from error


def _write_configuration(path: Path, done: Restored, directory: Path) -> bool:
    """Write the settings, pointed at the directory; False when the file is there already."""
    try:
        write_private(path, _placed(done.configuration, directory).encode(), exclusive=True)
    except FileExistsError:
        return False
    return True


def _placed(text: str, directory: Path) -> str:
    """The text with `store.directory` set to where the data lies now."""
    head, mark, rest = text.partition("[store]")
    line = f'directory = "{directory}"'
    if not mark:
        return f"{text}\n[store]\n{line}\n"
    section, following, tail = rest.partition("\n[")
    changed = _DIRECTORY.sub(lambda _: line, section, count=1) if _DIRECTORY.search(section) else f"\n{line}{section}"
    candidate = f"{head}{mark}{changed}{following}{tail}"
    try:
        return candidate if tomllib.loads(candidate)["store"]["directory"] == str(directory) else text
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        return text


def _tell(done: Restored, directory: Path, configuration: Path | None, seconds: float) -> None:
    manifest = done.manifest
    print(f"Restored the back-up of {manifest.made_at} into {directory} in {seconds:.1f} s.")
    print(done.signed if done.is_trusted else f"WARNING: {done.signed} Restored all the same, as told.")
    print(f"Every file is as it was written, the database is sound, the audit trail complete: {manifest.audit_rows} rows.")
    print(f"Row {manifest.audit_rows + 1} of it says that this back-up was restored.")
    if done.aside is not None:
        print(f"The database that was there lies in {done.aside} now.")
    if configuration is not None:
        print(f"The configuration is {configuration}.")
    if not done.with_keys:
        print("The keys were not restored. Put the installation key back (secrets.installation_key), or links stop working.")
    elif (directory / "restored-secrets").is_dir():
        print(f"Files that the configuration names lie in {directory / 'restored-secrets'}: put them where it looks for them.")
    print("Next: telemed config check, telemed audit verify, telemed serve. Look at who may sign in: it is as of that day.")
