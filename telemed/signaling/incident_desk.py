"""HTTP's questions about incidents by staff: making one, reading, sending again, moving, silencing, sharing, taking back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps

from telemed.care.audit_actions import AuditAction
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.incidents import states
from telemed.care.incidents.ports import IncidentOrder, NewCaller, Silence
from telemed.care.incidents.records import IncidentRecord
from telemed.care.incidents.words import OVER, IncidentCause, IncidentEvent, IncidentState, Part
from telemed.care.notify.numbers import texted
from telemed.care.patients.channels import region_of
from telemed.care.permissions import Action, check
from telemed.care.ports import Json
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import LIVE_SESSIONS, Cause, Outcome, ParticipantEvent
from telemed.errors import Conflict, NotFound
from telemed.signaling import incident_steps
from telemed.signaling.acting import authorise
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.incident_making import Invited, add_incident, begin_visit, derived_pin, invite_caller, invite_crew
from telemed.signaling.incident_messages import put_message
from telemed.signaling.incident_reading import IncidentReading
from telemed.signaling.incident_rows import read_rows
from telemed.signaling.lead_commands import end_visit
from telemed.signaling.link_desk import LinkDesk
from telemed.signaling.step import VisitStep

MAX_CREWS = 20  # of one visit
MAX_CALLERS = 10  # of one visit with a link that works
_OUTCOMES = {
    IncidentState.CLOSED: Outcome.COMPLETED,
    IncidentState.FALSE_ALARM: Outcome.CANCELLED,
    IncidentState.UNREACHABLE: Outcome.NO_SHOW,
}
_REOPEN = "incident.reopen"  # the kind of answers kept

IncidentWork = Callable[[VisitStep, IncidentRecord], Awaitable[Json]]


class IncidentDesk:
    """Each method is one endpoint of protocol section 1.2. What is kept with an acknowledgement holds no number and no token."""

    def __init__(self, desk: Desk, links: LinkDesk, reading: IncidentReading) -> None:
        self._desk = desk
        self._links = links
        self._reading = reading

    async def create(self, actor: Staff, order: IncidentOrder) -> Json:
        """A visit, the own seat, the caller's seat and link, and the message with it; -> {incident, link}."""
        check(actor, Action.CREATE_INCIDENT)
        whom = Invited(self._number(actor, order.phone), silent=order.silent)

        @of_kind("incident.create")
        async def begin(tx: Transaction) -> tuple[VisitStep, Json]:
            step = await begin_visit(self._desk, tx, actor, order.reason)
            await add_incident(step, actor, order)
            link = await self._invite(step, actor, order.command_id, whom)
            return step, {"incident_id": (await incident_steps.incident_of(step)).id, "link": link}

        ack = kept_answer(await self._desk.transactor.opening(actor.user_id, order.command_id, begin), "incident_id")
        self._desk.notifier.wake()
        return await self._with_link(actor, ack, order.command_id, "e")

    async def add_caller(self, actor: Staff, incident_id: str, wanted: NewCaller) -> Json:
        """One caller more, with a link of its own; -> {incident, link}."""
        whom = Invited(self._number(actor, wanted.phone), wanted.name, silent=wanted.silent)

        @of_kind("incident.add_caller")
        async def work(step: VisitStep, incident: IncidentRecord) -> Json:
            _check_open(incident)
            rows = await incident_steps.rows_of(step)
            ways = [rows.access(one.id) for one in rows.callers_of(step.session.id)]
            if sum(way is not None and way.revoked_at is None for way in ways) >= MAX_CALLERS:
                raise Conflict("This incident has too many callers.", code="too_many_links")
            link = await self._invite(step, actor, wanted.command_id, whom)
            await step.audit(AuditAction.INCIDENT_CALLER_ADDED, link["id"])
            return {"incident_id": incident_id, "link": link}

        ack = kept_answer(await self._command(actor, incident_id, wanted.command_id, work), "link")
        self._desk.notifier.wake()
        return await self._with_link(actor, ack, wanted.command_id, "e")

    async def _invite(self, step: VisitStep, actor: Staff, command_id: str, whom: Invited) -> Json:
        hashed = self._links.link_hash(actor.user_id, command_id)
        return await invite_caller(step, self._desk, hashed, (actor.user_id, command_id), whom)

    def _number(self, actor: Staff, typed: str | None) -> str:
        """The number as it is dialled from anywhere; "" for none. Raises InvalidInput."""
        if typed is None or not typed.strip():
            return ""
        clinic = self._desk.live.board.clinic_of(actor.organisation_id)
        return texted(typed, region_of(clinic.phone))

    async def _with_link(self, actor: Staff, ack: Json, command_id: str, page: str) -> Json:
        link = self._links.with_url(ack["link"], actor.user_id, command_id, page)
        return {"incident": await self._reading.row(actor, ack["incident_id"]), "link": link}

    async def resend(self, actor: Staff, incident_id: str, link_id: str | None, command_id: str) -> Json:
        """The same link once more, the first caller's unless one is named; -> {incident}."""

        @of_kind("incident.resend")
        async def work(step: VisitStep, incident: IncidentRecord) -> Json:
            _check_open(incident)
            rows = await incident_steps.rows_of(step)
            caller = next((one for one in rows.callers_of(step.session.id) if link_id in (None, one.id)), None)
            if caller is None:
                raise NotFound()
            if not caller.phone:
                raise Conflict("There is no number to send to.", code="no_number")
            way = rows.access(caller.id)
            if way is None or way.revoked_at is not None:
                raise Conflict("The link was taken back.", code="link_revoked")
            await put_message(step, self._desk, caller)
            return {}

        await self._command(actor, incident_id, command_id, work)
        self._desk.notifier.wake()
        return {"incident": await self._reading.row(actor, incident_id)}

    async def show_code(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        """A caller's link that nobody has opened, for pages that know none; -> {incident, link}."""

        @of_kind("incident.show_code")
        async def work(step: VisitStep, incident: IncidentRecord) -> Json:
            _check_open(incident)
            rows = await incident_steps.rows_of(step)
            caller = next((one for one in rows.callers_of(step.session.id) if one.id == link_id), None)
            way = rows.access(link_id)
            if caller is None or way is None:
                raise NotFound()
            if way.revoked_at is not None:
                raise Conflict("The link was taken back.", code="link_revoked")
            if way.opened_at is not None:
                raise Conflict("Somebody has opened this link.", code="link_opened")
            await step.audit(AuditAction.INCIDENT_CODE_SHOWN, link_id)
            link = {"id": link_id, "participant_id": caller.participant_id, "role": Role.GUEST.value}
            return {"link": link, "made_by": caller.made_by, "made_with": caller.made_with}

        ack = kept_answer(await self._command(actor, incident_id, command_id, work), "made_with")
        row = await self._reading.row(actor, incident_id)
        if any(one["link_id"] == link_id and one["opened_at"] is not None for one in row["callers"]):  # a command said again
            raise Conflict("Somebody has opened this link.", code="link_opened")
        link = self._links.with_url(ack["link"], ack["made_by"], ack["made_with"], "e")
        return {"incident": row, "link": link}

    async def change_state(self, actor: Staff, incident_id: str, event: IncidentEvent, note: str | None, command_id: str) -> Json:
        """Hand over, end, call it a false alarm or unreachable, or open it again; -> {incident}, then with a new link."""
        if event is IncidentEvent.REOPENED:
            return await self._reopen(actor, incident_id, note, command_id)

        @of_kind("incident.change_state")
        async def work(step: VisitStep, incident: IncidentRecord) -> Json:
            if note is not None:
                await incident_steps.save(step, replace(incident, note=note))
            moved = await incident_steps.move(step, event, IncidentCause.STAFF, actor.name)
            if moved.state in OVER:
                await _end(step, moved.state)
            return {}

        await self._command(actor, incident_id, command_id, work)
        return {"incident": await self._reading.row(actor, incident_id)}

    async def _reopen(self, actor: Staff, incident_id: str, note: str | None, command_id: str) -> Json:
        """A new visit with a new link. Both visits are told in one go: the row leaves one and comes with the other."""

        async def begin(tx: Transaction) -> tuple[list[VisitStep], Json]:
            stored = await tx.acks.find(actor.user_id, command_id, _REOPEN)
            if stored is not None:
                return [], stored
            before = await self._load(tx, actor, incident_id)
            incident = await incident_steps.incident_of(before)
            states.transition(incident.state, IncidentEvent.REOPENED, IncidentCause.STAFF)
            step = await begin_visit(self._desk, tx, actor, incident.reason)
            rows = await incident_steps.rows_of(before)
            step.incident = replace(rows, incident=incident)
            fresh = replace(incident, session_id=step.session.id, note=incident.note if note is None else note)
            await incident_steps.save(step, fresh)
            await incident_steps.move(step, IncidentEvent.REOPENED, IncidentCause.STAFF, actor.name)
            callers = rows.callers_of(before.session.id)
            hidden = any(before.seat(one.participant_id).silent for one in callers)  # who answers may be any of them
            whom = Invited(callers[0].phone, place=callers[0].place, silent=hidden) if callers else Invited("")
            ack = {"incident_id": incident_id, "link": await self._invite(step, actor, command_id, whom)}
            await tx.acks.save(actor.user_id, command_id, ack, step.now, _REOPEN)
            before.incident = await read_rows(tx, before.session.id)
            return [before, step], ack

        ack = kept_answer(await self._desk.transactor.several(begin), "incident_id")
        self._desk.notifier.wake()
        return await self._with_link(actor, ack, command_id, "e")

    async def silence(self, actor: Staff, incident_id: str, wanted: Silence) -> Json:
        """Whether nothing may be heard at one caller from now on; -> {incident}. Who has come ends it there: nobody else knows
        when it is safe."""

        @of_kind("incident.silence")
        async def work(step: VisitStep, incident: IncidentRecord) -> Json:
            _check_open(incident)
            rows = await incident_steps.rows_of(step)
            callers = rows.callers_of(step.session.id)
            named = [one for one in callers if wanted.participant_id in (None, one.participant_id)]
            ways = {one.id: rows.access(one.id) for one in named}
            living = [one for one in named if (way := ways[one.id]) is not None and way.revoked_at is None]
            caller = next(iter(living or named), None)
            if caller is None:
                raise NotFound()
            way = ways[caller.id]
            if not wanted.silent and step.seat(caller.participant_id).silent and way is not None and way.opened_at is not None:
                raise Conflict("The caller alone ends this silence.", code="silence_kept")
            await incident_steps.silence(step, caller.participant_id, wanted.silent)
            return {}

        await self._command(actor, incident_id, wanted.command_id, work)
        return {"incident": await self._reading.row(actor, incident_id)}

    async def share(self, actor: Staff, incident_id: str, name: str, command_id: str) -> Json:
        """A link for a crew, with a PIN to be told by voice; -> {incident, link, pin}."""

        @of_kind("incident.share")
        async def work(step: VisitStep, incident: IncidentRecord) -> Json:
            _check_open(incident)
            crews = [one for one in (await incident_steps.rows_of(step)).accesses if one.part is Part.CREW]
            if sum(one.session_id == step.session.id and one.revoked_at is None for one in crews) >= MAX_CREWS:
                raise Conflict("This incident is shared with too many crews.", code="too_many_links")
            link = await invite_crew(step, self._desk, self._links, actor, name, command_id)
            await step.audit(AuditAction.INCIDENT_SHARED, link["id"])
            return {"incident_id": incident_id, "link": link}

        ack = kept_answer(await self._command(actor, incident_id, command_id, work), "link")
        pin = derived_pin(self._desk.settings.link_key, actor.user_id, command_id)
        return {**await self._with_link(actor, ack, command_id, "v"), "pin": pin}

    async def revoke(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        """A way in is closed and who came by it is out at once; -> {incident}."""

        @of_kind("incident.revoke")
        async def work(step: VisitStep, incident: IncidentRecord) -> Json:
            access = (await incident_steps.rows_of(step)).access(link_id)
            if access is None or access.session_id != step.session.id:
                raise NotFound()
            if access.revoked_at is None:
                await incident_steps.save_access(step, replace(access, revoked_at=step.now))
                await step.tx.links.revoke_of_participant(access.participant_id, step.now)
                await step.tx.seats.revoke_of_participant(access.participant_id, step.now)
                if step.session.state in LIVE_SESSIONS:
                    await step.move_seat(access.participant_id, ParticipantEvent.REMOVED, Cause.STAFF)
                await step.audit(AuditAction.INCIDENT_LINK_REVOKED, link_id)
            return {}

        await self._command(actor, incident_id, command_id, work)
        return {"incident": await self._reading.row(actor, incident_id)}

    async def _command(self, actor: Staff, incident_id: str, command_id: str, work: IncidentWork) -> Json:
        @wraps(work)
        async def begin(tx: Transaction) -> tuple[VisitStep, Json]:
            step = await self._load(tx, actor, incident_id)
            return step, await work(step, await incident_steps.incident_of(step))

        return await self._desk.transactor.opening(actor.user_id, command_id, begin)

    async def _load(self, tx: Transaction, actor: Staff, incident_id: str) -> VisitStep:
        """The present visit of an incident, for who leads it. Raises NotFound, NotAllowed."""
        incident = await tx.incidents.get(incident_id)
        if incident is None:
            raise NotFound()
        step = await VisitStep.load(tx, incident.session_id, self._desk.clock.utcnow(), actor.ref)
        authorise(step, actor, Action.LEAD_INCIDENT)
        return step


def _check_open(incident: IncidentRecord) -> None:
    if incident.state in OVER:
        raise Conflict("This incident is over.", code="incident_over")


async def _end(step: VisitStep, state: IncidentState) -> None:
    """The visit ends with its incident; what came of it is said by the incident's own end."""
    if step.session.state in LIVE_SESSIONS:
        await end_visit(step, Cause.STAFF)
    if step.session.outcome is None:
        await step.save_session(replace(step.session, outcome=_OUTCOMES[state], completed_at=step.now))
        await step.audit(AuditAction.SESSION_COMPLETED, step.session.id)
