"""Which links open, and for which device."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemed.care.link_rules import EARLY, MOVE_LIFE, LinkFacts, Opening, check_link, not_before, open_link
from telemed.care.records import MoveRequest
from telemed.care.states import ParticipantState, SessionState
from telemed.errors import Conflict, Gone, NotAllowed, NotFound, TelemedError, TooEarly
from tests.unit.care.builders import NOW, a_link, a_seat, a_session, a_token

MINE, OTHER = "c" * 64, "d" * 64
P, S = ParticipantState, SessionState


def facts(**changes: object) -> LinkFacts:
    values: dict[str, object] = {
        "link": a_link(),
        "session": a_session(),
        "participant": a_seat(state=P.INVITED),
        "tokens": (),
        "seat_live": False,
    }
    return LinkFacts(**(values | changes))  # type: ignore[arg-type]


def a_move(approved: bool | None, minutes_ago: float = 1, used: bool = False) -> MoveRequest:
    asked = NOW - timedelta(minutes=minutes_ago)
    return MoveRequest("mov_1", "ses_1", "par_patient", MINE, asked, approved, used_at=NOW if used else None)


REFUSALS = [
    ({"link": a_link(expires_at=NOW)}, Gone, "link_expired"),
    ({"link": a_link(revoked_at=NOW)}, Gone, "link_revoked"),
    ({"link": a_link(not_before=NOW + timedelta(seconds=1))}, Conflict, "too_early"),
    ({"session": a_session(S.ENDED)}, Gone, "visit_ended"),
    ({"session": a_session(S.SEALED)}, Gone, "visit_ended"),
    ({"session": a_session(S.CANCELLED)}, Gone, "visit_ended"),
    ({"session": a_session(S.FAILED)}, Gone, "visit_ended"),
    ({"session": a_session(S.EXPIRED)}, Gone, "link_expired"),
    ({"participant": a_seat(state=P.REMOVED), "link": a_link(revoked_at=NOW)}, Gone, "removed"),
    ({"participant": a_seat(state=P.DENIED)}, Gone, "removed"),
]


@pytest.mark.parametrize(("changes", "error", "code"), REFUSALS, ids=[f"{case[2]}-{i}" for i, case in enumerate(REFUSALS)])
def test_what_is_refused_and_why(changes: dict[str, object], error: type[TelemedError], code: str) -> None:
    with pytest.raises(error) as caught:
        open_link(facts(**changes), MINE, NOW)
    assert caught.value.code == code


def test_an_unknown_link() -> None:
    with pytest.raises(NotFound) as caught:
        check_link(None, None, None, NOW)
    assert caught.value.code == "link_unknown"


@pytest.mark.parametrize("state", [S.CREATED, S.OPEN, S.ACTIVE, S.EMPTY], ids=str)
def test_a_link_works_again_and_again_until_its_visit_ends(state: S) -> None:
    assert open_link(facts(session=a_session(state)), MINE, NOW) is Opening.NEW_SEAT_TOKEN
    held = facts(session=a_session(state), tokens=(a_token(MINE),), seat_live=True)
    assert open_link(held, MINE, NOW) is Opening.SAME_DEVICE


def test_a_seat_nobody_sits_in_goes_to_the_new_device() -> None:
    waiting_elsewhere = facts(tokens=(a_token(OTHER),), participant=a_seat(state=P.ASLEEP))
    assert open_link(waiting_elsewhere, MINE, NOW) is Opening.NEW_SEAT_TOKEN


@pytest.mark.parametrize("state", [P.ADMITTED, P.CONNECTED, P.RECONNECTING, P.ON_HOLD], ids=str)
def test_a_seat_in_the_call_is_not_taken_while_its_socket_is_away(state: P) -> None:
    assert open_link(facts(tokens=(a_token(OTHER),), participant=a_seat(state=state)), MINE, NOW) is Opening.APPROVAL_NEEDED


def test_a_live_seat_needs_staff() -> None:
    live = {"tokens": (a_token(OTHER),), "seat_live": True}
    assert open_link(facts(**live), MINE, NOW) is Opening.APPROVAL_NEEDED
    assert open_link(facts(**live, move=a_move(None)), MINE, NOW) is Opening.APPROVAL_NEEDED
    assert open_link(facts(**live, move=a_move(True)), MINE, NOW) is Opening.MOVE_APPROVED
    with pytest.raises(NotAllowed) as caught:
        open_link(facts(**live, move=a_move(False)), MINE, NOW)
    assert caught.value.code == "move_denied"


def test_an_approval_serves_once_and_not_for_long() -> None:
    live = {"tokens": (a_token(OTHER),), "seat_live": True}
    old = MOVE_LIFE.total_seconds() / 60 + 1
    assert open_link(facts(**live, move=a_move(True, used=True)), MINE, NOW) is Opening.APPROVAL_NEEDED
    assert open_link(facts(**live, move=a_move(True, minutes_ago=old)), MINE, NOW) is Opening.APPROVAL_NEEDED
    assert open_link(facts(**live, move=a_move(False, minutes_ago=old)), MINE, NOW) is Opening.APPROVAL_NEEDED


def test_planned_visits_open_a_little_early() -> None:
    assert not_before(a_session(starts_at=NOW)) == NOW - EARLY
    assert not_before(a_session()) is None


def test_too_early_says_when_the_door_opens() -> None:
    with pytest.raises(TooEarly) as caught:
        check_link(a_link(not_before=NOW + timedelta(seconds=754)), a_session(), a_seat(), NOW)
    assert caught.value.retry_after == 754
