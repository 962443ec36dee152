"""Open follow-ups in memory, each with its visit: what Today shows its owner. Replaced after each commit.

It has no clock: whether one is due is decided where it is read, by the day of the reader.
"""

from __future__ import annotations

from collections.abc import Iterable

from telemed.care.aftercare.heirs import LeftBehind
from telemed.care.aftercare.records import FollowUp
from telemed.care.aftercare.views import follow_up_view
from telemed.care.aftercare.words import FollowUpState
from telemed.care.identity import Staff
from telemed.care.ports import Json
from telemed.care.records import SessionRecord
from telemed.care.repositories import Transaction

LEFT_SHOWN = 500  # of what may be taken, to one person; those behind come up as these are taken


class FollowUpBook:
    """By owner: at most MAX_OPEN each (`care.aftercare.states`). What somebody left behind besides by who may take it."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, FollowUp]] = {}  # by owner and id
        self._visits: dict[str, SessionRecord] = {}  # by id, of those
        self._owners: dict[str, str] = {}  # by id, of those
        self._left: dict[str, LeftBehind] = {}  # by id, the earliest day first
        self.revision = 0  # counts what was taken over

    async def load(self, tx: Transaction, organisation_id: str) -> None:
        """Read the open ones of one organisation."""
        after = ""
        while found := await tx.follow_ups.open(organisation_id, after):
            for one in found:
                session = self._visits.get(one.session_id) or await tx.sessions.get(one.session_id)
                if session is not None:
                    self.put(one, session)
            after = found[-1].id

    def put(self, follow_up: FollowUp, session: SessionRecord) -> None:
        """Take over a row that was committed."""
        self.revision += 1
        before = self._owners.get(follow_up.id, follow_up.user_id)
        if before != follow_up.user_id:
            self._open[before].pop(follow_up.id, None)  # somebody else has taken it
        self._owners[follow_up.id] = follow_up.user_id
        own = self._open.setdefault(follow_up.user_id, {})
        if follow_up.state is FollowUpState.OPEN:
            own[follow_up.id] = follow_up
            self._visits[session.id] = session
            return
        del self._owners[follow_up.id]
        if own.pop(follow_up.id, None) is not None and not self._is_wanted(session.id):
            self._visits.pop(session.id, None)

    def _is_wanted(self, session_id: str) -> bool:
        return any(one.session_id == session_id for own in self._open.values() for one in own.values())

    def follow(self, follow_ups: Iterable[FollowUp], session: SessionRecord) -> set[str]:
        """Take over what a decision about a visit committed; -> whose lists may be others now."""
        changed = list(follow_ups)
        for one in changed:
            self.put(one, session)
        owners = {one.user_id for one in changed}
        for one in changed:
            left = self._left.pop(one.id, None)
            owners |= left.heirs if left is not None else frozenset()
        known = self._visits.get(session.id)
        if known is None or known == session:
            return owners
        self._visits[session.id] = session
        self.revision += 1
        everybodys = (one for own in self._open.values() for one in own.values())
        return owners | {one.user_id for one in everybodys if one.session_id == session.id}

    def everybodys(self, organisation_id: str) -> list[tuple[FollowUp, SessionRecord]]:
        """All open ones of an organisation, each with its visit."""
        own = (one for rows in self._open.values() for one in rows.values() if one.organisation_id == organisation_id)
        return [(one, self._visits[one.session_id]) for one in own]

    def leave(self, found: Iterable[LeftBehind]) -> set[str]:
        """Take over what is left behind now; -> whose lists may be others."""
        in_order = sorted(found, key=lambda one: (one.follow_up.due_on, one.follow_up.id))
        before, self._left = self._left, {one.follow_up.id: one for one in in_order}
        changed = {key for key in before.keys() | self._left.keys() if before.get(key) != self._left.get(key)}
        return {heir for rows in (before, self._left) for key in changed & rows.keys() for heir in rows[key].heirs}

    def view_for(self, staff: Staff) -> Json:
        """`follow_ups`: what somebody has to do, the earliest day first, and then what they may take from people who are gone;
        `follow_ups_more`: how many of those there are beyond the first LEFT_SHOWN."""
        own = sorted(self._open.get(staff.user_id, {}).values(), key=lambda one: (one.due_on, one.id))
        visits = ((one, self._visits[one.session_id]) for one in own)
        rows = [follow_up_view(one, session) for one, session in visits if _reaches(staff, session)]
        left = [one for one in self._left.values() if staff.user_id in one.heirs and _reaches(staff, one.session)]
        rows += [follow_up_view(one.follow_up, one.session) | {"was": one.was} for one in left[:LEFT_SHOWN]]
        return {"follow_ups": rows, "follow_ups_more": max(0, len(left) - LEFT_SHOWN)}


def _reaches(staff: Staff, session: SessionRecord) -> bool:
    return session.organisation_id == staff.organisation_id and staff.works_at(session.site_id)
