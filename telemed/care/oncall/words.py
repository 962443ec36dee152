"""Closed lists of on-call duty, paging, handover and vital signs."""

from __future__ import annotations

from enum import StrEnum

from telemed.care.roles import CARE_ROLES

MAY_BE_ON_CALL = CARE_ROLES  # whoever is called takes a seat and leads


class RingMode(StrEnum):
    """How a speciality is called."""

    ALL = "all"  # everybody on call at once, in one step
    ESCALATE = "escalate"  # level by level


class PageState(StrEnum):
    """Where a call for somebody on duty is."""

    RINGING = "ringing"
    ACCEPTED = "accepted"
    UNANSWERED = "unanswered"  # the last step is over: the telephone is what is left. A late yes still counts
    CANCELLED = "cancelled"


class PageEvent(StrEnum):
    """What may happen to it."""

    ACCEPTED = "accepted"
    RAN_OUT = "ran_out"
    CANCELLED = "cancelled"


class RingState(StrEnum):
    """What one person on call did."""

    RINGING = "ringing"
    MISSED = "missed"  # the step went by
    DECLINED = "declined"
    ACCEPTED = "accepted"
    TAKEN = "taken"  # somebody else was first
    CANCELLED = "cancelled"


class StepEnd(StrEnum):
    """How a step ended."""

    RUNNING = "running"
    TIMED_OUT = "timed_out"
    DECLINED = "declined"  # by everybody in it
    NOBODY = "nobody"  # nobody was on call
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class HandoverState(StrEnum):
    """Where a handover is."""

    OFFERED = "offered"
    ACCEPTED = "accepted"  # both are there: the three-way moment
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"  # the other leads


class HandoverEvent(StrEnum):
    """What may happen to it."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


class VitalKind(StrEnum):
    """What is measured."""

    PULSE = "pulse"
    BLOOD_PRESSURE = "blood_pressure"
    SPO2 = "spo2"
    BREATHING = "breathing"
    TEMPERATURE = "temperature"
    GCS = "gcs"
    GLUCOSE = "glucose"
