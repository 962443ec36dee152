"""Specialities and their duty rosters, for administrators. Each method is one endpoint; all counts from the next page on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.oncall import roster, views
from telemed.care.oncall.records import Shift, Speciality
from telemed.care.oncall.words import MAY_BE_ON_CALL
from telemed.care.ports import Json, Store
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.clock import Clock
from telemed.errors import Conflict, NotAllowed, NotFound
from telemed.ids import new_id

_CREATE = "speciality.create"  # the kind of answers kept


class RosterDesk:
    """An admin of one site reads the rosters and changes none: they hold for everybody."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, admin: Staff) -> Json:
        """-> {specialities, staff}."""
        async with self._store.read() as tx:
            people = await _may_be_on_call(tx, admin)
            specialities = await tx.rosters.of_organisation(admin.organisation_id)
            told = [await self._view(tx, speciality, admin) for speciality in specialities]
        staff = [{"id": user.id, "name": user.name, "role": user.role.value} for user in people]
        return {"specialities": told, "staff": staff}

    async def create(self, admin: Staff, values: dict[str, Any], command_id: str) -> Json:
        """-> {speciality}. Raises Conflict `speciality_there`, `too_many_specialities`, InvalidInput."""
        _of_the_whole_clinic(admin)
        roster.zone_named(values["time_zone"])
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            done = await tx.acks.find(admin.user_id, command_id, _CREATE)
            if done is not None:
                return kept_answer(done, "speciality")
            if len(await tx.rosters.of_organisation(admin.organisation_id)) >= roster.MAX_SPECIALITIES:
                raise Conflict("There are too many specialities.", code="too_many_specialities")
            made = Speciality(new_id("spc"), admin.organisation_id, created_at=now, **values)
            await tx.rosters.create(made)
            await tx.audit.append(admin.ref, AuditAction.SPECIALITY_CREATED, made.id, AuditOutcome.DONE, now)
            answer: Json = {"speciality": await self._view(tx, made, admin)}
            await tx.acks.save(admin.user_id, command_id, answer, now, _CREATE)
        return answer

    async def edit(self, admin: Staff, speciality_id: str, revision: int, values: dict[str, Any]) -> Json:
        """-> {speciality}. Raises NotFound, Conflict `speciality_changed`, `speciality_there`, InvalidInput."""
        _of_the_whole_clinic(admin)
        if "time_zone" in values:
            roster.zone_named(values["time_zone"])
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            before = await _latest(tx, admin, speciality_id, revision)
            if "closed" in values:
                values["closed_at"] = (before.closed_at or now) if values.pop("closed") else None
            after = replace(before, **values)
            if after != before:
                after = replace(after, revision=before.revision + 1)
                await tx.rosters.save(after)
                await tx.audit.append(admin.ref, AuditAction.SPECIALITY_CHANGED, after.id, AuditOutcome.DONE, now)
            return {"speciality": await self._view(tx, after, admin)}

    async def set_shifts(self, admin: Staff, speciality_id: str, revision: int, shifts: list[dict[str, Any]]) -> Json:
        """Replace a roster; -> {speciality}. Raises NotFound, Conflict `speciality_changed`, InvalidInput."""
        _of_the_whole_clinic(admin)
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            wanted = [Shift(new_id("shf"), speciality_id, **values) for values in shifts]
            if await self._is_set(tx, admin, speciality_id, wanted):
                return {"speciality": await self._view(tx, await _own(tx, admin, speciality_id), admin)}
            before = await _latest(tx, admin, speciality_id, revision)
            roster.check_shifts(wanted, {user.id for user in await _may_be_on_call(tx, admin)})
            await tx.rosters.set_shifts(before.id, wanted)
            after = replace(before, revision=before.revision + 1)
            await tx.rosters.save(after)
            await tx.audit.append(admin.ref, AuditAction.ROSTER_CHANGED, after.id, AuditOutcome.DONE, now)
            return {"speciality": await self._view(tx, after, admin)}

    async def _is_set(self, tx: Transaction, admin: Staff, speciality_id: str, wanted: list[Shift]) -> bool:
        """Whether the roster is this one already: said again because the answer was lost, it is no change of another's."""
        before = await _own(tx, admin, speciality_id)
        there = await tx.rosters.shifts([before.id])
        return Counter(replace(one, id="") for one in there) == Counter(replace(one, id="") for one in wanted)

    async def _view(self, tx: Transaction, speciality: Speciality, admin: Staff) -> Json:
        """A speciality as this admin sees it: one of a site sees the shifts of people who work there."""
        people = {user.id: user for user in await tx.users.in_organisation(admin.organisation_id)}
        names = {user.id: user.name for user in people.values() if admin.works_at(user.site_id)}
        shifts = [shift for shift in await tx.rosters.shifts([speciality.id]) if shift.user_id in names]
        duties = roster.on_call(speciality, shifts, self._clock.utcnow())
        return views.speciality_view(speciality, shifts, duties, names)


async def _may_be_on_call(tx: Transaction, admin: Staff) -> list[UserRecord]:
    users = await tx.users.in_organisation(admin.organisation_id)
    return [user for user in users if user.is_active and user.role in MAY_BE_ON_CALL and admin.works_at(user.site_id)]


async def _latest(tx: Transaction, admin: Staff, speciality_id: str, revision: int) -> Speciality:
    found = await _own(tx, admin, speciality_id)
    if found.revision != revision:
        raise Conflict("Somebody else has changed it meanwhile.", code="speciality_changed")
    return found


async def _own(tx: Transaction, admin: Staff, speciality_id: str) -> Speciality:
    """One of this admin's clinic. Raises NotFound."""
    found = await tx.rosters.get(speciality_id)
    if found is None or found.organisation_id != admin.organisation_id:
        raise NotFound()
    return found


def _of_the_whole_clinic(admin: Staff) -> None:
    """Raise NotAllowed for an admin of one site."""
    if admin.site_id is not None:
        raise NotAllowed()
