"""Links that nobody of the staff makes: for a patient or carer at Home, and for somebody whose link does not work any more.

Such a link leads to the person's own seat in a visit attached to its record, and nowhere else. Its token is derived from whom it
is for and a number, so that pressing again gives the same one; one that was withdrawn or ran out gives way to the next number.
"""

from __future__ import annotations

from dataclasses import dataclass

from telemed.care import link_rules
from telemed.care.audit_actions import AuditAction
from telemed.care.identity import ActorRef, Person
from telemed.care.notify.compose import VisitLink, compose, visit_link_wanted
from telemed.care.notify.records import Medium
from telemed.care.patients.records import PatientRecord
from telemed.care.permissions import Action, check_patient
from telemed.care.persons import codes
from telemed.care.ports import Json
from telemed.care.records import LinkRecord, LinkRequest, ParticipantRecord
from telemed.care.roles import Role
from telemed.care.session_states import USABLE
from telemed.care.states import ParticipantState
from telemed.care.tokens import derived_token, token_hash
from telemed.errors import Conflict, Gone, InvalidInput, NotFound, TooEarly
from telemed.ids import new_id
from telemed.signaling.acting import require_live
from telemed.signaling.desk import Desk
from telemed.signaling.link_desk import MAX_SEATS, new_link
from telemed.signaling.own_links import MAX_RENEWED, RECOVERED, hash_of, home_prefix
from telemed.signaling.step import VisitStep

_SHUT_OUT = frozenset({ParticipantState.DENIED, ParticipantState.REMOVED})


@dataclass(frozen=True, slots=True)
class _Found:
    """The link to give, or the number of the next one; `seat_id` is where the earlier ones lead."""

    command_id: str
    link: LinkRecord | None
    seat_id: str | None


class PersonLinks:
    """`POST /home/visits/{id}/join` and `POST /links/recover`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def join(self, person: Person, session_id: str) -> str:
        """The token of a link to the person's own seat.

        Raises NotFound for a visit of somebody else, NotAllowed, TooEarly, Gone `visit_ended`, `removed`, Conflict.
        """

        async def work(step: VisitStep) -> Json:
            patient = await self._own(step, person)
            self._desk.admission.check_join(step.session.state)
            found = await self._find(step, person.ref.id, home_prefix(session_id))
            seat = await _seat_of(step, person, patient, found.seat_id)
            if found.link is None:
                await self._make(step, person.ref.id, found.command_id, seat)
            return {"command_id": found.command_id}

        result = await self._desk.transactor.change(session_id, work, person.ref)
        return derived_token(self._desk.settings.link_key, person.ref.id, result["command_id"])

    def recover(self, token: str) -> None:
        """Tell staff that a new link is wanted, if there is anything to it, and send one by itself where that is allowed.

        Returns before anything is looked up: neither the answer nor its time says whether there is such a link.
        """
        self._desk.transactor.later(self._recover(token))

    async def _recover(self, token: str) -> None:
        async with self._desk.store.read() as tx:
            link = await tx.links.by_token_hash(token_hash(token))
        if link is None:
            return
        participant_id = link.participant_id

        async def work(step: VisitStep) -> Json:
            request = LinkRequest(new_id("lrq"), step.session.id, participant_id, step.now)
            if await step.tx.link_requests.ask(request):
                await step.audit(AuditAction.LINK_WANTED, link.id)
            step.links_wanted[participant_id] = step.now
            await self._send(step, step.seat(participant_id))
            return {}

        await self._desk.transactor.change(link.session_id, work, ActorRef(participant_id, link.role.value))
        self._desk.notifier.wake()

    async def _send(self, step: VisitStep, seat: ParticipantRecord) -> None:
        """Send a fresh link to the patient of an attached visit that goes on, by a verified channel of its own."""
        session = step.session
        is_patient = seat.role is Role.PATIENT and seat.user_id is None and seat.state not in _SHUT_OUT
        if session.patient_id is None or session.state not in USABLE or not is_patient:
            return
        patient = await step.tx.patients.kept(session.patient_id)
        way = await self._way(step, patient) if patient is not None else None
        if patient is None or way is None:
            return
        found = await self._find(step, seat.id, RECOVERED)
        link = found.link or await self._make(step, seat.id, found.command_id, seat)
        sent = await step.tx.outbox.about(link.id)
        if codes.seconds_to_wait((message.created_at for message in sent), step.now) > 0:
            return  # whoever asks again and again must not flood the person
        fresh = VisitLink(link.id, session.organisation_id, seat.id, found.command_id, link.expires_at, f"{link.id}.{len(sent)}")
        medium, recipient = way
        wanted = visit_link_wanted(fresh, new_id("out"), medium, recipient, patient.language.partition("-")[0] or "en")
        try:
            await step.tx.outbox.put(compose(wanted, step.now))
        except InvalidInput:
            self._desk.counters.add("links.unsendable")  # an address few mail servers take: staff have their task

    async def _way(self, step: VisitStep, patient: PatientRecord) -> tuple[Medium, str] | None:
        """The verified channel of the patient's own that can be used, telephones first."""
        ways = [
            (codes.MEDIA[channel.kind], channel.value)
            for channel in await step.tx.channels.of_patient(patient.id)
            if channel.carer_id is None and channel.verified_at is not None and channel.revoked_at is None
        ]
        usable = [way for way in ways if self._desk.notifier.can_send(way[0])]
        return min(usable, key=lambda way: way[0] is not Medium.SMS, default=None)

    async def _own(self, step: VisitStep, person: Person) -> PatientRecord:
        """The record of a visit that is the person's to join now."""
        patient = await step.tx.patients.kept(person.patient_id)
        if patient is None or step.session.patient_id != patient.id:
            raise NotFound()
        check_patient(person, Action.JOIN_OWN_VISIT, patient, await step.tx.standings.of_person(person, step.now))
        require_live(step)
        early = link_rules.not_before(step.session)
        if early is not None and step.now < early:
            raise TooEarly("It is too early for this visit.", retry_after=(early - step.now).total_seconds())
        return patient

    async def _find(self, step: VisitStep, for_id: str, prefix: str) -> _Found:
        """The newest link made for somebody under `prefix`, if it still works. Raises Conflict `too_many_links`."""
        seat_id = None
        for number in range(MAX_RENEWED):
            command_id = f"{prefix}-{number}"
            link = await step.tx.links.by_token_hash(hash_of(self._desk.settings.link_key, for_id, prefix, number))
            if link is None or (link.revoked_at is None and step.now < link.expires_at):
                return _Found(command_id, link, link.participant_id if link else seat_id)
            seat_id = link.participant_id
        raise Conflict("This visit has too many links.", code="too_many_links")

    async def _make(self, step: VisitStep, for_id: str, command_id: str, seat: ParticipantRecord) -> LinkRecord:
        hashed = token_hash(derived_token(self._desk.settings.link_key, for_id, command_id))
        await new_link(step, hashed, seat, step.session.created_by, self._desk.link_life())
        link = await step.tx.links.by_token_hash(hashed)
        if link is None:
            raise NotFound()
        return link


async def _seat_of(step: VisitStep, person: Person, patient: PatientRecord, seat_id: str | None) -> ParticipantRecord:
    """The seat a person had by such a link; else the patient's present one; else a new one. Raises Gone `removed`, Conflict."""
    own = step.seats.get(seat_id) if seat_id is not None else None
    seats = [own] if own is not None else []
    if not seats and person.carer_id is None:
        seats = [seat for seat in step.seats.values() if seat.role is Role.PATIENT and seat.user_id is None]
    for seat in seats:
        if seat.state not in _SHUT_OUT:
            return seat
    if seats:
        raise Gone("You were asked to leave this visit.", code="removed")
    if len(step.seats) >= MAX_SEATS:
        raise Conflict("This visit has too many people.", code="too_many_people")
    carer = await step.tx.carers.get(person.carer_id) if person.carer_id is not None else None
    name = carer.name if carer is not None else patient.name
    fresh = ParticipantRecord(
        new_id("par"), step.session.id, person.role, name, ParticipantState.INVITED, step.now, step.now, carer_id=person.carer_id
    )
    await step.create_seat(fresh)
    return fresh
