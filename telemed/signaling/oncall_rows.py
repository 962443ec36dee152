"""What the tables say about paging, handovers and vital signs of one visit, read in one go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from telemed.care.oncall.records import Handover, PageRecord, PageRing, Vital
from telemed.care.repositories import Transaction

R = TypeVar("R", PageRecord, PageRing, Handover)


@dataclass(frozen=True, slots=True)
class OnCallRows:
    """Rows of one visit. Changed ones are put in by `replace`; nothing here is written."""

    pages: tuple[PageRecord, ...] = ()  # oldest first
    rings: tuple[PageRing, ...] = ()
    handovers: tuple[Handover, ...] = ()  # oldest first
    vitals: tuple[Vital, ...] = ()  # by time of measurement

    def page(self, page_id: str) -> PageRecord | None:
        """A page of this visit."""
        return next((page for page in self.pages if page.id == page_id), None)

    def rings_of(self, page_id: str) -> tuple[PageRing, ...]:
        """Who was called by a page."""
        return tuple(ring for ring in self.rings if ring.page_id == page_id)

    def handover(self, handover_id: str) -> Handover | None:
        """A handover of this visit."""
        return next((one for one in self.handovers if one.id == handover_id), None)

    def with_page(self, page: PageRecord) -> OnCallRows:
        """The same with this page new or changed."""
        return replace(self, pages=_put(self.pages, page))

    def with_ring(self, ring: PageRing) -> OnCallRows:
        """The same with this ring new or changed."""
        return replace(self, rings=_put(self.rings, ring))

    def with_handover(self, handover: Handover) -> OnCallRows:
        """The same with this handover new or changed."""
        return replace(self, handovers=_put(self.handovers, handover))

    def with_vital(self, vital: Vital) -> OnCallRows:
        """The same with this measurement; a removed one is left out."""
        others = [one for one in self.vitals if one.id != vital.id]
        kept = others if vital.removed_at is not None else [*others, vital]
        return replace(self, vitals=tuple(sorted(kept, key=lambda one: (one.at, one.entered_at, one.id))))


def _put(rows: tuple[R, ...], row: R) -> tuple[R, ...]:
    is_new = all(one.id != row.id for one in rows)
    changed = tuple(row if one.id == row.id else one for one in rows)
    return changed + (row,) if is_new else changed


async def read_rows(tx: Transaction, session_id: str) -> OnCallRows:
    """Read what there is about a visit."""
    pages = tuple(await tx.pages.of_session(session_id))
    rings = tuple(await tx.pages.rings([page.id for page in pages])) if pages else ()
    handovers, vitals = await tx.handovers.of_session(session_id), await tx.vitals.of_session(session_id)
    return OnCallRows(pages, rings, tuple(handovers), tuple(vitals))
