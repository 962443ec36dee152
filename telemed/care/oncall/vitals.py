"""Vital signs: units, what is possible at all, and how they are told. A range that is too narrow loses the worst measurements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemed.care.oncall.words import VitalKind as K
from telemed.errors import InvalidInput

MAX_OF_SESSION = 500
OLDEST = timedelta(hours=24)  # before now: a measurement told later
AHEAD = timedelta(minutes=5)  # a phone's clock


@dataclass(frozen=True, slots=True)
class Range:
    """What a measurement may be, ends included. `decimals`: 0 or 1."""

    unit: str
    low: float
    high: float
    decimals: int = 0


RANGES: Mapping[K, Range] = {
    K.PULSE: Range("/min", 0, 300),
    K.BLOOD_PRESSURE: Range("mmHg", 20, 300),
    K.SPO2: Range("%", 0, 100),
    K.BREATHING: Range("/min", 0, 80),
    K.TEMPERATURE: Range("°C", 20, 45, 1),
    K.GCS: Range("", 3, 15),
    K.GLUCOSE: Range("mg/dL", 10, 900),
}
DIASTOLIC = Range("mmHg", 10, 200)


def checked(kind: K, value: float, second: float | None) -> tuple[int, int | None]:
    """Both values in tenths. Raises InvalidInput naming the field."""
    first = _tenths(RANGES[kind], value, "value")
    if kind is not K.BLOOD_PRESSURE:
        if second is not None:
            raise InvalidInput("This measurement has one value.", field="second")
        return first, None
    if second is None:
        raise InvalidInput("Blood pressure has two values.", field="second")
    below = _tenths(DIASTOLIC, second, "second")
    if below >= first:
        raise InvalidInput("The second value is below the first.", field="second")
    return first, below


def check_time(at: datetime, now: datetime) -> None:
    """Raise InvalidInput for a time that cannot be meant."""
    if not now - OLDEST <= at <= now + AHEAD:
        raise InvalidInput("This was measured in the last 24 hours.", field="at")


def _tenths(limits: Range, value: float, field: str) -> int:
    tenths = round(value * 10)
    whole = limits.decimals > 0 or tenths % 10 == 0
    if not limits.low <= value <= limits.high or abs(tenths - value * 10) > 1e-6 or not whole:
        raise InvalidInput("This value is not possible.", field=field)
    return tenths


def told(kind: K, tenths: int) -> float | int:
    """A stored value as clients read it."""
    return tenths / 10 if RANGES[kind].decimals else tenths // 10
