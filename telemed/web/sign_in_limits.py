"""How often a sign-in may fail, so that nobody guesses a password and nobody shuts its owner out.

| who tries | limit of failures | beyond it |
|---|---|---|
| a browser known to the account (device_cookie.py) | 5 a minute, of its own | refused |
| anybody else, from one source on one account | 5 a minute | refused |
| anybody else, from one source on any account | 20 a minute | refused |
| everybody else together, on one account | 60 at once, then 1 in 10 s | slowed: 4 s each, four at a time |

A source that signed in to the account lately is not slowed. All in memory, by hashes and networks; nothing is logged.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from telemed.clock import Clock
from telemed.errors import TooMany
from telemed.web.throttle import MAX_KEYS, Rate, Throttle

PAIR_RATE = Rate(5, 60.0)  # failures of one source on one account
ADDRESS_RATE = Rate(20, 60.0)  # failures of one source
DEVICE_RATE = Rate(5, 60.0)  # failures of one known browser: it may be stolen
ACCOUNT_RATE = Rate(60, 600.0)  # failures on one account, from wherever, before strangers are slowed
SLOW_SECONDS = 4.0  # how long a stranger's attempt is held then; far below the deadline of a request, 15 s
SLOW_PLACES = 4  # held at once for one account: many sources together guess once a second, 86,400 times a day
KNOWN_SECONDS = 30 * 24 * 3600.0  # how long a source that signed in counts as the owner's

Pause = Callable[[float], Awaitable[None]]


class SignInLimits:
    """Counts attempts before they are checked, so that parallel guesses are counted too; only failures stay counted."""

    def __init__(self, clock: Clock, pause: Pause = asyncio.sleep) -> None:
        self._clock = clock
        self._pause = pause
        self._pairs = Throttle(PAIR_RATE)
        self._addresses = Throttle(ADDRESS_RATE)
        self._devices = Throttle(DEVICE_RATE)
        self._accounts = Throttle(ACCOUNT_RATE)
        self._known: OrderedDict[tuple[str, str], float] = OrderedDict()  # (account, source) -> monotonic; oldest goes first
        self._held: Counter[str] = Counter()  # account -> strangers being slowed

    @asynccontextmanager
    async def attempt(self, account: str, source: str, device: str | None) -> AsyncIterator[Callable[[], None]]:
        """Let one attempt begin; call what is yielded when it succeeded. Raises TooMany.

        `account`: a hash; `source`: as `source_key` gives it; `device`: the id of a browser known to the account.
        """
        now = self._clock.monotonic()
        taken = [(self._addresses, source), (self._pairs, f"{account}|{source}")]
        if device is not None:
            taken = [(self._devices, device)]
        for throttle, key in taken:
            if (wait := throttle.take(key, now)) > 0:
                raise TooMany("Too many attempts. Please wait a minute.", retry_after=wait)
        if device is None and not self._is_known(account, source, now):
            if self._accounts.take(account, now) > 0:
                await self._slow(account)
            else:
                taken.append((self._accounts, account))

        def succeeded() -> None:
            for throttle, key in taken:
                throttle.give_back(key)

        yield succeeded

    async def _slow(self, account: str) -> None:
        """Hold an attempt for a while. Drop rule: beyond SLOW_PLACES the newcomer is told to come back."""
        if self._held[account] >= SLOW_PLACES:
            raise TooMany("Too many attempts. Please try again.", retry_after=SLOW_SECONDS)
        self._held[account] += 1
        try:
            await self._pause(SLOW_SECONDS)
        finally:
            self._held[account] -= 1
            if not self._held[account]:
                del self._held[account]

    def _is_known(self, account: str, source: str, now: float) -> bool:
        at = self._known.get((account, source))
        return at is not None and now - at < KNOWN_SECONDS

    def remember(self, account: str, source: str) -> None:
        """A source signed in to the account, with everything that was owed."""
        self._known[(account, source)] = self._clock.monotonic()
        self._known.move_to_end((account, source))
        if len(self._known) > MAX_KEYS:
            self._known.popitem(last=False)
