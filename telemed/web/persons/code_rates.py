"""How many codes one telephone or mailbox is sent: counted for unknown ones too, so that a limit tells nothing. In memory.

The rows of sent codes are counted besides (`sign_in`): a restart, or ten thousand other numbers, open no door to flooding one.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from telemed.care.persons import codes
from telemed.errors import TooMany

MAX_REMEMBERED = 10_000  # channels; drop rule: the one not asked for longest begins anew


class CodeRates:
    """Counts by hash of the channel."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, list[datetime]] = OrderedDict()

    def take(self, key: str, now: datetime) -> None:
        """Count one code. Raises TooMany, and counts nothing, when there were too many."""
        times = [at for at in self._asked.pop(key, []) if now - at < codes.DAY]
        wait = codes.seconds_to_wait(times, now)
        self._asked[key] = times if wait > 0 else [*times, now]
        if len(self._asked) > MAX_REMEMBERED:
            self._asked.popitem(last=False)
        if wait > 0:
            raise TooMany("Too many codes for this number or address. Please wait.", retry_after=wait)
