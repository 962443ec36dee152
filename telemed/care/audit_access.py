"""Who saw a patient's data: audit rows as a person reads them, one line for each colleague, day and kind of act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.care.audit_actions import AuditAction as A
from telemed.care.audit_search import PersonName
from telemed.care.records import AuditRow

GLASS_OPEN = timedelta(minutes=60)  # as long as a broken glass lasts


class Act(StrEnum):
    """What was done, in the words of the pages (i18n keys `access.<value>`)."""

    SAW_RECORD = "saw_record"
    SAW_VISIT = "saw_visit"
    SAW_NOTE = "saw_note"
    SAW_ACCESS = "saw_access"
    CHANGED_RECORD = "changed_record"
    CHANGED_VISIT = "changed_visit"
    WROTE_NOTE = "wrote_note"
    MADE_LINK = "made_link"
    TOOK_PART = "took_part"
    BROKE_GLASS = "broke_glass"
    RECORDED = "recorded"
    SAW_RECORDING = "saw_recording"
    EXPORTED_RECORDING = "exported_recording"
    CHANGED_RECORDING = "changed_recording"
    REFUSED = "refused"  # tried and was not let in
    OTHER = "other"


_RECORDED = (
    A.RECORDING_ASKED,
    A.RECORDING_BEGAN,
    A.RECORDING_EMERGENCY,
    A.RECORDING_BLEED_CHOSEN,
    A.RECORDING_PAUSED,
    A.RECORDING_RESUMED,
    A.RECORDING_STOPPED,
    A.RECORDING_CANCELLED,
)
_ACTS: Mapping[str, Act] = {
    A.PATIENT_READ: Act.SAW_RECORD,
    A.PATIENT_TIMELINE_READ: Act.SAW_RECORD,
    A.PATIENT_HISTORY_READ: Act.SAW_RECORD,
    A.PERSON_HOME_READ: Act.SAW_RECORD,
    A.PATIENT_ACCESS_READ: Act.SAW_ACCESS,
    A.SESSION_READ: Act.SAW_VISIT,
    A.NOTE_READ: Act.SAW_NOTE,
    A.NOTE_WRITTEN: Act.WROTE_NOTE,
    A.AFTERCARE_READ: Act.SAW_VISIT,
    A.PATIENT_AFTERCARE_READ: Act.SAW_RECORD,
    A.RECORDING_READ: Act.SAW_RECORDING,
    A.RECORDING_WATCHED: Act.SAW_RECORDING,
    A.RECORDING_VERIFIED: Act.SAW_RECORDING,
    A.RECORDING_BROKEN: Act.SAW_RECORDING,
    A.RECORDING_VIEWERS_READ: Act.SAW_ACCESS,
    A.PERSON_RECORDINGS_READ: Act.SAW_ACCESS,
    A.RECORDING_DOWNLOADED: Act.EXPORTED_RECORDING,
    A.RECORDING_EXPORTED: Act.EXPORTED_RECORDING,
    **{action: Act.RECORDED for action in _RECORDED},
    A.SESSION_STARTED: Act.TOOK_PART,
    A.PARTICIPANT_ARRIVED: Act.TOOK_PART,
    A.PARTICIPANT_CONNECTED: Act.TOOK_PART,
    A.PARTICIPANT_RETURNED: Act.TOOK_PART,
    A.PARTICIPANT_LEFT: Act.TOOK_PART,
}
_BY_GROUP: Mapping[str, Act] = {
    "patient": Act.CHANGED_RECORD,
    "session": Act.CHANGED_VISIT,
    "participant": Act.CHANGED_VISIT,
    "move": Act.CHANGED_VISIT,
    "visit_message": Act.CHANGED_VISIT,
    "follow_up": Act.CHANGED_VISIT,
    "link": Act.MADE_LINK,
    "chat": Act.TOOK_PART,
    "recording": Act.CHANGED_RECORDING,
    "consent": Act.TOOK_PART,
    "bystander": Act.RECORDED,
}
_NOBODY = frozenset({"system", "none"})  # roles of timers, and of people nobody knows yet


@dataclass(frozen=True, slots=True)
class Access:
    """One line. `name` is empty for people without an account: their role says who they are."""

    person_id: str
    name: str
    role: str
    day: str  # UTC
    act: Act
    times: int
    first_at: str
    last_at: str
    in_emergency: bool  # by breaking the glass, or while it was broken


def act_of(row: AuditRow) -> Act:
    """Return the plain word for a row."""
    if row.outcome != "done":
        return Act.REFUSED
    if is_broken_glass(row):
        return Act.BROKE_GLASS
    return _ACTS.get(row.action) or _BY_GROUP.get(row.action.partition(".")[0], Act.OTHER)


def is_broken_glass(row: AuditRow) -> bool:
    """Whether the row says that somebody broke the glass."""
    return row.action == A.GLASS_BROKEN and row.outcome == "done"


def accesses(rows: Iterable[AuditRow], people: Mapping[str, PersonName]) -> list[Access]:
    """Return the lines for rows about one patient, newest first. Rows may come in any order; timers are left out."""
    found: dict[tuple[str, str, str, Act, bool], Access] = {}
    broken: dict[str, datetime] = {}
    for row in sorted(rows, key=lambda row: row.sequence):
        if row.role in _NOBODY:
            continue
        at = datetime.fromisoformat(row.at)
        if is_broken_glass(row):
            broken[row.actor] = at
        in_emergency = row.actor in broken and timedelta(0) <= at - broken[row.actor] <= GLASS_OPEN
        key = (row.actor, row.role, row.at[:10], act_of(row), in_emergency)
        old = found.get(key)
        found[key] = replace(old, times=old.times + 1, last_at=row.at) if old else _line(row, people, in_emergency)
    return sorted(found.values(), key=lambda line: line.last_at, reverse=True)


def _line(row: AuditRow, people: Mapping[str, PersonName], in_emergency: bool) -> Access:
    person = people.get(row.actor)
    name = person.name if person else ""
    return Access(row.actor, name, row.role, row.at[:10], act_of(row), 1, row.at, row.at, in_emergency)
