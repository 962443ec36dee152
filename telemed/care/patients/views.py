"""What staff see of patients: pure projection to the JSON of docs/protocol.md section 1.4. Never for a guest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from telemed.care.identity_check import IdentityCheck, identity_view
from telemed.care.patients.channels import display
from telemed.care.patients.records import (
    CarerRecord,
    ChangeRecord,
    ChannelRecord,
    MergeRecord,
    PatientRecord,
    TeamMemberRecord,
)
from telemed.care.records import SessionRecord, UserRecord
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.views import Json


def found_view(patient: PatientRecord, is_open: bool) -> Json:
    """Return one line of a search: who it is, and whether the reader may open the record."""
    return {
        "id": patient.id,
        "name": patient.name,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "open": is_open,
    }


def patient_view(patient: PatientRecord) -> Json:
    """Return the record itself."""
    return {
        **found_view(patient, is_open=True),
        "language": patient.language,
        "needs": [need.value for need in patient.needs],
        "interpreter_language": patient.interpreter_language,
        "revision": patient.revision,
        "created_at": iso_utc(patient.created_at),
        "updated_at": iso_utc(patient.updated_at),
    }


def channel_view(channel: ChannelRecord) -> Json:
    """Return one way to reach somebody."""
    return {
        "id": channel.id,
        "kind": channel.kind.value,
        "value": channel.value,
        "shown": display(channel.kind, channel.value),
        "carer_id": channel.carer_id,
        "verified_at": iso_or_none(channel.verified_at),
    }


def channels_view(channels: Iterable[ChannelRecord]) -> list[Json]:
    """Return channels in use, each number or address of one owner once: joined records may both have had it."""
    best: dict[tuple[str, str, str | None], ChannelRecord] = {}
    for channel in channels:
        key = (channel.kind.value, channel.value, channel.carer_id)
        if channel.revoked_at is None and (key not in best or (best[key].verified_at is None and channel.verified_at)):
            best[key] = channel
    return [channel_view(channel) for channel in best.values()]


def carer_view(carer: CarerRecord, now: datetime) -> Json:
    """Return somebody who acts for a patient."""
    return {
        "id": carer.id,
        "name": carer.name,
        "relation": carer.relation.value,
        "scope": [word.value for word in carer.scope],
        "ends_at": iso_or_none(carer.ends_at),
        "active": carer.is_active(now),
    }


def member_view(member: TeamMemberRecord, user: UserRecord | None) -> Json:
    """Return one member of a care team."""
    return {
        "id": member.id,
        "user_id": member.user_id,
        "name": user.name if user else "",
        "role": user.role.value if user else None,
        "since": iso_utc(member.since),
    }


def merge_view(merge: MergeRecord, names: Mapping[str, str]) -> Json:
    """Return one merge into this record."""
    return {"id": merge.id, "merged_id": merge.merged_id, "name": names.get(merge.merged_id, ""), "at": iso_utc(merge.at)}


def change_view(change: ChangeRecord, names: Mapping[str, str]) -> Json:
    """Return one line of the history; `names` are those of staff."""
    return {
        "id": change.id,
        "at": iso_utc(change.at),
        "kind": change.kind,
        "by": names.get(change.actor.id, ""),
        "role": change.actor.role,
        "change": change.change,
    }


def visit_view(
    session: SessionRecord, leader: str, with_reason: bool, can_detach: bool, identity: IdentityCheck | None = None
) -> Json:
    """Return one visit of a timeline. The front desk sees no reasons; `can_detach`: the reader may take it off the record."""
    row = {
        "id": session.id,
        "kind": session.kind.value,
        "state": session.state.value,
        "created_at": iso_utc(session.created_at),
        "started_at": iso_or_none(session.started_at),
        "ended_at": iso_or_none(session.ended_at),
        "outcome": session.outcome.value if session.outcome else None,
        "with": leader,
        "can_detach": can_detach,
        "identity": identity_view(identity),
    }
    return {**row, "reason": session.reason} if with_reason else row
