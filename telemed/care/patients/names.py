"""Names as search compares them: without case, accents and order, with one spelling for what is written in several ways."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from telemed.care.patients.search_phonetic import cologne

GRAM = 3  # characters of a piece
REMEMBERED = 8192  # words whose pieces are kept: first and last names repeat

# Letters that decompose to nothing simpler, and the spelt-out umlauts: "Müller", "Mueller" and "Muller" become one.
_LETTERS = str.maketrans({"ß": "ss", "æ": "a", "œ": "o", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})
_SPELT_OUT = re.compile(r"(?<=[aou])e+")
_JOINING = re.compile("['’ʼ`´]")  # O'Neill is written ONeill as well
_BETWEEN = re.compile(r"[\W_]+")


def fold(name: str) -> str:
    """Return the words of a name in folded spelling, joined by single spaces, in the order they were written."""
    # Decomposed before its case is folded, as letters of other alphabets hide capitals, and again for what folding brings.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_LETTERS)
    words = _BETWEEN.sub(" ", _JOINING.sub("", letters)).split()
    return " ".join(_SPELT_OUT.sub("", word) for word in words)


def grams(folded: str) -> frozenset[str]:
    """Return the pieces under which a folded name is found: three letters each, and three signs of how each word sounds."""
    return frozenset().union(*(word_grams(word) | sound_grams(word) for word in folded.split()))


@lru_cache(maxsize=REMEMBERED)
def word_grams(word: str) -> frozenset[str]:
    """Three-letter pieces of one folded word; its beginning counts twice, as people rarely mistake that."""
    return _pieces(f"  {word} ")


@lru_cache(maxsize=REMEMBERED)
def sound_grams(word: str) -> frozenset[str]:
    """Pieces of how a word sounds. Their marks keep them apart from letters."""
    code = cologne(word)
    return _pieces(f"^{code}$") if code else frozenset()


def _pieces(text: str) -> frozenset[str]:
    return frozenset(text[start : start + GRAM] for start in range(len(text) - GRAM + 1))
