"""How often codes of an authenticator app may be guessed: a million codes, of which three are right at any time.

| who tries | wrong codes | beyond it |
|---|---|---|
| a browser known to the account | 5 a minute, of its own | refused |
| everybody else together, who have the password | 10 an hour | refused: 240 a day, a chance of 1 in 1,400 |

The owner of an attacked account comes in with a known browser, a passkey or a recovery code, which nobody can guess.
"""

from __future__ import annotations

from collections.abc import Callable

from telemed.clock import Clock
from telemed.errors import TooMany
from telemed.web.throttle import Rate, Throttle

DEVICE_RATE = Rate(5, 60.0)
STRANGERS_RATE = Rate(10, 3600.0)


class CodeLimits:
    """Counts guesses before they are checked; only wrong ones stay counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._devices = Throttle(DEVICE_RATE)
        self._strangers = Throttle(STRANGERS_RATE)

    def take(self, account: str, device: str | None) -> Callable[[], None]:
        """Let one guess be checked; call what is returned when it was right. Raises TooMany."""
        throttle, key = (self._strangers, account) if device is None else (self._devices, device)
        if (wait := throttle.take(key, self._clock.monotonic())) > 0:
            raise TooMany("Too many wrong codes. Please wait.", retry_after=wait)
        return lambda: throttle.give_back(key)
