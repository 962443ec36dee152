"""Column types: how times, enums and the device verdict are kept.

Times are UTC ISO 8601 text of fixed width with microseconds: it sorts as time does, a person with any SQLite shell can read it,
PostgreSQL takes it, and the audit chain hashes exactly what is stored.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, Dialect, String
from sqlalchemy.types import TypeDecorator

from telemed.care.identity_check import IdentityCheck, IdentityHow
from telemed.care.incidents.records import Shape
from telemed.care.records import DeviceReport

TIME_LENGTH = 27  # characters
DATE_LENGTH = 10  # 2026-11-22
WORD_LENGTH = 40  # ids and enum values

E = TypeVar("E", bound=StrEnum)


def time_text(at: datetime) -> str:
    """Return the stored form of a time. Raises ValueError without a zone: a guess would be wrong twice a year."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime as text."""

    impl = String(TIME_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To the stored text."""
        return None if value is None else time_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the stored text."""
        return None if value is None else datetime.fromisoformat(value)  # of the Z comes UTC


class Word(TypeDecorator[E], Generic[E]):
    """A StrEnum as its value. A value unknown to this version raises ValueError: the database is newer or damaged."""

    impl = String(WORD_LENGTH)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """To the stored text; refuses words of another list."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> E | None:
        """From the stored text."""
        return None if value is None else self.words(value)


class Shapes(TypeDecorator[tuple[Shape, ...]]):
    """What is drawn on a picture, as a JSON list."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: tuple[Shape, ...] | None, dialect: Dialect) -> list[Any] | None:
        """To JSON."""
        return None if value is None else [[one.id, one.kind, one.points] for one in value]

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[Shape, ...] | None:
        """From JSON."""
        if value is None:
            return None
        return tuple(Shape(name, kind, tuple((x, y) for x, y in points)) for name, kind, points in value)


class DeviceJson(TypeDecorator[DeviceReport]):
    """A DeviceReport as a JSON object."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: DeviceReport | None, dialect: Dialect) -> dict[str, Any] | None:
        """To JSON."""
        return None if value is None else asdict(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> DeviceReport | None:
        """From JSON."""
        return None if value is None else DeviceReport(**value)


class IdentityJson(TypeDecorator[IdentityCheck]):
    """An IdentityCheck as a JSON object."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: IdentityCheck | None, dialect: Dialect) -> dict[str, Any] | None:
        """To JSON."""
        return None if value is None else asdict(value) | {"at": time_text(value.at), "how": value.how.value}

    def process_result_value(self, value: Any | None, dialect: Dialect) -> IdentityCheck | None:
        """From JSON. Raises ValueError for a word this version does not know."""
        if value is None:
            return None
        return IdentityCheck(value["by"], value["name"], datetime.fromisoformat(value["at"]), IdentityHow(value["how"]))


class DateText(TypeDecorator[date]):
    """A calendar date as ISO 8601 text."""

    impl = String(DATE_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """To the stored text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> date | None:
        """From the stored text."""
        return None if value is None else date.fromisoformat(value)


class Words(TypeDecorator[tuple[E, ...]], Generic[E]):
    """A tuple of words of one StrEnum as a JSON list. A word unknown to this version raises ValueError."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: tuple[E, ...] | None, dialect: Dialect) -> list[str] | None:
        """To JSON; refuses words of another list."""
        return None if value is None else [self.words(word).value for word in value]

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[E, ...] | None:
        """From JSON."""
        return None if value is None else tuple(self.words(word) for word in value)
