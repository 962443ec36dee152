"""What the seat of somebody in a waiting room says about the entry: asleep, awake, gone, in the call, on hold. Pure."""

from __future__ import annotations

from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_LINE, EntryEvent, EntryState
from telemed.care.records import ParticipantRecord
from telemed.care.states import IN_CALL, IN_WAITING, ParticipantState

_SENT_AWAY = frozenset({ParticipantState.DENIED, ParticipantState.REMOVED})
# Only the word of staff brings these about.
BY_STAFF = frozenset({EntryEvent.ANSWERED, EntryEvent.HELD, EntryEvent.RESUMED, EntryEvent.REMOVED})


def presence_event(entry: EntryRecord, seat: ParticipantRecord) -> EntryEvent | None:
    """Return what has happened to an entry that its row does not know yet."""
    if entry.into_session_id is not None:
        return None  # its person is in another call: this seat only has to be left
    if seat.state in _SENT_AWAY:
        return None if entry.state is EntryState.REMOVED else EntryEvent.REMOVED
    if entry.state in IN_LINE:
        return _in_line(entry, seat)
    if entry.state is EntryState.BEING_SEEN:
        return EntryEvent.HELD if seat.state is ParticipantState.ON_HOLD else None
    if entry.state is EntryState.ON_HOLD:
        return EntryEvent.RESUMED if seat.state in IN_CALL else None
    if entry.state is EntryState.LEFT:
        return EntryEvent.RETURNED if seat.state in IN_WAITING else None
    return None


def is_away(seat: ParticipantRecord) -> bool:
    """Whether nobody looks at the page now."""
    return seat.silent_since is not None or seat.state in (ParticipantState.ASLEEP, ParticipantState.LOST)


def _in_line(entry: EntryRecord, seat: ParticipantRecord) -> EntryEvent | None:
    if seat.state in IN_CALL or seat.state is ParticipantState.ON_HOLD:
        return EntryEvent.ANSWERED
    if seat.state is ParticipantState.LEFT:
        return EntryEvent.LEFT
    if seat.state is ParticipantState.LOST and not entry.phone:
        return EntryEvent.LEFT
    sleeps = seat.state in (ParticipantState.ASLEEP, ParticipantState.LOST)
    if sleeps == (entry.state is EntryState.ASLEEP):
        return None
    return EntryEvent.FELL_ASLEEP if sleeps else EntryEvent.WOKE
