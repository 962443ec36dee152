"""Draining: nothing new begins, running calls are waited for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from telemed.care.admission import Admission

LOOK_SECONDS = 0.2  # between two looks at the number of calls
log = logging.getLogger(__name__)


class Drain:
    """`calls` counts running calls; `announce` tells connected clients `draining` or `running`."""

    def __init__(self, admission: Admission, calls: Callable[[], int], announce: Callable[[str], None]) -> None:
        self._admission = admission
        self._calls = calls
        self._announce = announce

    def begin(self) -> bool:
        """Let nothing new begin; False when that was so already."""
        if self._admission.draining:
            return False
        self._admission.draining = True
        log.info("draining calls=%d", self._calls())
        self._announce("draining")
        return True

    def cancel(self) -> bool:
        """Serve as before; False when that was so already."""
        if not self._admission.draining:
            return False
        self._admission.draining = False
        log.info("draining cancelled")
        self._announce("running")
        return True

    async def wait(self, seconds: float) -> int:
        """Wait for running calls to end, `seconds` at most; how many still run."""
        deadline = time.monotonic() + seconds
        while self._calls() and time.monotonic() < deadline:  # noqa: ASYNC110 - a count, no event
            await asyncio.sleep(LOOK_SECONDS)
        return self._calls()

    async def before_stop(self, seconds: float) -> None:
        """What a stop does first."""
        self.begin()
        left = await self.wait(seconds)
        if left:
            log.warning("stopping although calls run calls=%d", left)

    def figures(self) -> dict[str, object]:
        """For `telemed drain`."""
        return {"draining": self._admission.draining, "calls": self._calls()}
