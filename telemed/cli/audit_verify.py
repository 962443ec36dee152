"""`telemed audit verify`: is every row of the audit trail there and as it was written, and is it the trail of the checkpoints?"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from telemed import exits
from telemed.care.audit_chain import CUT_OFF, OTHER_TRAIL, REWRITTEN, Head
from telemed.care.audit_checkpoint import Checkpoint, from_bytes, is_signed, key_id, public_key
from telemed.cli.installation import Work, layout_of, run_there
from telemed.errors import ConfigError, InvalidInput
from telemed.layout import Layout
from telemed.operation.audit_key import key_path, read_key
from telemed.store import Store
from telemed.store.snapshot import verify_file

HEADS_AT_ONCE = 100  # heads in one question to the running server; its lines hold 16 KiB


@dataclass(frozen=True, slots=True)
class Kept:
    """The heads that count, and what is wrong with files that do not."""

    heads: tuple[Head, ...]
    files: int
    complaints: tuple[str, ...]


def run(chosen: argparse.Namespace) -> int:
    """Print the verdict; exit code 1 when the trail is damaged, 65 when it is not but a checkpoint could not be used."""
    kept = read_kept(chosen.checkpoint or [], trusted_keys(chosen))
    for complaint in kept.complaints:
        print(f"Not used: {complaint}")
    if chosen.database is not None:
        verdict = _of_file(chosen.database, kept.heads)
    else:
        verdict = _of_installation(layout_of(chosen), kept.heads)
    print("\n".join(sentences(verdict, kept)))
    if verdict["fault_at"] is not None:
        return exits.FAILED
    return exits.DATA if kept.complaints else exits.OK


async def verify(store: Store, heads: Iterable[Head]) -> dict[str, Any]:
    """The verdict as plain values."""
    return dataclasses.asdict(await store.verify_audit(heads))


def trusted_keys(chosen: argparse.Namespace) -> list[Ed25519PublicKey]:
    """The installation's own key, where it is there, and those named. Raises InvalidInput."""
    keys = [public_key(_read(path)) for path in chosen.key or []]
    if chosen.database is None or not keys:
        try:
            layout = layout_of(chosen)
        except ConfigError:
            return keys  # a file from elsewhere, looked at where no installation is
        if key_path(layout).exists():
            keys.append(read_key(layout).public_key())
    return keys


def read_kept(files: Iterable[Path], keys: Iterable[Ed25519PublicKey]) -> Kept:
    """Read checkpoint files and sort out those whose signature is not that of a trusted key."""
    by_id = {key_id(key): key for key in keys}
    heads: list[Head] = []
    complaints: list[str] = []
    count = 0
    for path in files:
        complaint = _take(path, by_id, heads)
        if complaint:
            complaints.append(f"{path}: {complaint}")
        else:
            count += 1
    return Kept(tuple(heads), count, tuple(complaints))


def sentences(verdict: dict[str, Any], kept: Kept) -> list[str]:
    """The verdict for people."""
    rows, at, fault_at = verdict["rows"], verdict["last_at"] or "the beginning", verdict["fault_at"]
    if fault_at is None:
        told = [f"The audit trail is complete up to {at}: {rows} rows."]
        if kept.files:
            return [*told, f"It is the trail of {_checkpoints(kept.files)}; rows up to {verdict['proven']} are proven by them."]
        return [
            *told,
            "No checkpoint was compared: one that is kept off this machine shows a trail that was cut off or rewritten.",
        ]
    words = _FAULTS.get(verdict["fault"], "Row {fault_at} is {fault}.").format_map(verdict)
    told = [f"The audit trail is damaged. {words}", f"{rows} rows before are sound in themselves, the last of {at}."]
    if kept.files:
        told.append(f"Rows up to {verdict['proven']} are proven by {_checkpoints(kept.files)}.")
    return told


_FAULTS = {
    CUT_OFF: "Rows {fault_at} to {fault_to} or later are missing: they were cut off, or this is an older copy of the database.",
    REWRITTEN: "Rows {fault_at} to {fault_to} are not those of the checkpoint: they were written anew.",
    OTHER_TRAIL: "This is another trail from row 1 on: the database was exchanged or set up anew, or all of it was rewritten.",
}


def _take(path: Path, keys: dict[str, Ed25519PublicKey], heads: list[Head]) -> str:
    """Add the heads of a file; what is wrong with it, or nothing."""
    try:
        checkpoint: Checkpoint = from_bytes(_read(path))
    except InvalidInput as wrong:
        return wrong.message
    key = keys.get(checkpoint.statement.key_id)
    if key is None:
        return (
            f"signed with the key {checkpoint.statement.key_id}, which is not known here: it is of another installation, or from "
            "before a new key (name that key with --key)."
        )
    if not is_signed(checkpoint, key):
        return "its signature is wrong: the file was changed."
    heads.extend(checkpoint.heads)
    return ""


def _of_file(database: Path, heads: tuple[Head, ...]) -> dict[str, Any]:
    if not database.is_file():
        raise InvalidInput("The database file is not there.")
    return dataclasses.asdict(verify_file(database, heads))


def _of_installation(layout: Layout, heads: tuple[Head, ...]) -> dict[str, Any]:
    """Through the running server or directly; many heads in several passes, the first fault counts."""
    verdict: dict[str, Any] = {}
    for start in range(0, max(len(heads), 1), HEADS_AT_ONCE):
        some = heads[start : start + HEADS_AT_ONCE]
        asked = {"heads": [[one.sequence, one.hash] for one in some]}
        before = verdict.get("proven", 0)
        verdict = run_there(layout, "audit_verify", asked, _directly(some))
        verdict["proven"] = max(before, verdict["proven"])
        if verdict["fault_at"] is not None:
            break
    return verdict


def _directly(heads: tuple[Head, ...]) -> Work:
    async def work(store: Store, _: datetime) -> dict[str, Any]:
        return await verify(store, heads)

    return work


def _checkpoints(files: int) -> str:
    return "the checkpoint" if files == 1 else f"all {files} checkpoints"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read.") from error
