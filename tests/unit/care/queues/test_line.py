"""Who is next, how long it takes, and what is said at the door."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from telemed.care.queues.intake import checked_answers, checked_birth_date
from telemed.care.queues.line import at_work, expected_wait, in_line, median_service
from telemed.care.queues.records import Question
from telemed.care.queues.words import EntryState, Priority, QuestionKind
from telemed.errors import InvalidInput
from tests.unit.care.queues.builders import NOW, a_queue, an_entry

QUESTIONS = (
    Question("fever", QuestionKind.YES_NO, "Fever?", required=True),
    Question("since", QuestionKind.CHOICE, "Since when?", ("today", "longer")),
    Question("more", QuestionKind.TEXT, "Anything else?"),
)


def test_priority_goes_first_then_who_came_first() -> None:
    entries = [
        an_entry(id="late", joined_at=NOW + timedelta(minutes=2)),
        an_entry(id="early", joined_at=NOW),
        an_entry(id="urgent", joined_at=NOW + timedelta(minutes=3), priority=Priority.URGENT),
        an_entry(id="high", joined_at=NOW + timedelta(minutes=4), priority=Priority.HIGH, state=EntryState.ASLEEP),
        an_entry(id="seen", state=EntryState.BEING_SEEN),
    ]
    assert [entry.id for entry in in_line(entries)] == ["urgent", "high", "early", "late"]


def test_an_expected_wait_is_unknown_until_there_is_something_to_go_by() -> None:
    assert median_service([60.0, 120.0]) is None
    usual = median_service([60.0, 120.0, 600.0])
    assert usual == 120.0
    assert expected_wait(a_queue(), 2, None, 1) is None
    assert expected_wait(a_queue(), 2, usual, 1) == 360
    assert expected_wait(a_queue(), 2, usual, 3) == 120
    assert expected_wait(a_queue(late_minutes=10), 0, usual, 1) == 720
    assert expected_wait(a_queue(late_minutes=10), 0, usual, 0) is None, "nobody is at work: nothing can be said"


def test_members_count_once_however_many_they_have() -> None:
    seen = [an_entry(id=name, state=EntryState.BEING_SEEN, taken_by="usr_1") for name in "ab"]
    entries = [*seen, an_entry(state=EntryState.ON_HOLD, taken_by="usr_2"), an_entry()]
    assert at_work(entries, {}, NOW) == {"usr_1", "usr_2"}


def test_who_is_between_two_people_is_still_at_work() -> None:
    seen = [an_entry(id="a", state=EntryState.BEING_SEEN, taken_by="usr_1")]
    lately = {"usr_1": NOW, "usr_2": NOW - timedelta(minutes=14), "usr_3": NOW - timedelta(minutes=15)}
    assert at_work(seen, lately, NOW) == {"usr_1", "usr_2"}


def test_answers_are_kept_as_they_were_asked() -> None:
    answers = checked_answers(QUESTIONS, {"more": " a rash ", "fever": False})
    assert answers == (("Fever?", "no"), ("Anything else?", "a rash"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"fever": "yes"},
        {"fever": True, "since": "never"},
        {"fever": True, "more": "x" * 501},
        {"fever": True, "more": True},
        {"fever": True, "other": "x"},
    ],
)
def test_answers_that_do_not_fit(given: dict[str, str | bool]) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_answers(QUESTIONS, given)
    assert refused.value.field == "answers"


def test_birth_dates_are_of_people_alive() -> None:
    today = date(2026, 11, 23)
    assert checked_birth_date(None, today) is None
    assert checked_birth_date(today, today) == today
    for wrong in (date(2026, 11, 24), date(1890, 1, 1)):
        with pytest.raises(InvalidInput):
            checked_birth_date(wrong, today)
