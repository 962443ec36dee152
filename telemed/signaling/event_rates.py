"""How often one seat may send one event: what writes rows is dearer than what a connection as a whole may send.

The buckets belong to the seat, not to its connection: coming back does not fill them. Whoever is over the limit is refused with
`too_many` and stays connected; a client that says the same thing later, or not at all, loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telemed.errors import TooMany
from telemed.signaling.rate import TokenBucket


@dataclass(frozen=True, slots=True)
class EventRate:
    """`rate` a second on average, `burst` at once."""

    rate: float
    burst: float


# By hand nobody is faster; a page that retries after a reconnect repeats a handful.
EVENT_RATES: Mapping[str, EventRate] = {
    "set_name": EventRate(1 / 6, 10),  # one audit row each
    "device_report": EventRate(1 / 3, 20),  # a test of the devices reports each one as it answers
    "visibility": EventRate(1 / 2, 30),  # two rows each; a person who switches between apps
    "enter_waiting": EventRate(1 / 6, 10),
    "leave": EventRate(1 / 6, 10),
    "chat": EventRate(5, 20),
    "needs": EventRate(1 / 3, 20),
    "text": EventRate(15, 30),  # a page says what was typed twelve times a second at most
    "text_sync": EventRate(2, 10),
    "decide_move": EventRate(1, 20),
    "confirm_identity": EventRate(1, 20),
    "set_view": EventRate(2, 20),  # a page says it twice a second at most; somebody drags the edge of a window
    "hold": EventRate(1, 20),
    "resume": EventRate(1, 20),
    **dict.fromkeys(("recording_ask", "recording_begin", "recording_pause", "recording_resume"), EventRate(1 / 3, 10)),
    **dict.fromkeys(("recording_choose", "recording_stop", "recording_unrecorded"), EventRate(1 / 3, 10)),
    **dict.fromkeys(("recording_earlier", "recording_bystander", "recording_bystander_now"), EventRate(1 / 3, 20)),
    **dict.fromkeys(("keep_place", "drop_place", "stay_in_line"), EventRate(1 / 6, 10)),
    "recording_consent": EventRate(1, 30),  # a row for good each; a withdrawal must not meet the limit
    "recording_marker": EventRate(1, 30),
    # Of incidents. A device that moves reports its place once a second; after a cut it sends what it kept.
    "location": EventRate(2, 10),
    "place": EventRate(1 / 3, 10),
    "instruct": EventRate(2, 20),
    "instruction_clear": EventRate(2, 20),
    "instruction_shown": EventRate(2, 30),
    "caller_facts": EventRate(1 / 3, 10),
    "call_back": EventRate(1 / 6, 5),
    "leave_quickly": EventRate(1 / 6, 5),
    "caller_silent": EventRate(1 / 3, 10),
    **dict.fromkeys(("still_ask", "still_cancel", "still_decline"), EventRate(1 / 3, 20)),
    **dict.fromkeys(("draw", "draw_undo", "draw_clear", "frame_resume"), EventRate(4, 20)),
}


class EventRates:
    """The buckets of one seat: at most one for each event of EVENT_RATES."""

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        self._buckets: dict[str, TokenBucket] = {}

    def take(self, event: str, now: float) -> None:
        """Count one event. Raises TooMany. `now`: monotonic seconds."""
        limit = EVENT_RATES.get(event)
        if limit is None:
            return
        bucket = self._buckets.get(event)
        if bucket is None:
            bucket = self._buckets[event] = TokenBucket(limit.rate, limit.burst, now)
        if not bucket.take(now):
            raise TooMany(retry_after=1 / limit.rate)
