"""A wording: subject and body with `{placeholders}` from a closed list. Checked when it is saved, filled when it is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from telemed.care.notify import catalogue
from telemed.care.notify.catalogue import Template
from telemed.care.notify.records import Medium
from telemed.errors import InvalidInput

MAX_SUBJECT = 120  # characters: more is cut off on a phone
MAX_BODY = 4000  # characters of a mail: a page; longer is no notice
MAX_SMS = 480  # characters: three parts, which every gateway joins
MAX_CHECKPOINT_TEXT = 10_000  # characters of a filled text, the longest value included
_PIECE = re.compile(r"\{([^{}]*)\}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # and what turns text around
_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject (empty for SMS) and body, not yet filled."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is sent. `subject` is one line."""

    subject: str
    text: str


def placeholders(text: str) -> set[str]:
    """Names between braces."""
    return set(_PIECE.findall(text))


def check_wording(template: Template, medium: Medium, wording: Wording) -> None:
    """Raise InvalidInput with the field that is wrong and how: sizes, control characters, braces, unknown or missing names."""
    is_mail = medium is Medium.MAIL
    _check_text("subject", wording.subject, 1 if is_mail else 0, MAX_SUBJECT if is_mail else 0)
    _check_text("body", wording.body, 1, MAX_BODY if is_mail else MAX_SMS)
    if "\n" in wording.subject:
        raise InvalidInput("The subject is one line.", field="subject")
    if placeholders(wording.subject) - {"clinic", "day"}:
        raise InvalidInput("The subject shows on locked phones: only {clinic} and {day} may stand in it.", field="subject")
    for field, text in (("subject", wording.subject), ("body", wording.body)):
        if placeholders(text) - catalogue.allowed_in(template):
            raise InvalidInput("There is a placeholder that this template does not know.", field=field)
    if catalogue.required_in(template) - placeholders(wording.body):
        raise InvalidInput("A placeholder without which this message is of no use is missing.", field="body")


def render(wording: Wording, values: Mapping[str, str]) -> Rendered:
    """Fill the placeholders, once: what a value holds is never filled again. Raises InvalidInput when a value is missing.

    No line break of any kind gets into the subject, whatever the values hold, so no header can be added by one.
    """

    def fill(text: str) -> str:
        return _PIECE.sub(lambda match: _value(values, match[1]), text)

    subject = _LINE.sub(" ", fill(wording.subject)).strip()
    return Rendered(subject, _CONTROL.sub("", fill(wording.body)).strip())


def _value(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise InvalidInput("A value for this message is missing.", field="details")
    return values[name]


def _check_text(field: str, text: str, low: int, high: int) -> None:
    if not low <= len(text.strip()) <= len(text) <= high:
        raise InvalidInput(f"This text must have {low} to {high} characters.", field=field)
    if _CONTROL.search(text):
        raise InvalidInput("This text holds control characters.", field=field)
    if set(_PIECE.sub("", text)) & {"{", "}"}:
        raise InvalidInput("There is a brace without its partner.", field=field)
