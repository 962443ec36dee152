"""Withdrawing when the recording is over: what there is of a person, what it may say, and when its part must go.

* A person in a recording may withdraw at any time as long as it is kept, and says whether its part stays or is destroyed. Who
  withdrew in the call and never answered is asked the same afterwards; until then the part stays.
* Keeping can be changed into destroying later; destroying cannot be taken back, and so is never the default of anything.
* Destroyed is the whole part of that person in that recording: pictures and sound of its own devices. What others' microphones
  and cameras took of it stays, and so does what was written about it; the words people are shown say so.
* A legal hold comes first: the wish is noted at once, nothing more of the part is played, and it is destroyed when the hold is
  lifted. Neither a second wish nor a second person is needed for that.
* Somebody without a place in the call has no part of its own: its withdrawal is noted, and erasing the whole recording is the
  privacy officers' decision (`erasing.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from telemed.care.break_glass import clean_reason, may_review
from telemed.care.identity import Person, Staff
from telemed.care.recording import consent
from telemed.care.recording.records import ConsentEvent, RecordingRecord
from telemed.care.recording.spans import agreed_spans, default_span
from telemed.care.recording.words import ConsentAct, OwnPart, RecordingState, Standing
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.errors import Conflict, NotAllowed

_OVER = frozenset({RecordingState.FINALISING, RecordingState.READY, RecordingState.FAILED})
_GOING = frozenset({OwnPart.DESTROYING, OwnPart.HELD, OwnPart.DESTROYED})
_CHOICES = (ConsentAct.KEEP_EARLIER, ConsentAct.DESTROY_EARLIER)


def part_of(person_id: str, events: Sequence[ConsentEvent], recording: RecordingRecord) -> OwnPart:
    """What there is of a participant in a recording that has ended. Erased ones and those still running have no parts."""
    if recording.state not in _OVER:
        return OwnPart.NONE
    said = [event for event in sorted(events, key=lambda event: event.sequence) if event.participant_id == person_id]
    if not _spans(said, person_id, recording):
        wished_at = destroy_wish(said, recording)
        never = not _spans([event for event in said if event.act not in _CHOICES], person_id, recording)
        return OwnPart.NONE if never or wished_at is None else _going(wished_at, recording)
    if person_id in consent.owes_earlier(said, recording):
        return OwnPart.OWED
    is_out = consent.standing(said).get(person_id) in (Standing.WITHDRAWN, Standing.REFUSED)
    return OwnPart.KEPT if is_out else OwnPart.RECORDED


def destroy_wish(events: Iterable[ConsentEvent], recording: RecordingRecord) -> datetime | None:
    """When these events, of one person, last asked for the part to be destroyed; None: never."""
    wishes = [event.at for event in events if _is_wish(event, recording)]
    return max(wishes, default=None)


def acts(choice: ConsentAct, part: OwnPart, now: Standing) -> tuple[ConsentAct, ...]:
    """What is noted when somebody withdraws afterwards and chooses; nothing when it is so already.

    Raises Conflict: `nothing_recorded` for somebody of whom there is nothing, `part_destroyed` for keeping what is going.
    """
    if part is OwnPart.NONE:
        raise Conflict("There is nothing of this person in the recording.", code="nothing_recorded")
    if part in _GOING:
        if choice is ConsentAct.DESTROY_EARLIER:
            return ()
        raise Conflict("Destroying cannot be taken back.", code="part_destroyed")
    if part is OwnPart.KEPT and choice is ConsentAct.KEEP_EARLIER:
        return ()
    first = () if now in (Standing.WITHDRAWN, Standing.REFUSED) else (ConsentAct.WITHDRAWN,)
    return (*first, choice)


def own_seat(who: Staff | Person, seats: Sequence[ParticipantRecord]) -> ParticipantRecord | None:
    """The seat somebody held in a visit. Where several people sat as its patient nobody can tell which of them the record's is:
    none, and a privacy officer acts for them."""
    if isinstance(who, Staff):
        found = [seat for seat in seats if seat.user_id == who.user_id]
    elif who.carer_id is not None:
        found = [seat for seat in seats if seat.carer_id == who.carer_id]
    else:
        found = [seat for seat in seats if seat.role is Role.PATIENT and seat.user_id is None and seat.carer_id is None]
    return found[0] if len(found) == 1 else None


def acts_for_others(staff: Staff) -> bool:
    """Whether a member of staff may note the withdrawal of somebody who has no sign-in: a guest of a link, or no seat at all."""
    return may_review(staff.role, staff.is_privacy_officer)


def check_for_other(staff: Staff, seat: ParticipantRecord | None, reason: str) -> str:
    """Return the reason, clean. Raises NotAllowed for who is no privacy officer, Conflict `own_request` about a colleague,
    who says it alone, InvalidInput for the reason."""
    if not acts_for_others(staff):
        raise NotAllowed()
    if seat is not None and seat.user_id is not None:
        raise Conflict("This person withdraws in person.", code="own_request")
    return clean_reason(reason)


def is_due(recording: RecordingRecord, events: Sequence[ConsentEvent]) -> bool:
    """Whether the finaliser is to be asked now to destroy somebody's part: nobody has, and no hold is on it."""
    return recording.state in (RecordingState.READY, RecordingState.FAILED) and bool(must_go(recording, events))


def check_over(recording: RecordingRecord, is_live: bool) -> None:
    """Raise Conflict: `recording_erased`, `recording_open` while it is written, `visit_open` while its visit goes on (`is_live`):
    there the same is said in the call, where it takes effect at once."""
    if recording.state in (RecordingState.ERASED, RecordingState.CANCELLED):
        raise Conflict("This recording is erased.", code="recording_erased")
    if recording.state not in _OVER:
        raise Conflict("The recording is not over.", code="recording_open")
    if is_live:
        raise Conflict("The visit is not over: please withdraw in the call, or when it has ended.", code="visit_open")


def must_go(recording: RecordingRecord, events: Sequence[ConsentEvent]) -> tuple[str, ...]:
    """Participants whose part of a finished recording is to be destroyed now, by id. Nobody under a legal hold."""
    people = {event.participant_id for event in events if _is_wish(event, recording) and event.participant_id is not None}
    return tuple(sorted(one for one in people if part_of(one, events, recording) is OwnPart.DESTROYING))


def not_shown(recording: RecordingRecord, events: Sequence[ConsentEvent]) -> frozenset[str]:
    """Participants whose part is still there and is played to nobody: a legal hold alone keeps it."""
    people = {event.participant_id for event in events if _is_wish(event, recording) and event.participant_id is not None}
    return frozenset(one for one in people if part_of(one, events, recording) in (OwnPart.HELD, OwnPart.DESTROYING))


def _is_wish(event: ConsentEvent, recording: RecordingRecord) -> bool:
    return event.act is ConsentAct.DESTROY_EARLIER and event.recording_id in (None, recording.id)


def _spans(events: Sequence[ConsentEvent], person_id: str, recording: RecordingRecord) -> Sequence[object]:
    """When the person could be captured, by these events; what is to be destroyed is not in it."""
    return agreed_spans(events, recording).get(person_id, default_span(recording))


def _going(wished_at: datetime, recording: RecordingRecord) -> OwnPart:
    """A recording is finished, or made anew, without what was to go by then; `ready_at` says when that was done last."""
    if recording.ready_at is not None and recording.ready_at >= wished_at:
        return OwnPart.DESTROYED
    return OwnPart.HELD if recording.hold else OwnPart.DESTROYING
