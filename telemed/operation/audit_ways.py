"""How a signed head leaves this machine: a file on another machine's disk, a mail, a time-stamp service."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import aiohttp

from telemed.care.audit_checkpoint import CheckpointRecord, to_text
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import DeliveryState, Medium
from telemed.files import make_private_directory, write_private
from telemed.ids import new_id
from telemed.operation.timestamps import BadTimestamp, Stamper
from telemed.store import Store

MAIL_LIFE = timedelta(days=10)


class Result(StrEnum):
    """What came of a try."""

    DONE = "done"
    WAITING = "waiting"  # on its way
    FAILED = "failed"
    REFUSED = "refused"  # the other side says no, for good
    NOT_THERE = "not_there"  # the directory is not there: is the share mounted?
    DIFFERS = "differs"  # a head of this day lies there already and says something else


class WayOut(Protocol):
    """One way. `deliver` may be called again for the same head: it is delivered once."""

    async def deliver(self, record: CheckpointRecord, now: datetime) -> Result: ...


def file_name(record: CheckpointRecord) -> str:
    """`telemed-audit-1f2e3d4c-2026-11-22.json`: the key tells apart installations that share a directory."""
    return f"telemed-audit-{record.key_id[:8]}-{record.day}.json"


class DirectoryWay:
    """One file a day, never overwritten. The directory must be there: one that is not mounted is not made."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def deliver(self, record: CheckpointRecord, now: datetime) -> Result:
        """Write the file."""
        return await asyncio.to_thread(self._write, file_name(record), to_text(record.checkpoint).encode())

    def _write(self, name: str, content: bytes) -> Result:
        if not self._directory.is_dir():
            return Result.NOT_THERE
        path = self._directory / name
        try:
            write_private(path, content, exclusive=True)
        except FileExistsError:
            return Result.DONE if path.read_bytes() == content else Result.DIFFERS
        except OSError:
            return Result.FAILED
        return Result.DONE


class MailWay:
    """A mail through the outbox, one for each head."""

    def __init__(self, store: Store, recipient: str) -> None:
        self._store = store
        self._recipient = recipient

    async def deliver(self, record: CheckpointRecord, now: datetime) -> Result:
        """Put the mail into the outbox, or tell what became of it. A mail that failed is written anew the next day."""
        async with self._store.write() as tx:
            clinic = await tx.organisations.first()
            if clinic is None:
                return Result.WAITING
            wanted = Wanted(
                id=new_id("out"),
                organisation_id=clinic.id,
                medium=Medium.MAIL,
                recipient=self._recipient,
                template=Template.AUDIT_HEAD,
                language="en",
                about_id=record.id,
                dedupe_key=f"audit_head:{record.id}:{now.date().isoformat()}",
                expires_at=now + MAIL_LIFE,
                details={"day": record.day, "checkpoint": to_text(record.checkpoint)},
            )
            sent = [entry.state for entry in await tx.outbox.about(record.id)]
            if not set(sent) & {DeliveryState.SENT, DeliveryState.DELIVERED}:
                message = await tx.outbox.put(compose(wanted, now))
                return Result.WAITING if message.state in (DeliveryState.QUEUED, DeliveryState.SENDING) else Result.FAILED
        return Result.DONE


class TimestampWay:
    """Asks the service to stamp the very bytes of the file; its answer lies beside the others as `<day>.tsr`."""

    def __init__(self, stamper: Stamper, kept: Path, directory: Path | None) -> None:
        self._stamper = stamper
        self._kept = kept
        self._directory = directory

    async def deliver(self, record: CheckpointRecord, now: datetime) -> Result:
        """Get the stamp and keep it, in the checkpoint directory too."""
        name = file_name(record).removesuffix(".json") + ".tsr"
        if (self._kept / name).exists():
            return Result.DONE
        try:
            answer = await self._stamper.stamp(to_text(record.checkpoint).encode())
        except BadTimestamp:
            return Result.REFUSED
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Result.FAILED
        return await asyncio.to_thread(self._keep, name, answer)

    def _keep(self, name: str, answer: bytes) -> Result:
        places = [make_private_directory(self._kept)]
        if self._directory is not None and self._directory.is_dir():
            places.insert(0, self._directory)
        try:
            for place in places:
                write_private(place / name, answer)
        except OSError:
            return Result.FAILED
        return Result.DONE
