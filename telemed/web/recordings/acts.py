"""What people did beside talking, as the rows of one visit tell it: the timeline of a recording is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telemed.care.incidents.records import FrameRecord, InstructionRecord
from telemed.care.oncall.records import Handover, PageRecord, PageRing, PageStep, Vital
from telemed.care.recording.records import ConsentEvent
from telemed.care.repositories import Transaction
from telemed.care.stills.records import StillRecord
from telemed.web.recordings.silences import Silence, read_silences

MAX_INSTRUCTIONS = 1000  # the newest; rows of the other kinds are bounded where they are made


@dataclass(frozen=True, slots=True)
class Paged:
    """A call for somebody on duty: whom it rang at, in the order they began, and its steps."""

    page: PageRecord
    rings: Sequence[PageRing] = ()
    steps: Sequence[PageStep] = ()


@dataclass(frozen=True, slots=True)
class Acts:
    """Of one visit, each kind oldest first. `said`: acts of consent, by which it is decided whose pictures are shown."""

    instructions: Sequence[InstructionRecord] = ()
    frames: Sequence[FrameRecord] = ()
    stills: Sequence[StillRecord] = ()
    handovers: Sequence[Handover] = ()
    vitals: Sequence[Vital] = ()
    said: Sequence[ConsentEvent] = ()
    pages: Sequence[Paged] = ()
    silences: Sequence[Silence] = ()


async def read_acts(tx: Transaction, session_id: str) -> Acts:
    """Read them."""
    return Acts(
        await tx.incidents.instructions_in_session(session_id, MAX_INSTRUCTIONS),
        await tx.incidents.frames(session_id),
        await tx.stills.in_session(session_id),
        await tx.handovers.of_session(session_id),
        await tx.vitals.of_session(session_id),
        await tx.consents.of_session(session_id),
        await _pages(tx, session_id),
        await read_silences(tx, session_id),
    )


async def _pages(tx: Transaction, session_id: str) -> list[Paged]:
    pages = await tx.pages.of_session(session_id)
    rings = await tx.pages.rings([one.id for one in pages]) if pages else []
    return [Paged(page, [ring for ring in rings if ring.page_id == page.id], await tx.pages.steps(page.id)) for page in pages]
