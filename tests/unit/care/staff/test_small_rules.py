"""Device words, recovery codes, steps, and who may change whose account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telemed.care.identity import Staff
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.care.staff import recovery_codes, sign_in_steps, staff_rules
from telemed.care.staff.device_words import UNKNOWN, device_words
from telemed.care.staff.records import InvitationRecord, QuickUnlockRecord, SignInStepRecord, StepKind
from telemed.errors import Conflict, InvalidInput, NotFound

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ADMIN = Staff("usr_admin", "org_1", Role.ADMIN, "A")
USER = UserRecord("usr_1", "org_1", Role.CLINICIAN, "C", "c@clinic.example", "x", NOW)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) SamsungBrowser/25.0 Chrome/121 Safari/537.36", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit/605 Version/17 Safari/605", "Safari on Mac"),
        ("<script>alert(1)</script>", UNKNOWN),
        ("", UNKNOWN),
    ],
)  # fmt: skip
def test_a_device_is_named_in_our_words(agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    code = recovery_codes.code_from(bytes(range(16)))
    assert code == "ABCD-EFGH-JKLM-NPQR"
    assert recovery_codes.normalised(" abcd efgh-jklm npqr ") == "ABCDEFGHJKLMNPQR"


def a_step(**changes: object) -> SignInStepRecord:
    step = SignInStepRecord("stp_1", "usr_1", StepKind.FACTOR.value, "h", b"", 0, NOW, NOW + sign_in_steps.STEP_LIFE)
    return replace(step, **changes)  # type: ignore[arg-type]


def test_a_step_ends_by_time_use_and_wrong_answers() -> None:
    assert sign_in_steps.is_open(a_step(), StepKind.FACTOR, NOW)
    assert not sign_in_steps.is_open(a_step(), StepKind.ENROL, NOW)
    assert not sign_in_steps.is_open(a_step(used_at=NOW), StepKind.FACTOR, NOW)
    assert not sign_in_steps.is_open(a_step(), StepKind.FACTOR, NOW + sign_in_steps.STEP_LIFE)
    assert not sign_in_steps.is_open(None, StepKind.FACTOR, NOW)
    step = a_step()
    for n in range(sign_in_steps.STEP_ATTEMPTS):
        assert sign_in_steps.is_open(step, StepKind.FACTOR, NOW), n
        step = sign_in_steps.failed(step, NOW)
    assert not sign_in_steps.is_open(step, StepKind.FACTOR, NOW)


def test_a_pin_is_blocked_after_five_wrong_ones() -> None:
    unlock = QuickUnlockRecord("lgn_1", "x", 0, False, NOW)
    for _ in range(4):
        unlock = sign_in_steps.pin_failed(unlock)
    assert not unlock.is_blocked and sign_in_steps.pin_failed(unlock).is_blocked


def test_an_invitation_works_until_it_is_used_revoked_or_old() -> None:
    invitation = InvitationRecord("inv_1", "usr_1", "invite", "h", None, NOW, NOW + timedelta(days=7))
    assert sign_in_steps.is_usable(invitation, NOW)
    for ended in (replace(invitation, used_at=NOW), replace(invitation, revoked_at=NOW), None):
        assert not sign_in_steps.is_usable(ended, NOW)
    assert not sign_in_steps.is_usable(invitation, NOW + timedelta(days=7))


def test_the_last_admin_stays_and_nobody_shuts_oneself_out() -> None:
    other_admin = replace(USER, role=Role.ADMIN)
    with pytest.raises(Conflict) as last:
        staff_rules.deactivated(ADMIN, other_admin, 1)
    assert last.value.code == "last_admin"
    with pytest.raises(Conflict):
        staff_rules.with_role(ADMIN, other_admin, Role.CLINICIAN, False, 1)
    assert not staff_rules.deactivated(ADMIN, other_admin, 2).is_active
    oneself = replace(other_admin, id=ADMIN.user_id)
    for act in (
        lambda: staff_rules.deactivated(ADMIN, oneself, 5),
        lambda: staff_rules.with_role(ADMIN, oneself, Role.CLINICIAN, False, 5),
        lambda: staff_rules.with_site(ADMIN, oneself, "sit_1"),
    ):
        with pytest.raises(Conflict) as own:
            act()
        assert own.value.code == "own_account"
    with pytest.raises(InvalidInput):
        staff_rules.with_role(ADMIN, USER, Role.PATIENT, False, 5)


def test_an_admin_reaches_the_own_organisation_and_site_only() -> None:
    assert staff_rules.in_reach(ADMIN, USER) is USER
    at_one_site = replace(ADMIN, site_id="sit_1")
    for user in (None, replace(USER, organisation_id="org_2")):
        with pytest.raises(NotFound):
            staff_rules.in_reach(ADMIN, user)
    with pytest.raises(NotFound):
        staff_rules.in_reach(at_one_site, replace(USER, site_id="sit_2"))
    with pytest.raises(NotFound):
        staff_rules.in_reach(at_one_site, USER)  # works at every site: resetting it would be the way to all of them
    with pytest.raises(NotFound):
        staff_rules.with_site(at_one_site, USER, None)
    assert staff_rules.with_site(at_one_site, USER, "sit_1").site_id == "sit_1"
