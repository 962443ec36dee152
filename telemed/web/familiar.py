"""Who proved lately who they are is served although their address asks too much: a whole clinic may stand behind one address.

A stranger on its guest network, or a broken machine, uses up what the address may ask; those who hold a login or a seat each have
a share of their own then. Kept are digests of single tokens, never the tokens.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable

from telemed.web.throttle import MAX_KEYS, Rate, Throttle

OWN_SHARE = Rate(1200, 60.0)  # requests of one token while its address is over its limit: a page opened every five seconds
MAX_TOKENS = 8  # of one request that are looked at: a browser has one login, and a seat in each visit of late


class Familiar:
    """Digests of tokens that proved somebody. Drop rule: when the table is full, the one not used for longest is forgotten."""

    def __init__(self, share: Rate = OWN_SHARE, max_tokens: int = MAX_KEYS) -> None:
        self._max_tokens = max_tokens
        self._known: OrderedDict[str, None] = OrderedDict()
        self._shares = Throttle(share, max_tokens)

    def note(self, token: str | None) -> None:
        """This token proved somebody just now."""
        if token is None:
            return
        digest = _digest(token)
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > self._max_tokens:
            self._known.popitem(last=False)

    def forget(self, tokens: Iterable[str]) -> None:
        """These proved nobody any more."""
        for token in tokens:
            self._known.pop(_digest(token), None)

    def may_ask(self, tokens: Iterable[str], now: float) -> bool:
        """Whether one of them is known and has some of its own share left. `now`: monotonic seconds."""
        digests = (_digest(token) for token in list(tokens)[:MAX_TOKENS])
        return any(self._shares.take(digest, now) == 0.0 for digest in digests if digest in self._known)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
