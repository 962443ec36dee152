"""Who made sure who a person is: said again, the first stays named; said otherwise, the last counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telemed.care.identity_check import IdentityCheck, IdentityHow, decided, identity_view

AT = datetime(2026, 11, 23, 10, 4, tzinfo=UTC)
SAID = IdentityCheck("usr_1", "Dr. Amsel", AT, IdentityHow.SAID)


def test_the_first_who_said_so_stays_named() -> None:
    later = AT + timedelta(minutes=5)
    assert decided(None, "said", "usr_1", "Dr. Amsel", AT) == SAID
    assert decided(SAID, "said", "usr_2", "Dr. Beo", later) is SAID
    other = decided(SAID, "document", "usr_2", "Dr. Beo", later)
    assert other == IdentityCheck("usr_2", "Dr. Beo", later, IdentityHow.DOCUMENT)
    assert decided(SAID, None, "usr_2", "Dr. Beo", later) is None


def test_what_staff_see_of_it() -> None:
    assert identity_view(None) is None
    assert identity_view(SAID) == {"by": "Dr. Amsel", "at": "2026-11-23T10:04:00.000Z", "how": "said"}
