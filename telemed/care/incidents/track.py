"""A caller's track: how much of it is kept, and which fix says where the caller is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from telemed.care.incidents.records import PositionRecord

MAX_FIXES = 20_000  # of one caller, the newest: eleven hours at one in two seconds, as the page sends them; 3 MB
LATE = timedelta(seconds=30)  # how long a fix can be on its way behind a newer one


def newest(track: Sequence[PositionRecord]) -> PositionRecord | None:
    """Return where the caller is, of the fixes of one caller, oldest first.

    One that was late on its way is not it, which only the caller's own clock tells. Set anew, that clock must not hold on to a
    place the caller has left: it orders only what came within half a minute.
    """
    if not track:
        return None
    last = track[-1].received_at
    return max((one for one in track if last - one.received_at <= LATE), key=lambda one: (one.taken_at, one.sequence))
