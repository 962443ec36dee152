"""What the worker needs of a gateway, and what the rest of the server may ask of the worker."""

from __future__ import annotations

from typing import Protocol

from telemed.care.notify.records import Letter, Medium, OutboxMessage, Outcome
from telemed.care.notify.reports import DeliveryReport
from telemed.errors import NotFound


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


class Notifier(Protocol):
    """Ways out as the rest of the server sees them. To send something: `tx.outbox.put` in the transaction of its cause."""

    def can_send(self, medium: Medium) -> bool:
        """Whether this medium is configured; if not, people are shown what they must pass on themselves."""
        ...

    def has_second_route(self) -> bool:
        """Whether SMS have a second gateway: for what the first has not confirmed and cannot wait."""
        ...

    def wake(self) -> None:
        """A message was put and its transaction is committed: send it now instead of within a second."""
        ...

    async def send_again(self, message_id: str) -> OutboxMessage:
        """The explicit "send again" of a failed or unknown message; its new message. Raises NotFound, Conflict."""
        ...


class DeliveryReports(Protocol):
    """Takes what gateways say later."""

    async def take_report(self, report: DeliveryReport) -> None:
        """Note it, if it says something new about a message of ours; whoever sent it is not told. Raises Unavailable."""
        ...


class NoReports:
    """Stand-in for a server that awaits none."""

    async def take_report(self, report: DeliveryReport) -> None:
        """Forget it."""


class NoNotifier:
    """Stand-in for a server that sends nothing."""

    def can_send(self, medium: Medium) -> bool:
        """Never."""
        return False

    def has_second_route(self) -> bool:
        """Never."""
        return False

    def wake(self) -> None:
        """Nobody is there."""

    async def send_again(self, message_id: str) -> OutboxMessage:
        """Raises NotFound."""
        raise NotFound()
