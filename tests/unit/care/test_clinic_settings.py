"""Policies, changes and their way back, use over days, masks: the rules without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.clinic.live_settings import LiveSettings
from telemed.care.clinic.records import DayUsage, SettingChange
from telemed.care.clinic.subjects import Kind, Subject, before_it
from telemed.care.clinic.usage import every_day, median_wait, slow_wait
from telemed.care.notify.masking import masked
from telemed.care.notify.records import Medium
from telemed.care.policies import RULES, Policy, check_value, default_of, policies_from
from telemed.care.records import OrganisationRecord
from telemed.care.staff.policies import SecondFactor
from telemed.errors import Conflict, InvalidInput

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CLINIC = OrganisationRecord("org_1", "Clinic", "1", "112", is_demo=False, created_at=NOW)


def change(before: Any, after: Any, subject: str = "policy:login_hours", name: str = "chg_1") -> SettingChange:
    return SettingChange(name, "org_1", subject, before, after, "usr_1", NOW)


def test_every_default_is_allowed_and_strict_outside_a_demo() -> None:
    for policy, rule in RULES.items():
        assert rule.allows(default_of(policy, is_demo=False)) and rule.allows(default_of(policy, is_demo=True))
    assert policies_from({}, is_demo=False).second_factor == SecondFactor.REQUIRED
    assert policies_from({}, is_demo=False).idle_lock_minutes == 10
    assert policies_from({}, is_demo=True).idle_lock_minutes == 0
    assert tuple(SecondFactor) == RULES[Policy.SECOND_FACTOR].choices


@given(st.sampled_from(Policy), st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()))
def test_whatever_is_stored_what_holds_is_allowed(policy: Policy, value: Any) -> None:
    held = policies_from({policy.value: value, "unknown": value}, is_demo=False)
    assert all(RULES[one].allows(held.value_of(one)) for one in Policy)
    if RULES[policy].allows(value):
        assert held.value_of(policy) == check_value(policy, value) == value
    else:
        with pytest.raises(InvalidInput):
            check_value(policy, value)


def test_only_the_last_change_of_a_setting_is_taken_back() -> None:
    first, second = change(None, {"value": 8}), change({"value": 8}, {"value": 6}, name="chg_2")
    assert before_it(second, second, {"value": 6}) == {"value": 8}
    assert before_it(first, first, {"value": 8}) is None
    for latest, present in ((second, {"value": 8}), (first, {"value": 7}), (None, {"value": 8})):
        with pytest.raises(Conflict) as refused:
            before_it(first, latest, present)
        assert refused.value.code == "changed_since"


def test_a_new_site_is_closed_and_never_deleted() -> None:
    made = change(None, {"name": "North", "phone": "", "closed": False}, "site:sit_1")
    assert before_it(made, made, made.after) == {"name": "North", "phone": "", "closed": True}


def test_a_subject_is_read_as_it_was_written() -> None:
    template = Subject.of_template("visit_link", "de", Medium.SMS)
    assert Subject.read(template.text) == template and template.template == ("visit_link", "de", Medium.SMS)
    assert Subject.read("site:sit_1") == Subject(Kind.SITE, "sit_1")
    with pytest.raises(InvalidInput):
        Subject.read("moon:1")


def test_pages_are_told_only_when_the_clinic_has_changed() -> None:
    live, told = LiveSettings(CLINIC), list[str]()
    live.on_clinic = lambda clinic: told.append(clinic.name)
    live.take(CLINIC, policies_from({"link_days": 7}, is_demo=False))
    assert (live.link_days, told) == (7, [])
    live.take(OrganisationRecord("org_1", "New", "1", "112", is_demo=False, created_at=NOW), live.policies)
    assert told == ["New"]


def test_days_without_visits_are_there_and_without_a_wait() -> None:
    days = every_day([DayUsage("2026-03-02", sessions=2, waits=(10.0, 30.0))], date(2026, 3, 3), 3)
    assert [day.day for day in days] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert (median_wait(days), median_wait(days[:1]), slow_wait(())) == (20.0, None, None)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_at_least_nine_of_ten_waited_no_longer(waits: list[float]) -> None:
    slow = slow_wait(waits)
    assert slow is not None and sum(wait <= slow for wait in waits) >= 0.9 * len(waits)


@pytest.mark.parametrize(
    ("medium", "recipient", "shown"),
    [
        (Medium.MAIL, "mira@clinic.example", "m…@….example"),
        (Medium.MAIL, "m@localhost", "m…@…"),
        (Medium.SMS, "+491701234567", "…67"),
        (Medium.MAIL, "", ""),
    ],
)
def test_recipients_are_masked(medium: Medium, recipient: str, shown: str) -> None:
    assert masked(medium, recipient) == shown


def test_a_period_has_its_length() -> None:
    assert len(every_day([], NOW.date() + timedelta(days=1), 90)) == 90
