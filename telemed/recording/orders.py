"""What the finaliser is told of one recording: who may be in it and when, and what the manifest says of consent. Ids only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from telemed.care.recording import earshot, spans, withdrawal
from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord
from telemed.care.recording.spans import AgreedSpan
from telemed.care.records import ParticipantEventRecord, ParticipantRecord
from telemed.care.times import iso_or_none, iso_utc
from telemed.media.manifest_history import Wish
from telemed.recording.job import FinaliseJob, RecordedPerson, Span
from telemed.recording.take_out_job import TakeOutJob


@dataclass(frozen=True, slots=True)
class Material:
    """Rows of one recording's visit."""

    recording: RecordingRecord
    seats: tuple[ParticipantRecord, ...]
    moves: tuple[ParticipantEventRecord, ...]
    events: tuple[ConsentEvent, ...]
    bystanders: tuple[Bystander, ...]


def job_for(material: Material, directory: Path, key: bytes, signing_key: bytes, now: datetime) -> FinaliseJob:
    """The finaliser's job. `key`: the data key; `signing_key`: the seed of the installation's Ed25519 key."""
    recording = material.recording
    begin = recording.started_at or recording.asked_at
    agreed = spans.agreed_spans(material.events, recording)
    people = []
    for seat in material.seats:
        allowed = agreed.get(seat.id, spans.default_span(recording))
        if allowed:
            people.append(RecordedPerson(seat.id, seat.role.value, _on_clock(allowed, begin)))
    silent = earshot.refused_spans(recording, material.seats, material.moves, material.events, material.bystanders)
    return FinaliseJob(
        recording.id,
        directory.absolute(),
        key,
        signing_key,
        round(begin.timestamp() * 1_000_000),
        tuple(people),
        _facts(material, agreed, begin, now),
        _on_clock(silent, begin),
    )


def wishes_of(material: Material) -> tuple[Wish, ...]:
    """Whose part of a finished recording is to be destroyed now, and since when that is asked for."""
    recording, events = material.recording, material.events
    wishes = []
    for person in withdrawal.must_go(recording, events):
        at = withdrawal.destroy_wish((event for event in events if event.participant_id == person), recording)
        if at is not None:
            wishes.append(Wish(person, iso_utc(at)))
    return tuple(wishes)


def take_out_job(
    material: Material, directory: Path, keys: tuple[bytes, bytes, bytes], wishes: tuple[Wish, ...], now: datetime
) -> TakeOutJob:
    """The finaliser's job for a finished recording. `keys`: the data key, the one to follow it, and the signing key's seed."""
    recording = material.recording
    begin = recording.started_at or recording.asked_at
    consent = _facts(material, spans.agreed_spans(material.events, recording), begin, now)["consent"]
    return TakeOutJob(recording.id, directory.absolute(), *keys, wishes, tuple(consent), iso_utc(now))


def _facts(
    material: Material, agreed: dict[str, tuple[AgreedSpan, ...]], begin: datetime, now: datetime
) -> dict[str, Any]:
    recording = material.recording
    people = [("participant_id", seat.id) for seat in material.seats]
    people += [("bystander_id", person.id) for person in material.bystanders]
    consent = [
        {
            word: person_id,
            "spans": [list(span) for span in _on_clock(agreed.get(person_id, ()), begin)],
            "events": [_event(event) for event in material.events if event.person_id == person_id],
        }
        for word, person_id in people
    ]
    return {
        "session_id": recording.session_id,
        "kind": recording.kind.value,
        "basis": recording.basis.value,
        "started_at": iso_utc(begin),
        "ended_at": iso_or_none(recording.stopped_at),
        "finalised_at": iso_utc(now),
        "consent": consent,
    }


def _event(event: ConsentEvent) -> dict[str, str]:
    return {
        "what": event.act.value,
        "at": iso_utc(event.at),
        "by": event.by.id,
        "text_version": event.text_version,
        "language": event.language,
    }


def _on_clock(times: Iterable[AgreedSpan], begin: datetime) -> tuple[Span, ...]:
    return tuple((_us(span.since, begin), None if span.until is None else _us(span.until, begin)) for span in times)


def _us(at: datetime, begin: datetime) -> int:
    return max(0, round((at - begin).total_seconds() * 1_000_000))
