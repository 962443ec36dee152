"""Who may take what somebody left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telemed.care.aftercare.heirs import able_people, heirs, is_able
from telemed.care.records import UserRecord
from telemed.care.roles import CARE_ROLES, Role
from tests.unit.care.builders import a_session

SESSION = replace(a_session(), site_id="sit_1")
AT = datetime(2026, 11, 23, tzinfo=UTC)
OWNER = UserRecord("usr_1", SESSION.organisation_id, Role.CLINICIAN, "Dr. A", "a@b.example", "", AT)
COLLEAGUE, ELSEWHERE = replace(OWNER, id="usr_2", site_id="sit_1"), replace(OWNER, id="usr_3", site_id="sit_2")


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_only_those_who_may_have_follow_ups_take_them(role: Role) -> None:
    assert is_able(replace(OWNER, role=role), SESSION) is (role in CARE_ROLES)


def test_who_left_or_works_elsewhere_is_not_able() -> None:
    assert is_able(COLLEAGUE, SESSION) and is_able(ELSEWHERE, replace(SESSION, site_id=None))
    for gone in (replace(OWNER, is_active=False), ELSEWHERE, replace(OWNER, organisation_id="org_2")):
        assert not is_able(gone, SESSION)


def test_those_who_knew_the_visit_come_first() -> None:
    people = (replace(OWNER, is_active=False), COLLEAGUE, ELSEWHERE, replace(COLLEAGUE, id="usr_4"))
    able = able_people(people, SESSION)
    assert heirs(able, {"usr_1", "usr_4", "usr_3"}) == {"usr_4"}
    assert heirs(able, {"usr_1", "usr_3"}) == {"usr_2", "usr_4"}, "none of them is left"
    assert heirs(able_people(people[:1], SESSION), {"usr_1"}) == frozenset()
