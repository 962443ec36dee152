"""How long a login is worth something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from telemed.care.login_rules import IDLE, LIFE, Standing, standing
from telemed.care.records import LoginRecord, UserRecord
from telemed.care.roles import STAFF_ROLES, Role

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOGIN = LoginRecord("lgn_1", "usr_1", "hash", NOW, NOW, NOW + LIFE)
BEFORE = timedelta(microseconds=1)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_a_shift_ends_exactly_and_only_a_responders_may_be_quiet(role: Role) -> None:
    user = UserRecord("usr_1", "org_1", role, "N", "n@clinic.example", "hash", NOW)
    quiet = Standing.VALID if role is Role.RESPONDER else Standing.EXPIRED
    assert standing(LOGIN, user, NOW + IDLE - BEFORE) is Standing.VALID
    assert standing(LOGIN, user, NOW + IDLE) is standing(LOGIN, user, NOW + LIFE - BEFORE) is quiet
    assert standing(LOGIN, user, NOW + LIFE) is Standing.EXPIRED
