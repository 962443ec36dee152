"""Which telephone numbers a message may be sent to: any that a person can hold, none that costs us or reaches a service. Pure."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberType

from telemed.care.patients.channels import normalise
from telemed.care.patients.words import ChannelKind
from telemed.errors import InvalidInput

# Who answers there is a company, and with some of them every message is paid for: nobody in need is called there.
_SERVICES = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
    }
)
LEAST_DIGITS = 7  # of a national number that no numbering plan knows: shorter ones are directory enquiries and the like


def texted(typed: str, region: str) -> str:
    """Return E.164 of a number that a link may be sent to. Raises InvalidInput, field `phone`."""
    try:
        number = normalise(ChannelKind.PHONE, typed, region)
    except InvalidInput:
        raise InvalidInput("This is no telephone number.", field="phone") from None
    # Letters are digits on old keypads; in a number somebody hears and types they are a slip.
    if any(character.isalpha() for character in typed) or not _is_a_persons(number):
        raise InvalidInput("No message may be sent to this number.", field="phone")
    return number


def _is_a_persons(number: str) -> bool:
    parsed = phonenumbers.parse(number, None)
    if phonenumbers.number_type(parsed) in _SERVICES:
        return False
    national = phonenumbers.national_significant_number(parsed)
    return len(national) >= LEAST_DIGITS or phonenumbers.is_valid_number(parsed)
