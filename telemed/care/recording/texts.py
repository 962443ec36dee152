"""The words people are asked with before they are recorded, by version: an answer names the version it was given to.

The words are in static/i18n under `recording.consent.*`. A test holds their hashes against those below: whoever changes a word
gives it a new version and keeps the old line, because answers of that version are kept for as long as recordings are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from telemed.errors import Conflict, InvalidInput

CURRENT_TEXT = "2026-11"
WITHDRAWAL_TEXT = "2026-11w"  # of what somebody reads who withdraws afterwards
LANGUAGES = ("de", "en")
POINTS = ("what", "why", "who", "kept", "others", "change", "same_care")
KEYS = tuple(f"recording.consent.{point}" for point in POINTS)
WITHDRAWAL_POINTS = ("what", "keep", "destroy", "others", "hold", "no_undo")
WITHDRAWAL_KEYS = tuple(f"withdraw.{point}" for point in WITHDRAWAL_POINTS)

# Version -> language -> SHA-256 of the words (`text_hash`).
VERSIONS: Mapping[str, Mapping[str, str]] = {
    "2026-11": {
        "de": "5a5250110e670b400e1729ce8965fe94f340a509ba933877a6662ce65cd72eb3",
        "en": "2010036333a7524ba9a4a469f54d385936bcb9de84c1b154110a615c11d17434",
    },
}

WITHDRAWAL_VERSIONS: Mapping[str, Mapping[str, str]] = {
    "2026-11w": {
        "de": "519d8603ee12a5d43c5de20c247008af2e2d8ef4568f30ba04e77065c0f8a589",
        "en": "d2316c486faa71ffd0b626adab0e5106d5db3bea2f37c4bc15571edef7e1c6b5",
    },
}


def text_hash(messages: Mapping[str, str], keys: Iterable[str] = KEYS) -> str:
    """The hex SHA-256 of the words of one language, each on a line with its key. Raises KeyError when one is missing."""
    lines = "\n".join(f"{key}={messages[key]}" for key in keys)
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def check_withdrawal_text(version: str, language: str) -> None:
    """Raise like `check_text`: destroying cannot be undone, so it is chosen by the present words alone."""
    if version != WITHDRAWAL_TEXT:
        raise Conflict("The words have changed: please read them again.", code="text_changed")
    if language not in WITHDRAWAL_VERSIONS[WITHDRAWAL_TEXT]:
        raise InvalidInput("There are no such words in this language.", field="language")


def check_text(version: str, language: str) -> None:
    """Raise unless somebody was shown the present words: Conflict `text_changed` for others, InvalidInput for no such language.

    A page that was opened before an update asks again with the new words.
    """
    if version != CURRENT_TEXT:
        raise Conflict("The words have changed: please read them again.", code="text_changed")
    if language not in VERSIONS[CURRENT_TEXT]:
        raise InvalidInput("There are no such words in this language.", field="language")
