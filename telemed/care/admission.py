"""Whether anything new may begin: not while the server is being stopped, not while the disk is nearly full. What runs goes on."""

from __future__ import annotations

from telemed.care.states import SessionState
from telemed.errors import Unavailable

RETRY_AFTER = 30.0  # seconds: a restart takes a few, a drain longer
RUNNING = frozenset({SessionState.ACTIVE, SessionState.EMPTY})  # visits whose people may come back at any time


class Admission:
    """Two switches that the operation sets and the call logic asks."""

    __slots__ = ("disk_full", "draining")

    def __init__(self) -> None:
        self.draining = False
        self.disk_full = False

    def check_new_session(self) -> None:
        """Raise Unavailable, `draining` or `disk_full`, when no session may begin."""
        self._check_draining()
        if self.disk_full:
            raise Unavailable("The disk is nearly full. Nothing new can begin.", code="disk_full", retry_after=RETRY_AFTER)

    def check_join(self, state: SessionState) -> None:
        """Raise Unavailable `draining` for somebody who comes to a visit that is not running."""
        if state not in RUNNING:
            self._check_draining()

    @property
    def may_record(self) -> bool:
        """Whether a recording may begin."""
        return not self.disk_full

    def _check_draining(self) -> None:
        if self.draining:
            raise Unavailable(
                "The server is about to restart. Please try again in a minute.", code="draining", retry_after=RETRY_AFTER
            )
