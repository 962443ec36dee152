"""When nothing was heard at a caller, on the timeline of a recording: the trail tells who changed it, the seat what holds now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from telemed.care.audit_actions import AuditAction
from telemed.care.incidents.words import Part
from telemed.care.ports import Json
from telemed.care.records import AuditRow, ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.web.recordings.act_lines import end_of, line_of
from telemed.web.recordings.timeline_view import Clock

MAX_CHANGES = 1000  # the newest of a visit
_ACTS = (AuditAction.INCIDENT_SILENCED, AuditAction.INCIDENT_UNSILENCED)


@dataclass(frozen=True, slots=True)
class Silence:
    """A change. `by`: the member of staff; empty where the caller did it, or it was so from the beginning."""

    participant_id: str
    at: datetime
    begins: bool
    by: str = ""


async def read_silences(tx: Transaction, session_id: str) -> list[Silence]:
    """Those of a visit, in order of each caller's."""
    callers = [seat for seat in await tx.participants.in_session(session_id) if seat.part is Part.CALLER]
    if not callers:
        return []
    rows = await tx.audit.about([seat.id for seat in callers], _ACTS, MAX_CHANGES)
    names = dict(await tx.users.names({row.actor for row in rows}))
    return [change for seat in callers for change in silences_of(seat, [row for row in rows if row.object_id == seat.id], names)]


def silences_of(seat: ParticipantRecord, rows: Sequence[AuditRow], names: dict[str, str]) -> Iterator[Silence]:
    """Of one caller. Who was called in silence has no row for its beginning."""
    first_begins = rows[0].action == AuditAction.INCIDENT_SILENCED.value if rows else not seat.silent
    if not first_begins:
        yield Silence(seat.id, seat.created_at, begins=True)
    for row in rows:
        begins = row.action == AuditAction.INCIDENT_SILENCED.value
        yield Silence(seat.id, datetime.fromisoformat(row.at), begins, names.get(row.actor, ""))


def silence_lines(clock: Clock, changes: Sequence[Silence]) -> Iterator[Json]:
    """A line for each change; a silence lasts until its caller's next."""
    for number, one in enumerate(changes):
        later = (other.at for other in changes[number + 1 :] if other.participant_id == one.participant_id)
        end = next(later, None) if one.begins else None
        what, more = ("begun", {"end_ms": end_of(clock, end), "lasts": True}) if one.begins else ("ended", {})
        line_id = f"{one.participant_id}:{what}:{number}"
        yield line_of(clock, line_id, "silence", what, one.at, participant_id=one.participant_id, name=one.by, **more)
