"""Half of two factors proves nothing where two are required; nobody is asked for what they do not have."""

from __future__ import annotations

import itertools

import pytest

from telemed.care.staff.policies import SecondFactor
from telemed.care.staff.proof_ways import Shown, is_way, proof_ways
from telemed.care.staff.records import Factors

PASSWORD, CODE, KEY = (Shown.PASSWORD,), (Shown.TOTP,), (Shown.PASSKEY,)
BOTH = (Shown.PASSWORD, Shown.TOTP)


@pytest.mark.parametrize(
    ("password", "totp", "passkeys", "ways"),
    [
        (True, False, 0, (PASSWORD,)),  # required a moment ago: the first factor is set up with the password
        (True, True, 0, (BOTH,)),
        (True, False, 1, (KEY,)),
        (True, True, 2, (BOTH, KEY)),
        (False, True, 1, (KEY, CODE)),
        (False, True, 0, (CODE,)),
        (False, False, 0, ()),
    ],
)
def test_where_a_second_factor_is_required(password: bool, totp: bool, passkeys: int, ways: tuple[object, ...]) -> None:
    assert proof_ways(password, Factors(totp, passkeys, 10), SecondFactor.REQUIRED) == ways


def test_where_it_is_offered_each_thing_is_enough() -> None:
    assert proof_ways(True, Factors(True, 1, 10), SecondFactor.OFFERED) == (PASSWORD, KEY, CODE)
    assert proof_ways(True, Factors(False, 0, 0), SecondFactor.OFFERED) == (PASSWORD,)


def test_what_is_shown_must_hold_a_whole_way() -> None:
    for count in range(4):
        for shown in itertools.combinations(Shown, count):
            enough = {Shown.PASSWORD, Shown.TOTP} <= set(shown) or Shown.PASSKEY in shown
            assert is_way(shown, (BOTH, KEY)) is enough
    assert not is_way(BOTH, ())
