"""What one limit refuses uses up nothing of another."""

from __future__ import annotations

import pytest

from telemed.errors import TooMany
from telemed.signaling.door_rates import NUMBERS_OF_CLINIC, SAME_NUMBER, NumberRates


def test_a_number_refused_for_the_clinics_sake_is_free_once_the_clinic_is() -> None:
    rates = NumberRates()
    for number in range(int(NUMBERS_OF_CLINIC.burst)):
        rates.take("org", f"other {number}", False, 0.0)
    for _ in range(int(SAME_NUMBER.burst) + 1):
        with pytest.raises(TooMany) as refused:
            rates.take("org", "ada", False, 0.0)
        assert refused.value.retry_after == NUMBERS_OF_CLINIC.seconds
    rates.take("org", "ada", False, NUMBERS_OF_CLINIC.seconds)


def test_a_number_typed_again_and_again_uses_up_nothing_of_the_clinic() -> None:
    rates = NumberRates()
    for _ in range(int(SAME_NUMBER.burst)):
        rates.take("org", "ada", False, 0.0)
    for _ in range(int(NUMBERS_OF_CLINIC.burst)):
        with pytest.raises(TooMany):
            rates.take("org", "ada", False, 0.0)
    rates.take("org", "ben", False, 0.0)
