"""How a page goes on: its table of states, which step is next, whom it rings and until when.

Nothing here knows the time but by argument: what is due follows from rows alone, so a restart in between changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction as A
from telemed.care.oncall.records import Duty, PageRecord, PageRing, PageStep
from telemed.care.oncall.words import PageEvent as E
from telemed.care.oncall.words import PageState as S
from telemed.care.oncall.words import RingMode, RingState, StepEnd
from telemed.errors import Conflict

MAX_OPEN = 50  # pages that ring at the same time in one organisation
MAX_OF_SESSION = 40  # in all: whoever needs more has another problem
SHOWN_AFTER = timedelta(seconds=60)  # "taken by ...", "no answer: call ..." stay on the pages of staff
LATE_YES = timedelta(minutes=15)  # whom a message reaches late finds the call there, and may still come
MAX_BRIEF = 300
REMINDED_AFTER = timedelta(seconds=15)  # a page that is open somewhere and answers nothing is no proof that somebody sees it


@dataclass(frozen=True, slots=True)
class StateRule:
    """What the two sides see."""

    asker_sees: str
    called_see: str


RULES: Mapping[S, StateRule] = {
    S.RINGING: StateRule("who is called, the step and a timer", "a dialog that rings, with the brief"),
    S.ACCEPTED: StateRule("who comes", "taken by whom"),
    S.UNANSWERED: StateRule("no answer: the telephone number", "a quiet dialog: a late yes counts"),
    S.CANCELLED: StateRule("nothing more", "nothing more"),
}
# (state, event) -> (next state, audit). What is not here is refused with the code of `_REFUSALS`.
TABLE: Mapping[tuple[S, E], tuple[S, A]] = {
    (S.RINGING, E.ACCEPTED): (S.ACCEPTED, A.PAGE_ACCEPTED),
    (S.RINGING, E.RAN_OUT): (S.UNANSWERED, A.PAGE_UNANSWERED),
    (S.RINGING, E.CANCELLED): (S.CANCELLED, A.PAGE_CANCELLED),
    (S.UNANSWERED, E.ACCEPTED): (S.ACCEPTED, A.PAGE_ACCEPTED),
    (S.UNANSWERED, E.CANCELLED): (S.CANCELLED, A.PAGE_CANCELLED),
}
OPEN = frozenset({S.RINGING, S.UNANSWERED})


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that begins: whom it rings. `skipped` are the numbers of steps in which nobody is on call."""

    number: int
    people: tuple[Duty, ...]
    due_at: datetime
    skipped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NobodyLeft:
    """There is no further step."""

    skipped: tuple[int, ...] = ()


def moved(page: PageRecord, event: E, now: datetime) -> tuple[PageRecord, A]:
    """The page after an event. Raises Conflict `page_taken` or `page_over`."""
    found = TABLE.get((page.state, event))
    if found is None:
        code = "page_taken" if page.state is S.ACCEPTED else "page_over"
        raise Conflict("This call was answered or is over.", code=code)
    return replace(page, state=found[0], state_since=now, due_at=None), found[1]


def next_step(page: PageRecord, duties: Sequence[Duty], rung: Collection[str], now: datetime) -> Begun | NobodyLeft:
    """The step after the present one: the first with somebody who was not called yet."""
    seconds = page.steps
    skipped: list[int] = []
    last = 1 if page.mode is RingMode.ALL else len(seconds)
    for number in range(page.step + 1, last + 1):
        people = tuple(one for one in duties if one.user_id not in rung and _belongs(page, one, number))
        if people:
            return Begun(number, people, now + timedelta(seconds=seconds[number - 1]), tuple(skipped))
        skipped.append(number)
    return NobodyLeft(tuple(skipped))


def _belongs(page: PageRecord, duty: Duty, number: int) -> bool:
    return page.mode is RingMode.ALL or duty.level == number


def all_declined(rings: Collection[PageRing], step: int) -> bool:
    """Whether everybody in this step has said no: then the next begins at once."""
    return all(ring.state is RingState.DECLINED for ring in rings if ring.step == step)


def may_accept(ring: PageRing | None) -> bool:
    """Whether this person may still say yes."""
    return ring is not None and ring.state in (RingState.RINGING, RingState.MISSED)


def reminded(rings: Collection[PageRing], step: int) -> tuple[PageRing, ...]:
    """Who had a page open when this step began and has not answered: they are written to as well."""
    return tuple(ring for ring in rings if ring.step == step and ring.reached and ring.state is RingState.RINGING)


def closed_ring(ring: PageRing, state: RingState, now: datetime) -> PageRing:
    """A ring that ends; one that has ended stays as it is."""
    return replace(ring, state=state, ended_at=now) if ring.state is RingState.RINGING else ring


def ended_step(step: PageStep, end: StepEnd, now: datetime) -> PageStep:
    """A step that ends."""
    return replace(step, end=end, ended_at=now) if step.end is StepEnd.RUNNING else step


def is_shown(page: PageRecord, now: datetime) -> bool:
    """Whether staff still see it on their pages."""
    shown_for = LATE_YES if page.state is S.UNANSWERED else SHOWN_AFTER
    return page.state is S.RINGING or now - page.state_since < shown_for
