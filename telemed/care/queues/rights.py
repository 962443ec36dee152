"""Whether a member of staff may act in a waiting room: its members may, as far as their role goes."""

from __future__ import annotations

from telemed.care.actions import Action
from telemed.care.identity import Staff
from telemed.care.permission_table import TABLE
from telemed.care.queues.records import QueueRecord
from telemed.errors import NotAllowed, NotFound


def is_in_reach(staff: Staff, queue: QueueRecord) -> bool:
    """A waiting room of the own organisation, and of the own site or of none."""
    return queue.organisation_id == staff.organisation_id and staff.works_at(queue.site_id)


def check_queue(staff: Staff, action: Action, queue: QueueRecord | None, is_member: bool) -> None:
    """Raise NotFound for a waiting room that is not there, out of reach or not one's own; NotAllowed for a role that may not.

    `is_member` counts for whoever an entry was handed to as well.
    """
    if queue is None or not is_in_reach(staff, queue) or not is_member:
        raise NotFound()
    if staff.role not in TABLE[action]:
        raise NotAllowed()
