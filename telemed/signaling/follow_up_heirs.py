"""Follow-ups of people who are gone: found from time to time, shown on Today of those who may take them.

Accounts change outside of visits, so nothing tells of it. Every change leaves a row in the audit trail: where none came since
the last look nothing is read. Else the accounts are, and who is close to what was left behind, all at once; the follow-ups are in
memory. Whether somebody may take one is asked again when they do.
"""

from __future__ import annotations

from telemed.care.aftercare.heirs import LeftBehind, able_people, heirs, is_able
from telemed.care.records import SessionRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.signaling.desk import Desk

LOOK_SECONDS = 20.0  # a day's task may be late by so much


class FollowUpHeirs:
    """A chore of the upkeep; looks every LOOK_SECONDS."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._looked_at: float | None = None
        self._known: tuple[int, int] | None = None  # the newest row of the trail, and what the book had

    async def run(self) -> None:
        """Show what was left behind, and take back what is somebody's again."""
        now = self._desk.clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        live = self._desk.live
        found: list[LeftBehind] = []
        async with self._desk.store.read() as tx:
            newest = await tx.audit.last()
            known = newest.sequence if newest is not None else 0, live.follow_ups.revision
            if known == self._known:
                return
            for clinic in await tx.organisations.all():
                found.extend(await self._left_behind(tx, clinic.id))
        if live.follow_ups.revision == known[1]:  # else: something came meanwhile, the next look sees it
            live.board.publish_follow_ups(live.follow_ups.leave(found), self._desk.clock.utcnow())
            self._known = known

    async def _left_behind(self, tx: Transaction, organisation_id: str) -> list[LeftBehind]:
        everybodys = self._desk.live.follow_ups.everybodys(organisation_id)
        if not everybodys:
            return []
        people = {one.id: one for one in await tx.users.in_organisation(organisation_id)}
        left = [(one, visit) for one, visit in everybodys if not _can(people.get(one.user_id), visit)]
        if not left:
            return []
        close = await tx.follow_ups.close_to({visit.id for _, visit in left})
        able: dict[str | None, frozenset[str]] = {}  # by site
        found = []
        for one, visit in left:
            if visit.site_id not in able:
                able[visit.site_id] = able_people(people.values(), visit)
            owner = people.get(one.user_id)
            may_take = heirs(able[visit.site_id], close[visit.id])
            found.append(LeftBehind(one, visit, owner.name if owner is not None else "", may_take))
        return found


def _can(owner: UserRecord | None, visit: SessionRecord) -> bool:
    return owner is not None and is_able(owner, visit)
