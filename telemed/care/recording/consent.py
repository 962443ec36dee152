"""Who may be recorded now, and what of them. The rules:

* Nothing of a person is written without a standing agreement, by the person or, in an emergency, until it refuses.
* Whoever is in the call and has not answered is asked and not captured. On hold is not in the call.
* It begins by itself when everybody in the call has answered and somebody agreed; who records may begin without the rest.
* Somebody within earshot who refused or withdrew may be heard by others' microphones: no sound of anybody is written until
  who records chooses to stop, to write pictures only, or to wait until that person has left or agreed.
* Whoever is in the room of a participant without taking part counts like a participant for that.
* Whoever withdraws is captured no more, and says whether what was written before stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from telemed.care.audit_actions import AuditAction
from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord
from telemed.care.recording.words import Basis, Bleed, ConsentAct, RecordingState, Sound, Standing
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import IN_CALL
from telemed.errors import Conflict
from telemed.media.control import Source

PICTURES = frozenset({Source.CAMERA, Source.SCREEN})
SOUNDS = frozenset({Source.MICROPHONE, Source.SCREEN_AUDIO})
NOTHING: frozenset[Source] = frozenset()

_STANDINGS: Mapping[ConsentAct, Standing] = {
    ConsentAct.AGREED: Standing.AGREED,
    ConsentAct.UNABLE: Standing.AGREED,  # decided for somebody who cannot be asked
    ConsentAct.REFUSED: Standing.REFUSED,
    ConsentAct.WITHDRAWN: Standing.WITHDRAWN,
}
AUDIT: Mapping[ConsentAct, AuditAction] = {
    ConsentAct.AGREED: AuditAction.CONSENT_AGREED,
    ConsentAct.REFUSED: AuditAction.CONSENT_REFUSED,
    ConsentAct.WITHDRAWN: AuditAction.CONSENT_WITHDRAWN,
    ConsentAct.KEEP_EARLIER: AuditAction.CONSENT_EARLIER_KEPT,
    ConsentAct.DESTROY_EARLIER: AuditAction.CONSENT_EARLIER_DESTROYED,
    ConsentAct.UNABLE: AuditAction.CONSENT_UNABLE,
}
_AGAINST = frozenset({Standing.REFUSED, Standing.WITHDRAWN})
_AGAINST_ACTS = frozenset(act for act, now in _STANDINGS.items() if now in _AGAINST)
# Of one person in one visit. Rows for good, which every decision about the visit reads: somebody who plays with the two answers
# must not push those of others out of what is read. A no is always taken, and it needs a yes before it.
MAX_ANSWERS = 40
_CHOICES = frozenset({ConsentAct.KEEP_EARLIER, ConsentAct.DESTROY_EARLIER})

Standings = Mapping[str, Standing]


class Beginning(StrEnum):
    """Whether a recording that asks can begin."""

    NOT_YET = "not_yet"  # nobody who is in the call agreed
    IF_WANTED = "if_wanted"  # somebody agreed, somebody has not answered: who records may begin without the latter
    AT_ONCE = "at_once"


def standing(events: Iterable[ConsentEvent]) -> dict[str, Standing]:
    """Return where everybody stands, by participant or bystander; who never answered is not in it. Any order of events."""
    found: dict[str, Standing] = {}
    for event in sorted(events, key=lambda event: event.sequence):
        if event.act in _STANDINGS:
            found[event.person_id] = _STANDINGS[event.act]
    return found


def is_in_call(seat: ParticipantRecord) -> bool:
    """Whether the person hears and is heard."""
    return seat.state in IN_CALL and not seat.held


def is_asked(seat: ParticipantRecord) -> bool:
    """Whether the person is one to be captured at all: an observer sends nothing."""
    return is_in_call(seat) and seat.role is not Role.OBSERVER


def unanswered(standings: Standings, seats: Iterable[ParticipantRecord]) -> frozenset[str]:
    """Participants in the call who have not said yes or no."""
    return frozenset(seat.id for seat in seats if is_asked(seat) and standings.get(seat.id, Standing.NONE) is Standing.NONE)


def refusers(standings: Standings, seats: Iterable[ParticipantRecord], bystanders: Iterable[Bystander]) -> frozenset[str]:
    """Participants and bystanders within earshot who do not want to be recorded."""
    heard = {seat.id for seat in seats if is_asked(seat) and standings.get(seat.id) in _AGAINST}
    return frozenset(heard | {one.id for one in bystanders if one.gone_at is None and _is_against(one, standings)})


def bleed(chosen: Bleed, standings: Standings, seats: Iterable[ParticipantRecord], bystanders: Iterable[Bystander]) -> Bleed:
    """Return what holds now, `chosen` being what who records chose. A choice is over when nobody is left it was made for."""
    if not refusers(standings, seats, bystanders):
        return Bleed.NONE
    return Bleed.UNDECIDED if chosen is Bleed.NONE else chosen


def sound(holds: Bleed) -> Sound:
    """Whose sound is written while this holds."""
    return Sound.ALL if holds is Bleed.NONE else Sound.NONE


def choose(choice: Bleed, holds: Bleed) -> Bleed:
    """The choice of who records. Raises Conflict `no_bleed` when there is nothing to choose any more."""
    if holds is Bleed.NONE or choice not in (Bleed.VIDEO_ONLY, Bleed.WAIT):
        raise Conflict("Nobody within earshot refuses.", code="no_bleed")
    return choice


def capture(
    recording: RecordingRecord,
    standings: Standings,
    seats: Collection[ParticipantRecord],
    bystanders: Collection[Bystander],
) -> dict[str, frozenset[Source]]:
    """Return whose media may be written now, and which. Who is not in it must not reach the disk."""
    if recording.state is not RecordingState.RECORDING:
        return {}
    holds = bleed(recording.bleed, standings, seats, bystanders)
    if holds is Bleed.WAIT:
        return {}
    sources = PICTURES | SOUNDS if sound(holds) is Sound.ALL else PICTURES
    allowed = {Standing.AGREED, Standing.NONE} if recording.basis is Basis.EMERGENCY else {Standing.AGREED}
    return {seat.id: sources for seat in seats if is_asked(seat) and standings.get(seat.id, Standing.NONE) in allowed}


def may_begin(basis: Basis, standings: Standings, seats: Collection[ParticipantRecord]) -> Beginning:
    """Say whether a recording that asks can begin."""
    if basis is Basis.EMERGENCY:
        return Beginning.AT_ONCE
    agreed = [seat for seat in seats if is_asked(seat) and standings.get(seat.id) is Standing.AGREED]
    if not agreed:
        return Beginning.NOT_YET
    return Beginning.IF_WANTED if unanswered(standings, seats) else Beginning.AT_ONCE


def check_act(act: ConsentAct, now: Standing, owes: bool) -> None:
    """Raise Conflict unless a person who stands at `now` can do this.

    `not_withdrawn`: keeping or destroying the earlier part, without having withdrawn or a second time (`owes` is false).
    Saying yes or no again is allowed and changes nothing. Withdrawing is a refusal for who never agreed: it is never turned away.
    """
    if act in _CHOICES and not owes:
        raise Conflict("There is no earlier part to decide on.", code="not_withdrawn")


def check_answers(act: ConsentAct, events: Iterable[ConsentEvent], person_id: str) -> None:
    """Raise Conflict `too_many_answers` for a yes of somebody who has answered MAX_ANSWERS times."""
    if act not in _AGAINST_ACTS and sum(event.person_id == person_id for event in events) >= MAX_ANSWERS:
        raise Conflict("This has been answered too often in this visit.", code="too_many_answers")


def act_of(agrees: bool, now: Standing, is_captured: bool = False) -> ConsentAct | None:
    """The act behind a yes or a no; None when it holds already.

    Whoever was captured withdraws, whichever word was said; in an emergency that is somebody who never agreed (`is_captured`).
    """
    if agrees:
        return None if now is Standing.AGREED else ConsentAct.AGREED
    if now in _AGAINST:
        return None
    return ConsentAct.WITHDRAWN if now is Standing.AGREED or is_captured else ConsentAct.REFUSED


def owes_earlier(events: Iterable[ConsentEvent], recording: RecordingRecord) -> frozenset[str]:
    """Participants who withdrew during this recording and have not said whether the earlier part stays.

    Until they do it stays: it was written with their agreement, or in an emergency.
    """
    owing: set[str] = set()
    for event in sorted(events, key=lambda event: event.sequence):
        if event.participant_id is None or recording.started_at is None:
            continue
        if event.act is ConsentAct.WITHDRAWN and event.at >= recording.started_at:
            owing.add(event.participant_id)
        elif event.act in _CHOICES and event.recording_id in (None, recording.id):  # of another take it says nothing here
            owing.discard(event.participant_id)
    return frozenset(owing)


def _is_against(bystander: Bystander, standings: Standings) -> bool:
    """The latest word on a bystander: an act since, else what was said when it was listed."""
    now = standings.get(bystander.id)
    return not bystander.agreed if now is None else now in _AGAINST
