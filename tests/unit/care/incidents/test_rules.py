"""PINs, values of instructions, guidance cards, how a message went, and who receives whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care import views
from telemed.care.incidents import cards, rules, sending
from telemed.care.incidents.records import AccessRecord, CallerRecord
from telemed.care.incidents.words import InstructionKind, Part, SendState
from telemed.care.notify.records import DeliveryState, Fault, Medium, OutboxMessage, Route
from telemed.care.roles import Role
from telemed.care.states import ParticipantState
from telemed.errors import Gone, InvalidInput, NotAllowed
from tests.unit.care.builders import NOW, a_seat, a_staff_seat

CREW = AccessRecord("lnk_crew", "inc_1", "ses_1", "par_crew", Part.CREW, NOW, "hash")
K = InstructionKind


def test_a_crew_has_five_tries() -> None:
    access = CREW
    for _ in range(rules.MAX_WRONG_PINS):
        access = rules.check_pin(access, False, False, NOW)
        with pytest.raises(Gone if access.locked_at else NotAllowed):
            rules.refuse_pin(access)
    assert (access.wrong_pins, access.locked_at) == (5, NOW)
    for is_right in (True, False):
        with pytest.raises(Gone, match="locked"):
            rules.check_pin(access, is_right, False, NOW)


def test_a_right_pin_changes_nothing() -> None:
    assert rules.check_pin(replace(CREW, wrong_pins=4), True, False, NOW).wrong_pins == 4


def test_a_lock_that_others_brought_about_does_not_shut_out_who_is_in() -> None:
    locked = replace(CREW, wrong_pins=5, locked_at=NOW)
    assert rules.check_pin(locked, True, True, NOW) == locked
    with pytest.raises(Gone, match="locked"):
        rules.check_pin(locked, False, True, NOW)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [(K.CAMERA, "rear", "rear"), (K.LIGHT, "off", "off"), (K.ZOOM, 2.5, "2.5"), (K.ZOOM, 10, "10"), (K.CLOSER, None, "")],
)
def test_values_an_instruction_may_have(kind: K, value: str | float | None, kept: str) -> None:
    assert rules.check_value(kind, value) == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [(K.CAMERA, None), (K.CAMERA, "left"), (K.LIGHT, "rear"), (K.ZOOM, 0.5), (K.ZOOM, 11.0), (K.ZOOM, "2"), (K.TURN, "now")],
)
def test_values_it_may_not_have(kind: K, value: str | float | None) -> None:
    with pytest.raises(InvalidInput):
        rules.check_value(kind, value)


def test_cards_have_a_version_a_pictogram_and_at_most_six_words_in_every_language() -> None:
    assert set(cards.CARDS) == {"recovery_position", "cpr", "press_wound", "aed", "turn_camera", "closer", "hold_still"}
    for card in cards.CARDS.values():
        assert card.version and card.pictogram and set(card.words) == set(cards.LANGUAGES)
        assert all(0 < len(words.split()) <= cards.MAX_WORDS for words in card.words.values()), card.id
    assert {card.id for card in cards.CARDS.values() if card.metronome} == {"cpr"}
    assert cards.guidance()["notice"] == "demo, not clinically approved"


def a_message(state: DeliveryState) -> OutboxMessage:
    return OutboxMessage(
        "out_1", "org_1", Medium.SMS, "+4930", "emergency_link", "en", {}, "lnk_1", state, 1, Fault.NONE, None, "k", NOW, NOW, NOW
    )


@pytest.mark.parametrize("state", list(DeliveryState), ids=str)
def test_every_state_of_a_message_is_told(state: DeliveryState) -> None:
    early, late = (sending.send_state(a_message(state), NOW + timedelta(seconds=wait)) for wait in (4.9, 5.0))
    waiting = state in (DeliveryState.QUEUED, DeliveryState.SENDING)
    assert (early is SendState.QUEUED, late is SendState.NOT_CONFIRMED) == (
        waiting,
        waiting or state is DeliveryState.UNKNOWN,
    )
    assert sending.went_out(late) == (state in (DeliveryState.SENT, DeliveryState.DELIVERED))


CALLER = CallerRecord("lnk_1", "inc_1", "ses_1", "par_1", "usr_1", "command-1", phone="+4930", sends=1)


def test_of_two_messages_with_one_link_the_better_news_is_told() -> None:
    late = NOW + timedelta(seconds=6)
    every = {one: a_message(one) for one in DeliveryState}
    pairs = {(one, other): sending.best_state([every[one], every[other]], late) for one in every for other in every}
    assert all(pairs[pair] is pairs[pair[::-1]] for pair in pairs), "in whatever order"
    assert pairs[DeliveryState.UNKNOWN, DeliveryState.SENT] is SendState.SENT
    assert pairs[DeliveryState.DELIVERED, DeliveryState.FAILED] is SendState.DELIVERED
    assert pairs[DeliveryState.SENDING, DeliveryState.FAILED] is SendState.NOT_CONFIRMED
    fresh = replace(a_message(DeliveryState.QUEUED), created_at=late)
    assert sending.best_state([a_message(DeliveryState.UNKNOWN), fresh], late) is SendState.QUEUED


@pytest.mark.parametrize("state", list(SendState), ids=str)
def test_a_link_goes_the_other_way_by_itself_once_and_only_unconfirmed(state: SendState) -> None:
    unsure = state in (SendState.NOT_CONFIRMED, SendState.FAILED)
    assert sending.goes_the_other_way(CALLER, state) is unsure
    for done in ({"second_route_at": NOW}, {"route": Route.SECOND}, {"sends": sending.MAX_SENDS}):
        assert not sending.goes_the_other_way(replace(CALLER, **done), state)  # type: ignore[arg-type]


def test_a_click_takes_the_route_that_was_not_tried_last() -> None:
    new, second = replace(CALLER, sends=0), replace(CALLER, route=Route.SECOND)
    assert [sending.route_of_next(one, True) for one in (new, CALLER, second)] == [Route.FIRST, Route.SECOND, Route.FIRST]
    assert {sending.route_of_next(one, False) for one in (new, CALLER, second)} == {Route.FIRST}


def test_who_receives_whom_in_an_incident() -> None:
    inside = ParticipantState.CONNECTED
    lead = a_staff_seat(id="par_lead")
    caller = a_seat(Role.GUEST, inside, id="par_caller", part=Part.CALLER)
    other = replace(caller, id="par_other")
    crew = a_seat(Role.OBSERVER, inside, id="par_crew", part=Part.CREW)
    guest = a_seat(Role.GUEST, inside, id="par_guest")
    people = (lead, caller, other, crew, guest)

    def received(viewer: object) -> set[tuple[str, str]]:
        return {
            (seat.id, kind)
            for seat in people
            for kind in ("audio", "video")
            if views.receives_kind(viewer, seat, kind)  # type: ignore[arg-type]
        }

    assert received(caller) == {("par_lead", "audio")}
    assert received(replace(caller, silent=True)) == set(), "nothing may be heard at this caller"
    assert received(other) == {("par_lead", "audio")}, "the other hears staff"
    assert received(crew) == {(one, kind) for one in ("par_caller", "par_other") for kind in ("audio", "video")} | {
        ("par_lead", "audio")
    }
    assert {one for one, _ in received(lead)} == {"par_caller", "par_other", "par_crew", "par_guest"}
    assert {one for one, _ in received(guest)} == {"par_lead", "par_caller", "par_other"}
    assert [seat.id for seat in people if views.sees(caller, seat)] == ["par_lead", "par_caller"]
    assert not views.reads_chat(crew)
