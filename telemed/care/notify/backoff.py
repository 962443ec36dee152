"""How long to wait before the next attempt: doubling, bounded, spread by chance so that a gateway that returns is not flooded."""

from __future__ import annotations

BASE_SECONDS = 10.0  # a code that somebody waits for must survive one dropped connection
CAP_SECONDS = 1800.0  # greylisting (RFC 6647 section 5) ends within minutes, an outage may last hours
SPREAD = 0.25  # of the delay, both ways
LONGEST_ASKED_SECONDS = 6 * 3600.0  # a gateway may ask for patience, not for a week of it


def delay_before(attempts: int, chance: float, retry_after: float | None = None) -> float:
    """Return seconds until the next attempt after `attempts` (1 or more) have failed.

    `chance` is a random number from 0 to 1. `retry_after` is what the gateway asked for: never tried sooner, within reason.
    """
    exponent = min(max(attempts, 1) - 1, 16)  # beyond the cap already; keeps the power small
    delay = min(CAP_SECONDS, BASE_SECONDS * 2.0**exponent) * (1 - SPREAD + 2 * SPREAD * chance)
    if retry_after is None or not retry_after > 0:
        return delay
    return max(delay, min(retry_after, LONGEST_ASKED_SECONDS) * (1 + SPREAD * chance))
