"""Organisations and sites separate data: what a path names must lie in the reach of who asks, before any handler looks at it.

Every parameter of every route stands in one of the sets below. One that does not is refused at run time (`is_known`) and by a
rule test, so a new route cannot forget the question.
"""

from __future__ import annotations

from collections.abc import Iterable

from telemed.care.identity import Identity, Person, Seat, Staff
from telemed.care.rights_repositories import Place

# Named by themselves: the store says to whom they belong (`rights_repositories.Places`).
GUARDED = frozenset(
    {
        "id",
        "patient_id",
        "user_id",
        "break_glass_id",
        "site_id",
        "change_id",
        "message_id",
        "login_id",
        "passkey_id",
        "speciality_id",
        "incident_id",
        "queue_id",
    }
)
# Looked up by its handler (web/recordings/door.py) in the same steps whether it is missing, beyond a border or not for the
# caller: a question asked here would tell the first from the others.
# Pages, handovers and follow-ups likewise: signaling/paging_desk.py, handover_desk.py, follow_up_desk.py.
UNIFORM = frozenset({"recording_id", "page_id", "handover_id", "follow_up_id"})
# Part of something guarded or uniform in the same path; the handler checks that it is.
PARTS = frozenset(
    {
        "link_id",
        "channel_id",
        "carer_id",
        "member_id",
        "merge_id",
        "segment_id",
        "marker_id",
        "export_id",
        "vital_id",
        "still_id",
        "walk_in_id",
        "frame_id",
    }
)
# Names nothing that belongs to anybody, or something the handler looks for among the caller's own only.
PLAIN = frozenset({"days", "person_login_id", "person_passkey_id"})


def is_known(parameters: Iterable[str]) -> bool:
    """Whether all parameters of a path are guarded, uniform, parts of such a thing in the same path, or plain."""
    names = set(parameters)
    whole = GUARDED | UNIFORM
    return names <= whole | PARTS | PLAIN and (not names & PARTS or bool(names & whole))


def is_in_reach(identity: Identity, place: Place) -> bool:
    """Whether something of this place exists for somebody. Seats and patients' own sign-ins are bound to one thing anyway."""
    if isinstance(identity, Staff):
        return identity.organisation_id == place.organisation_id and identity.works_at(place.site_id)
    if isinstance(identity, Person):
        return identity.organisation_id == place.organisation_id
    return isinstance(identity, Seat)
