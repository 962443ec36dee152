"""How often one link may make rows: by whoever holds it, from however many sources. In memory; both tables are bounded."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from telemed.errors import TooMany
from telemed.signaling.rate import TokenBucket

MAX_REMEMBERED = 10_000  # links in each table; drop rule: the one not seen for longest begins anew
ROWS_PER_SECOND = 1 / 6  # new seat cookies and new wishes to move: people make a handful in a visit
ROW_BURST = 20.0


class LinkRates:
    """Counts by link id."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._refused: OrderedDict[str, datetime] = OrderedDict()  # the minute of its latest audit row

    def take_row(self, link_id: str, now: float) -> None:
        """Count one row made by a link that works. Raises TooMany. `now`: monotonic seconds."""
        bucket = self._buckets.get(link_id)
        if bucket is None:
            bucket = self._buckets[link_id] = TokenBucket(ROWS_PER_SECOND, ROW_BURST, now)
        _keep(self._buckets, link_id)
        if not bucket.take(now):
            raise TooMany(retry_after=1 / ROWS_PER_SECOND)

    def was_refused(self, link_id: str) -> bool:
        """Whether it was refused before, as far as we remember."""
        return link_id in self._refused

    def is_first_refusal(self, link_id: str, now: datetime) -> bool:
        """Whether this is the first refusal of a dead link in its minute: the one that is written down. `now`: UTC."""
        minute = now.replace(second=0, microsecond=0)
        if self._refused.get(link_id) == minute:
            return False
        self._refused[link_id] = minute
        _keep(self._refused, link_id)
        return True


def _keep(table: OrderedDict[str, TokenBucket] | OrderedDict[str, datetime], link_id: str) -> None:
    table.move_to_end(link_id)
    if len(table) > MAX_REMEMBERED:
        table.popitem(last=False)
