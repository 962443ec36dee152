"""What strangers may cost: places in a waiting room, and messages to telephones. In memory; every table is bounded.

Whoever holds a walk-in link is nobody we know. The limits are wide enough for a ward or a family behind one address, and keep one
machine from filling a waiting room, and from having the clinic pay for messages to numbers of others.
"""

from __future__ import annotations

from telemed.signaling.key_limit import Allowed, Limit

PLACES_OF_SOURCE = Allowed(20, 10.0)  # new places in one waiting room from one address: a clinic or a mobile network behind one
PLACES_OF_QUEUE = Allowed(100, 6.0)  # from everywhere; twice the usual length of a line at once
NUMBERS_OF_CLINIC = Allowed(60, 60.0)  # telephone numbers left with one organisation; each gets a few messages
FOREIGN_NUMBERS = Allowed(10, 360.0)  # of them those of other countries, which are dear, and dearest to who profits from them
SAME_NUMBER = Allowed(4, 3 * 3600.0)  # nobody is sent messages all day because somebody else types their number


class PlaceRates:
    """New places in waiting rooms."""

    def __init__(self) -> None:
        self._of_source = Limit(PLACES_OF_SOURCE)
        self._of_queue = Limit(PLACES_OF_QUEUE)

    def take(self, queue_id: str, source: str, now: float) -> None:
        """Count one of an address (empty: not known). Raises TooMany. `now`: monotonic seconds."""
        if source:
            self._of_source.take(f"{queue_id} {source}", now)
        self._of_queue.take(queue_id, now)


class NumberRates:
    """Telephone numbers that people who wait leave."""

    def __init__(self) -> None:
        self._of_clinic = Limit(NUMBERS_OF_CLINIC)
        self._foreign = Limit(FOREIGN_NUMBERS)
        self._same = Limit(SAME_NUMBER)

    def take(self, organisation_id: str, number: str, is_foreign: bool, now: float) -> None:
        """Count one; `number` as a key that says nothing. Raises TooMany. `now`: monotonic seconds."""
        limits = [(self._same, number), (self._of_clinic, organisation_id)]
        if is_foreign:
            limits.append((self._foreign, organisation_id))
        for limit, key in limits:  # all of them first: what one refuses must not use up another
            limit.check(key, now)
        for limit, key in limits:
            limit.take(key, now)
