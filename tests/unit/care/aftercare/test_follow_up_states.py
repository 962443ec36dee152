"""The table of follow-ups, walked: every pair of states, and what each writes down."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from telemed.care.aftercare.reading import reading
from telemed.care.aftercare.records import FollowUp, VisitMessage
from telemed.care.aftercare.states import MAX_TRIES, TRANSITIONS, is_over, moved
from telemed.care.aftercare.views import message_view
from telemed.care.aftercare.words import FollowUpState, MessageWay
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.errors import Conflict

AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
FOLLOW_UP = FollowUp("fup_1", "org_1", "ses_1", "usr_1", date(2026, 11, 30), "Call", FollowUpState.OPEN, AT, AT)
BORN = date(1980, 2, 29)
MESSAGE = VisitMessage("vms_1", "ses_1", MessageWay.LINK, "usr_1", "Dr. A", "Rest.", AT, "0" * 64, BORN, AT + timedelta(days=30))


@pytest.mark.parametrize(("before", "to"), list(itertools.product(FollowUpState, FollowUpState)))
def test_every_step(before: FollowUpState, to: FollowUpState) -> None:
    row = replace(FOLLOW_UP, state=before)
    if before is to:
        assert moved(row, to, LATER) == (row, None), "said again it changes nothing"
    elif FollowUpState.OPEN in (before, to):
        after, action = moved(row, to, LATER)
        assert (after.state, after.state_since, action) == (to, LATER, TRANSITIONS[before, to])
    else:
        with pytest.raises(Conflict):
            moved(row, to, LATER)


def test_what_is_opened_again_is_said_so() -> None:
    assert {TRANSITIONS[state, FollowUpState.OPEN] for state in (FollowUpState.DONE, FollowUpState.CANCELLED)} == {
        AuditAction.FOLLOW_UP_REOPENED
    }


def test_a_message_is_read_with_the_date_of_birth_and_never_shown_without() -> None:
    asked = reading(MESSAGE, None, LATER)
    assert (asked.message, asked.outcome) == (MESSAGE, None)
    wrong = reading(MESSAGE, date(1980, 2, 28), LATER)
    assert (wrong.message.tries, wrong.message.opened_at, wrong.outcome) == (1, None, AuditOutcome.REFUSED)
    read = reading(wrong.message, BORN, LATER)
    assert (read.message.opened_at, read.outcome) == (LATER, AuditOutcome.DONE)
    assert reading(read.message, BORN, LATER + timedelta(days=1)).message.opened_at == LATER, "the first time counts"
    assert reading(replace(MESSAGE, birth_date=None), None, LATER).outcome is AuditOutcome.DONE


def test_a_link_is_over_by_guesses_and_by_time() -> None:
    assert not is_over(MESSAGE, LATER)
    assert is_over(replace(MESSAGE, tries=MAX_TRIES), LATER)
    assert is_over(MESSAGE, AT + timedelta(days=30))
    assert is_over(replace(MESSAGE, expires_at=None), LATER), "a message on Home has no link"


def test_nothing_of_a_message_is_in_its_repr() -> None:
    assert "Rest" not in repr(MESSAGE) and "1980" not in repr(MESSAGE)
    assert message_view(MESSAGE)["notice"] is None
