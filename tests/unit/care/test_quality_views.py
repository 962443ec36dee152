"""Minutes of a call in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telemed.care.quality_views import Heard, Seen, connection_view, heard, seen
from telemed.care.records import ParticipantRecord, QualityMinute
from telemed.care.roles import Role
from telemed.care.states import ParticipantState

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EMPTY = QualityMinute("par_1", "ses_1", AT)
WELL = replace(EMPTY, concealed=0.01, frozen=0.0, paused=0.0, no_picture=0.0, down_loss=0.01)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"concealed": 0.02, "down_loss": 0.5}, Heard.GOOD),
        ({"concealed": 0.1}, Heard.GAPS),
        ({"concealed": 0.11}, Heard.POOR),
        ({"down_loss": 0.05}, Heard.GOOD),
        ({"down_loss": 0.2}, Heard.GAPS),
        ({"down_loss": 0.21}, Heard.POOR),
        ({}, Heard.UNKNOWN),
    ],
)
def test_what_was_heard(fields: dict[str, float], word: Heard) -> None:
    assert heard(replace(EMPTY, **fields)) is word  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, Seen.GOOD),
        ({"paused": 0.5, "no_picture": 0.5}, Seen.PAUSED),
        ({"no_picture": 0.6}, Seen.NONE),
        ({"paused": 0.1}, Seen.UNSTEADY),
        ({"frozen": 0.06}, Seen.UNSTEADY),
        ({"frozen": None, "down_loss": 0.06}, Seen.UNSTEADY),
        ({"frozen": None, "down_loss": None}, Seen.GOOD),
        ({"paused": None}, Seen.UNKNOWN),
    ],
)
def test_what_was_seen(fields: dict[str, float | None], word: Seen) -> None:
    assert seen(replace(WELL, **fields)) is word  # type: ignore[arg-type]


def test_people_without_minutes_are_left_out_and_the_answer_is_bounded() -> None:
    seats = [
        ParticipantRecord(name, "ses_1", Role.PATIENT, name.upper(), ParticipantState.LEFT, AT, AT) for name in ("par_1", "par_2")
    ]
    view = connection_view(seats, [WELL, WELL, WELL], 2)
    assert [(person["id"], person["name"], len(person["minutes"])) for person in view["participants"]] == [("par_1", "PAR_1", 2)]
    assert view["more"]
    minute = view["participants"][0]["minutes"][0]
    assert (minute["at"], minute["heard"], minute["seen"], minute["way"]) == ("2026-11-22T09:30:00.000Z", "good", "good", "")
