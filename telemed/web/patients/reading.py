"""Finding and reading records. Every look is audited, the refused ones too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.identity_check import IdentityCheck
from telemed.care.patients import search_rank, views
from telemed.care.patients.records import PatientRecord, PatientStanding
from telemed.care.patients.repositories import SearchArea
from telemed.care.patients.search_rank import Candidate, Query
from telemed.care.permissions import Action, check, may, may_patient
from telemed.care.ports import Json, Store
from telemed.care.records import SessionRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import CARE_ROLES, Role
from telemed.clock import Clock
from telemed.errors import InvalidInput
from telemed.web.paging import Page
from telemed.web.patients.step import PatientStep, closed, find


class PatientReading:
    """Search, the record, its timeline and its history."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def search(self, actor: Staff, text: str, limit: int) -> Json:
        """-> {patients: [{id, name, birth_date, open}], more}. Raises InvalidInput when the text has nothing to look for."""
        check(actor, Action.SEARCH_PATIENTS)
        now = self._clock.utcnow()
        query = search_rank.parse(text, now.date())
        if not query.words and not query.born:
            raise InvalidInput("Type a name or a birth date.", field="text")
        async with self._store.read() as tx:
            found = await ranked(tx, actor, query)
            shown = found[:limit]
            lines = await found_lines(tx, actor, shown, now)
        async with self._store.write() as tx:
            action = AuditAction.PATIENTS_SEARCHED
            await tx.audit.append(actor.ref, action, actor.organisation_id, AuditOutcome.DONE, now)
        return {"patients": lines, "more": len(found) > limit}

    async def detail(self, actor: Staff, patient_id: str) -> Json:
        """-> {patient, channels, carers, team, merges, can}. Raises NotFound, NotAllowed `record_closed`."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient = await find(tx, actor, patient_id)
            standing = await tx.standings.of_staff(actor, patient.id, now)
            granted = may_patient(actor, Action.READ_PATIENT, patient, standing)
            outcome = AuditOutcome.DONE if granted else AuditOutcome.REFUSED
            await tx.audit.append(actor.ref, AuditAction.PATIENT_READ, patient.id, outcome, now)
            if granted:
                actions = (Action.EDIT_PATIENT, Action.EDIT_CARE_TEAM, Action.MERGE_PATIENTS)
                can = [action.value for action in actions if may_patient(actor, action, patient, standing)]
                can += [Action.CREATE_SESSION.value] if actor.role in CARE_ROLES else []
                return {**await record_parts(PatientStep(tx, now, actor, patient)), "can": can}
        raise closed()  # after the commit: the refused look stays written down

    async def door(self, actor: Staff, patient_id: str) -> Json:
        """-> {patient: {id, name, birth_date, open}, team: [{name, role}]}: what search shows, and whom to ask."""
        check(actor, Action.SEARCH_PATIENTS)
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient = await find(tx, actor, patient_id)
            searched, about = AuditAction.PATIENTS_SEARCHED, actor.organisation_id
            await tx.audit.append(actor.ref, searched, about, AuditOutcome.DONE, now)
            line = (await found_lines(tx, actor, [patient], now))[0]
            members = await tx.care_teams.of_patient(patient.id)
            users = await users_of(tx, (member.user_id for member in members))
        present = [user for user in users.values() if user.is_active]
        return {"patient": line, "team": [{"name": user.name, "role": user.role.value} for user in present]}

    async def timeline(self, actor: Staff, patient_id: str, page: Page) -> Json:
        """-> {sessions, next}: visits, newest first; `next` is None at the end."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.READ_PATIENT)
            await step.audit(AuditAction.PATIENT_TIMELINE_READ)
            before = await _place(step, page.after)
            found = await tx.patient_sessions.timeline(step.patient.id, actor, before, page.limit + 1)
            leaders = await users_of(tx, (session.created_by for session in found))
            checks = {session.id: await _identity(tx, session) for session in found[: page.limit]}
        rows = [_visit(session, leaders, actor, checks.get(session.id)) for session in found[: page.limit]]
        return {"sessions": rows, "next": page.next_of(found, lambda session: session.id)}

    async def history(self, actor: Staff, patient_id: str, page: Page) -> Json:
        """-> {changes, next}: what was changed, newest first."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.READ_PATIENT)
            await step.audit(AuditAction.PATIENT_HISTORY_READ)
            found = await tx.patient_history.of_patient(step.patient.id, page.after, page.limit + 1)
            users = await users_of(tx, (line.actor.id for line in found))
        names = {user.id: user.name for user in users.values()}
        rows = [views.change_view(line, names) for line in found[: page.limit]]
        return {"changes": rows, "next": page.next_of(found, lambda line: line.id)}


async def record_parts(step: PatientStep) -> Json:
    """The record with everything that hangs on it."""
    tx, patient = step.tx, step.patient
    members = await tx.care_teams.of_patient(patient.id)
    users = await users_of(tx, (member.user_id for member in members))
    merges = await tx.patient_merges.of_kept(patient.id)
    names = await tx.patients.names([merge.merged_id for merge in merges])
    return {
        "patient": views.patient_view(patient),
        "channels": views.channels_view(await tx.channels.of_patient(patient.id)),
        "carers": [
            views.carer_view(carer, step.now) for carer in await tx.carers.of_patient(patient.id) if carer.revoked_at is None
        ],
        "team": [views.member_view(member, users.get(member.user_id)) for member in members],
        "merges": [views.merge_view(merge, names) for merge in merges],
    }


async def users_of(tx: Transaction, user_ids: Iterable[str]) -> dict[str, UserRecord]:
    """The accounts behind some ids; unknown ones are left out."""
    found = [await tx.users.get(user_id) for user_id in dict.fromkeys(user_ids)]
    return {user.id: user for user in found if user is not None}


async def ranked(tx: Transaction, actor: Staff, query: Query) -> list[PatientRecord]:
    """Whom a search means, most likely first. Merged records lead to the kept one, which is named once."""
    records = {record.id: record for record in await tx.patients.candidates(SearchArea.of(actor), query.pieces, query.born)}
    candidates = [Candidate(record.id, record.folded_name, record.birth_date) for record in records.values()]
    found: dict[str, PatientRecord] = {}
    for candidate, _ in search_rank.rank(query, candidates):
        record = records[candidate.id]
        kept = record if record.merged_into is None else await tx.patients.kept(record.id)
        if kept is not None and actor.works_at(kept.site_id):
            found.setdefault(kept.id, kept)
    return list(found.values())


async def found_lines(tx: Transaction, actor: Staff, patients: list[PatientRecord], now: datetime) -> list[Json]:
    """Lines of a search; whether the reader may open each record comes from one look at all of them."""
    cared_for = await tx.standings.open_to(actor, [patient.id for patient in patients], now)
    return [
        views.found_view(patient, may_patient(actor, Action.READ_PATIENT, patient, PatientStanding(patient.id in cared_for)))
        for patient in patients
    ]


async def _place(step: PatientStep, after: str | None) -> tuple[datetime, str] | None:
    """Where a page of the timeline goes on. Raises InvalidInput when the visit named is not one of this record."""
    if after is None:
        return None
    session = await step.tx.sessions.get(after)
    if session is None or session.patient_id != step.patient.id:
        raise InvalidInput("There is no such place in this list.", field="after")
    return session.created_at, session.id


async def _identity(tx: Transaction, session: SessionRecord) -> IdentityCheck | None:
    """That it was made sure that the patient of a visit is who it says, None: it was not."""
    seats = await tx.participants.in_session(session.id)
    return next((seat.identity for seat in seats if seat.role is Role.PATIENT and seat.identity is not None), None)


def _visit(
    session: SessionRecord, leaders: dict[str, UserRecord], actor: Staff, identity: IdentityCheck | None
) -> Json:
    leader = leaders.get(session.created_by)
    cares = actor.role in CARE_ROLES
    can_detach = may(actor, Action.EDIT_SESSION, session)  # who holds a seat in it may as well, from the visit itself
    return views.visit_view(session, leader.name if leader else "", cares, can_detach, identity)
