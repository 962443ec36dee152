"""What a device may say of where it is: its clock may be wrong, its numbers may not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from telemed.errors import InvalidInput
from telemed.web.request_models_incidents import LocationBody
from telemed.web.stills.tus import _time

HERE = {"lat": 52.5, "lon": 13.4, "accuracy": 8.0, "taken_at": "2026-03-01T08:00:00Z"}


def body(**changes: Any) -> LocationBody:
    return LocationBody.model_validate_json(json.dumps({**HERE, **changes}))


@pytest.mark.parametrize("taken", ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z"])
def test_a_clock_may_say_anything_that_is_a_time(taken: str) -> None:
    assert body(taken_at=taken).taken_at.tzinfo is UTC


@pytest.mark.parametrize("taken", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-01T08:00:00", "", None])
def test_times_that_are_none(taken: str | None) -> None:
    with pytest.raises(ValidationError):
        body(taken_at=taken)
    if taken is not None:
        with pytest.raises(InvalidInput):
            _time(taken)


def test_the_time_of_a_still_is_kept_in_utc() -> None:
    assert _time("2026-03-01T09:00:00+01:00") == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        *({"lat": value} for value in (90.0001, -91, float("nan"), float("inf"), None, "north", [])),
        *({"lon": value} for value in (180.1, -1e308)),
        *({"accuracy": value} for value in (-0.1, 1e7, None)),
        *({"heading": 361}, {"speed": -1}, {"altitude": 1e6}, {"more": 1}),
    ],
    ids=str,
)
def test_numbers_that_are_no_place(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        body(**changes)
