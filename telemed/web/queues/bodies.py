"""Bodies of requests about waiting rooms (protocol section 1.18). Unknown fields are refused; every text has a length."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field as Limits
from pydantic import StringConstraints, model_validator

from telemed.care.patients.words import Need
from telemed.care.queues.words import QuestionKind
from telemed.web.request_models import ONE_LINE, Body, CommandId, Device, LinkToken
from telemed.web.request_models_admin import NoPhone

_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # several lines
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=ONE_LINE)]
QuestionText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]
Notice = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_TEXT)]
Zone = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
Answer = Annotated[str, StringConstraints(max_length=500, pattern=_TEXT)] | Annotated[bool, Limits(strict=True)]
Language = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=35)]
UserId = Annotated[str, StringConstraints(pattern=r"^usr_[A-Za-z0-9_-]{1,36}$")]
Revision = Annotated[int, Limits(ge=1, le=2**31)]


class OpeningBody(Body):
    """One span of a week; `day` 0 is Monday."""

    day: Annotated[int, Limits(ge=0, le=6)]
    from_: Annotated[ClockTime, Limits(alias="from")]
    to: ClockTime

    @property
    def span(self) -> tuple[int, int, int]:
        """Day, begin and end in minutes."""
        return self.day, _minutes(self.from_), _minutes(self.to)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.span[1] >= self.span[2]:
            raise ValueError("it ends before it begins")
        return self


class QuestionBody(Body):
    """One intake question."""

    id: QuestionId
    kind: QuestionKind
    text: QuestionText
    choices: Annotated[list[Label], Limits(max_length=10)] = Limits(default_factory=list)
    required: bool = False

    @model_validator(mode="after")
    def _choices_fit(self) -> Self:
        is_choice = self.kind is QuestionKind.CHOICE
        if is_choice != bool(self.choices) or (is_choice and len(set(self.choices)) < 2):
            raise ValueError("choices")
        return self


class MemberBody(Body):
    """Somebody who works in a waiting room."""

    user_id: UserId
    alerts: bool = False


Openings = Annotated[list[OpeningBody], Limits(max_length=28)]
Days = Annotated[list[date], Limits(max_length=100)]
Members = Annotated[list[MemberBody], Limits(max_length=200)]
Reasons = Annotated[list[Label], Limits(max_length=20)]
Questions = Annotated[list[QuestionBody], Limits(max_length=10)]
MaxWaiting = Annotated[int, Limits(ge=1, le=200)]


class _QueueFields(Body):
    phone: NoPhone | None = None
    notice: Notice | None = None
    time_zone: Zone | None = None
    hours: Openings | None = None
    closed_days: Days | None = None
    members: Members | None = None
    reasons: Reasons | None = None
    questions: Questions | None = None
    max_waiting: MaxWaiting | None = None

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [question.id for question in self.questions or ()]
        if len(set(ids)) != len(ids):
            raise ValueError("two questions with one id")
        return self


class CreateQueueBody(_QueueFields):
    """`POST /admin/queues`."""

    name: Label
    command_id: CommandId


class EditQueueBody(_QueueFields):
    """`PATCH /admin/queues/{queue_id}`: what is absent stays."""

    name: Label | None = None
    closed: bool | None = None
    revision: Revision


class MakeWalkInBody(Body):
    """`POST /admin/queues/{queue_id}/links`."""

    command_id: CommandId


class AlertsBody(Body):
    """`POST /queues/{queue_id}/alerts`."""

    on: bool


class OpenWalkInBody(Body):
    """`POST /walk-ins/open`."""

    token: LinkToken
    device: Device


class EnterWalkInBody(OpenWalkInBody):
    """`POST /walk-ins/enter`."""

    name: Label
    birth_date: date | None = None
    reason: QuestionText
    answers: Annotated[dict[QuestionId, Answer], Limits(max_length=10)] = Limits(default_factory=dict)
    needs: Annotated[list[Need], Limits(max_length=4)] = Limits(default_factory=list)
    interpreter_language: Language = ""
    language: Language = ""
    anew: bool = False
    command_id: CommandId


class FollowBody(Body):
    """`POST /sessions/{id}/follow`."""

    device: Device


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
