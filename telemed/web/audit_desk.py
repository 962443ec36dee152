"""Reading the audit trail; nothing of it is shown before the reading itself is written into it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from telemed.care.audit_access import accesses
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_csv import csv_text
from telemed.care.audit_search import GROUPS, AuditQuery, PersonName
from telemed.care.audit_state import TrailState, TrailWatch
from telemed.care.identity import Staff
from telemed.care.permissions import Action, check
from telemed.care.ports import Json, Store
from telemed.care.records import AuditRow
from telemed.care.times import iso_utc
from telemed.clock import Clock
from telemed.web.patients.step import PatientStep

MOST_PEOPLE = 2000  # in the picker; an installation for a thousand is what we measure
EXPORT_ROWS = 10_000  # about 1.5 MB
ACCESS_ROWS = 500  # rows that are grouped at once


class AuditDesk:
    """What the handlers of the audit trail call."""

    def __init__(self, store: Store, clock: Clock, trail: TrailWatch) -> None:
        self._store = store
        self._clock = clock
        self._trail = trail

    async def state(self, staff: Staff) -> Json:
        """What is known of the trail. Raises NotAllowed."""
        check(staff, Action.SEARCH_AUDIT)
        state = await self._trail.state()
        now = self._clock.utcnow()
        return {
            "rows": state.rows,
            "complete_up_to": state.complete_up_to or None,
            "checked_at": iso_utc(state.checked_at) if state.checked_at else None,
            "fault_at": state.fault_at,
            "fault": state.fault,
            "checkpoint_day": state.checkpoint_day or None,
            "checkpoint_sequence": state.checkpoint_sequence or None,
            "deliveries": [
                {
                    "way": entry.way.value,
                    "delivered_at": iso_utc(entry.delivered_at) if entry.delivered_at else None,
                    "outcome": entry.outcome,
                    "late": entry.is_late(now),
                }
                for entry in state.deliveries
            ],
            "warnings": _warnings(state, self._clock),
        }

    async def people(self, staff: Staff) -> Json:
        """Whom a search can be about. Raises NotAllowed."""
        check(staff, Action.SEARCH_AUDIT)
        async with self._store.read() as tx:
            found = await tx.audit_search.colleagues(staff.organisation_id, MOST_PEOPLE)
        return {"people": _people(found), "groups": list(GROUPS)}

    async def search(self, staff: Staff, query: AuditQuery) -> Json:
        """Rows of the officer's organisation. Raises NotAllowed."""
        check(staff, Action.SEARCH_AUDIT)
        found = await self._found(staff, query)
        async with self._store.write() as tx:
            about = query.about or staff.organisation_id
            await tx.audit.append(staff.ref, AuditAction.AUDIT_SEARCHED, about, AuditOutcome.DONE, self._clock.utcnow())
        return found

    async def export(self, staff: Staff, query: AuditQuery) -> Json:
        """The newest rows as CSV. Raises NotAllowed."""
        check(staff, Action.EXPORT_AUDIT)
        async with self._store.read() as tx:
            wanted = dataclasses.replace(query, limit=EXPORT_ROWS + 1)
            rows = await tx.audit_search.find(wanted, staff.organisation_id)
            named = {row.actor for row in rows if row.actor.startswith("usr_")}
            people = await tx.audit_search.people(named, staff.organisation_id)
        shown = rows[:EXPORT_ROWS]
        async with self._store.write() as tx:
            about = query.about or staff.organisation_id
            await tx.audit.append(staff.ref, AuditAction.AUDIT_EXPORTED, about, AuditOutcome.DONE, self._clock.utcnow())
        return {"csv": csv_text(shown, people), "rows": len(shown), "more": len(rows) > EXPORT_ROWS}

    async def mine(self, staff: Staff, query: AuditQuery) -> Json:
        """What the person itself did. Raises NotAllowed."""
        check(staff, Action.READ_OWN_AUDIT)
        return await self._found(staff, dataclasses.replace(query, actor=staff.user_id))

    async def access(self, staff: Staff, patient_id: str, before: int | None) -> Json:
        """Who saw the data of a patient. Raises NotFound, NotAllowed."""
        async with self._store.write() as tx:
            now = self._clock.utcnow()
            step = await PatientStep.open(tx, now, staff, patient_id, Action.READ_ACCESS)
            await step.audit(AuditAction.PATIENT_ACCESS_READ)
            patient = step.patient
        async with self._store.read() as tx:
            rows = await tx.audit_search.about_patient(patient.id, before, ACCESS_ROWS + 1)
            shown = rows[:ACCESS_ROWS]
            people = await tx.audit_search.people({row.actor for row in shown}, patient.organisation_id)
        lines = [dataclasses.asdict(line) for line in accesses(shown, people)]
        return {"accesses": lines, "next": shown[-1].sequence if len(rows) > ACCESS_ROWS else None}

    async def _found(self, staff: Staff, query: AuditQuery) -> Json:
        async with self._store.read() as tx:
            rows = await tx.audit_search.find(dataclasses.replace(query, limit=query.limit + 1), staff.organisation_id)
            shown = rows[: query.limit]
            named = {id_ for row in shown for id_ in (row.actor, row.object_id) if id_.startswith("usr_")}
            people = await tx.audit_search.people(named, staff.organisation_id)
        more = len(rows) > query.limit
        return {"rows": _rows(shown), "people": _people(people.values()), "next": shown[-1].sequence if more else None}


def _rows(rows: Iterable[AuditRow]) -> list[Json]:
    names = ("sequence", "at", "actor", "role", "action", "object_id", "outcome")
    return [{name: getattr(row, name) for name in names} for row in rows]


def _people(people: Iterable[PersonName]) -> list[Json]:
    return [dataclasses.asdict(person) for person in people]


def _warnings(state: TrailState, clock: Clock) -> list[str]:
    return [warned.value for warned in state.warnings(clock.utcnow())]
