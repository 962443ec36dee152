"""The words for where a still stands and what happens to it. The table that joins them is in `states.py`."""

from __future__ import annotations

from enum import StrEnum


class StillState(StrEnum):
    """Life of a still."""

    ASKED = "asked"  # staff want one; the person has not taken it
    SENDING = "sending"
    KEPT = "kept"
    DECLINED = "declined"  # the person said no
    REFUSED = "refused"  # what came is no picture we keep
    CANCELLED = "cancelled"
    ERASED = "erased"  # key and file are destroyed; the row says that there was one


class StillEvent(StrEnum):
    """What moves a still."""

    BEGUN = "begun"  # its upload
    FINISHED = "finished"  # everything came, and it is a picture
    REFUSED = "refused"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    ERASED = "erased"


class StillCause(StrEnum):
    """Who moves it."""

    STAFF = "staff"  # of the session
    TAKER = "taker"
    SYSTEM = "system"


class StillPart(StrEnum):
    """What of a still can be opened."""

    PICTURE = "picture"
    THUMBNAIL = "thumbnail"


OPEN = frozenset({StillState.ASKED, StillState.SENDING})
SHOWN = OPEN | {StillState.KEPT, StillState.DECLINED, StillState.REFUSED}
