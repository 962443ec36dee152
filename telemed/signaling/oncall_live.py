"""Paging, handovers and vital signs of a visit in memory: what its seats see, and what concerns a member of staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from telemed.care.oncall import handovers, paging, views
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.roles import Role
from telemed.care.views import is_staff
from telemed.signaling.oncall_rows import OnCallRows
from telemed.signaling.oncall_steps import THERE


class LiveOnCall:
    """The rows of the last commit, and which of them staff still see on their pages."""

    def __init__(self) -> None:
        self.rows = OnCallRows()
        self._shown: frozenset[str] = frozenset()

    def take(self, rows: OnCallRows, now: datetime) -> None:
        """Take over what was committed."""
        self.rows = rows
        self.forget_old(now)

    def forget_old(self, now: datetime) -> bool:
        """Let what ended a while ago leave the pages of staff; tell whether anything did."""
        pages = {page.id for page in self.rows.pages if paging.is_shown(page, now)}
        offers = {one.id for one in self.rows.handovers if handovers.is_shown(one, now)}
        before, self._shown = self._shown, frozenset(pages | offers)
        return before != self._shown

    def view(self, session: SessionRecord, seats: Mapping[str, ParticipantRecord], viewer: ParticipantRecord) -> Json | None:
        """What a seat is told; None for those it is not meant for."""
        if not is_staff(viewer) and viewer.role is not Role.EXTERNAL_CLINICIAN:
            return None
        return {
            "begun": self.begun(session),
            "lead": self._lead(session, seats),
            "vitals": [views.vital_view(vital) for vital in self.rows.vitals],
            "pages": [views.page_view(page, self.rows.rings_of(page.id)) for page in self.rows.pages],
            "handovers": [views.handover_view(one) for one in self.rows.handovers],
        }

    def begun(self, session: SessionRecord) -> Json | None:
        """How staff tell a visit that began at a scene from others."""
        return views.begun_view(session, self.rows.pages)

    def _lead(self, session: SessionRecord, seats: Mapping[str, ParticipantRecord]) -> str | None:
        """The seat of who leads; while that person is not there, of who hands over in their place; else None."""
        there = {seat.user_id: seat.id for seat in seats.values() if seat.user_id is not None and seat.state in THERE}
        lead = handovers.lead_of(session.created_by, self.rows.handovers)
        under_way = handovers.open_one(self.rows.handovers)
        return there.get(lead) or (there.get(under_way.from_user) if under_way is not None else None)

    def rows_for(self, user_id: str) -> dict[str, list[Json]]:
        """What `/staff` tells one user of this visit."""
        shown = [page for page in self.rows.pages if page.id in self._shown]
        pages = (views.own_page_view(page, self.rows.rings_of(page.id), user_id) for page in shown)
        offers = (views.own_handover_view(one, user_id) for one in self.rows.handovers if one.id in self._shown)
        return {
            "pages": [row for row in pages if row is not None],
            "handovers": [row for row in offers if row is not None],
        }
