"""Which passwords staff may choose (NIST SP 800-63B-4 section 3.1.1.2): long ones that nobody tries first, no other rules.

Refused are what lists of guesses begin with at this length: one thing repeated, keys in a row, the person's own or the clinic's
name drawn out, and well-known phrases with the usual ornaments.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from telemed.care.staff.common_phrases import COMMON_PHRASES
from telemed.errors import InvalidInput

MIN_LENGTH = 15  # characters, for a password that may stand without a second factor (section 3.1.1.1)
MAX_LENGTH = 256
MIN_DIFFERENT = 6  # different characters
MIN_OWN_PART = 3  # characters of a name that count as naming somebody
MIN_COMMON_PART = 6  # letters of a common word that is taken away inside others
MIN_LEFT = 8  # characters that must remain when names, years and signs are taken away

_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "01234567890", "1234567890")
_RUN = 4  # keys in a row are one
_ORNAMENTS = "!?.,*#1234567890"  # put at the end to please rules of composition
_LOOK_ALIKES = str.maketrans("013457@$!|", "oleastasil")
_WORDS = re.compile(r"[^\W\d_]+")


def check_password(password: str, own_words: Iterable[str] = ()) -> None:
    """Raise InvalidInput (`password_length`, `password_common`) unless it may be chosen. `own_words`: name, e-mail, clinic."""
    length = len(unicodedata.normalize("NFKC", password))
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        message = f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters."
        raise InvalidInput(message, code="password_length", field="password")
    if is_easily_guessed(password, own_words):
        message = "This password is easy to guess. Take some words that do not belong together."
        raise InvalidInput(message, code="password_common", field="password")


def is_easily_guessed(password: str, own_words: Iterable[str] = ()) -> bool:
    """Whether lists of guesses begin with the like of it."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < MIN_DIFFERENT or _is_repeated(plain) or _without_runs(plain) < MIN_DIFFERENT:
        return True
    spellings = {_letters(plain), _letters(plain.rstrip(_ORNAMENTS).translate(_LOOK_ALIKES))}
    if any(letters.strip("0123456789") in COMMON_PHRASES for letters in spellings):
        return True
    parts = _parts(own_words)
    return any(len(_without(letters, parts)) < MIN_LEFT for letters in spellings) or _words_are_common(plain)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def _is_repeated(text: str) -> bool:
    """One part over and over, the last perhaps cut short: `abcabcabcabcabc`."""
    return any(text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _without_runs(text: str) -> int:
    """How many characters remain when each run of neighbouring keys, forwards or backwards, counts as one."""
    count = at = 0
    while at < len(text):
        size = max(_run_length(text[at:], row) for row in (*_ROWS, *(row[::-1] for row in _ROWS)))
        at += size if size >= _RUN else 1
        count += 1
    return count


def _run_length(text: str, row: str) -> int:
    start = row.find(text[0])
    size = 0
    while start >= 0 and size < len(text) and start + size < len(row) and text[size] == row[start + size]:
        size += 1
    return size


def _parts(own_words: Iterable[str]) -> list[str]:
    """The parts of one's own names and the longer common words, longest first."""
    own = {part for word in own_words for part in _WORDS.findall(word.casefold()) if len(part) >= MIN_OWN_PART}
    return sorted(own | {word for word in _COMMON_WORDS if len(word) >= MIN_COMMON_PART}, key=len, reverse=True)


def _without(letters: str, parts: Iterable[str]) -> str:
    """What remains without these parts; digits do not help once one was taken away."""
    left = letters
    for part in parts:
        left = left.replace(part, "")
    return letters if left == letters else re.sub(r"\d", "", left)


def _words_are_common(text: str) -> bool:
    """Only the commonest words of passwords, however many, and digits: `Password-Admin-2026!`."""
    words = _WORDS.findall(text)
    return bool(words) and all(word in _COMMON_WORDS or word.translate(_LOOK_ALIKES) in _COMMON_WORDS for word in words)


_COMMON_WORDS = frozenset(
    """password passwort passwd pass admin administrator welcome willkommen login user benutzer secret geheim letmein test testing
    default change changeme hello hallo doctor doktor arzt nurse clinic klinik praxis hospital krankenhaus health telemed summer
    sommer winter spring autumn herbst monday montag qwerty qwertz iloveyou love master root super please bitte enter my mein the
    is this das ist me ich it now""".split()
)
