"""What dispatchers are told of the message with a link, and by which route it goes: pure rules over rows of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from telemed.care.incidents.records import CallerRecord
from telemed.care.incidents.words import SendState
from telemed.care.notify.records import DeliveryState, OutboxMessage, Route

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
# Of two messages with one link the better news is told.
_BEST = (SendState.DELIVERED, SendState.SENT, SendState.QUEUED, SendState.NOT_CONFIRMED, SendState.FAILED, SendState.EXPIRED)
# Something may still be heard of the message.
OPEN = frozenset({SendState.QUEUED, SendState.SENT, SendState.NOT_CONFIRMED, SendState.FAILED})
_UNSURE = frozenset({SendState.NOT_CONFIRMED, SendState.FAILED})


def send_state(message: OutboxMessage, now: datetime) -> SendState:
    """How the message went so far. One that nobody has answered for five seconds counts as not confirmed; it may yet go out."""
    if message.state in _WAITING:
        return SendState.NOT_CONFIRMED if now - message.created_at >= CONFIRM else SendState.QUEUED
    return _SAID[message.state]


def best_state(messages: Sequence[OutboxMessage], now: datetime) -> SendState:
    """How the link is on its way, of the messages that carry it; there is at least one."""
    return min((send_state(message, now) for message in messages), key=_BEST.index)


def went_out(state: SendState) -> bool:
    """Whether a gateway took it."""
    return state in (SendState.SENT, SendState.DELIVERED)


def goes_the_other_way(caller: CallerRecord, state: SendState) -> bool:
    """Whether a message in `state` is repeated by itself over the second route: once for each link, and not for ever."""
    is_first = caller.route is Route.FIRST and caller.second_route_at is None
    return is_first and state in _UNSURE and caller.sends < MAX_SENDS


def route_of_next(caller: CallerRecord, has_second: bool) -> Route:
    """By which route a click on "send again" goes: the one that was not tried last."""
    is_again = caller.sends > 0
    return Route.SECOND if has_second and is_again and caller.route is Route.FIRST else Route.FIRST
