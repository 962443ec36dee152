"""What the page of one recording shows about withdrawing from it: to whoever is in it, and to privacy officers."""

from __future__ import annotations

from collections.abc import Sequence

from telemed.care.identity import Staff
from telemed.care.ports import Json
from telemed.care.recording import consent, withdrawal
from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord
from telemed.care.recording.texts import WITHDRAWAL_TEXT
from telemed.care.recording.words import OwnPart, Standing
from telemed.care.records import ParticipantRecord


def withdrawal_view(
    actor: Staff,
    recording: RecordingRecord,
    seats: Sequence[ParticipantRecord],
    bystanders: Sequence[Bystander],
    events: Sequence[ConsentEvent],
) -> Json:
    """`mine`: what there is of the reader; `others`: people a privacy officer may act for, to nobody else."""
    own = withdrawal.own_seat(actor, seats)
    others: list[Json] = []
    if withdrawal.acts_for_others(actor):
        guests = [(seat, withdrawal.part_of(seat.id, events, recording)) for seat in seats if seat.user_id is None]
        others += [_guest_view(seat, part) for seat, part in guests if part is not OwnPart.NONE]
        standings = consent.standing(events)
        others += [_bystander_view(one, standings.get(one.id)) for one in bystanders]
    return {
        "text_version": WITHDRAWAL_TEXT,
        "mine": withdrawal.part_of(own.id, events, recording).value if own is not None else OwnPart.NONE.value,
        "others": others,
    }


def _guest_view(seat: ParticipantRecord, part: OwnPart) -> Json:
    return {
        "person_id": seat.id,
        "name": seat.name,
        "label": None,
        "part": part.value,
        "withdrawn": part not in (OwnPart.NONE, OwnPart.RECORDED),
    }


def _bystander_view(person: Bystander, standing: Standing | None) -> Json:
    """Nothing in a recording is theirs alone: their withdrawal is noted, and no more."""
    return {
        "person_id": person.id,
        "name": "",
        "label": person.label.value,
        "part": OwnPart.NONE.value,
        "withdrawn": standing in (Standing.WITHDRAWN, Standing.REFUSED),
    }
