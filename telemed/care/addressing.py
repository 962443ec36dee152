"""Whom what somebody writes is for, and who reads it as it is written. Pure.

Who waits writes to staff alone, whoever else is in the call; staff may write to one person alone, who may still be waiting.
Everything else is for everybody in the call, but for callers of an incident, who read staff alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from telemed.care.incidents.words import Part
from telemed.care.records import ParticipantRecord
from telemed.care.states import IN_CALL, IN_WAITING, TALKING
from telemed.care.views import is_staff, reads_chat
from telemed.errors import NotAllowed, NotFound


def addressee(writer: ParticipantRecord, seats: Mapping[str, ParticipantRecord], to: str | None) -> str | None:
    """Return whom a line is for besides staff; None: everybody in the call. Raises NotAllowed, NotFound."""
    if writer.state in IN_WAITING:
        return writer.id
    if to is None:
        return None
    if not is_staff(writer):
        raise NotAllowed()
    target = seats.get(to)
    if target is None or target.state not in TALKING:
        raise NotFound()
    return to


def hears_of(viewer: ParticipantRecord, writer: ParticipantRecord | None) -> bool:
    """Whether anything this person writes may reach `viewer`: the callers of an incident hear of staff alone, neither of each
    other nor of people who came by a link for something else."""
    if viewer.part is not Part.CALLER:
        return True
    return writer is not None and (writer.id == viewer.id or is_staff(writer))


def reads_now(viewer: ParticipantRecord, writer_id: str, to: str | None) -> bool:
    """Whether a line by `writer_id` for `to` reaches `viewer` while it is written: the chat's audience, at this moment."""
    if not reads_chat(viewer):
        return False
    if viewer.id == writer_id or is_staff(viewer):
        return True
    return viewer.state in IN_CALL if to is None else viewer.id == to
