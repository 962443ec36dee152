"""The words people are asked with: bound to their version, complete, and in plain language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from telemed.care.recording import texts
from telemed.errors import Conflict, InvalidInput

STATIC = Path(__file__).parents[4] / "static"
LONGEST = {"en": 26, "de": 26}  # words of one sentence
MEAN = {"en": 14.0, "de": 13.0}  # words of a sentence: what twelve-year-olds read with ease
LONG_WORD = {"en": 11, "de": 17}  # letters; German joins words


def messages(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((STATIC / "i18n" / f"{language}.json").read_text("utf-8"))
    return found


def sentences(language: str, keys: tuple[str, ...] = texts.KEYS) -> list[list[str]]:
    """The words of each sentence, plurals in their usual form."""
    text = " ".join(messages(language)[key] for key in keys)
    text = re.sub(r"\{days, plural.*other \{([^}]*)\}\}", r"\1", text).replace("#", "365")
    return [re.findall(r"[\w’-]+", sentence) for sentence in re.split(r"(?<=[.!?])\s+", text) if sentence]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_changed_words_have_a_new_version(language: str) -> None:
    """A new wording: give it a new CURRENT_TEXT with its hashes, and keep the lines of the old versions."""
    assert texts.text_hash(messages(language)) == texts.VERSIONS[texts.CURRENT_TEXT][language]


def test_every_version_has_every_language() -> None:
    assert all(set(hashes) == set(texts.LANGUAGES) for hashes in texts.VERSIONS.values())
    known = [digest for hashes in texts.VERSIONS.values() for digest in hashes.values()]
    assert len(set(known)) == len(known) and all(re.fullmatch("[0-9a-f]{64}", digest) for digest in known)


def test_any_change_of_a_word_is_seen() -> None:
    words = messages("en")
    for key in texts.KEYS:
        assert texts.text_hash({**words, key: words[key] + "."}) != texts.text_hash(words)
    with pytest.raises(KeyError):
        texts.text_hash({})


def test_the_page_shows_these_words_and_names_this_version() -> None:
    page = (STATIC / "core" / "recording_consent.js").read_text("utf-8")
    assert re.findall(r'CONSENT_VERSION = "([^"]+)"', page) == [texts.CURRENT_TEXT]
    assert tuple(re.findall(r'"(recording\.consent\.[a-z_]+)"', page)) == texts.KEYS


@pytest.mark.parametrize("keys", [texts.KEYS, texts.WITHDRAWAL_KEYS], ids=["before", "afterwards"])
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_words_are_plain(language: str, keys: tuple[str, ...]) -> None:
    found = sentences(language, keys)
    counts = [len(words) for words in found]
    assert len(counts) >= 7
    assert max(counts) <= LONGEST[language], max(found, key=len)
    assert sum(counts) / len(counts) <= MEAN[language]
    long_words = {word for words in found for word in words if len(word) > LONG_WORD[language]}
    assert not long_words


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_words_say_what_they_must(language: str) -> None:
    """What is recorded, who may see it, how long, that others' sound and screens may carry one, and the way out."""
    must = {
        "en": ("picture", "voice", "screen", "may watch", "{days", "microphone", "shared screen", "any time", "same care"),
        "de": ("Bild", "Stimme", "Bildschirm", "darf die Aufnahme ansehen", "{days", "Mikrofon", "gezeigten Bildschirm",
               "jederzeit", "genauso behandelt"),
    }  # fmt: skip
    text = " ".join(messages(language)[key] for key in texts.KEYS)
    assert [words for words in must[language] if words not in text] == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_who_withdraws_afterwards_reads_words_with_a_version_too(language: str) -> None:
    """What stays, what goes, what cannot be undone, what stands in the way."""
    words = messages(language)
    assert texts.text_hash(words, texts.WITHDRAWAL_KEYS) == texts.WITHDRAWAL_VERSIONS[texts.WITHDRAWAL_TEXT][language]
    page = (STATIC / "ui" / "withdrawal" / "words.js").read_text("utf-8")
    (points,) = re.findall(r"WITHDRAWAL_POINTS = .*\(\[(.*)\]\)", page)
    assert tuple(re.findall(r'"([a-z_]+)"', points)) == texts.WITHDRAWAL_POINTS
    must = {
        "en": ("any time", "same", "other people's parts stay", "legal reasons", "undo"),
        "de": ("jederzeit", "gleiche", "Teile der anderen", "rechtlichen Gründen", "rückgängig"),
    }
    text = " ".join(words[key] for key in texts.WITHDRAWAL_KEYS)
    assert [one for one in must[language] if one not in text] == []
    texts.check_withdrawal_text(texts.WITHDRAWAL_TEXT, language)
    with pytest.raises(Conflict):
        texts.check_withdrawal_text(texts.CURRENT_TEXT, language)


def test_an_answer_is_to_the_present_words() -> None:
    for language in texts.LANGUAGES:
        texts.check_text(texts.CURRENT_TEXT, language)
    with pytest.raises(Conflict) as refused:
        texts.check_text("2020-01", "en")
    assert refused.value.code == "text_changed"
    with pytest.raises(InvalidInput):
        texts.check_text(texts.CURRENT_TEXT, "fr")
