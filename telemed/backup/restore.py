"""Restoring: unpacked beside the place, checked from hash to audit trail, and only then moved in, the database last."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from telemed.backup import contents, places
from telemed.backup.archive import sync_directory
from telemed.backup.manifest import BACKUP, KEYS, Manifest
from telemed.backup.recovery_key import RecoveryKey
from telemed.backup.signature import Signature, raw_public
from telemed.backup.unpack import unpack
from telemed.care.audit_actions import AuditAction
from telemed.errors import Conflict, InvalidInput
from telemed.files import PRIVATE_DIRECTORY, make_private_directory
from telemed.store import snapshot
from telemed.store.audit_note import append_to_file
from telemed.store.lock import ProcessLock
from telemed.store.migrate import knows


@dataclass(frozen=True, slots=True)
class Wish:
    """What to restore and where. `keys` None: the key archive is not at hand; `replace`: move an existing database aside."""

    archive: Path
    keys: Path | None
    recovery_key: RecoveryKey | None
    directory: Path
    replace: bool
    now: datetime
    signers: Mapping[bytes, str] = field(default_factory=dict)  # public key -> where it is known from, beside the recovery key
    unsigned: bool = False  # restore what nobody known has signed, and say so


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the directory now. `configuration` is TOML text; `aside` is where the former database lies."""

    manifest: Manifest
    configuration: str
    with_keys: bool
    installation_key: str
    aside: Path | None
    signed: str  # what was found about the signature
    is_trusted: bool  # somebody known has signed


def restore(wish: Wish) -> Restored:
    """Restore a back-up. Blocking. Nothing of the directory is touched before every check has passed.

    Raises Conflict (there is a database), DatabaseInUse, InvalidInput (damaged, wrong key, cut off), OSError.
    """
    database = wish.directory / contents.DATABASE
    if database.exists() and not wish.replace:
        raise Conflict("There is a database in this directory already. Choose an empty one, or say --replace to move it aside.")
    make_private_directory(wish.directory)
    lock = ProcessLock.acquire(database)
    staging = wish.directory / f".restore-{secrets.token_hex(4)}"
    try:
        staging.mkdir(mode=PRIVATE_DIRECTORY)
        manifest, signed, is_trusted = _unpacked(wish, staging)
        note = (AuditAction.BACKUP_RESTORED, _backup_id(manifest), wish.now)
        append_to_file(staging / "main" / contents.DATABASE, *note)
        aside = _move_aside(wish, database)
        _move_in(staging, wish.directory)
        configuration, key = _configuration(staging, wish), _installation_key(staging)
        return Restored(manifest, configuration, wish.keys is not None, key, aside, signed, is_trusted)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        lock.release()


def _unpacked(wish: Wish, staging: Path) -> tuple[Manifest, str, bool]:
    """Both archives, unpacked and checked; what their signatures say, and whether that is enough."""
    found = [unpack(wish.archive, wish.recovery_key, BACKUP, _made(staging / "main"))]
    if wish.keys is not None:
        found.append(unpack(wish.keys, wish.recovery_key, KEYS, _made(staging / "apart")))
    signers = dict(wish.signers)
    if wish.recovery_key is not None:
        signers[raw_public(wish.recovery_key.signing.public_key())] = "the recovery key"
    doubts = [doubt for one in found if (doubt := _doubt(one.signature, signers))]
    if doubts and not wish.unsigned:
        raise InvalidInput(f"{doubts[0]} Name a public key you know with --verify-key, or say --unsigned.")
    _check_contents(staging, found[0].manifest)
    known = sorted({signers[one.signature.public] for one in found if one.signature is not None and not doubts})
    return found[0].manifest, doubts[0] if doubts else f"Its signature is good, by {' and '.join(known)}.", not doubts


def _doubt(signature: Signature | None, signers: Mapping[bytes, str]) -> str:
    """Why an archive need not be of this installation; "" when somebody known has signed every byte of it."""
    if signature is None:
        return "The archive bears no signature: anybody may have made it (or it is from before there were signatures)."
    if not signature.is_good:
        return "The archive's signature is wrong: it was changed after it was made."
    if signature.public not in signers:
        return "The archive is signed with a key that is not known here: it is of another installation, or of an earlier key."
    return ""


def _backup_id(manifest: Manifest) -> str:
    try:
        return places.backup_id(datetime.fromisoformat(manifest.made_at))
    except ValueError as error:
        raise InvalidInput("The archive's manifest cannot be read.") from error


def _check_contents(staging: Path, manifest: Manifest) -> None:
    """The files are ours and no others, the database is sound and its audit trail the one that was backed up."""
    database = staging / "main" / contents.DATABASE
    if not database.is_file():
        raise InvalidInput("The archive holds no database.")
    files = staging / "main" / contents.FILES
    if files.is_dir() and not all(contents.is_restorable(top.name) for top in files.iterdir()):
        raise InvalidInput("The archive holds something that is not ours.")
    if not knows(manifest.revision):
        raise InvalidInput("This back-up was written by a later version of telemed. Restore it with that one.")
    broken = snapshot.faults(database)
    if broken:
        raise InvalidInput("The database in the archive is damaged.")
    verdict = snapshot.verify_file(database)
    if not verdict.complete or (verdict.rows, verdict.last_hash if verdict.rows else "") != _head(manifest):
        raise InvalidInput("The audit trail in the archive is not the one that was backed up.")


def _head(manifest: Manifest) -> tuple[int, str]:
    return manifest.audit_rows, manifest.audit_hash


def _move_aside(wish: Wish, database: Path) -> Path | None:
    """Put a former database, with its log, into a directory of its own."""
    present = [path for suffix in ("", "-wal", "-shm") if (path := Path(f"{database}{suffix}")).exists()]
    if not present:
        return None
    snapshot.settle(database)
    stamp = places.archive_name(wish.now, "").removeprefix("telemed-")
    aside = _made(wish.directory / "work" / f"before-restore-{stamp}-{secrets.token_hex(2)}")
    for path in present:
        if path.exists():  # a settled log is gone
            os.replace(path, aside / path.name)
    return aside


def _move_in(staging: Path, directory: Path) -> None:
    """Files and keys first, the database last: with it the installation is there."""
    _merge(staging / "main" / contents.FILES, directory)
    _merge(staging / "apart" / contents.KEY_FILES, directory / "keys")
    _merge(staging / "apart" / contents.SECRET_FILES, directory / "restored-secrets")
    os.replace(staging / "main" / contents.DATABASE, directory / contents.DATABASE)
    sync_directory(directory)


def _merge(source: Path, target: Path) -> None:
    """Move every file below `source` to its place below `target`."""
    for folder, _, files in os.walk(source):
        place = target / Path(folder).relative_to(source)
        if files:
            make_private_directory(place)
        for name in files:
            os.replace(Path(folder, name), place / name)


def _configuration(staging: Path, wish: Wish) -> str:
    """With its secrets when the keys are there."""
    full = staging / "apart" / contents.CONFIGURATION
    if wish.keys is not None and full.is_file() and full.stat().st_size:
        return full.read_text("utf-8")
    return (staging / "main" / contents.CONFIGURATION).read_text("utf-8")


def _installation_key(staging: Path) -> str:
    path = staging / "apart" / "installation.key"
    return path.read_text("ascii") if path.is_file() else ""


def _made(path: Path) -> Path:
    path.mkdir(mode=PRIVATE_DIRECTORY, parents=True)
    return path
