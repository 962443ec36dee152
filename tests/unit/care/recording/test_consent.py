"""The rules of consent, one by one, in the order of the words at the head of `consent.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.recording import consent
from telemed.care.recording.consent import PICTURES, SOUNDS, Beginning
from telemed.care.recording.words import Basis, Bleed, ConsentAct, RecordingState, Sound, Standing
from telemed.care.roles import Role
from telemed.care.states import IN_CALL, ParticipantState
from telemed.errors import Conflict
from telemed.signaling.link_desk import MAX_SEATS
from telemed.signaling.recording_bystanders import MAX_BYSTANDERS
from telemed.store.repositories.recordings_words import MAX_EVENTS
from tests.unit.care.builders import a_seat
from tests.unit.care.recording.builders import a_bystander, a_recording, an_act

ALL = PICTURES | SOUNDS
AGREED, REFUSED, WITHDRAWN = Standing.AGREED, Standing.REFUSED, Standing.WITHDRAWN
ADA = a_seat(Role.PATIENT, ParticipantState.CONNECTED, id="par_ada")
BEN = a_seat(Role.GUEST, ParticipantState.CONNECTED, id="par_ben")
BOTH = (ADA, BEN)
ON = a_recording()
EMERGENCY = a_recording(basis=Basis.EMERGENCY)


def test_the_last_word_counts() -> None:
    acts = [ConsentAct.AGREED, ConsentAct.WITHDRAWN, ConsentAct.KEEP_EARLIER, ConsentAct.AGREED, ConsentAct.REFUSED]
    events = [an_act(act, number=number) for number, act in enumerate(acts, 1)]
    stands = [consent.standing(events[:upto]).get("par_1", Standing.NONE) for upto in range(len(acts) + 1)]
    assert stands == [Standing.NONE, AGREED, WITHDRAWN, WITHDRAWN, AGREED, REFUSED]
    assert consent.standing(reversed(events)) == {"par_1": REFUSED}, "in order of sequence, whatever order they come in"
    assert consent.standing([an_act(ConsentAct.UNABLE, "bys_1")]) == {"bys_1": AGREED}


@pytest.mark.parametrize("standing", list(Standing))
def test_nothing_of_a_person_without_a_standing_agreement(standing: Standing) -> None:
    found = consent.capture(ON, {"par_ada": standing, "par_ben": AGREED}, BOTH, ())
    assert ("par_ada" in found) is (standing is AGREED)


def test_who_has_not_answered_is_asked_and_not_captured() -> None:
    assert consent.capture(ON, {"par_ben": AGREED}, BOTH, ()) == {"par_ben": ALL}
    assert consent.unanswered({"par_ben": AGREED}, BOTH) == {"par_ada"}


def test_an_emergency_captures_who_has_not_said_no() -> None:
    assert consent.capture(EMERGENCY, {}, BOTH, ()) == {"par_ada": ALL, "par_ben": ALL}
    assert set(consent.capture(EMERGENCY, {"par_ada": REFUSED}, BOTH, ())) == {"par_ben"}
    assert set(consent.capture(EMERGENCY, {"par_ada": WITHDRAWN}, BOTH, ())) == {"par_ben"}


@pytest.mark.parametrize("state", list(ParticipantState))
def test_on_hold_and_out_of_the_call_is_not_captured(state: ParticipantState) -> None:
    seat = replace(ADA, state=state)
    assert bool(consent.capture(ON, {"par_ada": AGREED}, [seat], ())) is (state in IN_CALL)
    assert consent.capture(ON, {"par_ada": AGREED}, [replace(seat, held=True)], ()) == {}


def test_an_observer_is_neither_asked_nor_captured_nor_waited_for() -> None:
    observer = replace(BEN, role=Role.OBSERVER)
    assert consent.unanswered({}, [observer]) == frozenset()
    assert consent.may_begin(Basis.CONSENT, {"par_ada": AGREED}, [ADA, observer]) is Beginning.AT_ONCE
    assert consent.capture(EMERGENCY, {}, [observer], ()) == {}


@pytest.mark.parametrize("state", [state for state in RecordingState if state is not RecordingState.RECORDING])
def test_nothing_is_written_in_any_other_state(state: RecordingState) -> None:
    assert consent.capture(a_recording(state=state), {"par_ada": AGREED}, BOTH, ()) == {}


@pytest.mark.parametrize(
    ("standings", "begins"),
    [
        ({}, Beginning.NOT_YET),
        ({"par_ada": REFUSED, "par_ben": REFUSED}, Beginning.NOT_YET),
        ({"par_ada": AGREED}, Beginning.IF_WANTED),
        ({"par_ada": AGREED, "par_ben": AGREED}, Beginning.AT_ONCE),
        ({"par_ada": AGREED, "par_ben": REFUSED}, Beginning.AT_ONCE),
        ({"par_gone": AGREED, "par_ada": REFUSED, "par_ben": REFUSED}, Beginning.NOT_YET),
    ],
)
def test_when_it_begins(standings: dict[str, Standing], begins: Beginning) -> None:
    assert consent.may_begin(Basis.CONSENT, standings, BOTH) is begins
    assert consent.may_begin(Basis.EMERGENCY, standings, BOTH) is Beginning.AT_ONCE


@pytest.mark.parametrize("against", [REFUSED, WITHDRAWN])
def test_no_sound_of_anybody_until_somebody_chose(against: Standing) -> None:
    standings = {"par_ada": against, "par_ben": AGREED}
    assert consent.bleed(Bleed.NONE, standings, BOTH, ()) is Bleed.UNDECIDED
    assert consent.capture(ON, standings, BOTH, ()) == {"par_ben": PICTURES}
    video_only = replace(ON, bleed=consent.choose(Bleed.VIDEO_ONLY, Bleed.UNDECIDED))
    assert consent.capture(video_only, standings, BOTH, ()) == {"par_ben": PICTURES}
    waiting = replace(ON, bleed=consent.choose(Bleed.WAIT, Bleed.UNDECIDED))
    assert consent.capture(waiting, standings, BOTH, ()) == {}


@pytest.mark.parametrize("chosen", list(Bleed))
def test_a_choice_is_over_when_nobody_is_left_it_was_made_for(chosen: Bleed) -> None:
    recording = replace(ON, bleed=chosen)
    for standings, seats in (
        ({"par_ada": AGREED, "par_ben": AGREED}, BOTH),
        ({"par_ada": REFUSED, "par_ben": AGREED}, (replace(ADA, state=ParticipantState.LEFT), BEN)),
        ({"par_ada": REFUSED, "par_ben": AGREED}, (replace(ADA, held=True, state=ParticipantState.ON_HOLD), BEN)),
    ):
        assert consent.bleed(chosen, standings, seats, ()) is Bleed.NONE
        assert consent.capture(recording, standings, seats, ())["par_ben"] == ALL


@pytest.mark.parametrize(
    ("choice", "holds"), [(Bleed.WAIT, Bleed.NONE), (Bleed.NONE, Bleed.UNDECIDED), (Bleed.UNDECIDED, Bleed.WAIT)]
)
def test_there_is_something_to_choose_while_somebody_refuses(choice: Bleed, holds: Bleed) -> None:
    with pytest.raises(Conflict) as refused:
        consent.choose(choice, holds)
    assert refused.value.code == "no_bleed"


def test_whoever_is_in_the_room_counts_too() -> None:
    agreed = {"par_ada": AGREED, "par_ben": AGREED}
    child = a_bystander(agreed=False)
    assert consent.refusers(agreed, BOTH, [child]) == {"bys_1"}
    assert consent.capture(ON, agreed, BOTH, [child]) == {"par_ada": PICTURES, "par_ben": PICTURES}
    assert consent.bleed(Bleed.NONE, agreed, BOTH, [replace(child, gone_at=child.created_at)]) is Bleed.NONE
    assert consent.bleed(Bleed.NONE, agreed, BOTH, [a_bystander(agreed=True)]) is Bleed.NONE
    assert consent.bleed(Bleed.NONE, {**agreed, "bys_1": AGREED}, BOTH, [child]) is Bleed.NONE, "agreed since"
    assert consent.bleed(Bleed.NONE, {**agreed, "bys_1": WITHDRAWN}, BOTH, [a_bystander()]) is Bleed.UNDECIDED


def test_sound_goes_with_what_holds() -> None:
    assert {holds: consent.sound(holds) for holds in Bleed} == {
        Bleed.NONE: Sound.ALL, Bleed.UNDECIDED: Sound.NONE, Bleed.VIDEO_ONLY: Sound.NONE, Bleed.WAIT: Sound.NONE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("now", "is_captured", "yes", "no"),
    [
        (Standing.NONE, False, ConsentAct.AGREED, ConsentAct.REFUSED),
        (Standing.NONE, True, ConsentAct.AGREED, ConsentAct.WITHDRAWN),
        (AGREED, False, None, ConsentAct.WITHDRAWN),
        (REFUSED, True, ConsentAct.AGREED, None),
        (WITHDRAWN, False, ConsentAct.AGREED, None),
    ],
)
def test_who_was_captured_withdraws(
    now: Standing, is_captured: bool, yes: ConsentAct | None, no: ConsentAct | None
) -> None:
    assert consent.act_of(True, now, is_captured) is yes
    assert consent.act_of(False, now, is_captured) is no


def test_who_withdrew_says_once_what_becomes_of_the_earlier_part() -> None:
    before = an_act(ConsentAct.AGREED, number=1)
    withdrew = an_act(ConsentAct.WITHDRAWN, number=5)
    kept = an_act(ConsentAct.KEEP_EARLIER, number=6)
    assert consent.owes_earlier([before], ON) == frozenset()
    assert consent.owes_earlier([before, withdrew], ON) == {"par_1"}
    assert consent.owes_earlier([before, withdrew, kept], ON) == frozenset()
    assert consent.owes_earlier([before, withdrew], replace(ON, started_at=withdrew.at.replace(hour=23))) == frozenset()
    assert consent.owes_earlier([an_act(ConsentAct.WITHDRAWN, "bys_1", number=5)], ON) == frozenset(), "not captured by itself"
    for act in (ConsentAct.KEEP_EARLIER, ConsentAct.DESTROY_EARLIER):
        consent.check_act(act, WITHDRAWN, owes=True)
        with pytest.raises(Conflict) as refused:
            consent.check_act(act, WITHDRAWN, owes=False)
        assert refused.value.code == "not_withdrawn"
    for act in (ConsentAct.AGREED, ConsentAct.REFUSED, ConsentAct.WITHDRAWN):
        for now in Standing:
            consent.check_act(act, now, owes=False)


def test_nobody_pushes_the_answers_of_others_out_of_what_is_read() -> None:
    """Every answer is a row for good, and the store reads a bounded number of them, the oldest first."""
    answers = (ConsentAct.AGREED, ConsentAct.WITHDRAWN)
    said = [an_act(answers[number % 2], number=number + 1) for number in range(consent.MAX_ANSWERS)]
    consent.check_answers(ConsentAct.AGREED, said[1:], "par_1")
    with pytest.raises(Conflict) as refused:
        consent.check_answers(ConsentAct.AGREED, said, "par_1")
    assert refused.value.code == "too_many_answers"
    for act in (ConsentAct.WITHDRAWN, ConsentAct.REFUSED):
        consent.check_answers(act, said, "par_1")  # a no is always taken
    consent.check_answers(ConsentAct.AGREED, said, "par_2")
    most = consent.MAX_ANSWERS + 4  # one more no, what becomes of the part before, and both once more afterwards
    assert (MAX_SEATS + MAX_BYSTANDERS) * most <= MAX_EVENTS


def test_every_act_has_a_word_in_the_trail() -> None:
    assert set(consent.AUDIT) == set(ConsentAct)
    assert len(set(consent.AUDIT.values())) == len(ConsentAct)
    assert all(isinstance(action, AuditAction) for action in consent.AUDIT.values())
