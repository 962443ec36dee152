"""The staff note of a visit. It has no place in any stream: it travels by HTTP to staff and nowhere else."""

from __future__ import annotations

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.records import NoteRecord
from telemed.care.session_states import WRITABLE_NOTE
from telemed.care.times import iso_utc
from telemed.errors import Conflict
from telemed.signaling.acting import authorise
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep


class NoteDesk:
    """The note endpoints of protocol section 1.2."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def read(self, actor: Staff, session_id: str) -> Json:
        """-> {body, revision, updated_at}; revision 0 and an empty body before anything was written. Reading is audited."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.READ_NOTE)
            await step.audit(AuditAction.NOTE_READ, session_id)
            note = await step.tx.notes.latest(session_id)
            if note is None:
                return {"body": "", "revision": 0, "updated_at": None}
            return {"body": note.body, "revision": note.revision, "updated_at": iso_utc(note.updated_at)}

        return await self._desk.transactor.change(session_id, work, actor.ref)

    async def write(self, actor: Staff, session_id: str, body: str, revision: int) -> Json:
        """Store the revision after `revision`; -> {revision, updated_at}; Conflict("note_changed") when it is not the latest."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.WRITE_NOTE)
            if step.session.state not in WRITABLE_NOTE:
                raise Conflict("The note of this visit is sealed.")
            latest = await step.tx.notes.latest(session_id)
            if latest is not None and (latest.revision, latest.body, latest.author_id) == (revision + 1, body, actor.user_id):
                return _saved(latest)  # said again because the answer was lost
            note = await step.tx.notes.write(NoteRecord(session_id, revision, body, actor.user_id, step.now))
            await step.audit(AuditAction.NOTE_WRITTEN, session_id)
            return _saved(note)

        return await self._desk.transactor.change(session_id, work, actor.ref)


def _saved(note: NoteRecord) -> Json:
    return {"revision": note.revision, "updated_at": iso_utc(note.updated_at)}
