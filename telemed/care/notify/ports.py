"""What the worker needs of a gateway."""

from __future__ import annotations

from typing import Protocol

from telemed.care.notify.records import Letter, Outcome


class Gateway(Protocol):
    """Hands letters to the outside: SMTP, an SMS provider, or the log of a demo."""

    async def send(self, letter: Letter) -> Outcome:
        """Try once, within the time-outs of the gateway. `letter.id` is the idempotency key: the same for every attempt.

        Never raises for what the other side does. `Verdict.UNSURE` says that the text was handed over and no answer came.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
