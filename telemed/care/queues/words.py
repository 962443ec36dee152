"""The closed lists of waiting rooms: where an entry stands, what moves it, how urgent it is, what an intake question is."""

from __future__ import annotations

from enum import StrEnum


class EntryState(StrEnum):
    """Where one visit to a waiting room stands. `states` has the table of what leads to what."""

    WAITING = "waiting"
    ASLEEP = "asleep"  # the page is suspended or gone; the place is kept
    BEING_SEEN = "being_seen"  # somebody has answered; the page may still be on its way back
    ON_HOLD = "on_hold"
    LEFT = "left"  # went away; may come back for a while
    NO_SHOW = "no_show"  # was called and did not come
    DONE = "done"
    REMOVED = "removed"


class EntryEvent(StrEnum):
    """What moves an entry."""

    FELL_ASLEEP = "fell_asleep"
    WOKE = "woke"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    PUT_BACK = "put_back"  # back into the waiting room, by staff: the next one first
    DECLINED = "declined"  # would rather wait than be in a call with somebody else
    TRANSFERRED = "transferred"  # to another waiting room, or to one person
    LEFT = "left"
    RETURNED = "returned"
    NO_SHOW = "no_show"
    REMOVED = "removed"
    ENDED = "ended"  # its session is over


class Priority(StrEnum):
    """Who goes first, in this order."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"


class QuestionKind(StrEnum):
    """How an intake question is answered."""

    TEXT = "text"
    YES_NO = "yes_no"
    CHOICE = "choice"


# These stand in line.
IN_LINE = frozenset({EntryState.WAITING, EntryState.ASLEEP})
# Somebody of the staff has these.
IN_HAND = frozenset({EntryState.BEING_SEEN, EntryState.ON_HOLD})
# A second tap on the walk-in link leads back to these.
LIVE = IN_LINE | IN_HAND | {EntryState.LEFT}
LATE_MINUTES = (0, 10, 20, 30)  # what staff can tell everybody who waits; 0 takes it back
