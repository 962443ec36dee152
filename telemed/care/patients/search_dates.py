"""Birth dates as people type them: 12.3.1956, 12/03/56, 1956-03-12, 12031956, 12. März 1956, March 12, 1956, the year alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from telemed.care.patients.names import fold

OLDEST = 130  # years: nobody is older
_MONTHS = (  # folded, English and German; written out or by their first three letters
    ("january", "januar"), ("february", "februar"), ("march", "marz", "mrz"), ("april",), ("may", "mai"), ("june", "juni"),
    ("july", "juli"), ("august",), ("september",), ("october", "oktober"), ("november",), ("december", "dezember"),
)  # fmt: skip
_ISO = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{4}|\d{2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?:\.|st|nd|rd|th)?\s*([^\W\d_]{3,9})\.?,?\s*(\d{4})(?!\d)")
_MONTH_DAY = re.compile(r"(?<![^\W\d_])([^\W\d_]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class BirthDates:
    """What a text may mean: whole dates (two when day and month can be swapped), or a year."""

    dates: frozenset[date] = frozenset()
    year: int | None = None

    def __bool__(self) -> bool:
        return bool(self.dates) or self.year is not None

    def match(self, birth_date: date | None) -> bool:
        """Whether somebody born then is meant."""
        return birth_date is not None and (birth_date in self.dates or birth_date.year == self.year)


NO_DATES = BirthDates()


def take_dates(text: str, today: date) -> tuple[str, BirthDates]:
    """Return the text without the first birth date in it, and that date; not one after `today` or more than 130 years ago."""
    for pattern, read in _READERS:
        found = pattern.search(text)
        dates = read(found, today) if found else NO_DATES
        if found and dates:
            return f"{text[: found.start()]} {text[found.end() :]}", dates
    return text, NO_DATES


def _iso(found: re.Match[str], today: date) -> BirthDates:
    return _dates(today, (int(found[1]), int(found[2]), int(found[3])))


def _numbers(found: re.Match[str], today: date) -> BirthDates:
    """Day and month in either order: both are written."""
    first, second = int(found[1]), int(found[2])
    years = [int(found[3])] if len(found[3]) == 4 else [century + int(found[3]) for century in (1900, 2000)]
    return _dates(today, *((year, month, day) for year in years for month, day in ((second, first), (first, second))))


def _day_month(found: re.Match[str], today: date) -> BirthDates:
    return _named(today, found[2], found[1], found[3])


def _month_day(found: re.Match[str], today: date) -> BirthDates:
    return _named(today, found[1], found[2], found[3])


def _named(today: date, word: str, day: str, year: str) -> BirthDates:
    begun = fold(word)
    month = next((number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(begun) for name in names)), None)
    return _dates(today, (int(year), month, int(day))) if month else NO_DATES


def _year(found: re.Match[str], today: date) -> BirthDates:
    year = int(found[1])
    return BirthDates(year=year) if today.year - OLDEST <= year <= today.year else NO_DATES


def _dates(today: date, *parts: tuple[int, int, int]) -> BirthDates:
    found = {made for made in (_date(*part) for part in parts) if made is not None}
    return BirthDates(frozenset(made for made in found if made <= today and today.year - made.year <= OLDEST))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READERS = (
    (_ISO, _iso),
    (_NUMBERS, _numbers),
    (_DAY_MONTH, _day_month),
    (_MONTH_DAY, _month_day),
    (_PACKED, _numbers),
    (_YEAR, _year),
)
