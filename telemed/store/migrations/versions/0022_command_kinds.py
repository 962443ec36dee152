"""Kinds of kept answers get names of their own: until now they were those of functions, which change with the code.

Answers of before there were kinds held the words of follow-ups and messages to patients: what a retry needs of them is the id.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FORMER = {
    "FollowUpDesk.move.<locals>.change": "follow_up.move",
    "FollowUpDesk.plan.<locals>.work": "follow_up.plan",
    "FollowUpDesk.take.<locals>.work": "follow_up.take",
    "HandoverDesk.accept.<locals>.work": "handover.accept",
    "HandoverDesk.decline.<locals>.work": "handover.decline",
    "HandoverDesk.offer.<locals>.work": "handover.offer",
    "HandoverDesk.release.<locals>.work": "handover.release",
    "HandoverDesk.withdraw.<locals>.work": "handover.withdraw",
    "IncidentCommands.call_back.<locals>.work": "caller.call_back",
    "IncidentCommands.clear.<locals>.work": "caller.clear",
    "IncidentCommands.facts.<locals>.work": "caller.facts",
    "IncidentCommands.instruct.<locals>.work": "caller.instruct",
    "IncidentCommands.leave_quickly.<locals>.work": "caller.leave_quickly",
    "IncidentCommands.shown.<locals>.work": "caller.shown",
    "IncidentCommands.silent.<locals>.work": "caller.silent",
    "IncidentDesk._reopen": "incident.reopen",
    "IncidentDesk.add_caller.<locals>.work": "incident.add_caller",
    "IncidentDesk.change_state.<locals>.work": "incident.change_state",
    "IncidentDesk.create.<locals>.begin": "incident.create",
    "IncidentDesk.resend.<locals>.work": "incident.resend",
    "IncidentDesk.revoke.<locals>.work": "incident.revoke",
    "IncidentDesk.share.<locals>.work": "incident.share",
    "IncidentDesk.show_code.<locals>.work": "incident.show_code",
    "IncidentDesk.silence.<locals>.work": "incident.silence",
    "IncidentFrames.clear.<locals>.<lambda>": "frame.clear",
    "IncidentFrames.draw.<locals>.<lambda>": "frame.draw",
    "IncidentFrames.freeze.<locals>.work": "frame.freeze",
    "IncidentFrames.resume.<locals>.<lambda>": "frame.resume",
    "IncidentFrames.undo.<locals>.<lambda>": "frame.undo",
    "LeadCommands.acknowledge.<locals>.work": "lead.acknowledge",
    "LeadCommands.confirm_identity.<locals>.work": "lead.confirm_identity",
    "LeadCommands.decide_move.<locals>.work": "lead.decide_move",
    "LeadCommands.deny.<locals>.work": "lead.deny",
    "LeadCommands.end.<locals>.work": "lead.end",
    "LeadCommands.remove.<locals>.work": "lead.remove",
    "LetterDesk.write.<locals>.work": "letter.write",
    "LinkDesk.create.<locals>.work": "link.create",
    "PagingDesk.accept.<locals>.work": "page.accept",
    "PagingDesk.begin.<locals>.work": "page.begin",
    "PagingDesk.cancel.<locals>.work": "page.cancel",
    "PagingDesk.decline.<locals>.work": "page.decline",
    "QueueAnswer.answer.<locals>.work": "queue.answer",
    "QueueAnswer.stay.<locals>.work": "queue.stay",
    "QueueCalls.drop_place.<locals>.work": "queue.drop_place",
    "QueueCalls.keep_place.<locals>.work": "queue.keep_place",
    "QueueCommands.acknowledge.<locals>.begin": "queue.acknowledge",
    "QueueCommands.keep_waiting.<locals>.work": "queue.keep_waiting",
    "QueueCommands.late.<locals>.work": "queue.late",
    "QueueCommands.message.<locals>.work": "queue.message",
    "QueueCommands.no_show.<locals>.work": "queue.no_show",
    "QueueCommands.priority.<locals>.work": "queue.priority",
    "QueueCommands.put_back.<locals>.work": "queue.put_back",
    "QueueCommands.read.<locals>.work": "queue.read",
    "QueueCommands.remove.<locals>.work": "queue.remove",
    "QueueCommands.transfer.<locals>.work": "queue.transfer",
    "RecordingBystanders.add.<locals>.work": "bystander.add",
    "RecordingBystanders.change.<locals>.work": "bystander.change",
    "RecordingCommands.ask.<locals>.work": "recording.ask",
    "RecordingCommands.begin.<locals>.work": "recording.begin",
    "RecordingCommands.choose.<locals>.work": "recording.choose",
    "RecordingCommands.marker.<locals>.work": "recording.marker",
    "RecordingCommands.stop.<locals>.work": "recording.stop",
    "RecordingCommands.unrecorded.<locals>.work": "recording.unrecorded",
    "RecordingConsents._answer.<locals>.work": "consent.answer",
    "RecordingConsents.earlier.<locals>.work": "consent.earlier",
    "SeatCommands.device_report.<locals>.work": "own_seat.device_report",
    "SeatCommands.enter_waiting.<locals>.work": "own_seat.enter_waiting",
    "SeatCommands.leave.<locals>.work": "own_seat.leave",
    "SeatCommands.needs.<locals>.work": "own_seat.needs",
    "SeatCommands.set_name.<locals>.work": "own_seat.set_name",
    "SeatCommands.visibility.<locals>.work": "own_seat.visibility",
    "SessionDesk.complete.<locals>.work": "session.complete",
    "SessionDesk.create.<locals>.begin": "session.create",
    "StillCommands.ask.<locals>.work": "still.ask",
    "StillCommands.cancel.<locals>.work": "still.cancel",
    "StillCommands.decline.<locals>.work": "still.decline",
    "VitalsDesk.note.<locals>.work": "vital.note",
    "VitalsDesk.remove.<locals>.work": "vital.remove",
}
ACK = sa.table(
    "command_ack",
    sa.column("actor_id", sa.Text()),
    sa.column("command_id", sa.Text()),
    sa.column("kind", sa.Text()),
    sa.column("ack", sa.JSON()),
)


def upgrade() -> None:
    """Apply."""
    for name, kind in FORMER.items():
        op.execute(sa.update(ACK).where(ACK.c.kind == name).values(kind=kind))
    connection, written = op.get_bind(), sa.cast(ACK.c.ack, sa.Text())
    wordy = (written.like(f'%"{begin}!_%', escape="!") for begin in ("fup", "vms"))
    old = sa.select(ACK).where(ACK.c.kind == "", sa.or_(*wordy))
    for row in connection.execute(old).mappings().all():
        ack = _bare(row["ack"])
        where = (ACK.c.actor_id == row["actor_id"], ACK.c.command_id == row["command_id"])
        connection.execute(sa.update(ACK).where(*where).values(ack=ack))


def _bare(ack: dict[str, Any]) -> dict[str, Any]:
    """The ids of an answer without its words."""
    told = {"follow_up": "follow_up_id", "message": "message_id"}
    return {told[name]: value["id"] if isinstance(value, dict) else value for name, value in ack.items() if name in told} or ack
