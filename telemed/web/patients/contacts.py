"""Contact channels, carers and the care team of a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.patients import channels, edits, views
from telemed.care.patients.records import CarerRecord, ChannelRecord, TeamMemberRecord
from telemed.care.patients.words import CarerScope, ChangeKind, ChannelKind, Relation
from telemed.care.permissions import Action
from telemed.care.ports import CarerChange, Json, Store, Visits
from telemed.care.repositories import Transaction
from telemed.care.roles import CARE_ROLES
from telemed.clock import Clock
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.ids import new_id
from telemed.web.patients.step import PatientStep, closed

MAX_CHANNELS = 40  # in use, of one record: own and carers'
MAX_CARERS = 20
MAX_TEAM = 50
LONGEST = timedelta(days=20 * 366)  # an agreement that ends later is a slip of the keyboard


class PatientContacts:
    """What hangs on a record."""

    def __init__(self, store: Store, clock: Clock, region: str, visits: Visits) -> None:
        self._store = store
        self._clock = clock
        self._visits = visits  # a carer's places in them end with what it may do
        self._region = region  # of numbers typed without a country code

    async def add_channel(self, actor: Staff, patient_id: str, kind: ChannelKind, value: str, carer_id: str | None) -> Json:
        """-> {channel}. Raises InvalidInput for no number or address, Conflict `channel_exists`, `too_many_channels`."""
        normal = channels.normalise(kind, value, self._region)
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_PATIENT)
            if carer_id is not None:
                await _carer(step, carer_id)
            if len(await _channels(step)) >= MAX_CHANNELS:
                raise Conflict("This record has too many contacts.", code="too_many_channels")
            channel = ChannelRecord(new_id("chn"), step.patient.id, kind, normal, now, carer_id)
            await tx.channels.create(channel)
            await step.change(ChangeKind.CHANNEL_ADDED, {kind.value: [None, normal]}, AuditAction.PATIENT_CHANNEL_ADDED)
            return {"channel": views.channel_view(channel)}

    async def revoke_channel(self, actor: Staff, patient_id: str, channel_id: str) -> Json:
        """Stop using a number or address, wherever this owner has it; -> {}. A second time changes nothing."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_PATIENT)
            named = await tx.channels.get(channel_id)
            if named is None or named.patient_id != step.patient.id:
                raise NotFound()
            owned = (named.kind, named.value, named.carer_id)
            everywhere = [each for each in await _channels(step) if (each.kind, each.value, each.carer_id) == owned]
            await _revoke_all(step, everywhere)
            if named.revoked_at is None:
                # Who holds a lost telephone may be signed in with it; the owner signs in anew with another contact.
                await tx.person_logins.revoke_all(step.patient.id, named.carer_id, now)
                await _end_passkeys(step, named.carer_id)  # the telephone may hold one, too
                change = {named.kind.value: [named.value, None]}
                await step.change(ChangeKind.CHANNEL_REVOKED, change, AuditAction.PATIENT_CHANNEL_REVOKED)
            return {}

    async def add_carer(
        self, actor: Staff, patient_id: str, name: str, relation: Relation, scope: tuple[CarerScope, ...], ends_on: date | None
    ) -> Json:
        """-> {carer}; `ends_on` is the last day. Raises Conflict `too_many_carers`."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_PATIENT)
            carers = [carer for carer in await tx.carers.of_patient(step.patient.id) if carer.is_active(now)]
            if len(carers) >= MAX_CARERS:
                raise Conflict("This record has too many carers.", code="too_many_carers")
            carer = CarerRecord(
                new_id("car"),
                step.patient.id,
                edits.clean_name(name),
                relation,
                _in_order(scope),
                actor.user_id,
                now,
                _end_of(ends_on, now),
            )
            await tx.carers.create(carer)
            change = {"carer": [None, carer.name], "relation": [None, relation.value], "scope": [None, edits.plain(carer.scope)]}
            await step.change(ChangeKind.CARER_ADDED, change, AuditAction.PATIENT_CARER_ADDED)
            return {"carer": views.carer_view(carer, now)}

    async def edit_carer(self, actor: Staff, patient_id: str, carer_id: str, changes: Json) -> Json:
        """Change the fields named (`name`, `relation`, `scope`, `ends_on`); -> {carer}.

        Without "join visits" in its scope the carer loses its links and seats, a call in progress too.
        """

        async def work(tx: Transaction) -> CarerChange:
            now = self._clock.utcnow()
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_PATIENT)
            before = await _carer(step, carer_id)
            wanted = _wanted(changes, now)
            after = replace(before, **wanted)
            if after != before:
                await _save_edited(step, before, after, wanted)
            ended = after.id if CarerScope.JOIN_VISITS in set(before.scope) - set(after.scope) else None
            return CarerChange({"carer": views.carer_view(after, now)}, actor.ref, now, ended)

        return await self._visits.change_carer(work)

    async def revoke_carer(self, actor: Staff, patient_id: str, carer_id: str) -> Json:
        """End what a carer may do; its channels, passkeys, links and seats end with it, a call in progress too. -> {}.

        A second time changes nothing.
        """

        async def work(tx: Transaction) -> CarerChange:
            now = self._clock.utcnow()
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_PATIENT)
            carer = await tx.carers.get(carer_id)
            if carer is None or carer.patient_id != step.patient.id:
                raise NotFound()
            if carer.revoked_at is None:
                await tx.carers.save(replace(carer, revoked_at=now))
                await _revoke_all(step, [channel for channel in await _channels(step) if channel.carer_id == carer.id])
                await _end_passkeys(step, carer.id)
                change = {"carer": [carer.name, None]}
                await step.change(ChangeKind.CARER_REVOKED, change, AuditAction.PATIENT_CARER_REVOKED)
            return CarerChange({}, actor.ref, now, carer.id)

        return await self._visits.change_carer(work)

    async def colleagues(self, actor: Staff, patient_id: str) -> Json:
        """-> {colleagues: [{id, name, role}]}: who may be in the care team."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_CARE_TEAM)
            users = await tx.users.in_organisation(actor.organisation_id)
            fit = [
                user for user in users if user.is_active and user.role in CARE_ROLES and user.staff.works_at(step.patient.site_id)
            ]
        rows = [{"id": user.id, "name": user.name, "role": user.role.value} for user in fit]
        return {"colleagues": sorted(rows, key=lambda row: row["name"].casefold())}

    async def add_member(self, actor: Staff, patient_id: str, user_id: str) -> Json:
        """Take somebody into the care team; -> {member}, the present one when there is one."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_CARE_TEAM)
            await _check_lasting(step)
            user = await tx.users.get(user_id)
            if user is None or user.organisation_id != actor.organisation_id or not user.is_active:
                raise NotFound()
            if user.role not in CARE_ROLES or not user.staff.works_at(step.patient.site_id):
                raise InvalidInput("This person does not care for patients here.", field="user_id")
            if len(await tx.care_teams.of_patient(step.patient.id)) >= MAX_TEAM:
                raise Conflict("This care team is full.", code="too_many_members")
            wanted = TeamMemberRecord(new_id("tmm"), step.patient.id, user.id, actor.user_id, now)
            member = await tx.care_teams.add(wanted)
            if member is wanted:
                await step.change(ChangeKind.TEAM_ADDED, {"member": [None, user.name]}, AuditAction.PATIENT_TEAM_ADDED)
            return {"member": views.member_view(member, user)}

    async def end_member(self, actor: Staff, patient_id: str, member_id: str) -> Json:
        """Let somebody go from the care team; -> {}. A second time changes nothing."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_CARE_TEAM)
            await _check_lasting(step)
            member = await tx.care_teams.get(member_id)
            if member is None or member.patient_id != step.patient.id:
                raise NotFound()
            if member.until is None:
                await tx.care_teams.save(replace(member, until=now))
                user = await tx.users.get(member.user_id)
                change = {"member": [user.name if user else "", None]}
                await step.change(ChangeKind.TEAM_ENDED, change, AuditAction.PATIENT_TEAM_ENDED)
            return {}


async def _check_lasting(step: PatientStep) -> None:
    """Raise NotAllowed `record_closed` for who is here by an emergency access alone.

    It makes no lasting access out of itself, and does not send away those who are told of it. Colleagues may be looked up with
    it, to ask one of them.
    """
    standing = await step.tx.standings.of_staff(step.actor, step.patient.id, step.now)
    if standing.broke_glass and not standing.lasts:
        raise closed()


async def _carer(step: PatientStep, carer_id: str) -> CarerRecord:
    """A carer of this record whose rights were not taken away. Raises NotFound."""
    carer = await step.tx.carers.get(carer_id)
    if carer is None or carer.patient_id != step.patient.id or carer.revoked_at is not None:
        raise NotFound()
    return carer


async def _channels(step: PatientStep) -> list[ChannelRecord]:
    """Channels in use, the patient's and carers'."""
    return [channel for channel in await step.tx.channels.of_patient(step.patient.id) if channel.revoked_at is None]


async def _revoke_all(step: PatientStep, channels: list[ChannelRecord]) -> None:
    for channel in channels:
        await step.tx.channels.save(replace(channel, revoked_at=step.now))


def _wanted(changes: Json, now: datetime) -> Json:
    """The fields of a carer's record that are to change, as it keeps them. Raises InvalidInput."""
    wanted = dict(changes)
    if "ends_on" in wanted:
        wanted["ends_at"] = _end_of(wanted.pop("ends_on"), now)
    if "scope" in wanted:
        wanted["scope"] = _in_order(wanted["scope"])
    if "name" in wanted:
        wanted["name"] = edits.clean_name(wanted["name"])
    return wanted


async def _save_edited(step: PatientStep, before: CarerRecord, after: CarerRecord, wanted: Json) -> None:
    await step.tx.carers.save(after)
    change = {
        name: [edits.plain(getattr(before, name)), edits.plain(value)]
        for name, value in wanted.items()
        if getattr(before, name) != value
    }
    await step.change(ChangeKind.CARER_EDITED, {"carer": [after.name, after.name], **change}, AuditAction.PATIENT_CARER_EDITED)


def _in_order(scope: tuple[CarerScope, ...]) -> tuple[CarerScope, ...]:
    return tuple(word for word in CarerScope if word in scope)


async def _end_passkeys(step: PatientStep, carer_id: str | None) -> None:
    """Make the passkeys of the patient (None) or of a carer worthless."""
    if await step.tx.passkeys.revoke_of_person(step.patient.id, carer_id, step.now):
        await step.audit(AuditAction.PERSON_PASSKEY_REMOVED)


def _end_of(day: date | None, now: datetime) -> datetime | None:
    """The end of a last day (UTC). Raises InvalidInput for one that is over, or absurdly far."""
    if day is None:
        return None
    end = datetime.combine(day, time.max, UTC)
    if not now < end <= now + LONGEST:
        raise InvalidInput("The last day is today or later, within 20 years.", field="ends_on")
    return end
