"""Password hashes: argon2id at the cost OWASP names for interactive sign-in, computed in threads, few at once.

One hash takes about 60 ms and 46 MiB. Two threads and a bounded queue keep a flood of sign-ins from starving calls; whoever does
not fit in the queue is told to come again. A sign-in for an account that does not exist costs the same as any other.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from telemed.errors import TooMany

MEMORY_KIB = 46 * 1024  # OWASP password storage: 46 MiB with one pass and one lane
PASSES = 1
LANES = 1
MAX_RUNNING = 2  # hashes at once; each pins 46 MiB and a core for about 60 ms
MAX_PENDING = 32  # running and waiting together: the last one waits about a second
NO_PASSWORD = "!"  # noqa: S105 - what an account holds whose owner has set none yet: never a hash, so nothing matches it
RETRY_AFTER = 2.0  # seconds a refused sign-in is asked to wait

R = TypeVar("R")

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def _normalised(password: str) -> str:
    """Return the NFKC form (NIST SP 800-63B 3.1.1.2), so that the same keys give the same hash on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """Return the encoded argon2id hash of `password` with a fresh salt. Blocks for about 60 ms."""
    return _hasher.hash(_normalised(password))


def verify_password(encoded: str, password: str) -> bool:
    """Tell whether `password` belongs to `encoded`. A damaged or foreign hash never matches. Blocks for about 60 ms."""
    try:
        return _hasher.verify(encoded, _normalised(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(encoded: str) -> bool:
    """Whether a hash was made at another cost than ours now: the password is hashed anew when it is known, at sign-in."""
    try:
        return _hasher.check_needs_rehash(encoded)
    except InvalidHashError:
        return False


@cache
def _hash_of_nobody() -> str:
    """Return what the password of an unknown account is compared with: the hash of a password nobody knows."""
    return hash_password(secrets.token_urlsafe())


class PasswordChecker:
    """Verifies passwords off the event loop. Owns its threads: call `close()` when the server stops."""

    def __init__(self, max_running: int = MAX_RUNNING, max_pending: int = MAX_PENDING) -> None:
        self._threads = ThreadPoolExecutor(max_workers=max_running, thread_name_prefix="passwords")
        self._slots = threading.BoundedSemaphore(max_pending)
        self._nobody = _hash_of_nobody()

    async def matches(self, encoded: str | None, password: str) -> bool:
        """Tell whether `password` belongs to `encoded`; None (no such account) takes as long and is always False.

        Raises TooMany when `max_pending` checks are running or waiting already.
        """
        if encoded == NO_PASSWORD:
            encoded = None
        return await self._run(verify_password, encoded or self._nobody, password) and encoded is not None

    async def hash(self, password: str) -> str:
        """Return the hash of a password to be kept. Raises TooMany as `matches`."""
        return await self._run(hash_password, password)

    def is_outdated(self, encoded: str) -> bool:
        """Whether a hash was made at another cost than ours now."""
        return is_outdated(encoded)

    async def _run(self, work: Callable[..., R], *arguments: str) -> R:
        if not self._slots.acquire(blocking=False):
            raise TooMany(retry_after=RETRY_AFTER)
        running = self._threads.submit(work, *arguments)
        running.add_done_callback(self._release)  # also when the waiting request is cancelled
        return await asyncio.wrap_future(running)

    def _release(self, _: Future[Any]) -> None:
        self._slots.release()

    def close(self) -> None:
        """Stop the threads; checks not started yet are cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)
