"""Bodies of requests about emergency access (protocol section 1.5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limits
from pydantic import StringConstraints

from telemed.care.break_glass import MAX_REASON, MIN_REASON, GlassFilter
from telemed.web.request_models import ONE_LINE, Body


class BreakGlassBody(Body):
    """`POST /patients/{patient_id}/break-glass`."""

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=MIN_REASON, max_length=MAX_REASON, pattern=ONE_LINE)
    ]


class SearchGlassBody(Body):
    """`POST /break-glass/search`."""

    show: GlassFilter = GlassFilter.UNREVIEWED
    after: Annotated[str | None, StringConstraints(pattern=r"^brk_[A-Za-z0-9_-]{1,36}$")] = None
    limit: Annotated[int, Limits(ge=1, le=100)] = 30
