"""The words for where a session and a participant stand, and what happens to them. The tables that join them are in
`participant_states.py` and `session_states.py`."""

from __future__ import annotations

from enum import StrEnum


class SessionKind(StrEnum):
    """Why a session exists."""

    SCHEDULED = "scheduled"
    URGENT = "urgent"
    GROUP = "group"


class Outcome(StrEnum):
    """What staff say came of an ended session."""

    COMPLETED = "completed"
    FOLLOW_UP = "follow_up"
    NO_SHOW = "no_show"
    TECHNICAL = "technical"
    CANCELLED = "cancelled"


class SessionState(StrEnum):
    """Life of a session."""

    CREATED = "created"  # planned; nobody has come
    OPEN = "open"  # somebody has opened the door; no call yet
    ACTIVE = "active"  # people are in the call
    EMPTY = "empty"  # the call began and everyone is gone; they may come back
    ENDED = "ended"  # over; note and outcome can still be written
    SEALED = "sealed"  # closed for good; only dated addenda
    CANCELLED = "cancelled"  # staff called it off before it began
    EXPIRED = "expired"  # nobody used it in time
    FAILED = "failed"  # the server could not hold it


class SessionEvent(StrEnum):
    """What moves a session."""

    OPENED = "opened"  # staff took a seat, or somebody opened a link
    CALL_STARTED = "call_started"  # the first person from outside, or a second member of staff, is in the call
    EVERYONE_LEFT = "everyone_left"  # nobody is in the call any more (reconnecting counts as in)
    SOMEONE_RETURNED = "someone_returned"
    ENDED = "ended"  # staff ended it for all
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"  # the time-out of the state passed
    SIGNED_OFF = "signed_off"
    FAILED = "failed"


class ParticipantState(StrEnum):
    """Life of a seat."""

    INVITED = "invited"
    CHECKING = "checking"
    WAITING = "waiting"
    ASLEEP = "asleep"
    ADMITTED = "admitted"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    ON_HOLD = "on_hold"
    LEFT = "left"
    LOST = "lost"
    DENIED = "denied"
    REMOVED = "removed"


class ParticipantEvent(StrEnum):
    """What moves a seat."""

    LINK_OPENED = "link_opened"  # POST /links/open or staff taking the seat again; also a reload
    ENTERED_WAITING = "entered_waiting"
    PAGE_SILENT = "page_silent"  # hidden, or its socket is gone
    PAGE_AWAKE = "page_awake"  # visible, or its socket is back; also brings a lost or left seat back
    ADMITTED = "admitted"
    DENIED = "denied"
    MEDIA_CONNECTED = "media_connected"
    MEDIA_LOST = "media_lost"
    HELD = "held"
    RESUMED = "resumed"
    REMOVED = "removed"
    LEFT = "left"
    TIMED_OUT = "timed_out"
    SENT_BACK = "sent_back"  # staff put the person back into a waiting room
    REINVITED = "reinvited"  # staff made a new link to a denied or removed seat
    SESSION_ENDED = "session_ended"


class Cause(StrEnum):
    """Who brought an event about."""

    SELF = "self"  # the person of the seat
    STAFF = "staff"  # care staff of the session
    SYSTEM = "system"  # a timer, the media plane, reconciliation


# In the call: may receive media and chat. A seat on hold is not: it hears and sends nothing.
IN_CALL = frozenset({ParticipantState.ADMITTED, ParticipantState.CONNECTED, ParticipantState.RECONNECTING})

# On the waiting list of staff.
IN_WAITING = frozenset({ParticipantState.WAITING, ParticipantState.ASLEEP})

# May write to others, who waits to staff alone.
TALKING = IN_CALL | IN_WAITING

# Sessions that can still become or be a call.
LIVE_SESSIONS = frozenset({SessionState.CREATED, SessionState.OPEN, SessionState.ACTIVE, SessionState.EMPTY})
