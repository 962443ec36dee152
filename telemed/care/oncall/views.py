"""What is told of specialities, pages, handovers and vital signs: pure projection to JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from telemed.care.oncall import vitals
from telemed.care.oncall.records import Duty, Handover, PageRecord, PageRing, Shift, Speciality, Vital
from telemed.care.oncall.roster import clock_text
from telemed.care.oncall.words import PageState
from telemed.care.records import SessionRecord
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.views import Json

_ENDED = frozenset({PageState.ACCEPTED, PageState.UNANSWERED, PageState.CANCELLED})


def speciality_view(
    speciality: Speciality, shifts: Iterable[Shift], duties: Iterable[Duty], names: Mapping[str, str]
) -> Json:
    """A speciality with its roster, for administrators."""
    return {
        "id": speciality.id,
        "revision": speciality.revision,
        "name": speciality.name,
        "mode": speciality.mode.value,
        "phone": speciality.phone,
        "time_zone": speciality.time_zone,
        "steps": list(speciality.steps),
        "closed": speciality.closed_at is not None,
        "shifts": [shift_view(shift, names) for shift in shifts],
        "on_call": [duty_view(duty, names) for duty in duties],
    }


def shift_view(shift: Shift, names: Mapping[str, str]) -> Json:
    """One shift."""
    view: Json = {
        "id": shift.id,
        "user_id": shift.user_id,
        "name": names.get(shift.user_id, ""),
        "level": shift.level,
        "phone": shift.phone,
        "weekly": None,
        "dated": None,
    }
    if shift.starts_at is not None and shift.ends_at is not None:
        view["dated"] = {"starts_at": iso_utc(shift.starts_at), "ends_at": iso_utc(shift.ends_at)}
    if shift.weekday is not None and shift.from_minute is not None and shift.to_minute is not None:
        ends = {"start": clock_text(shift.from_minute), "end": clock_text(shift.to_minute)}
        view["weekly"] = {"weekday": shift.weekday, **ends}
    return view


def begun_view(session: SessionRecord, pages: Iterable[PageRecord]) -> Json | None:
    """What a visit that began with a call from the scene goes by until its patient has a name; None for every other visit."""
    first = next((page for page in pages if page.created_at == session.created_at), None)
    return {"speciality": first.speciality, "by": first.asked_name} if first is not None else None


def duty_view(duty: Duty, names: Mapping[str, str]) -> Json:
    """Somebody on call."""
    return {"user_id": duty.user_id, "name": names.get(duty.user_id, ""), "level": duty.level}


def choice_view(speciality: Speciality, duties: Collection[Duty], names: Mapping[str, str], user_id: str) -> Json:
    """A speciality as whoever needs one chooses it."""
    return {
        "id": speciality.id,
        "name": speciality.name,
        "phone": speciality.phone,
        "on_call": [{"name": names.get(duty.user_id, ""), "level": duty.level} for duty in duties],
        "mine": any(duty.user_id == user_id for duty in duties),
    }


def page_view(page: PageRecord, rings: Iterable[PageRing]) -> Json:
    """A page as everybody concerned sees it."""
    return {
        "id": page.id,
        "session_id": page.session_id,
        "speciality_id": page.speciality_id,
        "speciality": page.speciality,
        "brief": page.brief,
        "asked_by": {"user_id": page.asked_by, "name": page.asked_name, "role": page.asked_role},
        "state": page.state.value,
        "step": page.step,
        "steps": len(page.steps),
        "created_at": iso_utc(page.created_at),
        "step_started_at": iso_or_none(page.step_started_at),
        "due_at": iso_or_none(page.due_at),
        "phone": page.phone,
        "taken_by": None if page.taken_by is None else {"user_id": page.taken_by, "name": page.taken_name},
        "ended_at": iso_utc(page.state_since) if page.state in _ENDED else None,
        "rings": [ring_view(ring) for ring in rings],
    }


def ring_view(ring: PageRing) -> Json:
    """One person called."""
    return {
        "user_id": ring.user_id,
        "name": ring.name,
        "level": ring.level,
        "step": ring.step,
        "state": ring.state.value,
        "reached": ring.reached,
        "started_at": iso_utc(ring.started_at),
        "ended_at": iso_or_none(ring.ended_at),
    }


def own_page_view(page: PageRecord, rings: Collection[PageRing], user_id: str) -> Json | None:
    """A page as `/staff` tells it to one reader; None when it does not concern the reader."""
    ring = next((one for one in rings if one.user_id == user_id), None)
    if ring is None and page.asked_by != user_id:
        return None
    own = ring.state.value if ring is not None else None
    return {**page_view(page, rings), "mine": "rung" if ring is not None else "asked", "ring": own}


def handover_view(handover: Handover) -> Json:
    """A handover as both sides see it."""
    return {
        "id": handover.id,
        "session_id": handover.session_id,
        "from": {"user_id": handover.from_user, "name": handover.from_name, "role": handover.from_role},
        "to": {"user_id": handover.to_user, "name": handover.to_name, "role": handover.to_role},
        "brief": handover.brief,
        "state": handover.state.value,
        "offered_at": iso_utc(handover.offered_at),
        "answered_at": iso_or_none(handover.answered_at),
        "released_at": iso_or_none(handover.released_at),
    }


def own_handover_view(handover: Handover, user_id: str) -> Json | None:
    """A handover as `/staff` tells it to one reader; None when it does not concern the reader."""
    if user_id not in (handover.from_user, handover.to_user):
        return None
    return {**handover_view(handover), "mine": "offered" if user_id == handover.to_user else "given"}


def vital_view(vital: Vital) -> Json:
    """A measurement."""
    return {
        "id": vital.id,
        "kind": vital.kind.value,
        "value": vitals.told(vital.kind, vital.value),
        "second": None if vital.second is None else vitals.told(vital.kind, vital.second),
        "unit": vitals.RANGES[vital.kind].unit,
        "at": iso_utc(vital.at),
        "by": {"participant_id": vital.participant_id, "name": vital.name},
    }
