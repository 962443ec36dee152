"""A finished recording in the directory of a server that was never started: as if a visit had been recorded yesterday.

Three people with real pictures and sound that flash and beep together, a shared screen, somebody who came late and somebody who
withdrew consent for a while, a chat, a marker; sealed, chained and signed by the product's own finaliser.
"""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM, ActorRef
from telemed.care.patients.words import ChannelKind
from telemed.care.recording.policy import manifest_object
from telemed.care.recording.records import ConsentEvent, Marker, RecordingRecord, SpeakingSpan
from telemed.care.recording.texts import CURRENT_TEXT
from telemed.care.recording.words import ConsentAct, RecordingState, Visibility
from telemed.care.records import (
    MessageRecord,
    ParticipantEventRecord,
    ParticipantRecord,
    QualityMinute,
    SessionRecord,
    UserRecord,
)
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import ParticipantEvent, ParticipantState, SessionKind, SessionState
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
from telemed.store.demo_patient import ADDRESS
from telemed.store.sealed_values import KEY_PURPOSE
from tests.adapters.recording.encoded import Encoded, pictures, sound
from tests.adapters.recording.journalled import Written
from tests.adapters.recording.packetised import Sender, SenderClock
from tests.browser.recorded_acts import furnish_acts, stills_of

RECORDING = "rec_BrowserRecorded1"
SESSION = "ses_BrowserRecorded1"
DOCTOR, PATIENT, HELPER = "par_BrowserDoctor001", "par_BrowserPatient01", "par_BrowserHelper001"
SECOND = 1_000_000  # microseconds
LENGTH = 100  # seconds
SCENE = 4  # seconds that are encoded, again and again
WITHHELD = (40 * SECOND, 56 * SECOND)  # the patient's
LATE, EARLY = 10 * SECOND, 84 * SECOND  # when the helper came and went
SCREEN = (62 * SECOND, 76 * SECOND)
ALL = LENGTH * SECOND
SOURCES = (  # from and to; pictures have a key frame every two seconds
    (DOCTOR, Source.MICROPHONE, 0, ALL),
    (DOCTOR, Source.CAMERA, 0, ALL),
    (DOCTOR, Source.SCREEN, *SCREEN),
    (PATIENT, Source.MICROPHONE, 0, ALL),
    (PATIENT, Source.CAMERA, 0, ALL),
    (HELPER, Source.MICROPHONE, LATE, EARLY),
    (HELPER, Source.CAMERA, LATE, EARLY),
)
CLOCK = SenderClock(offset_us=3_900_000_000_000_000)
CHAT = (
    (3, DOCTOR, "Dr. Clara Amsel", "Good morning"),
    (44, PATIENT, "Anna Beispiel", "Ich bin müde"),
    (66, DOCTOR, "Dr. Clara Amsel", "See you on Monday"),
)


@dataclass(frozen=True)
class Recorded:
    """What a test needs to know of it."""

    recording_id: str
    directory: pathlib.Path
    segments: int


async def furnish_recording(var: pathlib.Path) -> Recorded:
    """Put a recording below `var`, a directory made by `prepared`."""
    config = demo_config(var, 0, None)
    layout = Layout(config)
    began = SystemClock().utcnow().replace(microsecond=0) - timedelta(days=1)
    store = await Store.open(layout.database, derive_key(config.secrets.installation_key.encode(), KEY_PURPOSE))
    try:
        async with store.write() as tx:
            users = [await tx.users.by_email(email_of(role)) for role in (Role.CLINICIAN,)]
            doctor = next(user for user in users if user is not None)
            await _visit(tx, doctor, began)
            directory, done = _media(config, layout, began)
            await _recording(tx, doctor, began, done)
            stills = stills_of(layout, config.secrets.installation_key.encode())
            await furnish_acts(tx, stills, SESSION, doctor, (DOCTOR, PATIENT))
    finally:
        await store.close()
    return Recorded(RECORDING, directory, done.segments)


async def _visit(tx: Transaction, doctor: UserRecord, began: datetime) -> None:
    channels = await tx.channels.by_value(ChannelKind.EMAIL.value, ADDRESS)
    patient_id = channels[0].patient_id
    ended = began + timedelta(seconds=LENGTH)
    visit = SessionRecord(
        SESSION,
        doctor.organisation_id,
        SessionKind.URGENT,
        SessionState.SEALED,
        began,
        doctor.id,
        began,
        patient_name="Anna Beispiel",
        patient_id=patient_id,
        started_at=began,
        ended_at=ended,
    )
    await tx.sessions.create(visit)
    for seat_id, role, name, user_id in (
        (DOCTOR, Role.CLINICIAN, doctor.name, doctor.id),
        (PATIENT, Role.PATIENT, "Anna Beispiel", None),
        (HELPER, Role.INTERPRETER, "Ines Übersetz", None),
    ):
        seat = ParticipantRecord(seat_id, SESSION, role, name, ParticipantState.LEFT, began, began, user_id, began)
        await tx.participants.create(seat)
    happened = [(DOCTOR, 0, True), (PATIENT, 0, True), (HELPER, LATE // SECOND, True), (HELPER, EARLY // SECOND, False)]
    for number, (seat_id, second, joined) in enumerate(happened):
        await tx.events.append(_event(number, seat_id, began + timedelta(seconds=second), joined))
    for number, (second, seat_id, name, body) in enumerate(CHAT):
        at = began + timedelta(seconds=second)
        said = MessageRecord(f"msg_BrowserRecorded{number}", SESSION, number, seat_id, name, body, at, f"said-{number}")
        await tx.messages.append(said)
    await tx.quality.record(QualityMinute(PATIENT, SESSION, began.replace(second=0), concealed=0.5))


def _event(number: int, seat_id: str, at: datetime, joined: bool) -> ParticipantEventRecord:
    what = ParticipantEvent.MEDIA_CONNECTED if joined else ParticipantEvent.LEFT
    to = ParticipantState.CONNECTED if joined else ParticipantState.LEFT
    event_id = f"evt_BrowserRecorded{number}"
    return ParticipantEventRecord(event_id, SESSION, seat_id, what, ParticipantState.ADMITTED, to, SYSTEM, at)


async def _agreements(tx: Transaction, began: datetime) -> None:
    """What people said in the call; the patient withdrew for a while."""
    said = (
        (DOCTOR, 0, ConsentAct.AGREED),
        (PATIENT, 0, ConsentAct.AGREED),
        (HELPER, LATE, ConsentAct.AGREED),
        (PATIENT, WITHHELD[0], ConsentAct.WITHDRAWN),
        (PATIENT, WITHHELD[0] + SECOND, ConsentAct.KEEP_EARLIER),
        (PATIENT, WITHHELD[1], ConsentAct.AGREED),
    )
    for number, (person, at_us, act) in enumerate(said):
        at = began + timedelta(microseconds=at_us)
        by = ActorRef(person, "seat")
        event = ConsentEvent(f"con_BrowserRecorded{number}", SESSION, act, by, CURRENT_TEXT, "en", at, RECORDING, person)
        await tx.consents.append(event)


def recording_row(
    doctor: UserRecord, recording_id: str, session_id: str, kind: SessionKind, times: tuple[datetime, datetime]
) -> RecordingRecord:
    """What stands of a recording in the database, kept for a year. `times`: from when to when it was recorded."""
    began, ended = times
    return RecordingRecord(
        recording_id,
        session_id,
        doctor.organisation_id,
        kind,
        RecordingState.READY,
        ended,
        doctor.id,
        began,
        started_at=began,
        stopped_at=ended,
        duration_ms=(ended - began) // timedelta(milliseconds=1),
        expires_at=ended + timedelta(days=365),
    )


def with_files(row: RecordingRecord, done: FinaliseResult) -> RecordingRecord:
    """The same with files to play, ready when it ended."""
    hashes = {"manifest_hash": done.manifest_sha256, "chain_head": done.chain_head}
    return replace(row, ready_at=row.stopped_at, size_bytes=done.octets, **hashes)


async def _recording(tx: Transaction, doctor: UserRecord, began: datetime, done: FinaliseResult) -> None:
    ended = began + timedelta(seconds=LENGTH)
    recording = with_files(recording_row(doctor, RECORDING, SESSION, SessionKind.URGENT, (began, ended)), done)
    await tx.recordings.create(recording)
    await _agreements(tx, began)
    signed = manifest_object(RECORDING, done.manifest_sha256)
    await tx.audit.append(SYSTEM, AuditAction.RECORDING_SIGNED, signed, AuditOutcome.DONE, ended)
    turns = ((number, second * 1000) for number, second in enumerate(range(0, LENGTH, 5)))
    await tx.speaking.add([SpeakingSpan(RECORDING, (DOCTOR, PATIENT)[number % 2], at, at + 3500) for number, at in turns])
    words = ("finding", doctor.id, doctor.name, Visibility.TEAM)
    await tx.markers.write(Marker("mrk_BrowserRecorded1", RECORDING, 9000, *words, ended, text="Pale", revision=0))


def _media(config: Config, layout: Layout, began: datetime) -> tuple[pathlib.Path, FinaliseResult]:
    """Journals as a worker writes them, finished."""
    masters = load_master_keys(None, {}, config.secrets.installation_key.encode())
    key = RecordingKeys(layout.recording_keys, masters).create(RECORDING)
    directory = layout.recordings / RECORDING
    make_private_directory(layout.recordings)
    make_private_directory(directory)
    utc_us = int(began.timestamp() * 1_000_000)
    seen, heard = again(pictures("vp8", SCENE, (320, 180)), LENGTH), again(sound(SCENE), LENGTH)
    for number, (person, source, begin, end) in enumerate(SOURCES):
        is_sound = source is Source.MICROPHONE
        written = Written(person, source, "opus" if is_sound else "vp8", begin, utc_us=utc_us)
        sender = Sender(written.codec, 100 + number)
        frames = [frame for frame in (heard if is_sound else seen) if begin <= frame.at_us < end]
        reports = range(begin + SECOND, end, SECOND)
        written.packets(sender.packets(frames)).reports(sender, CLOCK, reports).write(directory, recording_id=RECORDING, key=key)
    people = (
        RecordedPerson(DOCTOR, "clinician", ((0, None),)),
        RecordedPerson(PATIENT, "patient", ((0, WITHHELD[0]), (WITHHELD[1], None))),
        RecordedPerson(HELPER, "interpreter", ((LATE, None),)),
    )
    spans = ((person.id, [[begin, end or ALL] for begin, end in person.spans]) for person in people)
    consent = [{"participant_id": person_id, "spans": held, "events": []} for person_id, held in spans]
    facts = {"session_id": SESSION, "kind": "urgent", "basis": "consent", "consent": consent}
    job = FinaliseJob(RECORDING, directory, key, seed_of(ensure_key(layout)), utc_us, people, facts)
    return directory, finish(job)


def again(scene: tuple[Encoded, ...], length: int) -> list[Encoded]:
    """One scene after the other, for so many seconds; each begins with a key frame."""
    turns = range(0, length * SECOND, SCENE * SECOND)
    return [Encoded(frame.at_us + turn, frame.data, frame.key) for turn in turns for frame in scene]
