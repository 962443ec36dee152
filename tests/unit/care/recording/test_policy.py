"""What a clinic's policies mean, and the form of what people write."""

from __future__ import annotations

from typing import Any

import pytest

from telemed.care.audit_chain import GENESIS
from telemed.care.policies import ClinicPolicies, policies_from
from telemed.care.recording import policy
from telemed.care.recording.words import Basis, ConsentAct, DecidedBy, RecordingMode, RecordingState, Standing
from telemed.care.states import SessionKind
from telemed.errors import Conflict, InvalidInput
from tests.unit.care.recording.builders import NOW, a_bystander, a_recording


def given(**stored: Any) -> ClinicPolicies:
    return policies_from({f"recording_{name}": value for name, value in stored.items()}, is_demo=False)


def test_planned_visits_are_not_recorded_unless_the_clinic_says_so() -> None:
    assert [policy.mode_of(given(), kind) for kind in SessionKind] == [
        RecordingMode.OFF,
        RecordingMode.OPTIONAL,
        RecordingMode.OPTIONAL,
    ]
    assert not policy.may_be_emergency(given()) and policy.may_be_emergency(given(emergency="on"))
    assert policy.quota_bytes(given()) is None and policy.quota_bytes(given(quota_gb=2)) == 2 * 10**9
    assert (policy.decide_by(given(decide_days=3), NOW) - NOW).days == 3
    assert [mode for mode in RecordingMode if policy.asks_at_the_door(mode)] == [RecordingMode.REQUIRED]


@pytest.mark.parametrize(
    ("stored", "basis", "state", "code"),
    [
        ({}, Basis.CONSENT, None, ""),
        ({"urgent": "off"}, Basis.CONSENT, None, "recording_off"),
        ({"urgent": "required"}, Basis.CONSENT, None, ""),
        ({}, Basis.EMERGENCY, None, "emergency_off"),
        ({"urgent": "off", "emergency": "on"}, Basis.EMERGENCY, None, ""),
        ({}, Basis.CONSENT, RecordingState.ASKING, "recording_open"),
        ({}, Basis.CONSENT, RecordingState.PAUSED, "recording_open"),
        ({}, Basis.CONSENT, RecordingState.FINALISING, ""),
    ],
)
def test_who_may_ask(stored: dict[str, Any], basis: Basis, state: RecordingState | None, code: str) -> None:
    there = [a_recording(state=state)] if state is not None else []
    if not code:
        policy.check_ask(given(**stored), SessionKind.URGENT, basis, there)
        return
    with pytest.raises(Conflict) as refused:
        policy.check_ask(given(**stored), SessionKind.URGENT, basis, there)
    assert refused.value.code == code


@pytest.mark.parametrize("mode", list(RecordingMode))
@pytest.mark.parametrize("state", [None, RecordingState.RECORDING, RecordingState.ASKING, RecordingState.CANCELLED])
@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("noted", [True, False])
def test_required_and_refused_wants_a_reason(
    mode: RecordingMode, state: RecordingState | None, standing: Standing, noted: bool
) -> None:
    there = [a_recording(state=state)] if state is not None else []
    against = standing in (Standing.REFUSED, Standing.WITHDRAWN)
    wanted = mode is RecordingMode.REQUIRED and state is not RecordingState.RECORDING and against and not noted
    assert policy.wants_reason(mode, there, [Standing.AGREED, standing], noted) is wanted


def test_a_bystander_decides_or_somebody_named_does() -> None:
    child = policy.check_bystander(a_bystander(by_name="  Her   mother ", decided_by=DecidedBy.CARER))
    assert child.by_name == "Her mother" and policy.act_for(child) is ConsentAct.AGREED
    assert policy.act_for(a_bystander(agreed=False, decided_by=DecidedBy.UNABLE)) is ConsentAct.REFUSED
    victim = a_bystander(decided_by=DecidedBy.UNABLE, by_name="Dr. A", reason="Is  unconscious.")
    assert policy.act_for(policy.check_bystander(victim)) is ConsentAct.UNABLE
    assert policy.check_bystander(victim).reason == "Is unconscious."
    for wrong, field in (
        (a_bystander(decided_by=DecidedBy.CARER), "by_name"),
        (a_bystander(decided_by=DecidedBy.UNABLE, reason="Is unconscious."), "by_name"),
        (a_bystander(decided_by=DecidedBy.UNABLE, by_name="Dr. A"), "reason"),
        (a_bystander(by_name="x" * 81), "by_name"),
    ):
        with pytest.raises(InvalidInput) as refused:
            policy.check_bystander(wrong)
        assert refused.value.field == field


def test_a_category_is_a_word() -> None:
    assert policy.clean_category("red_flag") == "red_flag"
    for wrong in ("", "Red flag", "x" * 41, "9"):
        with pytest.raises(InvalidInput):
            policy.clean_category(wrong)


def test_the_trail_names_recording_and_manifest() -> None:
    name = policy.manifest_object("rec_0123456789abcdef", GENESIS)
    assert name == "rec_0123456789abcdef:" + "A" * 43 and len(name) <= 80
    assert policy.manifest_object("rec_1", "ff" * 32) != policy.manifest_object("rec_1", "fe" * 32)
    for wrong in ("", "00", "zz" * 32):
        with pytest.raises(ValueError, match=r"."):
            policy.manifest_object("rec_1", wrong)
