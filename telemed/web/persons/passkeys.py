"""Passkeys of patients and carers: added once signed in, shown at the door instead of a code.

A passkey of a carer stands for that carer and that record only. Whom one stands for is asked anew each time it is shown: a carer
whose time is over is nobody, a merged record leads to the one that is kept. Whatever is wrong at the door gets one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ANONYMOUS, Person
from telemed.care.notify.compose import compose
from telemed.care.notify.ports import Notifier
from telemed.care.patients.records import PatientRecord
from telemed.care.permissions import Action
from telemed.care.persons import logins, passkeys, views
from telemed.care.persons.codes import MEDIA
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.care.staff.records import PasskeyRecord, SignInStepRecord, StepKind
from telemed.care.staff.sign_in_steps import STEP_LIFE, is_open
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from telemed.ids import new_id, new_secret
from telemed.web.passkey_ceremony import Holder, NewCredential, RelyingParty, handle_of
from telemed.web.persons.channel_checks import own_record
from telemed.web.persons.sign_in import UNKNOWN_CHANNEL, PersonSignedIn, PersonSignIn
from telemed.web.second_factors import note_use, shown_passkey


class PersonPasskeys:
    """Adds, shows and removes them. `party` is this server as the browser knows it; `device` the browser in our words."""

    def __init__(self, store: Store, clock: Clock, notifier: Notifier, sign_in: PersonSignIn) -> None:
        self._store = store
        self._clock = clock
        self._notifier = notifier
        self._sign_in = sign_in

    async def begin(self, party: RelyingParty) -> tuple[str, Json]:
        """Begin a sign-in: whichever passkey the person picks. -> the step's token and the options."""
        challenge, options = party.options_to_show((), must_verify=True)
        token = new_secret()
        async with self._store.write() as tx:
            await self._keep_step(tx, StepKind.PERSON_PASSKEY, token_hash(token), challenge)
        return token, options

    async def finish(self, token: str, credential: Mapping[str, Any], party: RelyingParty, device: str) -> PersonSignedIn:
        """Sign in with the passkey shown. Raises NotSignedIn `step_over`, `passkey_refused`."""
        now, signed_in = self._clock.utcnow(), None
        async with self._store.write() as tx:
            challenge = await self._spend_step(tx, StepKind.PERSON_PASSKEY, token_hash(token))
            person = await self._shown_by(tx, credential, challenge, party, now) if challenge is not None else None
            if person is not None:
                signed_in = await self._sign_in.open(tx, person, device, now)
            elif challenge is not None:
                await tx.audit.append(ANONYMOUS, AuditAction.PERSON_SIGNED_IN, UNKNOWN_CHANNEL, AuditOutcome.REFUSED, now)
        if challenge is None:
            raise NotSignedIn("This took too long. Please begin again.", code="step_over")
        if signed_in is None:
            raise NotSignedIn("This passkey was not accepted.", code="passkey_refused")
        return signed_in

    async def offer(self, person: Person, party: RelyingParty) -> tuple[str, Json]:
        """Begin adding one; -> the step's token and the options. Raises NotFound, NotAllowed."""
        now, token = self._clock.utcnow(), new_secret()
        async with self._store.write() as tx:
            patient = await own_record(tx, person, Action.KEEP_OWN_PASSKEYS, now)
            carer = await tx.carers.get(person.carer_id) if person.carer_id is not None else None
            name = passkeys.label(patient, carer)
            present = await tx.passkeys.of_person(person.patient_id, person.carer_id)
            challenge, options = party.options_to_add(Holder(passkeys.handle(person), name, name), present, must_verify=True)
            await self._keep_step(tx, StepKind.PERSON_PASSKEY_NEW, passkeys.step_hash(person, token), challenge)
        return token, options

    async def add(
        self, person: Person, token: str, credential: Mapping[str, Any], party: RelyingParty, device: str, language: str
    ) -> Json:
        """Keep the passkey made and tell its owner; -> {passkey}.

        Raises Conflict `step_over`, `passkey_there`, `too_many_passkeys`; InvalidInput `passkey_refused`; NotFound, NotAllowed.
        """
        async with self._store.write() as tx:  # on its own: a refusal below must not give the challenge back
            challenge = await self._spend_step(tx, StepKind.PERSON_PASSKEY_NEW, passkeys.step_hash(person, token))
        if challenge is None:
            raise Conflict("This took too long. Please begin again.", code="step_over")
        added, now = party.verify_added(credential, challenge, must_verify=True), self._clock.utcnow()
        async with self._store.write() as tx:
            patient = await own_record(tx, person, Action.KEEP_OWN_PASSKEYS, now)
            passkey = await _kept(tx, person, added, device, now)
            await self._tell(tx, patient, person, passkey, language)
        self._notifier.wake()
        return {"passkey": views.passkey_view(passkey)}

    async def remove(self, person: Person, passkey_id: str) -> None:
        """Give one of one's own up. Raises NotFound, NotAllowed."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            await own_record(tx, person, Action.KEEP_OWN_PASSKEYS, now)
            passkey = await tx.passkeys.get(passkey_id)
            owner = (passkey.patient_id, passkey.carer_id) if passkey is not None and passkey.revoked_at is None else None
            if passkey is None or owner != (person.patient_id, person.carer_id):
                raise NotFound()
            await tx.passkeys.save(replace(passkey, revoked_at=now))
            await tx.audit.append(person.ref, AuditAction.PERSON_PASSKEY_REMOVED, person.patient_id, AuditOutcome.DONE, now)

    async def _shown_by(
        self, tx: Transaction, credential: Mapping[str, Any], challenge: bytes, party: RelyingParty, now: datetime
    ) -> Person | None:
        """Whom a shown passkey stands for now; None for anything that is wrong with it."""
        try:
            passkey = await shown_passkey(tx, party, credential, challenge, must_verify=True)
        except InvalidInput:
            return None
        if passkey.patient_id is None or handle_of(credential) is None:  # staff's; or not one the person was asked for by us
            return None
        patient = await tx.patients.kept(passkey.patient_id)
        carer = await tx.carers.get(passkey.carer_id) if passkey.carer_id is not None else None
        person = logins.acting(passkey.carer_id, patient, carer, now) if patient is not None else None
        if person is not None:
            await note_use(tx, passkey, now)
        return person

    async def _keep_step(self, tx: Transaction, kind: StepKind, hashed: str, challenge: bytes) -> None:
        now = self._clock.utcnow()
        await tx.sign_in_steps.delete_expired(now - STEP_LIFE)
        step = SignInStepRecord(new_id("stp"), None, kind.value, hashed, challenge, 0, now, now + STEP_LIFE)
        await tx.sign_in_steps.create(step)

    async def _spend_step(self, tx: Transaction, kind: StepKind, hashed: str) -> bytes | None:
        """The challenge of an open step, which takes this one answer; None when there is none."""
        now, step = self._clock.utcnow(), await tx.sign_in_steps.by_token_hash(hashed)
        if step is None or not is_open(step, kind, now):
            return None
        await tx.sign_in_steps.save(replace(step, used_at=now))
        return step.secret

    async def _tell(
        self, tx: Transaction, patient: PatientRecord, person: Person, passkey: PasskeyRecord, language: str
    ) -> None:
        """Put a message for each verified channel of the person into the outbox."""
        own = patient.language.partition("-")[0] if person.carer_id is None else ""
        for channel in passkeys.told(await tx.channels.of_patient(patient.id), person):
            if not self._notifier.can_send(MEDIA[channel.kind]):
                continue
            wanted = passkeys.added_message(passkey, channel, patient.organisation_id, own or language, new_id("out"))
            try:
                message = compose(wanted, passkey.created_at)
            except InvalidInput:
                continue  # an address few mail servers take: the others are told
            await tx.outbox.put(message)


async def _kept(tx: Transaction, person: Person, added: NewCredential, device: str, now: datetime) -> PasskeyRecord:
    if len(await tx.passkeys.of_person(person.patient_id, person.carer_id)) >= passkeys.MAX_PASSKEYS:
        raise Conflict("That are too many passkeys.", code="too_many_passkeys")
    if await tx.passkeys.by_credential(added.credential_id) is not None:
        raise Conflict("This passkey is known already.", code="passkey_there")
    passkey = PasskeyRecord(
        id=new_id("psk"),
        user_id=None,
        patient_id=person.patient_id,
        carer_id=person.carer_id,
        credential_id=added.credential_id,
        public_key=added.public_key,
        sign_count=added.sign_count,
        name=device,
        created_at=now,
    )
    await tx.passkeys.create(passkey)
    await tx.audit.append(person.ref, AuditAction.PERSON_PASSKEY_ADDED, person.patient_id, AuditOutcome.DONE, now)
    return passkey
