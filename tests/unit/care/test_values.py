"""Small rules: the video budget, tokens, times, identities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from telemed.care.identity import Staff, actor_id
from telemed.care.roles import Role
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.tokens import derived_token, token_hash
from telemed.care.video_budget import max_video_bitrate
from tests.unit.care.builders import a_seat, a_staff_seat, holder, staff


@pytest.mark.parametrize(
    ("people", "bit_per_s"), [(0, 1_500_000), (1, 1_500_000), (2, 1_500_000), (5, 1_500_000), (6, 1_200_000), (9, 750_000)]
)
def test_cameras_share_the_downlink(people: int, bit_per_s: int) -> None:
    assert max_video_bitrate(people) == bit_per_s


def test_a_retried_command_gets_the_same_link() -> None:
    key = b"k" * 32
    token = derived_token(key, "usr_1", "command-1")
    assert token == derived_token(key, "usr_1", "command-1")
    assert len(token) == 22
    others = [(key, "usr_2", "command-1"), (key, "usr_1", "command-2"), (b"j" * 32, "usr_1", "command-1"), (key, "usr_1|c", "x")]
    assert len({token, *(derived_token(*other) for other in others)}) == 5


def test_hashes_take_any_text() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(token_hash("\ud800")) == 64


def test_times_are_utc_with_milliseconds() -> None:
    berlin = timezone(timedelta(hours=1))
    assert iso_utc(datetime(2026, 11, 22, 10, 30, 0, 123456, tzinfo=berlin)) == "2026-11-22T09:30:00.123Z"
    assert iso_or_none(None) is None
    assert iso_or_none(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"
    with pytest.raises(ValueError, match="zone"):
        iso_utc(datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test


def test_actors_are_ids() -> None:
    assert actor_id(staff()) == "usr_clinician"
    assert actor_id(holder(a_seat())) == "par_patient"
    assert isinstance(staff(), Staff)
    assert (a_seat().ref.id, a_seat().ref.role) == ("par_patient", "patient")
    assert (a_staff_seat().ref.id, a_staff_seat().ref.role) == ("usr_clinician", Role.CLINICIAN.value)
