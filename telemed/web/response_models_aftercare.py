"""Answers about the time after a visit as the OpenAPI document describes them (protocol section 1.19)."""

from __future__ import annotations

from typing import Literal

from telemed.care.aftercare.words import FollowUpState, MessageWay
from telemed.care.notify.records import DeliveryState
from telemed.web.response_models import Answer, Clinic, Session, Time
from telemed.web.response_models_people import Day


class Way(Answer):
    """A way to the patient; `shown`: where the notice goes, masked; null: there is none."""

    way: MessageWay
    shown: str | None


class VisitMessage(Answer):
    """A message to the patient as staff see it; `notice`: what became of the SMS or mail that says it is there."""

    id: str
    session_id: str
    way: MessageWay
    by: str
    at: Time
    body: str
    opened_at: Time | None
    notice: DeliveryState | None


class OwnMessage(Answer):
    """A message as the patient reads it; `new`: not opened before."""

    id: str
    session_id: str
    by: str
    at: Time
    body: str
    new: bool


class FollowUp(Answer):
    """What is to be done on a later day, a task of one member of staff."""

    id: str
    session_id: str
    patient_name: str
    patient_id: str | None
    due_on: Day
    text: str
    state: FollowUpState
    state_since: Time
    created_at: Time
    revision: int


class AfterVisit(Answer):
    """`GET /sessions/{id}/after`."""

    session: Session
    ways: list[Way]
    messages: list[VisitMessage]
    follow_ups: list[FollowUp]


class MessageWritten(Answer):
    """`POST /sessions/{id}/messages`."""

    message: VisitMessage


class FollowUpAnswer(Answer):
    """Whatever changes one."""

    follow_up: FollowUp


class OwnedFollowUp(FollowUp):
    """With the name of whose task it is."""

    owner: str
    mine: bool


class PatientAftercare(Answer):
    """`GET /patients/{patient_id}/after`."""

    messages: list[VisitMessage]
    follow_ups: list[OwnedFollowUp]


class MessageOpened(Answer):
    """`POST /visit-messages/open`: the message, or what is asked first."""

    clinic: Clinic
    asks: Literal["birth_date"] | None
    tries_left: int
    message: OwnMessage | None
