"""How often one link may make rows: by whoever holds it, from however many sources. In memory; both tables are bounded."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from telemed.signaling.key_limit import MAX_REMEMBERED, Allowed, Limit

ROWS = Allowed(20, 6.0)  # new seat cookies and new wishes to move: people make a handful in a visit


class LinkRates:
    """Counts by link id."""

    def __init__(self) -> None:
        self._rows = Limit(ROWS)
        self._refused: OrderedDict[str, datetime] = OrderedDict()  # the minute of its latest audit row; bounded like a limit

    def take_row(self, link_id: str, now: float) -> None:
        """Count one row made by a link that works. Raises TooMany. `now`: monotonic seconds."""
        self._rows.take(link_id, now)

    def was_refused(self, link_id: str) -> bool:
        """Whether it was refused before, as far as we remember."""
        return link_id in self._refused

    def is_first_refusal(self, link_id: str, now: datetime) -> bool:
        """Whether this is the first refusal of a dead link in its minute: the one that is written down. `now`: UTC."""
        minute = now.replace(second=0, microsecond=0)
        if self._refused.get(link_id) == minute:
            return False
        self._refused[link_id] = minute
        self._refused.move_to_end(link_id)
        if len(self._refused) > MAX_REMEMBERED:
            self._refused.popitem(last=False)
        return True
