"""Closed lists of words about what comes after a visit."""

from __future__ import annotations

from enum import StrEnum


class MessageWay(StrEnum):
    """How a message reaches the patient."""

    HOME = "home"  # read on Home, by who signs in as the patient; a notice goes to a confirmed number or address
    LINK = "link"  # read behind a link that goes to the number left while waiting


class FollowUpState(StrEnum):
    """Where a follow-up is."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
