"""What the operator asks about recordings: which there are, whether they are as they were signed, and a new master key.

Ids, sizes and states, no names. The same for the running server (admin socket) and for a stopped installation.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telemed.admin.wire import text_argument
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.recording.ports import RecordingVault, VerifyResult
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import KEPT, RecordingState
from telemed.care.times import iso_or_none, iso_utc
from telemed.clock import Clock
from telemed.errors import InvalidInput, NotFound
from telemed.layout import Layout
from telemed.operation.recordings import master_keys
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import forget_older_keys, new_master_key
from telemed.store import Store

PAGE = 80  # recordings of one answer; a line of the admin socket holds 16 KiB
MAX_SHOWN = 50  # broken parts of one recording in one answer
UNKNOWN = "unknown"  # on the disk, and the database does not know it
_ID = re.compile(r"rec_[A-Za-z0-9_-]{1,36}")

Operation = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class RecordingChecks:
    """Answers in plain values. `server_id`: the object of audit rows about the server itself."""

    layout: Layout
    store: Store
    vault: RecordingVault
    clock: Clock
    server_id: str

    def operations(self) -> dict[str, Operation]:
        """For the admin socket."""

        async def listed(arguments: dict[str, Any]) -> dict[str, Any]:
            return await self.listed(text_argument(arguments, "after"))

        async def verified(arguments: dict[str, Any]) -> dict[str, Any]:
            return await self.verified(text_argument(arguments, "id"))

        async def rotated(arguments: dict[str, Any]) -> dict[str, Any]:
            return await self.rotated(fresh=arguments.get("fresh") is True)

        return {"recording_list": listed, "recording_verify": verified, "recording_rotate": rotated}

    async def listed(self, after: str) -> dict[str, Any]:
        """-> {recordings: [{id, state, bytes, started_at}], next}, by id, those behind `after`: what the database knows and what
        lies on the disk."""
        sizes = await self.vault.sizes()
        async with self.store.read() as tx:
            rows = {row.id: row for row in await tx.recordings.page(after, PAGE + 1)}
        found = set(rows)
        if unknown := [name for name in sizes if name > after and name not in rows and _ID.fullmatch(name)]:
            async with self.store.read() as tx:
                found |= {name for name in sorted(unknown)[: PAGE + 1] if await tx.recordings.get(name) is None}
        names = sorted(found)
        lines = [_line(name, rows.get(name), sizes) for name in names[:PAGE]]
        return {"recordings": lines, "next": names[PAGE - 1] if len(names) > PAGE else None}

    async def verified(self, recording_id: str) -> dict[str, Any]:
        """-> {id, state, result, up_to, broken, more}; `result` is `complete`, `broken`, `unfinished` or `erased`.

        Raises InvalidInput, NotFound for what neither the database nor the disk knows, Unavailable.
        """
        if not _ID.fullmatch(recording_id):
            raise InvalidInput("This is no id of a recording.")
        async with self.store.read() as tx:
            row = await tx.recordings.get(recording_id)
        is_there = await asyncio.to_thread((self.layout.recordings / recording_id).is_dir)
        if row is None and not is_there:
            raise NotFound("There is no such recording.")
        state = row.state.value if row is not None else UNKNOWN
        if row is not None and row.state is not RecordingState.READY:
            gone = row.state in (RecordingState.ERASED, RecordingState.CANCELLED)
            word = "erased" if gone and not is_there else "remains" if gone else "unfinished"
            return {"id": recording_id, "state": state, "result": word, "up_to": None, "broken": [], "more": 0}
        result = await self.vault.verify(recording_id)
        await self._note(AuditAction.RECORDING_VERIFIED if result.complete else AuditAction.RECORDING_BROKEN, recording_id)
        return {"id": recording_id, "state": state, **_verdict(result)}

    async def rotated(self, fresh: bool) -> dict[str, Any]:
        """Wrap every data key under the master key in use; `fresh`: put a new one into its file first, and forget the older ones
        once nothing is wrapped by them. -> {wrapped, kept, failed, forgotten}. Raises InvalidInput, ConfigError, OSError."""
        file = self.layout.config.recording.master_key_file
        if fresh and not file:
            raise InvalidInput("There is no recording.master_key_file to put a new key into.")
        answer = await asyncio.to_thread(self._rotate, Path(file) if fresh else None)
        await self._note(AuditAction.RECORDING_KEYS_ROTATED, self.server_id)
        return answer

    def _rotate(self, file: Path | None) -> dict[str, Any]:
        """Blocking. What is broken off here is taken up by the next call: old and new key both stay until all is done."""
        if file is not None:
            new_master_key(file)
        masters = master_keys(self.layout)()
        books = [RecordingKeys(place, masters) for place in self._key_places()]
        done = [book.rotate() for book in books]
        failed = [name for one in done for name in one.failed]
        forgets = file is not None and not failed
        if forgets and file is not None:
            forget_older_keys(file)
        return {
            "wrapped": sum(one.wrapped for one in done),
            "kept": sum(one.kept for one in done),
            "failed": failed[:MAX_SHOWN],
            "more": max(0, len(failed) - MAX_SHOWN),
            "forgotten": forgets,
        }

    def _key_places(self) -> tuple[Path, ...]:
        return self.layout.recording_keys, self.layout.emergency_keys, self.layout.still_keys

    async def _note(self, action: AuditAction, object_id: str) -> None:
        async with self.store.write() as tx:
            await tx.audit.append(SYSTEM, action, object_id, AuditOutcome.DONE, self.clock.utcnow())


def _line(name: str, row: RecordingRecord | None, sizes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": name,
        "state": row.state.value if row is not None else UNKNOWN,
        "bytes": sizes.get(name, 0),
        "started_at": iso_or_none(row.started_at) if row is not None else None,
        "kept": row is None or row.state in KEPT or name in sizes,
    }


def _verdict(result: VerifyResult) -> dict[str, Any]:
    broken = [{"segment_id": one.segment_id, "what": one.what, "block": one.block} for one in result.broken]
    return {
        "result": "complete" if result.complete else "broken",
        "up_to": iso_or_none(result.up_to),
        "destroyed": [{"participant_id": one.participant_id, "at": iso_utc(one.at)} for one in result.destroyed[:MAX_SHOWN]],
        "broken": broken[:MAX_SHOWN],
        "more": max(0, len(broken) - MAX_SHOWN),
    }
