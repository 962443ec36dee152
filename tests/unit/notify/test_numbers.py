"""Which numbers a link may be sent to."""

from __future__ import annotations

import pytest

from telemed.care.notify.numbers import texted
from telemed.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0151 23456789", "+4915123456789"),
        ("030 1234567", "+49301234567"),  # a landline reads it aloud
        ("+44 7700 900123", "+447700900123"),  # not assigned yet: ranges come every year
        ("+881 6123456789", "+8816123456789"),  # a satellite telephone in the mountains
        ("0700 12345678", "+4970012345678"),
        ("+683 4002", "+6834002"),  # Niue has no longer ones
    ],
)
def test_numbers_that_people_hold(typed: str, number: str) -> None:
    assert texted(typed, "DE") == number


@pytest.mark.parametrize(
    "typed",
    [
        *("112", "110", "+49112", "911", "+1 911"),
        *("0900 1234567", "+979 123456789", "0137 8123456", "+1 900 555 1234", "+44 909 8790123"),  # paid by the message
        *("0180 5123456", "0800 1234567", "0164 1234567", "118 33"),
        *("0151 CALLME12", "1-800-FLOWERS", "O151 23456789", "0151 23456789 x5"),
        *("", "hello", "+49", "0151 23456789; drop table", "+49 151 23456789\n+49 900 1234567"),
    ],
)
def test_numbers_that_nobody_in_need_has(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        texted(typed, "DE")
    assert refused.value.field == "phone"
    assert not typed or typed not in str(refused.value)
