"""Follow-ups of people who are gone: found from time to time, shown on Today of those who may take them.

Accounts change outside of visits, so nothing tells of it: the tables are asked. Whether somebody may take one is asked again
when they do.
"""

from __future__ import annotations

from telemed.care.aftercare.heirs import LeftBehind, heirs
from telemed.care.aftercare.records import FollowUp
from telemed.care.records import SessionRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.signaling.desk import Desk

LOOK_SECONDS = 20.0  # a day's task may be late by so much


async def heirs_of(tx: Transaction, session: SessionRecord, people: list[UserRecord]) -> frozenset[str]:
    """Who may take a follow-up of this visit."""
    close = {seat.user_id for seat in await tx.participants.in_session(session.id) if seat.user_id is not None}
    entry = await tx.queue_entries.of_session(session.id)
    if entry is not None:
        close |= {member.user_id for member in await tx.queue_members.of_queue(entry.queue_id)}
    return heirs(people, session, close)


class FollowUpHeirs:
    """A chore of every sweep; looks at the tables every LOOK_SECONDS."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._looked_at: float | None = None

    async def run(self) -> None:
        """Show what was left behind, and take back what is somebody's again."""
        now = self._desk.clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        found: list[LeftBehind] = []
        async with self._desk.store.read() as tx:
            for clinic in await tx.organisations.all():
                found.extend(await _left_behind(tx, clinic.id))
        live = self._desk.live
        live.board.publish_follow_ups(live.follow_ups.leave(found), self._desk.clock.utcnow())


async def _left_behind(tx: Transaction, organisation_id: str) -> list[LeftBehind]:
    rows: list[FollowUp] = await tx.follow_ups.left_behind(organisation_id)
    if not rows:
        return []
    people = await tx.users.in_organisation(organisation_id)
    names = {one.id: one.name for one in people}
    found, known = [], dict[str, tuple[SessionRecord, frozenset[str]]]()
    for one in rows:
        if one.session_id not in known:
            session = await tx.sessions.get(one.session_id)
            if session is None:
                continue
            known[one.session_id] = session, await heirs_of(tx, session, people)
        session, may_take = known[one.session_id]
        found.append(LeftBehind(one, session, names.get(one.user_id, ""), may_take))
    return found
