"""Bodies of requests about the time after a visit (protocol section 1.19)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field as Limits
from pydantic import StringConstraints

from telemed.care.aftercare.words import FollowUpState, MessageWay
from telemed.web.request_models import MAX_ATTEMPT, ONE_LINE, TEXT, Body, CommandId, LinkToken

Letter = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=TEXT)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]


class WriteMessageBody(Body):
    """`POST /sessions/{id}/messages`."""

    body: Letter
    way: MessageWay
    command_id: CommandId


class PlanFollowUpBody(Body):
    """`POST /sessions/{id}/follow-ups`."""

    due_on: date
    text: Line
    command_id: CommandId


class EditFollowUpBody(Body):
    """`PATCH /follow-ups/{follow_up_id}`: what is absent stays."""

    due_on: date | None = None
    text: Line | None = None
    revision: Annotated[int, Limits(ge=1, le=MAX_ATTEMPT)]


class MoveFollowUpBody(Body):
    """`POST /follow-ups/{follow_up_id}/state`."""

    state: FollowUpState
    command_id: CommandId


class TakeFollowUpBody(Body):
    """`POST /follow-ups/{follow_up_id}/take`."""

    command_id: CommandId


class OpenMessageBody(Body):
    """`POST /visit-messages/open`."""

    token: LinkToken
    birth_date: date | None = None
