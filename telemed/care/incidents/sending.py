"""What dispatchers are told of the message with the link: pure rules over the row in the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from telemed.care.incidents.words import SendState
from telemed.care.notify.records import DeliveryState, OutboxMessage

CONFIRM = timedelta(seconds=5)  # a dispatcher on the telephone cannot wait longer for an answer
MAX_SENDS = 5
_WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})
_SAID = {
    DeliveryState.SENT: SendState.SENT,
    DeliveryState.DELIVERED: SendState.DELIVERED,
    DeliveryState.FAILED: SendState.FAILED,
    DeliveryState.UNKNOWN: SendState.NOT_CONFIRMED,
    DeliveryState.EXPIRED: SendState.EXPIRED,
}
# Something may still be heard of the message.
OPEN = frozenset({SendState.QUEUED, SendState.SENT, SendState.NOT_CONFIRMED, SendState.FAILED})


def send_state(message: OutboxMessage, now: datetime) -> SendState:
    """How the message went so far. One that nobody has answered for five seconds counts as not confirmed; it may yet go out."""
    if message.state in _WAITING:
        return SendState.NOT_CONFIRMED if now - message.created_at >= CONFIRM else SendState.QUEUED
    return _SAID[message.state]


def went_out(state: SendState) -> bool:
    """Whether a gateway took it."""
    return state in (SendState.SENT, SendState.DELIVERED)
