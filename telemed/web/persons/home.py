"""Home: what a patient, or a carer within its scope, sees of the record. Every look is audited."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.aftercare.views import own_message_view
from telemed.care.audit_access import accesses
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Person
from telemed.care.patients.records import PatientRecord
from telemed.care.patients.words import CarerScope
from telemed.care.permissions import Action
from telemed.care.persons import views
from telemed.care.ports import Json, Store
from telemed.care.records import AuditRow, SessionRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import ParticipantState
from telemed.clock import Clock
from telemed.errors import InvalidInput
from telemed.web.paging import Page
from telemed.web.persons.channel_checks import own_record

PAST_VISITS = 20
ACCESS_ROWS = 500  # of the trail, read for one page of "who saw my data"; they become far fewer lines
ACCESS_ROUNDS = 10  # of rows looked through for a page with something in it: one's own acts are left out
ONE_LOOK = timedelta(minutes=15)  # requests of one login within it are one look
MAX_LOOKS = 10_000  # logins remembered; drop rule: the one not seen for longest is written down once more
_PLACE = "seq_"
_SHUT_OUT = (ParticipantState.DENIED, ParticipantState.REMOVED)


class PersonHome:
    """Reads; the parts a carer's scope does not name are None."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._looks: OrderedDict[str, datetime] = OrderedDict()  # login id -> when its look was last written down

    async def read(self, person: Person) -> Json:
        """-> {person, visits, past, messages, details, contacts, carers, devices, passkeys, access}."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient = await own_record(tx, person, Action.OPEN_HOME, now)
            carer = await tx.carers.get(person.carer_id) if person.carer_id is not None else None
            scope = frozenset(CarerScope) if carer is None else frozenset(carer.scope)
            sees_visits, sees_details = CarerScope.SEE_VISITS in scope, CarerScope.SEE_DETAILS in scope
            if self._is_new_look(person, now):
                await tx.audit.append(person.ref, AuditAction.PERSON_HOME_READ, patient.id, AuditOutcome.DONE, now)
            joins = CarerScope.JOIN_VISITS in scope
            devices = await tx.person_logins.of_person(person, now)
            passkeys = await tx.passkeys.of_person(person.patient_id, person.carer_id)
            return {
                "person": views.person_view(person, patient, carer),
                "visits": await _ahead(tx, patient, person, now, joins, sees_visits) if joins or sees_visits else None,
                "past": await _past(tx, patient) if sees_visits else None,
                "messages": await _messages(tx, patient, person, now) if sees_visits and sees_details else None,
                "details": views.details_view(patient) if sees_details else None,
                "contacts": await _contacts(tx, patient, person),
                "carers": await _carers(tx, patient, now) if carer is None else None,
                "devices": [views.device_view(login, person.login_id) for login in devices],
                "passkeys": [views.passkey_view(passkey) for passkey in passkeys],
                "access": CarerScope.SEE_ACCESS in scope,
            }

    async def access(self, person: Person, page: Page) -> Json:
        """-> {lines, next}: who saw the record, newest first, one line for each person, day and kind of act."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient = await own_record(tx, person, Action.READ_OWN_ACCESS, now)
            await tx.audit.append(person.ref, AuditAction.PATIENT_ACCESS_READ, patient.id, AuditOutcome.DONE, now)
            shown, place = await _rows(tx, patient, _before(page.after))
            names = await tx.audit_search.people({row.actor for row in shown}, patient.organisation_id)
            carers = {carer.id: carer.name for carer in await tx.carers.of_patient(patient.id)}
        lines = [views.access_view(line, carers) for line in accesses(shown, names)]
        return {"lines": lines, "next": None if place is None else f"{_PLACE}{place}"}

    def _is_new_look(self, person: Person, now: datetime) -> bool:
        """Whether this look is written down: the page asks again and again while it is open, which is one look."""
        before = self._looks.get(person.login_id)
        if before is not None and now - before < ONE_LOOK:
            return False
        self._looks[person.login_id] = now
        self._looks.move_to_end(person.login_id)
        if len(self._looks) > MAX_LOOKS:
            self._looks.popitem(last=False)
        return True


async def _rows(tx: Transaction, patient: PatientRecord, before: int | None) -> tuple[list[AuditRow], int | None]:
    """Rows of one page that say what others did, and the row the next page goes on below (None: the end)."""
    for _ in range(ACCESS_ROUNDS):
        rows = await tx.audit_search.about_patient(patient.id, before, ACCESS_ROWS)
        shown = views.shown_rows(rows)
        before = rows[-1].sequence if len(rows) == ACCESS_ROWS else None
        if shown or before is None:
            break
    return shown, before


def _before(place: str | None) -> int | None:
    """The row a page goes on below. Raises InvalidInput."""
    if place is None:
        return None
    number = place.removeprefix(_PLACE)
    if number == place or not number.isascii() or not number.isdigit() or len(number) > 15:
        raise InvalidInput("There is no such place in this list.", field="after")
    return int(number)


async def _ahead(
    tx: Transaction, patient: PatientRecord, person: Person, now: datetime, joins: bool, sees: bool
) -> list[Json]:
    """Visits that are not over; for who may only join those that can be joined now."""
    sessions = await tx.person_visits.ahead(patient.id)
    leaders = await _leaders(tx, sessions)
    found = []
    for session in sessions:
        can_join = joins and views.is_joinable(session, now) and await _has_place(tx, session, person)
        if sees or can_join:
            found.append(views.visit_view(session, leaders.get(session.created_by, ""), can_join))
    return found


async def _has_place(tx: Transaction, session: SessionRecord, person: Person) -> bool:
    """Whether staff did not send this person away: a patient's only seats are not denied or removed."""
    if person.carer_id is not None:
        return True
    seats = [seat for seat in await tx.participants.in_session(session.id) if seat.role is Role.PATIENT and not seat.user_id]
    return not seats or any(seat.state not in _SHUT_OUT for seat in seats)


async def _past(tx: Transaction, patient: PatientRecord) -> list[Json]:
    sessions = await tx.person_visits.past(patient.id, PAST_VISITS)
    leaders = await _leaders(tx, sessions)
    return [views.visit_view(session, leaders.get(session.created_by, ""), can_join=False) for session in sessions]


async def _messages(tx: Transaction, patient: PatientRecord, person: Person, now: datetime) -> list[Json]:
    """What was written to the patient after visits; read by the patient it counts as opened."""
    found = await tx.visit_messages.of_patient(patient.id)
    for message in found:
        if message.opened_at is None and person.carer_id is None:
            await tx.visit_messages.save(replace(message, opened_at=now))
            await tx.audit.append(person.ref, AuditAction.VISIT_MESSAGE_OPENED, message.id, AuditOutcome.DONE, now)
    return [own_message_view(message) for message in found]


async def _leaders(tx: Transaction, sessions: Iterable[SessionRecord]) -> dict[str, str]:
    """Names of the clinicians who made the visits."""
    users = [await tx.users.get(user_id) for user_id in {session.created_by for session in sessions}]
    return {user.id: user.name for user in users if user is not None}


async def _contacts(tx: Transaction, patient: PatientRecord, person: Person) -> list[Json]:
    channels = views.own_channels(await tx.channels.of_patient(patient.id), person)
    return [views.contact_view(channel) for channel in channels]


async def _carers(tx: Transaction, patient: PatientRecord, now: datetime) -> list[Json]:
    return [views.carer_line(carer) for carer in await tx.carers.of_patient(patient.id) if carer.is_active(now)]
