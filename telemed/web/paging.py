"""Pages of long lists: `?after=<id of the last row>&limit=<1..100>`; the answer's `next` is the `after` of the following page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from telemed.errors import InvalidInput

USUAL = 30  # rows of a page when nobody says otherwise
MOST = 100
ROW_ID = r"[a-z]{3}_[A-Za-z0-9_-]{1,36}"
_LIMIT = re.compile(r"[1-9][0-9]{0,2}")

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are wanted."""

    after: str | None = None
    limit: int = USUAL

    @classmethod
    def asked(cls, request: web.Request) -> Page:
        """Read the query of a request. Raises InvalidInput naming the parameter at fault; unknown ones are refused."""
        for name in request.query:
            if name not in ("after", "limit") or len(request.query.getall(name)) > 1:
                raise InvalidInput("There is a parameter this request does not have.")
        after, limit = request.query.get("after"), request.query.get("limit", str(USUAL))
        if after is not None and not re.fullmatch(ROW_ID, after):
            raise InvalidInput("This is no place in the list.", field="after")
        if not _LIMIT.fullmatch(limit) or int(limit) > MOST:
            raise InvalidInput(f"A page has 1 to {MOST} rows.", field="limit")
        return cls(after, int(limit))

    def next_of(self, rows: Sequence[R], name: Callable[[R], str]) -> str | None:
        """The `after` of the following page, when `rows` (read with one row more than the limit) go on behind this one."""
        return name(rows[self.limit - 1]) if len(rows) > self.limit else None
