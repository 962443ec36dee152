"""How a name sounds: Kölner Phonetik (H. J. Postel, IBM-Nachrichten 19, 1969), made for German and fair for English names."""

from __future__ import annotations

from functools import lru_cache

REMEMBERED = 8192  # words; names repeat

_CODES = {
    **dict.fromkeys("aeijouy", "0"),
    "b": "1",
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    "l": "5",
    **dict.fromkeys("mn", "6"),
    "r": "7",
    **dict.fromkeys("sz", "8"),
}
_HARD_AT_START = frozenset("ahkloqrux")  # after which a first C is a K
_HARD = frozenset("ahkoqux")
_HISSED = frozenset("csz")


@lru_cache(maxsize=REMEMBERED)
def cologne(word: str) -> str:
    """Return the code of a folded word: digits, none twice in a row, vowels at the start only. Empty without Latin letters."""
    raw = "".join(_code(word, index) for index in range(len(word)))
    single = "".join(sign for index, sign in enumerate(raw) if index == 0 or sign != raw[index - 1])
    return single[:1] + single[1:].replace("0", "")


def _code(word: str, index: int) -> str:
    """The code of one letter beside its neighbours."""
    letter = word[index]
    before = word[index - 1] if index else ""
    after = word[index + 1] if index + 1 < len(word) else ""
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in _HISSED else "2"
    if letter == "c":
        return _code_of_c(before, after)
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    return _CODES.get(letter, "")


def _code_of_c(before: str, after: str) -> str:
    """C is a K or an S."""
    if not before:
        return "4" if after in _HARD_AT_START else "8"
    return "4" if after in _HARD and before not in "sz" else "8"
