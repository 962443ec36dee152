"""Telephone numbers and e-mail addresses in the one form in which they are kept and compared."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from telemed.care.patients.words import ChannelKind
from telemed.errors import InvalidInput

MAX_EMAIL = 254  # characters, RFC 5321 section 4.5.3.1.3 less the angle brackets
MAX_LOCAL = 64  # octets before the @, RFC 5321 section 4.5.3.1.1
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
DEFAULT_REGION = "DE"  # where the clinic's own number names no country


def region_of(clinic_phone: str) -> str:
    """Return the country (ISO 3166) in which a number without country code is dialled: the clinic's."""
    try:
        parsed = phonenumbers.parse(clinic_phone, None)
    except phonenumbers.NumberParseException:
        return DEFAULT_REGION
    return phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(parsed.country_code or 0)


def normalise(kind: ChannelKind, typed: str, region: str) -> str:
    """Return E.164, or the address in lower case. Raises InvalidInput for what can be neither."""
    return _phone(typed, region) if kind is ChannelKind.PHONE else _email(typed)


def display(kind: ChannelKind, value: str) -> str:
    """Return a stored value as people read it: numbers in groups."""
    if kind is not ChannelKind.PHONE:
        return value
    try:
        parsed = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _phone(typed: str, region: str) -> str:
    try:
        parsed = phonenumbers.parse(unicodedata.normalize("NFKC", typed), region)
    except phonenumbers.NumberParseException:
        raise InvalidInput("This is no telephone number.", field="value") from None
    length = phonenumbers.is_possible_number_with_reason(parsed)  # possible, not assigned: new ranges come every year
    if length != phonenumbers.ValidationResult.IS_POSSIBLE or parsed.extension:
        raise InvalidInput("This is no telephone number.", field="value")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _email(typed: str) -> str:
    value = unicodedata.normalize("NFC", typed.strip()).lower()
    local = value.partition("@")[0]
    if len(value) > MAX_EMAIL or len(local.encode()) > MAX_LOCAL or ".." in local or not _EMAIL.fullmatch(value):
        raise InvalidInput("This is no e-mail address.", field="value")
    return value
