"""Whatever happens in whatever order, nobody is written who did not agree, and no sound while it may carry a refuser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from telemed.care.recording import consent, policy, states
from telemed.care.recording.consent import SOUNDS, Beginning
from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord
from telemed.care.recording.spans import agreed_spans, default_span
from telemed.care.recording.words import Basis, Bleed, BystanderLabel, ConsentAct, DecidedBy, Standing
from telemed.care.recording.words import RecordingCause as C
from telemed.care.recording.words import RecordingEvent as E
from telemed.care.recording.words import RecordingState as S
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import IN_CALL, ParticipantState
from telemed.errors import Conflict
from tests.unit.care.builders import a_seat
from tests.unit.care.recording.builders import NOW, a_bystander, a_recording, an_act

PEOPLE = [f"par_{number}" for number in range(4)]
ROLES = [Role.CLINICIAN, Role.PATIENT, Role.GUEST, Role.OBSERVER]
people = st.sampled_from(PEOPLE)


class Consultation(RuleBasedStateMachine):
    """A visit, with a second account of who said what, kept in plain sets."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.seats: dict[str, ParticipantRecord] = {}
        self.events: list[ConsentEvent] = []
        self.bystanders: list[Bystander] = []
        self.recording: RecordingRecord = a_recording(state=S.ASKING, started_at=None)
        self.said_yes: set[str] = set()
        self.said_no: set[str] = set()
        self.no_in_room: set[str] = set()

    @initialize(basis=st.sampled_from(Basis), there=st.sets(people), agree=st.sets(people), begins=st.booleans())
    def ask(self, basis: Basis, there: set[str], agree: set[str], begins: bool) -> None:
        """Half of the visits are in the middle of a recording: what comes after is what matters."""
        self.recording = a_recording(state=S.ASKING, started_at=None, basis=basis)
        for person in sorted(there):
            self.join(person)
        for person in sorted(agree):
            self.answer(person, agrees=True)
        if begins:
            self.move(E.BEGAN)

    def act(self, person: str, act: ConsentAct) -> None:
        self.now += timedelta(seconds=1)
        number = len(self.events) + 1
        self.events.append(an_act(act, person, number, at=self.now, recording_id=self.recording.id))

    @rule(person=people)
    def join(self, person: str) -> None:
        role = ROLES[PEOPLE.index(person)]
        self.seats[person] = a_seat(role, ParticipantState.CONNECTED, id=person)

    @rule(person=people, state=st.sampled_from([ParticipantState.LEFT, ParticipantState.LOST, ParticipantState.REMOVED]))
    def leave(self, person: str, state: ParticipantState) -> None:
        if person in self.seats:
            self.seats[person] = replace(self.seats[person], state=state)

    @rule(person=people)
    def drop(self, person: str) -> None:
        if person in self.seats:
            self.seats[person] = replace(self.seats[person], state=ParticipantState.RECONNECTING)

    @rule(person=people, held=st.booleans())
    def hold(self, person: str, held: bool) -> None:
        if person in self.seats:
            state = ParticipantState.ON_HOLD if held else ParticipantState.CONNECTED
            self.seats[person] = replace(self.seats[person], state=state, held=held)

    @rule(person=people, agrees=st.booleans())
    def answer(self, person: str, agrees: bool) -> None:
        now = consent.standing(self.events).get(person, Standing.NONE)
        act = consent.act_of(agrees, now, self.recording.basis is Basis.EMERGENCY and self.recording.started_at is not None)
        if act is not None:
            self.act(person, act)
        (self.said_yes if agrees else self.said_no).add(person)
        (self.said_no if agrees else self.said_yes).discard(person)

    @rule(person=people, act=st.sampled_from([ConsentAct.KEEP_EARLIER, ConsentAct.DESTROY_EARLIER]))
    def decide_on_the_earlier_part(self, person: str, act: ConsentAct) -> None:
        owes = person in consent.owes_earlier(self.events, self.recording)
        try:
            consent.check_act(act, Standing.NONE, owes)
        except Conflict:
            assert not owes
            return
        self.act(person, act)

    @rule(agreed=st.booleans(), decided_by=st.sampled_from(DecidedBy), label=st.sampled_from(BystanderLabel))
    def list_bystander(self, agreed: bool, decided_by: DecidedBy, label: BystanderLabel) -> None:
        name = f"bys_{len(self.bystanders)}"
        person = a_bystander(agreed, id=name, decided_by=decided_by, label=label, by_name="Nurse", reason="is unconscious")
        self.bystanders.append(policy.check_bystander(person))
        self.act(name, policy.act_for(person))
        if not agreed:
            self.no_in_room.add(name)

    @precondition(lambda self: self.bystanders)
    @rule(index=st.integers(0, 30))
    def bystander_leaves(self, index: int) -> None:
        place = index % len(self.bystanders)
        self.bystanders[place] = replace(self.bystanders[place], gone_at=self.now)
        self.no_in_room.discard(self.bystanders[place].id)

    @rule(choice=st.sampled_from([Bleed.VIDEO_ONLY, Bleed.WAIT]))
    def choose(self, choice: Bleed) -> None:
        holds = consent.bleed(self.recording.bleed, consent.standing(self.events), self.seats.values(), self.bystanders)
        if holds is not Bleed.NONE:
            self.recording = replace(self.recording, bleed=consent.choose(choice, holds))

    @rule(event=st.sampled_from([E.BEGAN, E.BEGAN, E.PAUSED, E.RESUMED, E.RESUMED]))
    def move(self, event: E) -> None:
        begins = consent.may_begin(self.recording.basis, consent.standing(self.events), list(self.seats.values()))
        if event is E.BEGAN and begins is Beginning.NOT_YET:
            return
        try:
            self.recording, _ = states.apply(self.recording, event, C.RECORDER, self.now)
        except Conflict:
            return

    @rule(restart=st.booleans())
    def stop_and_take_again(self, restart: bool) -> None:
        if restart and self.recording.state in (S.RECORDING, S.PAUSED):
            number = int(self.recording.id.removeprefix("rec_")) + 1
            self.recording = a_recording(id=f"rec_{number}", state=S.ASKING, started_at=None, basis=self.recording.basis)

    def captured(self) -> dict[str, frozenset[object]]:
        seats = list(self.seats.values())
        return dict(consent.capture(self.recording, consent.standing(self.events), seats, self.bystanders))

    @invariant()
    def nothing_of_a_person_without_consent(self) -> None:
        for person in self.captured():
            assert person not in self.said_no
            assert self.recording.basis is Basis.EMERGENCY or person in self.said_yes

    @invariant()
    def only_people_in_the_call(self) -> None:
        for person in self.captured():
            seat = self.seats[person]
            assert seat.state in IN_CALL and not seat.held and seat.role is not Role.OBSERVER

    @invariant()
    def no_sound_while_it_may_carry_a_refuser(self) -> None:
        in_call = {name for name, seat in self.seats.items() if seat.state in IN_CALL and not seat.held}
        heard = {name for name in self.said_no & in_call if self.seats[name].role is not Role.OBSERVER}
        if heard | self.no_in_room:
            assert all(not sources & SOUNDS for sources in self.captured().values())
        if (heard | self.no_in_room) and self.recording.bleed is Bleed.WAIT:
            assert self.captured() == {}

    @invariant()
    def nothing_unless_it_records(self) -> None:
        if self.recording.state is not S.RECORDING:
            assert self.captured() == {}

    @invariant()
    def who_agreed_in_a_call_without_refusers_is_written_whole(self) -> None:
        against = {name for name, seat in self.seats.items() if name in self.said_no and consent.is_asked(seat)}
        if self.recording.state is S.RECORDING and not against and not self.no_in_room:
            for name, seat in self.seats.items():
                if name in self.said_yes and consent.is_asked(seat):
                    assert self.captured()[name] == consent.PICTURES | SOUNDS

    @invariant()
    def the_spans_say_what_capture_does(self) -> None:
        """Who is captured now stands within an open span, and nobody else who could be does."""
        if self.recording.state is not S.RECORDING:
            return
        spans = agreed_spans(self.events, self.recording)
        for name in self.captured():
            own = spans.get(name, default_span(self.recording))
            assert own and own[-1].until is None
        for name in self.said_no:
            assert all(span.until is not None for span in spans.get(name, ()))


TestConsultation = Consultation.TestCase
TestConsultation.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
