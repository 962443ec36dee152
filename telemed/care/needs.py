"""What talking with a person takes, as they say it themselves for a visit: which words, and whose word counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from telemed.care.patients.words import Need


def needs_of(words: Iterable[str]) -> tuple[Need, ...]:
    """Return the needs named by `words`, each once, in one order. Raises ValueError for a word that is none."""
    said = {Need(word) for word in words}
    return tuple(need for need in Need if need in said)
