"""A clinic after some years: 10,000 patients, 1,000 staff, 100,000 visits, 1,000,000 audit rows. Straight into the tables."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, insert, select
from sqlalchemy.pool import NullPool

from telemed.care.patients.names import fold, grams
from telemed.care.patients.records import PatientRecord, TeamMemberRecord
from telemed.care.records import ParticipantRecord, SessionRecord, UserRecord
from telemed.care.roles import Role
from telemed.care.states import Outcome, ParticipantState, SessionKind, SessionState
from telemed.store import schema, schema_operation, schema_people, schema_recording
from tests.bench import office_data, recording_data

SEED = 11
BETWEEN = timedelta(minutes=5)  # two visits: 288 a day
BATCH = 5000  # rows of one statement

FIRST = (
    "Anna Lukas Marie Paul Sofia Leon Emma Jonas Mia Finn Hannah Noah Lea Elias Lina Ben Clara Felix Ella Max Johanna Moritz Ida "
    "Karl Greta Theo Frieda Emil Mathilda Anton Katarzyna Piotr Agnieszka Ivan Olga Dmitri Fatima Yusuf Ayşe Mehmet Zeynep Ali "
    "Nguyen Linh José María Carlos Lucía Giulia Marco Chiara Luca Élodie Benoît Zoë Søren Åse Björn Saoirse Siobhán John Mary"
).split()
LAST = (
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder "
    "Neumann Schwarz Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze "
    "Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel "
    "Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin "
    "Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler "
    "Kowalski Nowak Wiśniewska Yılmaz Kaya Demir Nguyen García Rossi O'Neill Sørensen Novák Horváth Popescu Ivanova Smith Jones"
).split()


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    patients: int
    staff: int
    sessions: int


@dataclass(frozen=True, slots=True)
class _House:
    """What is there already: a clinic and somebody who made everything."""

    organisation_id: str
    maker_id: str


def fill(path: Path, size: Size, now: datetime) -> None:
    """Add to the database of a server that does not run. The last visit ends at `now`; those of the last day are not sealed."""
    chance = random.Random(SEED)  # noqa: S311 - sample data
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        for pragma in ("synchronous=OFF", "cache_size=-400000"):  # nothing to lose, and in one go
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        house = _House(*connection.execute(select(schema.user.c.organisation_id, schema.user.c.id).limit(1)).one())
        connection.commit()
        _write(connection, schema.user, _staff(house, size, now))
        people = list(_patients(house, size, chance, now))
        _write(connection, schema_people.patient, (_row(person) for person in people))
        _write(connection, schema_people.patient_gram, _grams(people))
        _write(connection, schema_people.care_team_member, _teams(house, people, size, chance))
        visits = list(_sessions(house, people, size, chance, now))
        _write(connection, schema.session, (_row(visit) for visit in visits))
        _write(connection, schema.participant, _seats(visits))
        _write(connection, schema.participant_event, recording_data.connected(visits))
        _add_recordings(connection, visits, chance)
        _write(connection, schema.login, office_data.officers(size.staff, now))
        _write(connection, schema_operation.outbox, office_data.messages(visits))
        _write(connection, schema_operation.setting_change, office_data.changes(visits))
        office_data.add_trail(connection, visits, chance, BATCH)
        connection.commit()
    engine.dispose()


def _add_recordings(connection: Connection, visits: list[SessionRecord], chance: random.Random) -> None:
    taken = list(recording_data.recordings(visits, chance))
    _write(connection, schema_recording.recording, recording_data.rows(taken))
    _write(connection, schema_recording.recording_tag, recording_data.tags(taken, chance))
    _write(connection, schema_recording.recording_view, recording_data.views(taken, chance))
    _write(connection, schema_recording.recording_marker, recording_data.markers(taken, chance))


def _row(record: Any) -> dict[str, Any]:
    """The fields of a record, not copied: `asdict` takes most of the time otherwise."""
    return {name.name: getattr(record, name.name) for name in fields(record)}


def _write(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


def _staff(house: _House, size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(size.staff):
        name = f"Dr. {LAST[number % len(LAST)]} {number}"
        address = f"staff{number}@bench.example"
        user = UserRecord(f"usr_{number}", house.organisation_id, Role.CLINICIAN, name, address, "no password", now)
        yield _row(replace(user, is_privacy_officer=number < office_data.OFFICERS))


def _patients(house: _House, size: Size, chance: random.Random, now: datetime) -> Iterator[PatientRecord]:
    for number in range(size.patients):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        if chance.random() < 0.1:
            name += f"-{chance.choice(LAST)}"
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(90 * 365))
        patient_id = f"pat_{number}"
        yield PatientRecord(patient_id, house.organisation_id, name, fold(name), house.maker_id, now, now, birth_date=born)


def _grams(people: list[PatientRecord]) -> Iterator[dict[str, Any]]:
    for person in people:
        for gram in grams(person.folded_name):
            yield {"gram": gram, "patient_id": person.id}


def _teams(house: _House, people: list[PatientRecord], size: Size, chance: random.Random) -> Iterator[dict[str, Any]]:
    for person in people:
        user = f"usr_{chance.randrange(size.staff)}"
        yield _row(TeamMemberRecord(f"tmm_{person.id[4:]}", person.id, user, house.maker_id, person.created_at))


def _sessions(
    house: _House, people: list[PatientRecord], size: Size, chance: random.Random, now: datetime
) -> Iterator[SessionRecord]:
    for number in range(size.sessions):
        person = chance.choice(people)
        at = now - (size.sessions - number) * BETWEEN
        end = at + timedelta(minutes=4)
        sealed = end + timedelta(days=1) <= now
        yield SessionRecord(
            f"ses_{number}",
            house.organisation_id,
            SessionKind.SCHEDULED,
            SessionState.SEALED if sealed else SessionState.ENDED,
            end,
            f"usr_{chance.randrange(size.staff)}",
            at,
            patient_name=person.name,
            started_at=at,
            ended_at=end,
            outcome=Outcome.COMPLETED,
            completed_at=end,
            sealed_at=end + timedelta(days=1) if sealed else None,
            patient_id=person.id,
        )


def _seats(visits: list[SessionRecord]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        number, at = visit.id[4:], visit.created_at
        left = ParticipantState.LEFT
        yield _row(ParticipantRecord(f"par_{number}d", visit.id, Role.CLINICIAN, "Dr.", left, at, at, visit.created_by, at))
        yield _row(ParticipantRecord(f"par_{number}p", visit.id, Role.PATIENT, visit.patient_name, left, at, at))
