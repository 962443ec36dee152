"""Whom a search means: each typed word against each word of a name by letters, slips and sound; a birth date narrows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from telemed.care.patients.names import fold, grams, word_grams
from telemed.care.patients.search_dates import BirthDates, take_dates
from telemed.care.patients.search_edit import likeness
from telemed.care.patients.search_phonetic import cologne

MAX_WORDS = 8  # of a search; more say nothing new and cost time
ENOUGH = 0.6  # of 1.0: below, a name is somebody else's
LIKE_BORN_THEN = 0.7  # of 1.0: so like a name has to be, with the same birth date, to be shown as perhaps the same person
LIKE_UNDATED = 0.9  # the same while one of the birth dates is not known
SAME_DATE = 0.15  # what the right birth date adds

REMEMBERED = 16384  # pairs of words: candidates share their names, and the next letter typed brings the same ones
_PREFIX = 0.86  # a name begun: "schm" for "Schmidt"
_SOUND = 0.8  # another spelling of the same sound
_SHORT = 2  # letters below which slips and sound mean nothing


@dataclass(frozen=True, slots=True)
class Query:
    """A search as parsed: folded words and the birth date among them."""

    words: tuple[str, ...]
    born: BirthDates

    @property
    def pieces(self) -> frozenset[str]:
        """Under which the store finds candidates."""
        return grams(" ".join(self.words))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record as search knows it."""

    id: str
    folded_name: str
    birth_date: date | None


def parse(text: str, today: date) -> Query:
    """Take a typed search apart."""
    rest, born = take_dates(text, today)
    return Query(tuple(fold(rest).split())[:MAX_WORDS], born)


def rank(query: Query, candidates: Iterable[Candidate]) -> list[tuple[Candidate, float]]:
    """Return who is meant, most likely first. When somebody has the birth date typed, those without it are left out."""
    scored = [(candidate, _score(query, candidate)) for candidate in candidates]
    kept = [(candidate, score) for candidate, score in scored if score >= ENOUGH]
    if query.born and any(query.born.match(candidate.birth_date) for candidate, _ in kept):
        kept = [(candidate, score) for candidate, score in kept if query.born.match(candidate.birth_date)]
    return sorted(kept, key=lambda pair: (-pair[1], pair[0].folded_name, pair[0].id))


def name_likeness(words: tuple[str, ...], name: tuple[str, ...]) -> float:
    """0.0 to 1.0: how well the typed words fit a name, whatever their order; each word of the name counts once."""
    if not words or not name:
        return 0.0
    pairs = sorted(
        ((word_likeness(word, other), place, index) for index, word in enumerate(words) for place, other in enumerate(name)),
        key=lambda pair: -pair[0],
    )
    best: dict[int, float] = {}
    used: set[int] = set()
    for value, place, index in pairs:
        if index not in best and place not in used:
            best[index] = value
            used.add(place)
    letters = sum(len(word) for word in words)
    typed = sum(len(words[index]) * value for index, value in best.items()) / letters
    covered = sum(len(name[place]) for place in used) / sum(len(part) for part in name)
    return typed * (0.92 + 0.08 * covered)  # among equals the one with nothing besides


@lru_cache(maxsize=REMEMBERED)
def word_likeness(word: str, other: str) -> float:
    """0.0 to 1.0: how likely two folded words are meant to be one."""
    if word == other:
        return 1.0
    if len(word) < _SHORT:
        return _PREFIX if other.startswith(word) else 0.0
    prefix = _PREFIX + (1 - _PREFIX) * len(word) / len(other) if other.startswith(word) else 0.0
    slipped = likeness(word, other)
    code = cologne(word)
    sounds = _SOUND + (1 - _SOUND) * slipped if code and len(code) >= _SHORT and code == cologne(other) else 0.0
    return max(prefix, slipped, sounds * 0.97, _dice(word_grams(word), word_grams(other)))


def is_duplicate(name: str, birth_date: date | None, other: Candidate) -> bool:
    """Whether a new record may be about the person of another: a name much alike, and no other birth date."""
    like = name_likeness(tuple(fold(name).split()), tuple(other.folded_name.split()))
    if birth_date is None or other.birth_date is None:
        return like >= LIKE_UNDATED
    return birth_date == other.birth_date and like >= LIKE_BORN_THEN


def _score(query: Query, candidate: Candidate) -> float:
    matches = query.born.match(candidate.birth_date)
    if not query.words:
        return 1.0 if matches else 0.0
    like = name_likeness(query.words, tuple(candidate.folded_name.split()))
    return like + SAME_DATE if matches else like


def _dice(first: frozenset[str], second: frozenset[str]) -> float:
    return 2 * len(first & second) / (len(first) + len(second))
