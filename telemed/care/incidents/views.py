"""What each side sees of an incident: pure projection to the JSON of docs/protocol.md section 2.7; no more than is named here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from telemed.care.incidents.cards import CARDS
from telemed.care.incidents.records import (
    AccessRecord,
    CallerRecord,
    IncidentEventRecord,
    IncidentRecord,
    InstructionRecord,
    PositionRecord,
)
from telemed.care.incidents.sending import MAX_SENDS
from telemed.care.incidents.words import OVER, InstructionKind, Part
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.states import IN_CALL
from telemed.care.times import iso_or_none, iso_utc

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class IncidentScene:
    """All there is to the present visit of an incident, unfiltered."""

    incident: IncidentRecord
    session: SessionRecord
    accesses: tuple[AccessRecord, ...]
    callers: tuple[CallerRecord, ...]  # of this visit, oldest first
    seats: Mapping[str, ParticipantRecord]
    positions: Mapping[str, PositionRecord]  # the last fix of callers by the id of their links


def incident_row(scene: IncidentScene, user_id: str, leads: bool) -> Json:
    """The incident for staff. Who does not lead it is told neither number nor place nor what the device says."""
    incident = scene.incident
    callers = [one for caller in scene.callers if (one := _caller(scene, caller, leads)) is not None]
    first = callers[0] if callers else None
    seated = any(seat.user_id == user_id for seat in scene.seats.values())
    return {
        "id": incident.id,
        "session_id": incident.session_id,
        "state": incident.state.value,
        "since": iso_utc(incident.state_since),
        "created_at": iso_utc(incident.created_at),
        "created_by": incident.created_by_name,
        "mine": seated or incident.created_by == user_id,
        "reason": incident.reason,
        "code": incident.code,
        "phone": first["phone"] if first else "",
        "kinds": [kind.value for kind in incident.kinds],
        "language": incident.language,
        "silent": any(one["silent"] and not one["revoked"] for one in callers),
        "script_version": incident.script_version,
        "caller_agreed": incident.caller_agreed,
        "ended_at": iso_or_none(incident.ended_at),
        "note": incident.note if leads else "",
        "delivery": first["delivery"] if first else None,
        "caller": first,
        "callers": callers,
        "crews": [_crew(scene, access) for access in _of(scene, Part.CREW)],
    }


def _of(scene: IncidentScene, part: Part) -> list[AccessRecord]:
    return [one for one in scene.accesses if one.part is part and one.session_id == scene.session.id]


def _delivery(scene: IncidentScene, caller: CallerRecord, access: AccessRecord) -> Json:
    may_go = scene.incident.state not in OVER and access.revoked_at is None
    return {
        "state": caller.send_state.value,
        "since": iso_or_none(caller.send_since),
        "sends": caller.sends,
        "second_route": caller.repeats_id is not None,
        "can_resend": may_go and caller.phone != "" and 0 < caller.sends < MAX_SENDS,
    }


def _caller(scene: IncidentScene, found: CallerRecord, leads: bool) -> Json | None:
    """One caller. Who does not lead the incident is told neither number nor place nor what the device says."""
    access = next((one for one in scene.accesses if one.id == found.id), None)
    seat = scene.seats.get(found.participant_id)
    if access is None or seat is None:
        return None
    caller = found if leads else replace(found, phone="", place="", call_back=None, facts={})
    position = scene.positions.get(found.id) if leads else None
    return {
        "participant_id": seat.id,
        "link_id": access.id,
        "name": seat.name,
        "phone": caller.phone,
        "delivery": _delivery(scene, found, access),
        "opened_at": iso_or_none(access.opened_at),
        "revoked": access.revoked_at is not None,
        "state": seat.state.value,
        "is_here": seat.state in IN_CALL and seat.silent_since is None,
        "place": caller.place,
        "call_back": caller.call_back,
        "left_quickly": caller.left_quickly,
        "silent": seat.silent,
        "needs": [need.value for need in seat.needs or ()],
        "facts": dict(caller.facts) or None,
        "position": position_view(position) if position is not None else None,
    }


def _crew(scene: IncidentScene, access: AccessRecord) -> Json:
    seat = scene.seats.get(access.participant_id)
    return {
        "link_id": access.id,
        "participant_id": access.participant_id,
        "name": seat.name if seat is not None else "",
        "state": seat.state.value if seat is not None else "left",
        "opened_at": iso_or_none(access.opened_at),
        "locked": access.locked_at is not None,
        "revoked": access.revoked_at is not None,
    }


def caller_view(incident: IncidentRecord, caller: CallerRecord, silent: bool) -> Json:
    """The incident for one of its callers: what the own page needs."""
    return {
        "code": incident.code,
        "kinds": [kind.value for kind in incident.kinds],
        "silent": silent,
        "language": incident.language,
        "place": caller.place,
        "call_back": caller.call_back,
    }


def crew_view(incident: IncidentRecord) -> Json:
    """The incident for a crew: it watches, and needs no word of it."""
    return {"is_open": incident.state not in OVER}


def position_view(position: PositionRecord) -> Json:
    """One fix."""
    return {
        "participant_id": position.participant_id,
        "sequence": position.sequence,
        "lat": position.lat,
        "lon": position.lon,
        "accuracy": position.accuracy,
        "altitude": position.altitude,
        "heading": position.heading,
        "speed": position.speed,
        "taken_at": iso_utc(position.taken_at),
        "received_at": iso_utc(position.received_at),
    }


def instruction_view(instruction: InstructionRecord, for_staff: bool) -> Json:
    """One instruction: for staff with who gave it."""
    card = CARDS.get(instruction.card_id)
    view: Json = {
        "id": instruction.id,
        "participant_id": instruction.participant_id,
        "kind": instruction.kind.value,
        "value": _value(instruction),
        "card": {**card.view(), "version": instruction.card_version} if card is not None else None,
        "given_at": iso_utc(instruction.given_at),
        "shown_at": iso_or_none(instruction.shown_at),
        "cleared_at": iso_or_none(instruction.cleared_at),
    }
    return {**view, "given_by": instruction.given_by_name} if for_staff else view


def _value(instruction: InstructionRecord) -> str | float | None:
    if instruction.kind is InstructionKind.ZOOM:
        return float(instruction.value)
    return instruction.value or None


def timeline(events: Sequence[IncidentEventRecord]) -> list[Json]:
    """The steps for the page of the incident."""
    return [{"at": iso_utc(one.at), "what": one.event.value, "state": one.state.value, "by": one.by_name} for one in events]


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """What a summary counts."""

    events: Sequence[IncidentEventRecord]
    people: Sequence[ParticipantRecord]
    instructions: Sequence[InstructionRecord]
    positions: int
    messages: int


def summary(incident: IncidentRecord, facts: SummaryFacts) -> Json | None:
    """What is left of an incident that is over; None before."""
    if incident.state not in OVER:
        return None
    cards = [one for one in facts.instructions if one.kind is InstructionKind.CARD]
    return {
        "states": [{"state": one.state.value, "at": iso_utc(one.at)} for one in facts.events],
        "persons": [_person(seat) for seat in facts.people],
        "positions": facts.positions + incident.forgotten_positions,
        "forgotten_at": iso_or_none(incident.forgotten_at),
        "cards": [_shown_card(one) for one in cards],
        "acts": len(facts.instructions) - len(cards),
        "messages": facts.messages,
        "ended_as": incident.state.value,
        "note": incident.note,
    }


def _person(seat: ParticipantRecord) -> Json:
    return {
        "name": seat.name,
        "role": seat.role.value,
        "part": seat.part.value,
        "from": iso_or_none(seat.admitted_at),
        "until": iso_utc(seat.since) if seat.admitted_at is not None else None,
    }


def _shown_card(instruction: InstructionRecord) -> Json:
    card = CARDS.get(instruction.card_id)
    return {
        "id": instruction.card_id,
        "version": instruction.card_version,
        "words": dict(card.words) if card is not None else {},
        "at": iso_utc(instruction.given_at),
        "shown_at": iso_or_none(instruction.shown_at),
    }
