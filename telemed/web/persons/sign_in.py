"""Sign-in of patients and carers with a code sent to a verified telephone or mailbox.

Asking for a code is answered before anything is looked up: the answer, and the time it takes, cannot depend on whether the clinic
knows the number. A wrong code, a spent one and one that was never sent get the same answer after the same statements.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ANONYMOUS, Person
from telemed.care.notify.compose import compose
from telemed.care.notify.ports import Notifier
from telemed.care.patients.records import ChannelRecord
from telemed.care.patients.words import ChannelKind
from telemed.care.persons import codes, logins
from telemed.care.persons.records import ChannelCodeRecord, CodePurpose, PersonLoginRecord
from telemed.care.ports import Json, Store
from telemed.care.repositories import Transaction
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import NotSignedIn, Unavailable
from telemed.ids import new_id, new_secret
from telemed.web.persons.code_rates import CodeRates
from telemed.web.persons.errands import Errands
from telemed.web.persons.owners import Owner, owners_of, parse

KEEP_CODES = timedelta(days=2)  # the limits of a day are counted over the rows
UNKNOWN_CHANNEL = "unknown"  # audit object of a code for nobody


@dataclass(frozen=True, slots=True)
class PersonSignedIn:
    """A fresh login. `token` is shown to the browser once."""

    person: Person
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChoiceOwed:
    """The code was right and several people have the channel."""

    step: str = field(repr=False)
    choices: tuple[Json, ...]


class PersonSignIn:
    """Opens, checks and ends logins of patients and carers. `region`: the country of numbers typed without a country code."""

    def __init__(self, store: Store, clock: Clock, notifier: Notifier, errands: Errands, region: str) -> None:
        self._store = store
        self._clock = clock
        self._notifier = notifier
        self._errands = errands
        self._region = region
        self._rates = CodeRates()

    def ask(self, typed: str, language: str) -> str:
        """Send a code to whom a number or address belongs, if to anybody; -> the step to type it into.

        Raises InvalidInput for what is neither, Unavailable `cannot_send`, TooMany; each is the same for known and unknown ones.
        """
        kind, value = parse(typed, self._region)
        if not self._notifier.can_send(codes.MEDIA[kind]):
            raise Unavailable("This server cannot send such messages.", code="cannot_send")
        self._rates.take(token_hash(value), self._clock.utcnow())
        row_id, secret = new_id("chc"), new_secret()
        self._errands.start(self._send(kind, value, language, row_id, secret))
        return codes.step_of(row_id, secret)

    async def _send(self, kind: ChannelKind, value: str, language: str, row_id: str, secret: str) -> None:
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            await tx.channel_codes.delete_expired(now - KEEP_CODES)
            owners = await owners_of(tx, await tx.channels.by_value(kind.value, value), now)
            sent = await tx.channel_codes.sent_to(kind.value, value, now - codes.DAY)
            if not owners or codes.seconds_to_wait(sent, now) > 0:
                object_id = owners[0].channel.id if owners else UNKNOWN_CHANNEL
                await tx.audit.append(ANONYMOUS, AuditAction.PERSON_CODE_SENT, object_id, AuditOutcome.REFUSED, now)
                return
            owner = owners[0]
            code = codes.digits(secrets.randbelow(10**codes.DIGITS))
            record = new_code(row_id, owner.channel, CodePurpose.SIGN_IN, codes.hashed(secret, code), now)
            await tx.channel_codes.create(record)
            organisation_id = owner.patient.organisation_id
            wanted = codes.code_message(record, owner.channel, code, organisation_id, language, new_id("out"))
            await tx.outbox.put(compose(wanted, now))
            await tx.audit.append(ANONYMOUS, AuditAction.PERSON_CODE_SENT, owner.channel.id, AuditOutcome.DONE, now)
        self._notifier.wake()

    async def confirm(self, step: str, code: str, device: str) -> PersonSignedIn | ChoiceOwed:
        """Check a code; -> a login, or whom to choose from. `device`: the browser in words. Raises NotSignedIn `wrong_code`."""
        row_id, secret = codes.parts_of(step)
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            record = await tx.channel_codes.count_attempt(row_id)
            if record is not None and record.purpose is CodePurpose.SIGN_IN and codes.is_right(record, secret, code, now):
                owners = await self._owners(tx, record, now)
                if owners and await tx.channel_codes.use(row_id, now):
                    return await self._opened(tx, owners, device, now)
            await self._refused(tx, record, now)
        raise _wrong()

    async def choose(self, step: str, owner_id: str, device: str) -> PersonSignedIn:
        """Sign in as one of those the channel belongs to. Raises NotSignedIn `wrong_code`."""
        row_id, secret = codes.parts_of(step)
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            record = await tx.channel_codes.count_attempt(row_id)
            if record is not None and record.purpose is CodePurpose.CHOOSE and codes.is_right(record, secret, "", now):
                owners = [owner for owner in await self._owners(tx, record, now) if owner.id == owner_id]
                if owners and await tx.channel_codes.use(row_id, now):
                    return await self.open(tx, owners[0].person, device, now)
            await self._refused(tx, record, now)
        raise _wrong()

    async def who(self, token: str) -> Person | None:
        """Return whom a login token stands for; None when it is unknown, ended, or a carer may not act any more."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            login = await tx.person_logins.by_token_hash(token_hash(token))
            if login is None:
                return None
            patient = await tx.patients.kept(login.patient_id)
            carer = await tx.carers.get(login.carer_id) if login.carer_id is not None else None
        person = logins.person_of(login, patient, carer, now)
        if person is not None and now - login.last_seen_at >= logins.TOUCH_EVERY:
            async with self._store.write() as tx:
                await tx.person_logins.touch(login.id, now)
        return None if person is None else replace(person, login_id=login.id)

    async def sign_out(self, token: str) -> None:
        """End the login of a token, if there is one."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            login = await tx.person_logins.by_token_hash(token_hash(token))
            if login is not None and await tx.person_logins.revoke(login.id, now):
                ref = Person(login.patient_id, login.carer_id, "").ref
                await tx.audit.append(ref, AuditAction.PERSON_SIGNED_OUT, login.patient_id, AuditOutcome.DONE, now)

    async def end(self, person: Person, login_id: str | None) -> None:
        """Sign out one of the person's own devices, or all of them (None)."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            ended = 0
            for login in await tx.person_logins.of_person(person, now):
                if login_id in (None, login.id):
                    ended += await tx.person_logins.revoke(login.id, now)
            if ended:
                await tx.audit.append(person.ref, AuditAction.PERSON_SIGNED_OUT, person.patient_id, AuditOutcome.DONE, now)

    async def _owners(self, tx: Transaction, record: ChannelCodeRecord, now: datetime) -> list[Owner]:
        """Those who have the channel of a code now."""
        channel = await tx.channels.get(record.channel_id)
        return [] if channel is None else await owners_of(tx, await tx.channels.by_value(channel.kind.value, channel.value), now)

    async def _opened(
        self, tx: Transaction, owners: list[Owner], device: str, now: datetime
    ) -> PersonSignedIn | ChoiceOwed:
        if len(owners) == 1:
            return await self.open(tx, owners[0].person, device, now)
        row_id, secret = new_id("chc"), new_secret()
        record = new_code(row_id, owners[0].channel, CodePurpose.CHOOSE, codes.hashed(secret, ""), now)
        await tx.channel_codes.create(record)
        return ChoiceOwed(codes.step_of(row_id, secret), tuple(owner.choice for owner in owners))

    async def open(self, tx: Transaction, person: Person, device: str, now: datetime) -> PersonSignedIn:
        """Make a login of somebody who has just shown who they are. `device`: the browser in words."""
        token = new_secret()
        await tx.person_logins.delete_expired(now - logins.KEEP_ENDED)
        login = PersonLoginRecord(
            new_id("ptl"), person.patient_id, person.carer_id, token_hash(token), device, now, now, now + logins.LIFE
        )
        await tx.person_logins.create(login)
        await tx.audit.append(person.ref, AuditAction.PERSON_SIGNED_IN, person.patient_id, AuditOutcome.DONE, now)
        return PersonSignedIn(replace(person, login_id=login.id), token)

    async def _refused(self, tx: Transaction, record: ChannelCodeRecord | None, now: datetime) -> None:
        object_id = record.channel_id if record is not None else UNKNOWN_CHANNEL
        await tx.audit.append(ANONYMOUS, AuditAction.PERSON_SIGNED_IN, object_id, AuditOutcome.REFUSED, now)


def new_code(
    row_id: str, channel: ChannelRecord, purpose: CodePurpose, code_hash: str, now: datetime
) -> ChannelCodeRecord:
    """A fresh code of a channel."""
    return ChannelCodeRecord(row_id, channel.id, purpose, code_hash, 0, now, now + codes.LIFE)


def _wrong() -> NotSignedIn:
    return NotSignedIn("This code is wrong or too old. Please ask for a new one.", code="wrong_code")
