"""Small lists inside rows of waiting rooms, as JSON: opening times, closed days, reasons, questions, answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import JSON, Dialect, TypeDecorator

from telemed.care.queues.records import Opening, Question
from telemed.care.queues.words import QuestionKind


class Listed(TypeDecorator[tuple[Any, ...]]):
    """A tuple as a JSON list; `outward` and `inward` turn one element into JSON and back."""

    impl = JSON()
    cache_ok = True

    def __init__(self, outward: Callable[[Any], Any], inward: Callable[[Any], Any]) -> None:
        super().__init__()
        self.outward = outward
        self.inward = inward

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> list[Any] | None:
        """To JSON."""
        return None if value is None else [self.outward(one) for one in value]

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[Any, ...] | None:
        """From JSON."""
        return None if value is None else tuple(self.inward(one) for one in value)


def _from_opening(one: Opening) -> list[int]:
    return [one.day, one.begins, one.ends]


def _to_opening(one: list[int]) -> Opening:
    return Opening(*one)


def _from_question(one: Question) -> dict[str, Any]:
    return {"id": one.id, "kind": one.kind.value, "text": one.text, "choices": list(one.choices), "required": one.required}


def _to_question(one: dict[str, Any]) -> Question:
    return Question(one["id"], QuestionKind(one["kind"]), one["text"], tuple(one["choices"]), one["required"])


def openings() -> Listed:
    """Weekly opening times."""
    return Listed(_from_opening, _to_opening)


def questions() -> Listed:
    """Intake questions."""
    return Listed(_from_question, _to_question)


def days() -> Listed:
    """Calendar days."""
    return Listed(date.isoformat, date.fromisoformat)


def texts() -> Listed:
    """Short texts."""
    return Listed(str, str)


def pairs() -> Listed:
    """Questions with their answers."""
    return Listed(list, tuple)
