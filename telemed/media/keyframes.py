"""When to ask a publisher for a key frame: many subscribers' wishes become few requests."""

from __future__ import annotations

SPACING = 0.5  # seconds between requests: a key frame costs the publisher five to ten ordinary frames
URGENT_SPACING = 0.2  # seconds, when somebody waits in front of a black picture
RETRY = 1.0  # seconds until an unanswered request is repeated


class KeyframeRequests:
    """The requests for one source SSRC. Whoever gets True sends one PLI."""

    __slots__ = ("_asked_at", "_outstanding", "_spacing", "_waiting", "came_at", "requests")

    def __init__(self) -> None:
        self._waiting = False  # somebody wants a key frame
        self._outstanding = False  # and a request for it is on its way
        self._spacing = SPACING
        self._asked_at = float("-inf")
        self.came_at = float("-inf")  # when the latest key frame began to arrive, monotonic seconds
        self.requests = 0  # sent so far

    @property
    def waiting(self) -> bool:
        """Whether a key frame is wanted and has not come."""
        return self._waiting

    def wanted(self, now: float, urgent: bool = False) -> bool:
        """Somebody needs a key frame. True: send a PLI now. False: one is on its way, or `due` will say when."""
        if not self._waiting:
            self._waiting = True
            self._spacing = SPACING
        if urgent:
            self._spacing = URGENT_SPACING
        if now - self._asked_at < self._spacing:
            return False
        return self._ask(now)

    def due(self, now: float) -> bool:
        """True: send a PLI now, because a wish waited for its turn or the last request went unanswered for 1 s."""
        if not self._waiting or now - self._asked_at < (RETRY if self._outstanding else self._spacing):
            return False
        return self._ask(now)

    def on_keyframe(self, now: float) -> None:
        """A key frame begins to arrive: every wish is fulfilled."""
        self.came_at = now
        self._waiting = self._outstanding = False

    def unheard(self) -> None:
        """The latest request cannot have arrived: it need not be waited for."""
        self._asked_at = float("-inf")
        self._outstanding = False

    def cancel(self) -> None:
        """Nobody watches any more."""
        self._waiting = self._outstanding = False

    def _ask(self, now: float) -> bool:
        self._outstanding = True
        self._asked_at = now
        self.requests += 1
        return True
