"""What a gateway says later about a message it took: its own words, in ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from telemed.care.notify.records import DeliveryState, Route

REPORT_LIFE = timedelta(days=30)  # after the last attempt: providers give up on a phone within days


class Reported(StrEnum):
    """What became of a message, as its gateway says."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the gateway will never know


class Effect(StrEnum):
    """What a report came to: counted, never told to whoever sent it."""

    NOTED = "noted"
    REPEATED = "repeated"  # it is so already
    LATE = "late"  # overtaken by one that knows better, such as "failed" after "delivered"
    ON_THE_WAY = "on_the_way"  # not the end yet, or no word of ours: the message stays as it is
    NO_MESSAGE = "no_message"  # of none of ours, too old, or of several at once


STATES: Mapping[Reported, DeliveryState] = {
    Reported.DELIVERED: DeliveryState.DELIVERED,
    Reported.FAILED: DeliveryState.FAILED,
    Reported.UNKNOWN: DeliveryState.UNKNOWN,
}
# The words of docs/operations.md, those of SMPP 3.4 section 5.2.28, and what providers commonly write.
_WORDS: Mapping[Reported, frozenset[str]] = {
    Reported.DELIVERED: frozenset({"delivered", "delivrd", "read"}),
    Reported.FAILED: frozenset(
        {"failed", "undelivered", "undeliverable", "undeliv", "not_delivered", "rejected", "rejectd", "expired", "deleted"}
    ),
    Reported.UNKNOWN: frozenset({"unknown"}),
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One report. `reference` is our id of the message, `gateway_id` the gateway's: either may be empty, not both."""

    reference: str = field(repr=False)
    gateway_id: str = field(repr=False)
    word: str = field(repr=False)
    routes: frozenset[Route] = frozenset(Route)  # of the gateway that reports: it knows of no others' messages

    @property
    def said(self) -> Reported | None:
        """What the word means; None for one that is not the end."""
        word = self.word.strip().lower().replace("-", "_").replace(" ", "_")
        return next((said for said, words in _WORDS.items() if word in words), None)
