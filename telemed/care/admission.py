"""Whether anything new may begin: not while the server is being stopped, not while the disk is nearly full, not while the media
workers carry more than they should. What runs goes on."""

from __future__ import annotations

from telemed.care.states import SessionKind, SessionState
from telemed.errors import Unavailable
from telemed.media.overload import LoadLevel

RETRY_AFTER = 30.0  # seconds: a restart takes a few, a drain longer
FULL_RETRY = 10.0  # seconds: until a call has ended, or its pictures have become smaller
RUNNING = frozenset({SessionState.ACTIVE, SessionState.EMPTY})  # visits whose people may come back at any time


class Admission:
    """Two switches that the operation sets, and the load that the workers tell; the call logic asks."""

    __slots__ = ("disk_full", "draining", "load")

    def __init__(self) -> None:
        self.draining = False
        self.disk_full = False
        self.load = LoadLevel.NORMAL  # of the freest media worker

    def check_new_session(self, kind: SessionKind) -> None:
        """Raise Unavailable, `draining`, `disk_full` or `server_full`, when no session of this kind may begin."""
        self._check_draining()
        if not self.load.admits(urgent=kind is SessionKind.URGENT):
            raise server_full()
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


def server_full() -> Unavailable:
    """The media workers carry as many calls as they should."""
    text = "The server is full: no new call can begin. In an emergency call the emergency number; otherwise try again soon."
    return Unavailable(text, code="server_full", retry_after=FULL_RETRY)
