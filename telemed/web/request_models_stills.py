"""Bodies of requests about stills."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from telemed.web.request_models import ONE_LINE, Body


class EraseStillBody(Body):
    """`POST /sessions/{id}/stills/{still_id}/erase` and `.../frames/{frame_id}/erase`."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]
