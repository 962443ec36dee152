"""What patients and carers see on Home: pure projection. No reason, no note, no outcome, no word of staff about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from telemed.care import link_rules
from telemed.care.audit_access import Access
from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Person
from telemed.care.patients.channels import display
from telemed.care.patients.records import CarerRecord, ChannelRecord, PatientRecord
from telemed.care.persons.records import PersonLoginRecord
from telemed.care.records import AuditRow, SessionRecord
from telemed.care.roles import Role
from telemed.care.session_states import USABLE
from telemed.care.staff.records import PasskeyRecord
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.views import Json


def person_view(person: Person, patient: PatientRecord, carer: CarerRecord | None) -> Json:
    """Return who is signed in. A carer is named together with the patient it acts for."""
    return {
        "role": person.role.value,
        "name": carer.name if carer is not None else patient.name,
        "patient_name": patient.name,
        "scope": [word.value for word in carer.scope] if carer is not None else None,
        "ends_at": iso_or_none(carer.ends_at) if carer is not None else None,
    }


def is_joinable(session: SessionRecord, now: datetime) -> bool:
    """Whether somebody can go to the waiting room of a visit now."""
    early = link_rules.not_before(session)
    return session.state in USABLE and (early is None or now >= early)


def visit_view(session: SessionRecord, leader: str, can_join: bool) -> Json:
    """Return one visit; `opens_at` is from when it can be joined."""
    return {
        "id": session.id,
        "state": session.state.value,
        "starts_at": iso_or_none(session.starts_at),
        "opens_at": iso_or_none(link_rules.not_before(session)),
        "created_at": iso_utc(session.created_at),
        "started_at": iso_or_none(session.started_at),
        "ended_at": iso_or_none(session.ended_at),
        "with": leader,
        "can_join": can_join,
    }


def details_view(patient: PatientRecord) -> Json:
    """Return what the clinic keeps about the person itself."""
    return {
        "name": patient.name,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "language": patient.language,
        "needs": [need.value for need in patient.needs],
        "interpreter_language": patient.interpreter_language,
    }


def contact_view(channel: ChannelRecord) -> Json:
    """Return one number or address of one's own."""
    return {
        "id": channel.id,
        "kind": channel.kind.value,
        "shown": display(channel.kind, channel.value),
        "verified": channel.verified_at is not None,
    }


def own_channels(channels: Iterable[ChannelRecord], person: Person) -> list[ChannelRecord]:
    """Return channels in use that belong to the person itself, each number once, the verified one of two."""
    best: dict[tuple[str, str], ChannelRecord] = {}
    for channel in channels:
        key = (channel.kind.value, channel.value)
        mine = channel.revoked_at is None and channel.carer_id == person.carer_id
        if mine and (key not in best or (best[key].verified_at is None and channel.verified_at)):
            best[key] = channel
    return list(best.values())


def carer_line(carer: CarerRecord) -> Json:
    """Return somebody who acts for the person."""
    return {
        "name": carer.name,
        "relation": carer.relation.value,
        "scope": [word.value for word in carer.scope],
        "ends_at": iso_or_none(carer.ends_at),
    }


def device_view(login: PersonLoginRecord, own_id: str) -> Json:
    """Return one signed-in browser; `current`: the one that asks."""
    return {
        "id": login.id,
        "device": login.device,
        "created_at": iso_utc(login.created_at),
        "last_seen_at": iso_utc(login.last_seen_at),
        "current": login.id == own_id,
    }


def passkey_view(passkey: PasskeyRecord) -> Json:
    """Return one passkey of one's own; `name`: the browser it was made in."""
    return {
        "id": passkey.id,
        "name": passkey.name,
        "created_at": iso_utc(passkey.created_at),
        "last_used_at": iso_or_none(passkey.last_used_at),
    }


def shown_rows(rows: Iterable[AuditRow]) -> list[AuditRow]:
    """Return the rows that say what others did: neither the person's own acts nor signing in and out."""
    return [row for row in rows if row.role != Role.PATIENT and _is_about_data(row)]


def _is_about_data(row: AuditRow) -> bool:
    return not row.action.startswith("person.") or row.action == AuditAction.PERSON_HOME_READ


def access_view(line: Access, carers: Mapping[str, str]) -> Json:
    """Return one line of "who saw my data"; `carers` are names by id, for people without a staff account."""
    return {
        "name": line.name or carers.get(line.person_id, ""),
        "role": line.role,
        "day": line.day,
        "act": line.act.value,
        "times": line.times,
        "first_at": line.first_at,
        "last_at": line.last_at,
        "emergency": line.in_emergency,
    }
