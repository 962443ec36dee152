"""The still's table, its limits, who sees one, and what a link is believed to take."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.roles import Role
from telemed.care.states import ParticipantState, SessionKind
from telemed.care.stills import limits, states
from telemed.care.stills.estimate import CEILING, FLOOR, SHARE, Uplink, UplinkEstimate
from telemed.care.stills.records import KeptPicture, NewStill, StillRecord
from telemed.care.stills.views import file_name, sees_still, still_view
from telemed.care.stills.words import SHOWN, StillCause, StillEvent, StillState
from telemed.errors import Conflict, InvalidInput, TooLarge
from telemed.media.pictures.faults import HeicPicture, NotAPicture
from tests.unit.care.builders import a_seat, a_session, a_staff_seat

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STILL = StillRecord("stl_1", "ses_1", "par_1", 3, StillState.SENDING, NOW, NOW, length=100)


@pytest.mark.parametrize(("state", "event", "cause"), list(product(StillState, StillEvent, StillCause)))
def test_every_cell_of_the_table(state: StillState, event: StillEvent, cause: StillCause) -> None:
    still = replace(STILL, state=state)
    row = states.TABLE.get((state, event))
    if row is None or cause not in row.causes:
        with pytest.raises(Conflict):
            states.apply(still, event, cause, NOW)
        return
    after, action = states.apply(still, event, cause, NOW + timedelta(seconds=1))
    assert after.state is row.next_state
    assert (action is None) == (after == still)


def test_what_is_over_stays_over() -> None:
    for state in (StillState.CANCELLED, StillState.ERASED):
        assert all(row.next_state is state for (at, _), row in states.TABLE.items() if at is state)


def test_a_finished_still_holds_what_is_kept() -> None:
    after, _ = states.finished(STILL, KeptPicture("image/png", 90, 40, 30, "ab"), NOW)
    assert (after.state, after.size, after.width, after.sha256, after.kept_at) == (StillState.KEPT, 90, 40, "ab", NOW)
    again, action = states.finished(after, KeptPicture("image/png", 1, 1, 1, "cd"), NOW)
    assert again == after and action is None


@pytest.mark.parametrize(("state", "seconds"), states.TIME_OUTS.items())
def test_time_outs(state: StillState, seconds: float) -> None:
    still = replace(STILL, state=state)
    assert not states.is_overdue(still, NOW + timedelta(seconds=seconds - 1))
    assert states.is_overdue(still, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("mime", "length", "fault"),
    [
        ("image/heic", 10, HeicPicture),
        ("image/gif", 10, NotAPicture),
        ("image/svg+xml", 10, NotAPicture),
        ("image/jpeg", 0, InvalidInput),
        ("image/jpeg", limits.MOST_BYTES + 1, TooLarge),
    ],
)
def test_what_is_not_begun(mime: str, length: int, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        limits.check_new(NewStill("command1", mime, length))


def test_quotas() -> None:
    kept = [replace(STILL, id=f"stl_{n}", state=StillState.KEPT, size=1) for n in range(limits.MOST_OF_SESSION)]
    limits.check_quota(kept[1:], "par_1", 10, None)
    with pytest.raises(Conflict):
        limits.check_quota(kept, "par_1", 10, None)
    heavy = [replace(STILL, state=StillState.KEPT, size=limits.MOST_BYTES_OF_SESSION - 5)]
    with pytest.raises(Conflict):
        limits.check_quota(heavy, "par_1", 6, None)
    sending = [replace(STILL, id=f"stl_{n}") for n in range(limits.MOST_SENDING)]
    limits.check_quota(sending, "par_2", 10, None)
    with pytest.raises(Conflict):
        limits.check_quota(sending, "par_1", 10, None)
    asked = [replace(STILL, state=StillState.ASKED)]
    limits.check_ask(asked, "par_2")
    with pytest.raises(Conflict):
        limits.check_ask(asked, "par_1")


def test_a_clock_far_off_tells_nothing() -> None:
    assert limits.credible(NOW - timedelta(days=400), NOW) is None
    assert limits.credible(NOW - timedelta(minutes=5), NOW) == NOW - timedelta(minutes=5)


@pytest.mark.parametrize("state", StillState)
def test_who_sees_one(state: StillState) -> None:
    visit = a_session()
    still = replace(STILL, state=state)
    patient = a_seat(Role.PATIENT, ParticipantState.CONNECTED, id="par_1", admitted_at=NOW)
    other = a_seat(Role.INTERPRETER, ParticipantState.CONNECTED, id="par_2")
    doctor = a_staff_seat(id="par_3")
    stranger = a_staff_seat(id="par_4", session_id="ses_2")
    shown, kept = state in SHOWN, state is StillState.KEPT
    assert sees_still(visit, patient, still, False) == shown
    assert sees_still(visit, doctor, still, False) == shown
    assert sees_still(visit, other, still, True) == kept
    assert not sees_still(visit, other, still, False)  # came later, or was on hold
    assert not sees_still(visit, replace(other, state=ParticipantState.ON_HOLD), still, True)
    assert not sees_still(visit, stranger, still, True)
    assert not sees_still(replace(visit, kind=SessionKind.URGENT), other, still, True)


def test_names_of_files_say_nothing() -> None:
    assert file_name(replace(STILL, mime="image/png")) == "still-3.png"
    assert "asked_by" in still_view(STILL, {})


samples = st.builds(
    Uplink,
    st.floats(0, 3e7),
    st.floats(0, 1e7),
    st.floats(0, 1),
    st.floats(0, 10),
    st.booleans(),
)


@given(st.lists(samples, max_size=60))
def test_an_estimate_is_always_one(seen: list[Uplink]) -> None:
    estimate = UplinkEstimate()
    for sample in seen:
        pace = estimate.add(sample)
        assert FLOOR <= pace.estimate <= max(CEILING, 4e7)
        assert not (pace.go and sample.held)


def test_a_link_full_of_pictures_gives_a_still_its_share() -> None:
    """200 kbit/s and 3 % loss as they always are: what comes is the estimate, and a still takes 30 % of it."""
    estimate, still = UplinkEstimate(), 0.0
    for _ in range(40):
        pace = estimate.add(Uplink(195_000 - still, still, 0.03, 0.05, False))
        still = SHARE * pace.estimate if pace.go else 0.0
        assert pace.go
    assert 50_000 <= still <= 70_000


def test_a_voice_that_waits_stops_a_still_for_a_while() -> None:
    estimate = UplinkEstimate()
    before = estimate.add(Uplink(180_000, 60_000, 0.0, 0.0, False))
    hurt = estimate.add(Uplink(150_000, 60_000, 0.0, 0.6, False))
    assert before.go and not hurt.go and hurt.estimate < before.estimate
    goes = [estimate.add(Uplink(150_000, 0, 0.0, 0.0, False)).go for _ in range(4)]
    assert goes == [False, False, True, True]


def test_a_delay_that_is_there_without_a_still_holds_it_up_for_a_while_only() -> None:
    """A busy device captures late, whatever we send."""
    estimate = UplinkEstimate()
    goes = [estimate.add(Uplink(150_000, 0, 0.0, 0.6, False)).go for _ in range(12)]
    assert not goes[0] and goes[-1]


def test_a_voice_alone_lets_the_estimate_grow() -> None:
    estimate, still = UplinkEstimate(), 0.0
    for _ in range(30):
        still = min(SHARE * estimate.add(Uplink(40_000, still, 0.0, 0.0, False)).estimate, 2_000_000)
    assert still > 500_000


def test_beside_the_smallest_picture_of_a_thin_link_a_still_takes_no_more_than_its_share_of_what_comes() -> None:
    estimate, still = UplinkEstimate(), 0.0
    for _ in range(60):  # two minutes
        told = estimate.add(Uplink(68_000, still, 0.03, 0.05, False, pictures=31_000)).estimate
        still = min(SHARE * told, 110_000)
    assert still < 35_000, "the link has 200,000, and the picture looks for them"


def test_more_loss_than_before_stops_a_still() -> None:
    estimate = UplinkEstimate()
    for _ in range(5):
        assert estimate.add(Uplink(150_000, 0, 0.10, 0.0, False)).go
    assert not estimate.add(Uplink(150_000, 40_000, 0.17, 0.0, False)).go
