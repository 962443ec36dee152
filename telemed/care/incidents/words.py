"""The words for where an incident stands, what its link allows, how its message went, and what a caller is asked to do."""

from __future__ import annotations

from enum import StrEnum


class IncidentState(StrEnum):
    """Life of an incident."""

    NEW = "new"  # a link was made; no gateway has taken a message with it
    SENT = "sent"  # a gateway took the message
    OPENED = "opened"  # the caller's page is open
    LIVE = "live"  # its place or its picture is here
    HANDED_OVER = "handed_over"  # crews are with the caller; the page stays open
    REOPENED = "reopened"  # it was over, and a new link was made
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"
    UNREACHABLE = "unreachable"  # nobody opened the link


class IncidentEvent(StrEnum):
    """What moves an incident."""

    MADE = "made"  # it began: the first step of every incident, none of the table
    SENT = "sent"  # the gateway took the message
    OPENED = "opened"  # the caller opened the link
    SEEN = "seen"  # the first place or picture came
    HANDED_OVER = "hand_over"
    TAKEN_BACK = "take_back"
    CLOSED = "close"
    FALSE_ALARM = "false_alarm"
    UNREACHABLE = "unreachable"
    REOPENED = "reopen"
    SESSION_OVER = "session_over"  # the visit ended by its own rules: by the lead's word, or its time-outs


class IncidentCause(StrEnum):
    """Who brings it about."""

    CALLER = "caller"
    STAFF = "staff"
    SYSTEM = "system"


class Part(StrEnum):
    """What somebody who came by a link is to an incident. Everybody else in the visit has none."""

    NONE = ""
    CALLER = "caller"  # publishes, hears staff and writes; watches nobody
    CREW = "crew"  # watches the callers and sends nothing


class Allowed(StrEnum):
    """What the caller's link asks for."""

    LOCATION = "location"
    VIDEO = "video"
    UPLOAD = "upload"


class SendState(StrEnum):
    """How the message with the link went, as dispatchers are told."""

    NONE = "none"  # there is no number: the caller scans the code
    NO_WAY = "no_way"  # no gateway is configured
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    NOT_CONFIRMED = "not_confirmed"  # no answer in time, or the gateway does not know
    EXPIRED = "expired"


class InstructionKind(StrEnum):
    """What staff ask of a caller with one click. Each waits at the caller until it is cleared or replaced."""

    CAMERA = "camera"  # value: rear, front
    LIGHT = "light"  # value: on, off
    ZOOM = "zoom"  # value: 1 to 10
    HOLD_STILL = "hold_still"
    TURN = "turn"
    CLOSER = "closer"
    STILL = "still"  # take a photo
    CARD = "card"  # a guidance card


# The states in which all access is closed.
OVER = frozenset({IncidentState.CLOSED, IncidentState.FALSE_ALARM, IncidentState.UNREACHABLE})
