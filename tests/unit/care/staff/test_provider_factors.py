"""Two kinds of factor count, two of one kind do not, and only words we know count at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.staff.provider_factors import MULTI_FACTOR_CLASSES, says_multi_factor


@pytest.mark.parametrize(
    ("methods", "context", "is_enough"),
    [
        ([], "", False),
        (["pwd"], "", False),
        (["pwd", "pin"], "", False),  # both are known by heart
        (["otp", "sms"], "", False),  # both are held
        (["pwd", "otp"], "", True),
        (["hwk", "fpt"], "", True),
        (["mfa"], "", True),
        (["MFA"], "", False),
        (["pwd", "geo", "rba", "user", "mca"], "", False),
        ([], "0", False),
        (["pwd"], "phr", True),
    ],
)
def test_known_words(methods: list[str], context: str, is_enough: bool) -> None:
    assert says_multi_factor(methods, context) is is_enough


@given(st.lists(st.text(max_size=8)), st.text(max_size=20))
def test_other_words_say_nothing(methods: list[str], context: str) -> None:
    known = {"mfa", "pwd", "pin", "kba", "otp", "sms", "tel", "hwk", "swk", "sc", "face", "fpt", "iris", "retina", "vbm"}
    if not known & set(methods) and context not in MULTI_FACTOR_CLASSES:
        assert not says_multi_factor(methods, context)
