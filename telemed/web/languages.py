"""Which of our languages a browser prefers (RFC 9110 section 12.5.4)."""

from __future__ import annotations

LANGUAGES = ("en", "de")  # the languages the pages exist in
MAX_RANGES = 20  # entries of an Accept-Language header that are looked at


def preferred_language(accept_language: str, offered: tuple[str, ...] = LANGUAGES) -> str:
    """Return the offered language with the highest weight; the first one when none is named."""
    best, best_weight = offered[0], 0.0
    for entry in accept_language.split(",")[:MAX_RANGES]:
        tag, _, parameter = entry.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in offered and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
