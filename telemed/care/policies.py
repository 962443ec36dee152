"""What a clinic may decide for itself: each policy with its default, its bounds and what it is called in the database.

A policy is here only if something obeys it. A stored value that this version does not accept counts as not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telemed.care.recording.words import RecordingMode
from telemed.care.staff.policies import SecondFactor
from telemed.errors import InvalidInput
from telemed.media.sdp.codecs import DEFAULT_VIDEO, VIDEO_CODECS

Value = str | int


class Policy(StrEnum):
    """The names of policies."""

    SECOND_FACTOR = "second_factor"
    IDLE_LOCK_MINUTES = "idle_lock_minutes"
    LOGIN_HOURS = "login_hours"
    LINK_DAYS = "link_days"
    VIDEO_CODEC = "video_codec"
    RECORDING_SCHEDULED = "recording_scheduled"
    RECORDING_URGENT = "recording_urgent"
    RECORDING_GROUP = "recording_group"
    RECORDING_EMERGENCY = "recording_emergency"
    RECORDING_DECIDE_DAYS = "recording_decide_days"
    RECORDING_DAYS_SCHEDULED = "recording_days_scheduled"
    RECORDING_DAYS_URGENT = "recording_days_urgent"
    RECORDING_DAYS_GROUP = "recording_days_group"
    RECORDING_QUOTA_GB = "recording_quota_gb"
    LOCATION_DAYS = "location_days"
    INCIDENT_TEXT_DAYS = "incident_text_days"


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """What a policy may be: one of `choices`, or a whole number from `low` to `high` (and 0 for "never" with `may_be_off`)."""

    default: Value
    in_demo: Value
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    may_be_off: bool = False

    def allows(self, value: object) -> bool:
        """Whether this is a possible value."""
        if self.choices:
            return isinstance(value, str) and value in self.choices
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return self.low <= value <= self.high or (self.may_be_off and value == 0)


_RECORDING = tuple(RecordingMode)
_KEPT = PolicyRule(365, 365, low=0, high=3650)  # days; 0: until somebody erases it

RULES: Mapping[Policy, PolicyRule] = {
    Policy.SECOND_FACTOR: PolicyRule(SecondFactor.REQUIRED.value, SecondFactor.OFFERED.value, tuple(SecondFactor)),
    # HIPAA wants automatic logoff without naming a time; ten minutes is usual on wards. The lock cuts no call.
    Policy.IDLE_LOCK_MINUTES: PolicyRule(10, 0, low=1, high=120, may_be_off=True),
    Policy.LOGIN_HOURS: PolicyRule(12, 12, low=1, high=24),  # NIST SP 800-63B AAL2: at most 24 h
    Policy.LINK_DAYS: PolicyRule(30, 30, low=1, high=90),  # after the planned start; a link ends with its visit anyway
    # Of visits that begin from now on. Every browser has VP8; the others carry more picture per bit and cost more computing.
    Policy.VIDEO_CODEC: PolicyRule(DEFAULT_VIDEO, DEFAULT_VIDEO, tuple(VIDEO_CODECS)),
    # Whether visits of each kind are recorded. Nobody is recorded without being asked, and no refusal ends a call.
    Policy.RECORDING_SCHEDULED: PolicyRule(RecordingMode.OFF.value, RecordingMode.OPTIONAL.value, _RECORDING),
    Policy.RECORDING_URGENT: PolicyRule(RecordingMode.OPTIONAL.value, RecordingMode.OPTIONAL.value, _RECORDING),
    Policy.RECORDING_GROUP: PolicyRule(RecordingMode.OPTIONAL.value, RecordingMode.OPTIONAL.value, _RECORDING),
    Policy.RECORDING_EMERGENCY: PolicyRule("off", "off", ("off", "on")),  # without prior consent, for a reason
    Policy.RECORDING_DECIDE_DAYS: PolicyRule(7, 7, low=1, high=30),  # then what was recorded in an emergency is destroyed
    Policy.RECORDING_DAYS_SCHEDULED: _KEPT,
    Policy.RECORDING_DAYS_URGENT: _KEPT,
    Policy.RECORDING_DAYS_GROUP: _KEPT,
    Policy.RECORDING_QUOTA_GB: PolicyRule(0, 0, low=0, high=9999),  # 0: as much as the disk holds
    Policy.LOCATION_DAYS: PolicyRule(30, 30, low=1, high=365),  # names, numbers, places and tracks after the end of an incident
    # Its reason and note are a record of care, as the note and the chat of any visit, which nothing deletes by itself.
    Policy.INCIDENT_TEXT_DAYS: PolicyRule(0, 0, low=0, high=3650),  # 0: as long as the visit
}


@dataclass(frozen=True, slots=True)
class ClinicPolicies:
    """All policies of a clinic at one moment. The field names are the names of Policy."""

    second_factor: str
    idle_lock_minutes: int  # 0: never
    login_hours: int
    link_days: int
    video_codec: str
    recording_scheduled: str
    recording_urgent: str
    recording_group: str
    recording_emergency: str
    recording_decide_days: int
    recording_days_scheduled: int  # 0: until somebody erases it
    recording_days_urgent: int
    recording_days_group: int
    recording_quota_gb: int  # 0: none
    location_days: int
    incident_text_days: int  # 0: never

    def value_of(self, policy: Policy) -> Value:
        """The value of one policy."""
        value: Value = getattr(self, policy.value)
        return value


def default_of(policy: Policy, is_demo: bool) -> Value:
    """What holds while the clinic has not decided."""
    rule = RULES[policy]
    return rule.in_demo if is_demo else rule.default


def policies_from(stored: Mapping[str, Any], is_demo: bool) -> ClinicPolicies:
    """The policies that hold, given what is stored; names that are not known here are other parts' and are passed over."""
    values: dict[str, Any] = {policy.value: default_of(policy, is_demo) for policy in Policy}
    for policy, rule in RULES.items():
        if policy.value in stored and rule.allows(stored[policy.value]):
            values[policy.value] = stored[policy.value]
    return ClinicPolicies(**values)


def policy_named(name: str) -> Policy:
    """The policy of this name. Raises InvalidInput."""
    try:
        return Policy(name)
    except ValueError:
        raise InvalidInput("There is no such policy.", field="name") from None


def check_value(policy: Policy, value: object) -> Value:
    """Return the value. Raises InvalidInput when the policy cannot have it."""
    if not RULES[policy].allows(value):
        raise InvalidInput("The policy cannot have this value.", field="value")
    assert isinstance(value, str | int)
    return value
