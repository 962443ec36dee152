"""Vital signs: what is possible, and that what was typed is what is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.oncall import vitals
from telemed.care.oncall.words import VitalKind
from telemed.errors import InvalidInput

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "second"),
    [
        (VitalKind.PULSE, -1, None),
        (VitalKind.PULSE, 301, None),
        (VitalKind.PULSE, 72.5, None),
        (VitalKind.PULSE, 72, 60),
        (VitalKind.SPO2, 101, None),
        (VitalKind.GCS, 2, None),
        (VitalKind.GCS, 16, None),
        (VitalKind.TEMPERATURE, 19.9, None),
        (VitalKind.TEMPERATURE, 36.85, None),
        (VitalKind.BLOOD_PRESSURE, 120, None),
        (VitalKind.BLOOD_PRESSURE, 80, 80),
        (VitalKind.BLOOD_PRESSURE, 120, 9),
        (VitalKind.GLUCOSE, 901, None),
        (VitalKind.BREATHING, 81, None),
    ],
)
def test_what_cannot_be_is_refused(kind: VitalKind, value: float, second: float | None) -> None:
    with pytest.raises(InvalidInput):
        vitals.checked(kind, value, second)


@given(st.sampled_from(list(VitalKind)), st.data())
def test_what_was_typed_is_told(kind: VitalKind, data: st.DataObject) -> None:
    limits = vitals.RANGES[kind]
    step = 10 if limits.decimals else 1
    typed = data.draw(st.integers(int(limits.low * step), int(limits.high * step))) / step
    second = 10.0 if kind is VitalKind.BLOOD_PRESSURE else None
    stored, other = vitals.checked(kind, typed, second)
    assert vitals.told(kind, stored) == typed
    assert other == (100 if second is not None else None)


def test_a_time_is_of_today() -> None:
    vitals.check_time(NOW - timedelta(hours=23), NOW)
    for at in (NOW - timedelta(hours=25), NOW + timedelta(minutes=6)):
        with pytest.raises(InvalidInput):
            vitals.check_time(at, NOW)


def test_every_kind_has_a_range() -> None:
    assert set(vitals.RANGES) == set(VitalKind)
