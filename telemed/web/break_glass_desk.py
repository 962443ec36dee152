"""Emergency access as staff use it and privacy officers review it. Each method is one endpoint of the protocol."""

from __future__ import annotations

from datetime import datetime

from telemed.care import break_glass
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.break_glass import BreakGlassRecord, GlassFilter
from telemed.care.break_glass_views import access_view, own_access_view
from telemed.care.identity import Staff
from telemed.care.notify.compose import compose
from telemed.care.patients.records import PatientRecord
from telemed.care.permissions import Action, check, check_patient
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.clock import Clock
from telemed.errors import NotFound
from telemed.ids import new_id


class BreakGlassDesk:
    """Opening, closing, listing and reviewing."""

    def __init__(self, store: Store, clock: Clock, base_url: str) -> None:
        self._store = store
        self._clock = clock
        self._base_url = base_url

    async def break_glass(self, actor: Staff, patient_id: str, reason: str) -> Json:
        """Open a record for an hour; -> {access}. Everybody concerned is told in the same transaction.

        Raises NotFound, NotAllowed, InvalidInput for the reason, Conflict `record_open`, `reason_repeated`.
        """
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient = await _patient(tx, patient_id)
            standing = await tx.standings.of_staff(actor, patient.id, now)
            check_patient(actor, Action.BREAK_GLASS, patient, standing)
            current = await tx.break_glasses.open_of(actor.user_id, patient.id, now)
            access = break_glass.broken(new_id("brk"), actor, patient, reason, now)
            break_glass.check_need(standing, current, reason)
            if current is not None:
                await tx.break_glasses.save(break_glass.closed(current, now))
            await tx.break_glasses.create(access)
            await _audit(tx, actor, AuditAction.GLASS_BROKEN, patient.id, now)
            await self._tell(tx, access, patient, now)
            return {"access": own_access_view(access)}

    async def own(self, actor: Staff, patient_id: str) -> Json:
        """-> {access}: the caller's open access to this record, or null."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            patient = await _patient(tx, patient_id)
            check_patient(actor, Action.BREAK_GLASS, patient, await tx.standings.of_staff(actor, patient.id, now))
            access = await tx.break_glasses.open_of(actor.user_id, patient.id, now)
        return {"access": own_access_view(access) if access is not None else None}

    async def close(self, actor: Staff, access_id: str) -> Json:
        """Give an access back before its end; -> {}. A second time changes nothing. Raises NotFound, NotAllowed."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            access, patient = await _access(tx, actor, access_id)
            break_glass.check_closer(access, actor)
            after = break_glass.closed(access, now)
            if after != access:
                await tx.break_glasses.save(after)
                await _audit(tx, actor, AuditAction.GLASS_CLOSED, patient.id, now)
            return {}

    async def search(self, actor: Staff, wanted: GlassFilter, after: str | None, limit: int) -> Json:
        """-> {accesses, next}, newest first, for privacy officers. Raises NotAllowed."""
        check(actor, Action.REVIEW_GLASS)
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            found = await tx.break_glasses.page(actor, wanted, now, after, limit + 1)
            rows = [await _line(tx, access, now) for access in found[:limit]]
            await _audit(tx, actor, AuditAction.GLASSES_LISTED, actor.organisation_id, now)
        return {"accesses": rows, "next": found[limit - 1].id if len(found) > limit else None}

    async def review(self, actor: Staff, access_id: str) -> Json:
        """Note that a privacy officer has looked; -> {access}. Raises NotFound, Conflict `own_access`, `still_open`."""
        now = self._clock.utcnow()
        check(actor, Action.REVIEW_GLASS)
        async with self._store.write() as tx:
            access, patient = await _access(tx, actor, access_id)
            after = break_glass.reviewed(access, actor, now)
            if after != access:
                await tx.break_glasses.save(after)
                await _audit(tx, actor, AuditAction.GLASS_REVIEWED, patient.id, now)
            return {"access": await _line(tx, after, now)}

    async def _tell(self, tx: Transaction, access: BreakGlassRecord, patient: PatientRecord, now: datetime) -> None:
        """Put the notices into the outbox."""
        staff = await tx.users.in_organisation(patient.organisation_id)
        team = frozenset(member.user_id for member in await tx.care_teams.of_patient(patient.id))
        for told in break_glass.whom_to_tell(access, patient, staff, team, self._base_url):
            wanted = break_glass.notice(access, told, new_id("out"), now)
            if wanted is not None:
                await tx.outbox.put(compose(wanted, now))


async def _patient(tx: Transaction, patient_id: str) -> PatientRecord:
    """The record, or the one it was merged into. Raises NotFound."""
    patient = await tx.patients.kept(patient_id)
    if patient is None:
        raise NotFound()
    return patient


async def _access(tx: Transaction, actor: Staff, access_id: str) -> tuple[BreakGlassRecord, PatientRecord]:
    """An access to a record in the reader's reach. Raises NotFound."""
    access = await tx.break_glasses.get(access_id)
    patient = await tx.patients.get(access.patient_id) if access is not None else None
    if access is None or patient is None:
        raise NotFound()
    if patient.organisation_id != actor.organisation_id or not actor.works_at(patient.site_id):
        raise NotFound()
    return access, patient


async def _line(tx: Transaction, access: BreakGlassRecord, now: datetime) -> Json:
    user = await tx.users.get(access.user_id)
    patient = await tx.patients.get(access.patient_id)
    officer = await tx.users.get(access.reviewed_by) if access.reviewed_by is not None else None
    return access_view(access, user, patient, officer, now)


async def _audit(tx: Transaction, actor: Staff, action: AuditAction, object_id: str, now: datetime) -> None:
    await tx.audit.append(actor.ref, action, object_id, AuditOutcome.DONE, now)
