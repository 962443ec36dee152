"""Making a back-up: the database first, then the files it speaks of, then the keys into an archive of their own."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telemed.backup import contents, places
from telemed.backup.archive import ArchiveWriter, new_archive
from telemed.backup.manifest import BACKUP, KEYS, Manifest
from telemed.backup.recovery_key import signing_key
from telemed.care.times import iso_utc
from telemed.config import Config
from telemed.errors import Conflict, InvalidInput, TelemedError
from telemed.files import PRIVATE_FILE, make_private_directory
from telemed.layout import Layout
from telemed.operation.audit_key import ensure_key
from telemed.store.snapshot import SnapshotFacts

SPARE_BYTES = 64 * 1024**2  # left free for what the running server writes meanwhile
LOCK = ".lock"

Snapshot = Callable[[], tuple[Path, SnapshotFacts]]  # makes a copy of the database; whoever calls removes it


class NoRoom(TelemedError):
    """The disk has no room for the back-up."""

    status = 507
    code = "disk_full"


@dataclass(frozen=True, slots=True)
class Order:
    """What to back up and where to. `text` is the configuration file as the operator wrote it, "" without one."""

    config: Config
    text: str
    directory: Path
    recipient: str  # "" writes a plain archive, and no keys
    version: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A finished back-up; `keys` None: none was written."""

    archive: Path
    keys: Path | None
    size: int
    facts: SnapshotFacts


def make_backup(order: Order, snapshot: Snapshot) -> Made:
    """Write one back-up. Blocking; constant memory. Raises NoRoom, Conflict, InvalidInput, OSError, ConfigError.

    Everything committed before the call is in it. Nothing is left behind of a back-up that failed.
    """
    layout = Layout(order.config)
    make_private_directory(order.directory)
    with _alone(order.directory):
        _clear_stale(order.directory)
        _check_room(order, layout)
        return _made(order, layout, snapshot)


def _made(order: Order, layout: Layout, snapshot: Snapshot) -> Made:
    copy, facts = snapshot()
    try:
        archive = _write_main(order, layout, copy, facts)
    except FileExistsError as error:
        raise Conflict("There is a back-up of this second already.") from error
    finally:
        copy.unlink(missing_ok=True)
    try:
        keys = _write_keys(order, layout) if order.recipient else None
    except BaseException:
        archive.unlink(missing_ok=True)  # without its keys it would look whole and not be
        raise
    return Made(archive, keys, archive.stat().st_size, facts)


def _write_main(order: Order, layout: Layout, copy: Path, facts: SnapshotFacts) -> Path:
    suffix = places.ARCHIVE if order.recipient else places.PLAIN
    path = order.directory / places.archive_name(order.now, suffix)
    with new_archive(path, order.recipient, _signer(order, layout)) as archive:
        archive.add_file(contents.DATABASE, copy)
        text = contents.public_configuration(order.config, order.text)
        archive.add_bytes(contents.CONFIGURATION, text.encode())
        for name, file in contents.installation_files(layout, order.directory):
            _add_if_there(archive, name, file)
        archive.finish(_manifest(order, BACKUP, facts))
    return path


def _write_keys(order: Order, layout: Layout) -> Path:
    if not order.recipient:
        raise InvalidInput("Keys are only written sealed.")
    path = order.directory / places.archive_name(order.now, places.KEYS)
    with new_archive(path, order.recipient, _signer(order, layout)) as archive:
        archive.add_bytes(contents.CONFIGURATION, order.text.encode())
        archive.add_bytes("installation.key", order.config.secrets.installation_key.encode())
        for name, file in contents.key_files(order.config, layout):
            _add_if_there(archive, name, file)
        archive.finish(_manifest(order, KEYS, None))
    return path


def _signer(order: Order, layout: Layout) -> Ed25519PrivateKey:
    """The key that came with the recovery key; for an installation from before, the one that signs its audit trail."""
    given = order.config.backup.signing_key
    return signing_key(given) if given else ensure_key(layout)


def _add_if_there(archive: ArchiveWriter, name: str, path: Path) -> None:
    """A file that went between listing and reading was erased on purpose; it does not belong into the back-up."""
    try:
        archive.add_file(name, path)
    except FileNotFoundError:
        return


def _manifest(order: Order, kind: str, facts: SnapshotFacts | None) -> Manifest:
    at = iso_utc(order.now.astimezone(UTC))
    if facts is None:
        return Manifest(kind, at, order.version)
    return Manifest(kind, at, order.version, facts.revision, facts.audit_rows, facts.audit_hash)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One back-up at a time in a directory. Raises Conflict. The kernel gives the lock back however the process ends."""
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Conflict("Another back-up is being written into this directory.") from None
    finally:
        os.close(descriptor)


def _clear_stale(directory: Path) -> None:
    """Remove what a back-up left that was killed. Whoever holds the lock is the only one who writes here."""
    for path in directory.glob(".telemed-*"):
        path.unlink(missing_ok=True)


def _check_room(order: Order, layout: Layout) -> None:
    """The copy of the database and the archive must fit. Raises NoRoom."""
    database = sum(path.stat().st_size for path in layout.root.glob(f"{layout.database.name}*"))
    files = sum(path.stat().st_size for _, path in contents.installation_files(layout, order.directory))
    same_disk = layout.root.stat().st_dev == order.directory.stat().st_dev
    needed = {layout.root: database * (2 if same_disk else 1) + (files if same_disk else 0)}
    if not same_disk:
        needed[order.directory] = database + files
    for place, size in needed.items():
        free = shutil.disk_usage(place).free
        if free < size + SPARE_BYTES:
            megabytes = (size + SPARE_BYTES - free) // 1024**2 + 1
            raise NoRoom(f"The disk has no room for the back-up: {megabytes} MB more are needed.")
