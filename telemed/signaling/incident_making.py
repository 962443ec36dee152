"""Making an incident: its visit, the dispatcher's seat, the caller's seat and link, and the message that carries the link."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from telemed.care.identity import Staff
from telemed.care.incidents.ports import IncidentOrder
from telemed.care.incidents.records import AccessRecord, CallerRecord, IncidentRecord
from telemed.care.incidents.words import IncidentState, Part
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import ParticipantState, SessionKind
from telemed.care.tokens import token_hash
from telemed.errors import Conflict
from telemed.ids import new_id
from telemed.signaling import incident_steps
from telemed.signaling.desk import Desk
from telemed.signaling.incident_messages import put_message
from telemed.signaling.link_desk import MAX_SEATS, LinkDesk, new_link
from telemed.signaling.staff_seats import new_visit, take_seat
from telemed.signaling.step import VisitStep

LINK_LIFE = timedelta(hours=24)  # of callers and crews; a link ends with its incident anyway
CALLER_NAMES = {"en": "Caller", "de": "Anrufer"}  # nobody asks a person in need for a name
CREW_NAMES = {"en": "Crew", "de": "Team"}  # when their names are forgotten
PIN_DIGITS = 6


async def begin_visit(desk: Desk, tx: Transaction, actor: Staff, reason: str) -> VisitStep:
    """An urgent visit with its dispatcher as lead."""
    desk.admission.check_new_session(SessionKind.URGENT)
    step = await new_visit(desk, tx, actor, SessionKind.URGENT, "", reason)
    await take_seat(step, actor)
    return step


async def add_incident(step: VisitStep, actor: Staff, order: IncidentOrder) -> None:
    """The incident of a fresh visit."""
    incident = IncidentRecord(
        id=new_id("inc"),
        organisation_id=step.session.organisation_id,
        site_id=step.session.site_id,
        session_id=step.session.id,
        state=IncidentState.NEW,
        state_since=step.now,
        created_by=actor.user_id,
        created_by_name=actor.name,
        created_at=step.now,
        code=f"{secrets.randbelow(10_000):04d}",
        kinds=order.kinds,
        language=order.language,
        script_version=order.script_version,
        caller_agreed=order.caller_agreed,
        reason=order.reason,
    )
    await incident_steps.create(step, incident, actor.name)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is to get a caller's link: by message at a number, or "" by a code to scan."""

    phone: str = field(repr=False)
    name: str = field(repr=False, default="")  # as staff will know them; "": by number
    place: str = field(repr=False, default="")  # as they had typed it before
    silent: bool | None = False  # nothing may be heard there; None: as at others of this visit, who may hide at the same place


async def invite_caller(step: VisitStep, desk: Desk, hashed: str, made: tuple[str, str], whom: Invited) -> Json:
    """A caller's seat and link, and the message with it. -> the link, without its token.

    `made`: user and command that make the link; `hashed` is what the link's token is known by.
    """
    incident = await incident_steps.incident_of(step)
    others = len((await incident_steps.rows_of(step)).callers_of(step.session.id))
    silent = any(one.silent for one in step.seats.values()) if whom.silent is None else whom.silent
    usual = CALLER_NAMES[incident.language]
    name = whom.name or (f"{usual} {others + 1}" if others else usual)
    seat = await _seat(step, Role.GUEST, name, Part.CALLER, silent)
    link = await new_link(step, hashed, seat, made[0], LINK_LIFE)
    await incident_steps.add_access(step, _access(step, incident.id, link, Part.CALLER))
    caller = CallerRecord(link["id"], incident.id, step.session.id, seat.id, *made, phone=whom.phone, place=whom.place)
    await incident_steps.add_caller(step, caller)
    await put_message(step, desk, caller)
    return link


async def invite_crew(step: VisitStep, desk: Desk, links: LinkDesk, actor: Staff, name: str, command_id: str) -> Json:
    """A crew's seat and link; the PIN is told by voice. -> the link, without its token."""
    incident = await incident_steps.incident_of(step)
    seat = await _seat(step, Role.OBSERVER, name, Part.CREW)
    link = await new_link(step, links.link_hash(actor.user_id, command_id), seat, actor.user_id, LINK_LIFE)
    key = desk.settings.link_key
    hashed = pin_hash(key, link["id"], derived_pin(key, actor.user_id, command_id))
    await incident_steps.add_access(step, replace(_access(step, incident.id, link, Part.CREW), pin_hash=hashed))
    return link


async def _seat(step: VisitStep, role: Role, name: str, part: Part, silent: bool = False) -> ParticipantRecord:
    if len(step.seats) >= MAX_SEATS:
        raise Conflict("This visit has too many people.", code="too_many_people")
    invited = ParticipantState.INVITED
    seat = ParticipantRecord(new_id("par"), step.session.id, role, name, invited, step.now, step.now, part=part, silent=silent)
    await step.create_seat(seat)
    return seat


def usual_names(language: str) -> frozenset[str]:
    """The names that callers get who are given none: they say nothing of anybody."""
    usual = CALLER_NAMES[language]
    return frozenset({usual, *(f"{usual} {number}" for number in range(2, MAX_SEATS + 1))})


def _access(step: VisitStep, incident_id: str, link: Json, part: Part) -> AccessRecord:
    return AccessRecord(link["id"], incident_id, step.session.id, link["participant_id"], part, step.now)


def derived_pin(key: bytes, actor_id: str, command_id: str) -> str:
    """The PIN that belongs to one command: the same again on a retry, and kept nowhere in clear."""
    digest = hmac.new(key, f"pin|{len(actor_id)}|{actor_id}|{command_id}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**PIN_DIGITS:0{PIN_DIGITS}d}"


def pin_hash(key: bytes, link_id: str, pin: str) -> str:
    """The stored form of a PIN. Six digits are guessed in no time: the key, which is not in the database, keeps them."""
    return hmac.new(key, f"pin of {link_id}|{token_hash(pin)}".encode(), hashlib.sha256).hexdigest()


def kept_until(ended_at: datetime | None, days: int) -> datetime | None:
    """When numbers and places of an incident are forgotten; None while it goes on."""
    return None if ended_at is None else ended_at + timedelta(days=days)
