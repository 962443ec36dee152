"""Whether a telephone or mailbox reaches its owner: a code goes there and comes back, typed by the clinic or by the person."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ActorRef, Person, Staff
from telemed.care.notify.compose import compose
from telemed.care.notify.ports import Notifier
from telemed.care.patients import views
from telemed.care.patients.records import ChangeRecord, ChannelRecord, PatientRecord
from telemed.care.patients.words import ChangeKind
from telemed.care.permissions import Action, check_patient
from telemed.care.persons import codes
from telemed.care.persons.records import CodePurpose
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.clock import Clock
from telemed.errors import Conflict, NotFound, TooMany, Unavailable
from telemed.ids import new_id
from telemed.web.patients.step import PatientStep
from telemed.web.persons.sign_in import new_code


class ChannelChecks:
    """Sends codes to channels and takes them back."""

    def __init__(self, store: Store, clock: Clock, notifier: Notifier) -> None:
        self._store = store
        self._clock = clock
        self._notifier = notifier

    async def send(self, actor: Staff | Person, patient_id: str, channel_id: str, language: str) -> Json:
        """Send a code to a channel of the record; -> {}. Raises Unavailable `cannot_send`, TooMany, NotFound, NotAllowed."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient, channel = await _channel(tx, actor, patient_id, channel_id, now)
            if not self._notifier.can_send(codes.MEDIA[channel.kind]):
                raise Unavailable("This server cannot send such messages.", code="cannot_send")
            sent = await tx.channel_codes.sent_to(channel.kind.value, channel.value, now - codes.DAY)
            if (wait := codes.seconds_to_wait(sent, now)) > 0:
                raise TooMany("Too many codes for this number or address. Please wait.", retry_after=wait)
            row_id, code = new_id("chc"), codes.digits(secrets.randbelow(10**codes.DIGITS))
            record = new_code(row_id, channel, CodePurpose.VERIFY, codes.hashed(row_id, code), now)
            await tx.channel_codes.create(record)
            words = patient.language.partition("-")[0] or language
            wanted = codes.code_message(record, channel, code, patient.organisation_id, words, new_id("out"))
            await tx.outbox.put(compose(wanted, now))
            await tx.audit.append(actor.ref, AuditAction.PERSON_CODE_SENT, channel.id, AuditOutcome.DONE, now)
        self._notifier.wake()
        return {}

    async def verify(self, actor: Staff | Person, patient_id: str, channel_id: str, code: str) -> Json:
        """Take a code back; -> {channel}. Raises Conflict `wrong_code`, NotFound, NotAllowed."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient, channel = await _channel(tx, actor, patient_id, channel_id, now)
            latest = await tx.channel_codes.newest(channel.id, CodePurpose.VERIFY)
            record = await tx.channel_codes.count_attempt(latest.id) if latest is not None else None
            if record is not None and codes.is_right(record, record.id, code, now) and await tx.channel_codes.use(record.id, now):
                await tx.channels.mark_verified(channel.id, now)
                await _note(tx, patient, channel, actor.ref, now)
                return {"channel": views.channel_view(replace(channel, verified_at=now))}
            await tx.audit.append(actor.ref, AuditAction.PATIENT_CHANNEL_VERIFIED, patient.id, AuditOutcome.REFUSED, now)
        raise Conflict("This code is wrong or too old.", code="wrong_code", field="code")  # after the commit: the attempt counts


async def _channel(
    tx: Transaction, actor: Staff | Person, patient_id: str, channel_id: str, now: datetime
) -> tuple[PatientRecord, ChannelRecord]:
    """The record and a channel in use: any of it for staff, for a person the own ones."""
    if isinstance(actor, Staff):
        patient = (await PatientStep.open(tx, now, actor, patient_id, Action.EDIT_PATIENT)).patient
    else:
        patient = await own_record(tx, actor, Action.VERIFY_OWN_CHANNEL, now)
    channel = await tx.channels.get(channel_id)
    if channel is None or channel.patient_id != patient.id or channel.revoked_at is not None:
        raise NotFound()
    if isinstance(actor, Person) and channel.carer_id != actor.carer_id:
        raise NotFound()
    return patient, channel


async def own_record(tx: Transaction, person: Person, action: Action, now: datetime) -> PatientRecord:
    """The record a person signed in for, once the action is allowed. Raises NotFound, NotAllowed."""
    patient = await tx.patients.kept(person.patient_id)
    if patient is None:
        raise NotFound()
    check_patient(person, action, patient, await tx.standings.of_person(person, now))
    return patient


async def _note(tx: Transaction, patient: PatientRecord, channel: ChannelRecord, actor: ActorRef, now: datetime) -> None:
    change = {channel.kind.value: [channel.value, channel.value]}
    line = ChangeRecord(new_id("chg"), patient.id, patient.revision, ChangeKind.CHANNEL_VERIFIED.value, change, actor, now)
    await tx.patient_history.append(line)
    await tx.audit.append(actor, AuditAction.PATIENT_CHANNEL_VERIFIED, patient.id, AuditOutcome.DONE, now)
