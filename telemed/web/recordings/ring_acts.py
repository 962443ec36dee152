"""Calls for who is on duty, on the clock of a recording: who called whom, how long it rang, and what came of it. Pure.

A call is kept with its steps, and each ring with how it ended last. Who said yes after the own step had gone by was missed first:
the step's row says when.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from telemed.care.oncall.records import PageRing
from telemed.care.oncall.words import PageState, RingState, StepEnd
from telemed.care.ports import Json
from telemed.web.recordings.act_lines import end_of, line_of
from telemed.web.recordings.acts import Paged
from telemed.web.recordings.timeline_view import Clock

_ANSWERS = frozenset({RingState.ACCEPTED, RingState.DECLINED})
_NOBODY_CAME = frozenset({StepEnd.TIMED_OUT, StepEnd.DECLINED, StepEnd.NOBODY})


def rings(clock: Clock, paged: Paged, reads_chat: bool) -> Iterator[Json]:
    """The call, each person it rang at with the answer, and that it ran out or was called off."""
    page = paged.page
    to = page.speciality
    ended = None if page.state is PageState.RINGING else page.state_since
    about = {"name": page.asked_name, "to": to, "text": page.brief if reads_chat else ""}
    yield line_of(clock, page.id, "ring", "paged", page.created_at, end_ms=end_of(clock, ended), lasts=True, **about)
    for ring in paged.rings:
        yield from _ring(clock, paged, ring)
    ran_out = _ran_out(paged)
    if ran_out is not None:
        yield line_of(clock, f"{page.id}:unanswered", "ring", "unanswered", ran_out, name=page.asked_name, to=to)
    if page.state is PageState.CANCELLED:
        yield line_of(clock, f"{page.id}:cancelled", "ring", "cancelled", page.state_since, name=page.asked_name, to=to)


def _ring(clock: Clock, paged: Paged, ring: PageRing) -> Iterator[Json]:
    over, missed = _rang_until(paged, ring)
    who = {"name": ring.name, "to": paged.page.speciality, "value": ring.level}
    yield line_of(clock, ring.id, "ring", "rang", ring.started_at, end_ms=end_of(clock, over), lasts=True, **who)
    if missed and over is not None:
        yield line_of(clock, f"{ring.id}:missed", "ring", "missed", over, **who)
    if ring.state in _ANSWERS and ring.ended_at is not None:
        yield line_of(clock, f"{ring.id}:answered", "ring", ring.state.value, ring.ended_at, **who)


def _rang_until(paged: Paged, ring: PageRing) -> tuple[datetime | None, bool]:
    """When it fell silent there, and whether without an answer."""
    if ring.state not in _ANSWERS:
        return ring.ended_at, ring.state is RingState.MISSED
    step = next((one for one in paged.steps if one.number == ring.step), None)
    late = step is not None and step.ended_at is not None and ring.ended_at is not None and step.ended_at < ring.ended_at
    return (step.ended_at, True) if step is not None and late else (ring.ended_at, False)


def _ran_out(paged: Paged) -> datetime | None:
    """When the last step was over and nobody had come; who came after that, came late."""
    if paged.page.state is PageState.UNANSWERED:
        return paged.page.state_since
    last = paged.steps[-1] if paged.steps else None
    return last.ended_at if last is not None and last.end in _NOBODY_CAME else None
