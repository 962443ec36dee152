"""The gateway of the demo: nothing leaves the machine. The log line names template and id; the text waits in memory."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from telemed.care.notify.records import Letter, Medium, Outcome, Verdict
from telemed.ids import short

MAX_SHOWN = 50  # messages kept; the oldest goes first
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the demo's pages may show it to people who try things out."""

    id: str
    at: datetime
    medium: Medium
    template: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class LogGateway:
    """Takes everything. Never for real patients: `app` uses it in demos only."""

    def __init__(self, medium: Medium, utcnow: Callable[[], datetime], shown: deque[Shown] | None = None) -> None:
        """Several gateways may share one list `shown`."""
        self._medium = medium
        self._utcnow = utcnow
        self._shown = shown if shown is not None else new_list()

    async def send(self, letter: Letter) -> Outcome:
        """Keep the text of `letter` for the demo's pages; repeats of one id are kept once."""
        log.info("message not sent, this is a demo id=%s template=%s", short(letter.id), letter.template)
        if all(entry.id != letter.id for entry in self._shown):
            at = self._utcnow()
            self._shown.append(Shown(letter.id, at, self._medium, letter.template, letter.recipient, letter.subject, letter.text))
        return Outcome(Verdict.ACCEPTED)

    def recent(self) -> list[Shown]:
        """The last messages, newest first."""
        return list(reversed(self._shown))

    async def close(self) -> None:
        """Forget them."""
        self._shown.clear()


def new_list() -> deque[Shown]:
    """A list for gateways to share."""
    return deque(maxlen=MAX_SHOWN)
