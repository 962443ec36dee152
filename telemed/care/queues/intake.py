"""What is said at the door: answers held against the questions of the waiting room. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from telemed.care.queues.records import Question
from telemed.care.queues.words import QuestionKind
from telemed.errors import InvalidInput

MAX_ANSWER = 500  # characters
OLDEST = 130  # years
_YES_NO = {True: "yes", False: "no"}


def checked_answers(questions: Sequence[Question], given: Mapping[str, str | bool]) -> tuple[tuple[str, str], ...]:
    """Return (question, answer) in the order of the questions; staff read them later as they were asked. Raises InvalidInput."""
    if not set(given) <= {question.id for question in questions}:
        raise InvalidInput("There is no such question.", field="answers")
    answers = []
    for question in questions:
        answer = _answer(question, given.get(question.id))
        if answer:
            answers.append((question.text, answer))
        elif question.required:
            raise InvalidInput("An answer is missing.", field="answers")
    return tuple(answers)


def checked_birth_date(given: date | None, today: date) -> date | None:
    """Return it. Raises InvalidInput for one in the future or beyond any life."""
    if given is not None and (given > today or given.year < today.year - OLDEST):
        raise InvalidInput("This is no birth date.", field="birth_date")
    return given


def _answer(question: Question, given: str | bool | None) -> str:
    if given is None or given == "":
        return ""
    if question.kind is QuestionKind.YES_NO:
        if not isinstance(given, bool):
            raise InvalidInput("This question is answered by yes or no.", field="answers")
        return _YES_NO[given]
    if not isinstance(given, str) or len(given) > MAX_ANSWER:
        raise InvalidInput("An answer is too long, or no text.", field="answers")
    if question.kind is QuestionKind.CHOICE and given not in question.choices:
        raise InvalidInput("This is none of the answers.", field="answers")
    return given.strip()
