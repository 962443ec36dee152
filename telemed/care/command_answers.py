"""Answers kept for repeated commands, when a client uses one command id for commands of different kinds."""

from __future__ import annotations

from telemed.care.ports import Json
from telemed.errors import Conflict


def kept_answer(ack: Json, field: str) -> Json:
    """Return the answer when it has the field `field`, which those of this kind of command have; else raise Conflict."""
    if field not in ack:
        raise Conflict("This command was answered before.", code="command_repeated")
    return ack
