"""What becomes of a message: a table of states, and the decisions that lead from one to the next.

At least once, never knowingly twice: an attempt that ended without an answer after the text was handed over is `unknown` and
stays so until a delivery report or a person decides. Only a crash of ours (a lease that ran out) is tried again by itself, with
the same key, because then nobody knows whether the text was handed over, and a lost code or link is the worse harm.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.care.notify.backoff import delay_before
from telemed.care.notify.records import DeliveryState, Fault, OutboxMessage, Outcome, Verdict
from telemed.care.notify.reports import Reported

LEASE = timedelta(seconds=120)  # twice the longest attempt (SEND_SECONDS of the worker): nobody else takes it while it is sent
MAX_ATTEMPTS = 60  # at half an hour between late ones more than a day; bounds a message that ends its sender each time
KEEP = timedelta(days=7)  # of the recipient after the end: "where did my link go?" is asked within days, not later


class Happening(StrEnum):
    """What can happen to a message."""

    TAKEN = "taken"
    ACCEPTED = "accepted"
    POSTPONED = "postponed"
    REFUSED = "refused"
    UNSURE = "unsure"
    TOO_LATE = "too_late"
    DELIVERED = "delivered"  # a report of the gateway
    UNDELIVERABLE = "undeliverable"  # likewise
    UNCERTAIN = "uncertain"  # likewise: the gateway does not know either


_S, _H = DeliveryState, Happening
TABLE: dict[tuple[DeliveryState, Happening], DeliveryState] = {
    (_S.QUEUED, _H.TAKEN): _S.SENDING,
    (_S.QUEUED, _H.TOO_LATE): _S.EXPIRED,
    (_S.QUEUED, _H.DELIVERED): _S.DELIVERED,  # an attempt whose answer told us to try again had arrived
    (_S.SENDING, _H.TAKEN): _S.SENDING,  # the lease of a dead worker ran out
    (_S.SENDING, _H.ACCEPTED): _S.SENT,
    (_S.SENDING, _H.POSTPONED): _S.QUEUED,
    (_S.SENDING, _H.REFUSED): _S.FAILED,
    (_S.SENDING, _H.UNSURE): _S.UNKNOWN,
    (_S.SENDING, _H.TOO_LATE): _S.EXPIRED,
    (_S.SENDING, _H.DELIVERED): _S.DELIVERED,  # reported before we noted that it was taken
    (_S.SENDING, _H.UNDELIVERABLE): _S.FAILED,
    (_S.SENT, _H.DELIVERED): _S.DELIVERED,
    (_S.SENT, _H.UNDELIVERABLE): _S.FAILED,
    (_S.SENT, _H.UNCERTAIN): _S.UNKNOWN,
    (_S.UNKNOWN, _H.DELIVERED): _S.DELIVERED,
    (_S.UNKNOWN, _H.UNDELIVERABLE): _S.FAILED,
    (_S.FAILED, _H.DELIVERED): _S.DELIVERED,  # what arrived arrived, whatever was said before
}
FINISHED = frozenset(DeliveryState) - {DeliveryState.QUEUED, DeliveryState.SENDING}
REPEATABLE = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})  # "send again" makes sense
_OF_REPORT = {
    Reported.DELIVERED: (_H.DELIVERED, Fault.NONE),
    Reported.FAILED: (_H.UNDELIVERABLE, Fault.UNDELIVERABLE),
    Reported.UNKNOWN: (_H.UNCERTAIN, Fault.NONE),
}
_OF_VERDICT = {Verdict.ACCEPTED: _H.ACCEPTED, Verdict.REFUSED: _H.REFUSED, Verdict.UNSURE: _H.UNSURE}


def is_due(message: OutboxMessage, now: datetime) -> bool:
    """Whether a worker should look at it: its time has come, or the lease of another ran out."""
    if message.state is DeliveryState.QUEUED:
        return message.due_at <= now or message.expires_at <= now
    return message.state is DeliveryState.SENDING and message.lease_until is not None and message.lease_until <= now


def take(message: OutboxMessage, now: datetime) -> OutboxMessage:
    """Return the due message leased for one attempt, or ended when it is too late for one.

    A message whose worker died is not called expired: it may have gone out.
    """
    if message.attempts >= MAX_ATTEMPTS:
        return _ended(message, _last_word(message), now, Fault.ATTEMPTS)
    if message.expires_at <= now:
        return _ended(message, _last_word(message), now, _last_fault(message))
    state = _next(message, Happening.TAKEN)
    return replace(message, state=state, attempts=message.attempts + 1, lease_until=now + LEASE)


def settle(message: OutboxMessage, outcome: Outcome, now: datetime, chance: float) -> OutboxMessage:
    """Return the message after an attempt. `chance` (0 to 1, random) spreads the retries."""
    if outcome.verdict is not Verdict.RETRY:
        ended = _ended(message, _OF_VERDICT[outcome.verdict], now, outcome.fault)
        return replace(ended, gateway_id=outcome.gateway_id or message.gateway_id)
    due_at = now + timedelta(seconds=delay_before(message.attempts, chance, outcome.retry_after))
    if due_at >= message.expires_at:
        return _ended(message, Happening.TOO_LATE, now, outcome.fault)
    if message.attempts >= MAX_ATTEMPTS:
        return _ended(message, Happening.REFUSED, now, Fault.ATTEMPTS)
    state = _next(message, Happening.POSTPONED)
    return replace(message, state=state, error=outcome.fault, due_at=due_at, lease_until=None)


def report(message: OutboxMessage, said: Reported, now: datetime) -> OutboxMessage | None:
    """Return the message after a delivery report; None when the report changes nothing (a repeat, or one that comes too late).

    Reports may come in any order and more than once: "delivered" is the last word, "failed" outdoes "unknown".
    """
    happening, fault = _OF_REPORT[said]
    if (message.state, happening) not in TABLE:
        return None
    return _ended(message, happening, now, fault)


def values_kept_until(message: OutboxMessage) -> datetime | None:
    """Until when a finished message keeps the values it was made of; None: not at all.

    Codes and links are secrets: gone with the message, unless somebody may have to send it again, and then only while they work.
    """
    if message.state not in REPEATABLE or message.finished_at is None:
        return None
    return min(message.expires_at, message.finished_at + KEEP)


def _ended(message: OutboxMessage, happening: Happening, now: datetime, fault: Fault) -> OutboxMessage:
    state = _next(message, happening)
    ended = replace(message, state=state, error=fault, lease_until=None, finished_at=now)
    return ended if values_kept_until(ended) else replace(ended, details={})


def _last_word(message: OutboxMessage) -> Happening:
    return Happening.TOO_LATE if message.state is DeliveryState.QUEUED else Happening.UNSURE


def _last_fault(message: OutboxMessage) -> Fault:
    return message.error if message.state is DeliveryState.QUEUED else Fault.INTERRUPTED


def _next(message: OutboxMessage, happening: Happening) -> DeliveryState:
    """Raises ValueError when the table has no such step: a fault of ours."""
    state = TABLE.get((message.state, happening))
    if state is None:
        raise ValueError(f"no step from {message.state} by {happening}")
    return state
