"""How somebody can be reached after a visit: by what was confirmed or left, and not at all where nothing was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telemed.care.aftercare.ways import Way, ways_to
from telemed.care.aftercare.words import MessageWay
from telemed.care.notify.records import Medium
from telemed.care.patients.records import ChannelRecord
from telemed.care.patients.words import ChannelKind
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import EntryState

AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
MAIL = ChannelRecord("chn_1", "pat_1", ChannelKind.EMAIL, "ada@mail.example", AT, verified_at=AT)
PHONE = ChannelRecord("chn_2", "pat_1", ChannelKind.PHONE, "+49305550123", AT, verified_at=AT)
NUMBER = "+49305550199"
ENTRY = EntryRecord("ent_1", "que_1", "que_1", "ses_1", "par_1", "0" * 64, EntryState.DONE, AT, AT, phone=NUMBER)
BY_MAIL = Way(MessageWay.HOME, Medium.MAIL, MAIL.value)
BY_SMS = Way(MessageWay.HOME, Medium.SMS, PHONE.value)
BY_LINK = Way(MessageWay.LINK, Medium.SMS, NUMBER)


def everything(medium: Medium) -> bool:
    return True


def nothing(medium: Medium) -> bool:
    return False


def test_nobody_is_offered_a_way_that_is_not_there() -> None:
    assert ways_to(None, None, everything) == []
    assert ways_to([], replace(ENTRY, phone=""), everything) == []
    assert ways_to(None, ENTRY, nothing) == [], "no SMS from here"


@pytest.mark.parametrize(
    "channel",
    [replace(MAIL, verified_at=None), replace(MAIL, revoked_at=AT), replace(MAIL, carer_id="car_1")],
    ids=["unconfirmed", "withdrawn", "a carer's"],
)
def test_home_needs_a_confirmed_channel_of_the_persons_own(channel: ChannelRecord) -> None:
    assert ways_to([channel], None, everything) == []


def test_home_comes_first_and_tells_by_telephone_where_it_can() -> None:
    assert ways_to([MAIL, PHONE], ENTRY, everything) == [BY_SMS, BY_LINK]
    assert ways_to([MAIL, PHONE], ENTRY, lambda medium: medium is Medium.MAIL) == [BY_MAIL]
    assert ways_to([MAIL], None, nothing) == [Way(MessageWay.HOME)], "it waits there without a notice"


def test_staff_see_where_it_goes_without_learning_the_number() -> None:
    assert (BY_LINK.shown, BY_MAIL.shown, Way(MessageWay.HOME).shown) == ("…99", "a…@….example", None)
    assert NUMBER not in repr(BY_LINK)
