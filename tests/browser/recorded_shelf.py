"""More recordings beside the one of `recorded`: a group of nine, an emergency, one nobody needs any more, rows of every kind.

Put into the same directory before it is served. Their pictures are the same few seconds again and again.
"""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.recording.policy import manifest_object
from telemed.care.recording.words import Basis, RecordingState, ReviewStatus
from telemed.care.records import MessageRecord, ParticipantRecord, SessionRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import ParticipantState, SessionKind, SessionState
from telemed.clock import SystemClock
from telemed.config import Config
from telemed.demo import demo_config, email_of
from telemed.files import make_private_directory
from telemed.layout import Layout
from telemed.media.control import Source
from telemed.operation.audit_key import ensure_key
from telemed.recording.finishing import finish
from telemed.recording.job import FinaliseJob, FinaliseResult, RecordedPerson
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import load_master_keys
from telemed.recording.signature import seed_of
from telemed.sealing import derive_key
from telemed.store import Store
from telemed.store.sealed_values import KEY_PURPOSE
from tests.adapters.recording.encoded import pictures, sound
from tests.adapters.recording.journalled import Written
from tests.adapters.recording.packetised import Sender
from tests.browser.recorded import CLOCK, SCENE, SECOND, again, recording_row, with_files

NINE, EMERGENCY, UNWANTED = "rec_BrowserNinePeople", "rec_BrowserEmergency", "rec_BrowserUnwanted1"
LENGTH = 20  # seconds
ROWS = 60  # without media; more than a page of the list
GROUP = (
    "Dr. Clara Amsel",
    "Anna Beispiel",
    "Ines Übersetz",
    "Prof. Dr. Wilhelmina Featherstonehaugh-Cholmondeley",
    "Jonas Weber",
    "Ayşe Yılmaz-Hohenstein",
    "Bo Li",
    "María José García de la Fuente",
    "Robin Vogt",
)
STATES = (  # what the rows show, one after the other
    {},
    {"review_status": ReviewStatus.IN_REVIEW},
    {"review_status": ReviewStatus.SIGNED_OFF},
    {"hold": True, "hold_reason": "A claim of the insurance"},
    {"state": RecordingState.ERASED},
    {"state": RecordingState.CANCELLED, "started_at": None, "duration_ms": 0},
)


@dataclass(frozen=True)
class Shelf:
    """What is needed to put one more recording there."""

    config: Config
    layout: Layout
    tx: Transaction
    doctor: UserRecord
    now: datetime


async def furnish_shelf(var: pathlib.Path, rows: int = ROWS) -> None:
    """Put them below `var`, a directory made by `prepared`. The front desk becomes the second privacy officer."""
    config = demo_config(var, 0, None)
    layout = Layout(config)
    store = await Store.open(layout.database, derive_key(config.secrets.installation_key.encode(), KEY_PURPOSE))
    try:
        async with store.write() as tx:
            doctor, desk = await tx.users.by_email(email_of(Role.CLINICIAN)), await tx.users.by_email(email_of(Role.FRONT_DESK))
            assert doctor and desk
            await tx.users.save(replace(desk, is_privacy_officer=True))
            shelf = Shelf(config, layout, tx, doctor, SystemClock().utcnow().replace(microsecond=0))
            await _played(shelf, NINE, GROUP, 2)
            await _played(shelf, EMERGENCY, GROUP[:2], 3, emergency=True)
            await _played(shelf, UNWANTED, GROUP[:1], 4)
            for number in range(rows):
                await _row(shelf, number)
    finally:
        await store.close()


async def _played(shelf: Shelf, recording_id: str, names: Sequence[str], days: int, emergency: bool = False) -> None:
    began = shelf.now - timedelta(days=days)
    ended = began + timedelta(seconds=LENGTH)
    kind = SessionKind.GROUP if len(names) > 2 else SessionKind.URGENT
    session_id = recording_id.replace("rec_", "ses_")
    seats = [f"par_{recording_id[4:]}{number}" for number in range(len(names))]
    await _visit(shelf, session_id, kind, names, seats, began)
    keys = shelf.layout.emergency_keys if emergency else shelf.layout.recording_keys
    done = _media(shelf, recording_id, keys, seats, began)
    row = with_files(recording_row(shelf.doctor, recording_id, session_id, kind, (began, ended)), done)
    if emergency:
        reason = "Unconscious when the call began"
        row = replace(row, basis=Basis.EMERGENCY, reason=reason, expires_at=None, decide_by=ended + timedelta(days=7))
    await shelf.tx.recordings.create(row)
    signed = manifest_object(recording_id, done.manifest_sha256)
    await shelf.tx.audit.append(SYSTEM, AuditAction.RECORDING_SIGNED, signed, AuditOutcome.DONE, ended)


async def _visit(
    shelf: Shelf, session_id: str, kind: SessionKind, names: Sequence[str], seats: Sequence[str], began: datetime
) -> None:
    title = names[1] if len(names) > 1 else ""
    visit = SessionRecord(
        session_id,
        shelf.doctor.organisation_id,
        kind,
        SessionState.SEALED,
        began,
        shelf.doctor.id,
        began,
        patient_name=title,
        started_at=began,
        ended_at=began + timedelta(seconds=LENGTH),
    )
    await shelf.tx.sessions.create(visit)
    for number, (seat_id, name) in enumerate(zip(seats, names, strict=True)):
        role = (Role.CLINICIAN, Role.PATIENT, Role.INTERPRETER)[number] if number < 3 else Role.GUEST
        user_id = shelf.doctor.id if number == 0 else None
        seat = ParticipantRecord(seat_id, session_id, role, name, ParticipantState.LEFT, began, began, user_id, began)
        await shelf.tx.participants.create(seat)
        said = f"{name} says something that is long enough to need more than one line beside the pictures"
        at = began + timedelta(seconds=number * 2)
        message_id = seat_id.replace("par_", "msg_")
        await shelf.tx.messages.append(MessageRecord(message_id, session_id, number, seat_id, name, said, at, f"said-{number}"))


def _media(shelf: Shelf, recording_id: str, keys: pathlib.Path, seats: Sequence[str], began: datetime) -> FinaliseResult:
    masters = load_master_keys(None, {}, shelf.config.secrets.installation_key.encode())
    key = RecordingKeys(keys, masters).create(recording_id)
    directory = shelf.layout.recordings / recording_id
    make_private_directory(shelf.layout.recordings)
    make_private_directory(directory)
    utc_us = int(began.timestamp() * 1_000_000)
    seen, heard = again(pictures("vp8", SCENE, (320, 180)), LENGTH), again(sound(SCENE), LENGTH)
    for number, seat_id in enumerate(seats):
        for source, codec, frames in ((Source.MICROPHONE, "opus", heard), (Source.CAMERA, "vp8", seen)):
            written = Written(seat_id, source, codec, 0, utc_us=utc_us)
            sender = Sender(written.codec, 1000 + 2 * number + (source is Source.CAMERA))
            reports = range(SECOND, LENGTH * SECOND, SECOND)
            written.packets(sender.packets(frames)).reports(sender, CLOCK, reports)
            written.write(directory, recording_id=recording_id, key=key)
    people = tuple(RecordedPerson(seat_id, "guest", ((0, None),)) for seat_id in seats)
    facts = {"session_id": recording_id.replace("rec_", "ses_"), "kind": "group", "basis": "consent", "consent": []}
    return finish(FinaliseJob(recording_id, directory, key, seed_of(ensure_key(shelf.layout)), utc_us, people, facts))


async def _row(shelf: Shelf, number: int) -> None:
    began = shelf.now - timedelta(days=10 + number)
    ended = began + timedelta(minutes=12, seconds=number)
    session_id, recording_id = f"ses_BrowserRow{number:06d}", f"rec_BrowserRow{number:06d}"
    kind = (SessionKind.SCHEDULED, SessionKind.URGENT, SessionKind.GROUP)[number % 3]
    names = GROUP[: 1 + number % len(GROUP)]
    seats = [f"par_BrowserRow{number:04d}x{seat}" for seat in range(len(names))]
    await _visit(shelf, session_id, kind, names, seats, began)
    row = recording_row(shelf.doctor, recording_id, session_id, kind, (began, ended))
    if number % 2 == 0:
        row = replace(row, expires_at=None)
    await shelf.tx.recordings.create(replace(row, **STATES[number % len(STATES)]))
    if number % 4 == 0:
        tags = ("teaching", "wound care", "heart failure")[: 1 + number % 3]
        await shelf.tx.recordings.set_tags(replace(row, **STATES[number % len(STATES)]), tags)
