"""Making and changing records, and joining two of one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.patients import edits, merging, search_rank
from telemed.care.patients.edits import Details
from telemed.care.patients.names import fold
from telemed.care.patients.records import MergeRecord, PatientRecord, TeamMemberRecord
from telemed.care.patients.repositories import SearchArea
from telemed.care.patients.search_dates import NO_DATES, BirthDates
from telemed.care.patients.search_rank import Candidate, Query
from telemed.care.patients.words import ChangeKind
from telemed.care.permissions import Action, check
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.care.roles import CARE_ROLES
from telemed.clock import Clock
from telemed.errors import NotFound
from telemed.ids import new_id
from telemed.web.patients.reading import found_lines, record_parts
from telemed.web.patients.step import PatientStep, find

MAX_DUPLICATES = 10  # shown before a record is made

_CREATE = "patient.create"  # the kind of answers kept


class PatientEditing:
    """Create, edit, merge, undo."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, actor: Staff, details: Details, confirmed: bool, command_id: str) -> Json:
        """Make a record; -> {patient, duplicates}. Unless `confirmed`, people who may be the same are shown and nothing is made.
        Who cares for people and makes a record is in its care team."""
        check(actor, Action.CREATE_PATIENT)
        now = self._clock.utcnow()
        kept = edits.checked(details, now.date())
        async with self._store.write() as tx:
            ack = await tx.acks.find(actor.user_id, command_id, _CREATE)
            if ack is not None:
                made = str(kept_answer(ack, "patient_id")["patient_id"])
                step = await PatientStep.open(tx, now, actor, made, Action.READ_PATIENT)
                return {**await record_parts(step), "duplicates": []}
            known = [] if confirmed else await _duplicates(tx, actor, kept)
            if known:
                searched, about = AuditAction.PATIENTS_SEARCHED, actor.organisation_id  # it shows what a search shows
                await tx.audit.append(actor.ref, searched, about, AuditOutcome.DONE, now)
                return {"patient": None, "duplicates": await found_lines(tx, actor, known, now)}
            step = await _new_record(tx, actor, kept, now)
            await tx.acks.save(actor.user_id, command_id, {"patient_id": step.patient.id}, now, _CREATE)
            return {**await record_parts(step), "duplicates": []}

    async def edit(self, actor: Staff, patient_id: str, changes: Json, revision: int) -> Json:
        """Change the fields named; -> {patient}. Raises Conflict `patient_changed` unless `revision` is the present one."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_PATIENT)
            details = edits.checked(replace(edits.details_of(step.patient), **changes), now.date())
            after = edits.edited(step.patient, details, revision, now)
            if after != step.patient:
                change = edits.difference(step.patient, after)
                await tx.patients.save(after)
                step = step.of(after)
                await step.change(ChangeKind.EDITED, change, AuditAction.PATIENT_EDITED)
            return {"patient": (await record_parts(step))["patient"]}

    async def merge(self, actor: Staff, kept_id: str, merged_id: str, revision: int) -> Json:
        """Join the record `merged_id` into this one; -> {..., merge: {id}}. `revision` is that of the kept one."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, kept_id, Action.MERGE_PATIENTS)
            merged = await _itself(tx, actor, merged_id)
            other = await PatientStep.open(tx, now, actor, merged.id, Action.MERGE_PATIENTS)
            merging.check_merge(step.patient, merged)
            edits.edited(step.patient, edits.details_of(step.patient), revision, now)  # nobody changed it meanwhile
            moved = await tx.patient_merges.move_rows(merged.id, step.patient.id)
            await tx.patients.save(merging.pointing(merged, step.patient))
            record = MergeRecord(new_id("mrg"), step.patient.id, merged.id, moved, actor.user_id, now)
            await tx.patient_merges.create(record)
            change = {"name": [merged.name, step.patient.name]}
            await step.change(ChangeKind.MERGED, change, AuditAction.PATIENT_MERGED)
            await other.change(ChangeKind.MERGED, change, AuditAction.PATIENT_MERGED)
            return {**await record_parts(step), "merge": {"id": record.id}}

    async def undo(self, actor: Staff, kept_id: str, merge_id: str) -> Json:
        """Part two joined records again; -> {..., restored_id}. What was added since stays with the kept one, but no way in."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, kept_id, Action.MERGE_PATIENTS)
            record = await tx.patient_merges.get(merge_id)
            merged = await tx.patients.get(record.merged_id) if record is not None else None
            if record is None or merged is None or record.kept_id != step.patient.id:
                raise NotFound()
            merging.check_undo(record, step.patient, merged)
            await tx.patient_merges.return_rows(record.moved, merged.id, step.patient.id)
            await tx.patients.save(merging.pointing(merged, None))
            await tx.patient_merges.save(merging.undone(record, actor.user_id, now))
            await _end_ways_in(step, record.at)
            change = {"name": [step.patient.name, merged.name]}
            await step.change(ChangeKind.MERGE_UNDONE, change, AuditAction.PATIENT_MERGE_UNDONE)
            await step.of(merged).change(ChangeKind.MERGE_UNDONE, change, AuditAction.PATIENT_MERGE_UNDONE)
            return {**await record_parts(step), "restored_id": merged.id}


async def _end_ways_in(step: PatientStep, joined_at: datetime) -> None:
    """End whatever opens the kept record that its patient may not have made.

    While the two were one, both people signed in to it: a login or passkey of that time may be of the one who has left.
    """
    tx, patient = step.tx, step.patient
    await tx.person_logins.revoke_all(patient.id, None, step.now)  # the owner signs in anew
    since = [passkey for passkey in await tx.passkeys.of_person(patient.id, None) if passkey.created_at >= joined_at]
    for passkey in since:
        await tx.passkeys.save(replace(passkey, revoked_at=step.now))
    if since:
        await step.audit(AuditAction.PERSON_PASSKEY_REMOVED)


async def _new_record(tx: Transaction, actor: Staff, details: Details, now: datetime) -> PatientStep:
    patient = PatientRecord(
        id=new_id("pat"),
        organisation_id=actor.organisation_id,
        site_id=actor.site_id,
        name=details.name,
        folded_name=fold(details.name),
        birth_date=details.birth_date,
        language=details.language,
        needs=details.needs,
        interpreter_language=details.interpreter_language,
        created_by=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    await tx.patients.create(patient)
    step = PatientStep(tx, now, actor, patient)
    await step.change(ChangeKind.CREATED, edits.difference(None, patient), AuditAction.PATIENT_CREATED)
    if actor.role in CARE_ROLES:
        await tx.care_teams.add(TeamMemberRecord(new_id("tmm"), patient.id, actor.user_id, actor.user_id, now))
        await step.change(ChangeKind.TEAM_ADDED, {"member": [None, actor.name]}, AuditAction.PATIENT_TEAM_ADDED)
    return step


async def _duplicates(tx: Transaction, actor: Staff, details: Details) -> list[PatientRecord]:
    """Records that may be about the person."""
    query = Query(tuple(fold(details.name).split()), NO_DATES)
    born = BirthDates(frozenset({details.birth_date})) if details.birth_date else NO_DATES
    found: dict[str, PatientRecord] = {}
    for record in await tx.patients.candidates(SearchArea.of(actor), query.pieces, born):
        if search_rank.is_duplicate(
            details.name, details.birth_date, Candidate(record.id, record.folded_name, record.birth_date)
        ):
            kept = await tx.patients.kept(record.id)
            if kept is not None and actor.works_at(kept.site_id):
                found.setdefault(kept.id, kept)
    return list(found.values())[:MAX_DUPLICATES]


async def _itself(tx: Transaction, actor: Staff, patient_id: str) -> PatientRecord:
    """The very record, not the one it leads to. Raises NotFound outside the reader's organisation and site."""
    await find(tx, actor, patient_id)
    patient = await tx.patients.get(patient_id)
    if patient is None or not actor.works_at(patient.site_id):
        raise NotFound()
    return patient
