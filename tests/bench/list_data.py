"""A clinic after some years: 10,000 patients, 1,000 staff, 100,000 visits. Written straight into the tables in a few seconds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, insert
from sqlalchemy.pool import NullPool

from telemed.care.patients.names import fold, grams
from telemed.care.patients.records import PatientRecord, TeamMemberRecord
from telemed.care.records import OrganisationRecord, ParticipantRecord, SessionRecord, UserRecord
from telemed.care.roles import Role
from telemed.care.states import Outcome, ParticipantState, SessionKind, SessionState
from telemed.store import schema, schema_people
from telemed.store.migrate import migrate

SEED = 11
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
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


def fill(path: Path, size: Size, password_hash: str) -> OrganisationRecord:
    """Make the database. Every account has the password behind `password_hash`; patients' teams are made of clinicians."""
    migrate(path)
    chance = random.Random(SEED)  # noqa: S311 - sample data
    clinic = OrganisationRecord("org_bench", "Bench Clinic", "+49 30 5550100", "112", is_demo=False, created_at=START)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-400000"):  # nothing to lose, and in one go
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.commit()
        _write(connection, schema.organisation, iter([asdict(clinic)]))
        _write(connection, schema.user, _staff(size, password_hash))
        people = list(_patients(size, chance))
        _write(connection, schema_people.patient, (asdict(person) for person in people))
        _write(connection, schema_people.patient_gram, _grams(people))
        _write(connection, schema_people.care_team_member, _teams(people, size, chance))
        visits = list(_sessions(people, size, chance))
        _write(connection, schema.session, (asdict(visit) for visit in visits))
        _write(connection, schema.participant, _seats(visits))
        connection.commit()
    engine.dispose()
    return clinic


def email_of(number: int) -> str:
    """The address of an account; number 0 is the front desk, the others are clinicians."""
    return f"staff{number}@bench.example"


def _write(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


def _staff(size: Size, password_hash: str) -> Iterator[dict[str, Any]]:
    for number in range(size.staff):
        role = Role.CLINICIAN if number else Role.FRONT_DESK
        name = f"Dr. {LAST[number % len(LAST)]} {number}"
        yield asdict(UserRecord(f"usr_{number}", "org_bench", role, name, email_of(number), password_hash, START))


def _patients(size: Size, chance: random.Random) -> Iterator[PatientRecord]:
    for number in range(size.patients):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        if chance.random() < 0.1:
            name += f"-{chance.choice(LAST)}"
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(90 * 365))
        yield PatientRecord(f"pat_{number}", "org_bench", name, fold(name), "usr_0", START, START, birth_date=born)


def _grams(people: list[PatientRecord]) -> Iterator[dict[str, Any]]:
    for person in people:
        for gram in grams(person.folded_name):
            yield {"gram": gram, "patient_id": person.id}


def _teams(people: list[PatientRecord], size: Size, chance: random.Random) -> Iterator[dict[str, Any]]:
    for person in people:
        user = f"usr_{chance.randrange(1, size.staff)}"
        yield asdict(TeamMemberRecord(f"tmm_{person.id[4:]}", person.id, user, "usr_0", START))


def _sessions(people: list[PatientRecord], size: Size, chance: random.Random) -> Iterator[SessionRecord]:
    for number in range(size.sessions):
        person = chance.choice(people)
        at = START + timedelta(minutes=number)
        yield SessionRecord(
            f"ses_{number}",
            "org_bench",
            SessionKind.SCHEDULED,
            SessionState.SEALED,
            at,
            f"usr_{chance.randrange(1, size.staff)}",
            at,
            patient_name=person.name,
            started_at=at,
            ended_at=at + timedelta(minutes=12),
            outcome=Outcome.COMPLETED,
            completed_at=at + timedelta(minutes=13),
            sealed_at=at + timedelta(days=1),
            patient_id=person.id,
        )


def _seats(visits: list[SessionRecord]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        number, at = visit.id[4:], visit.created_at
        doctor = ParticipantRecord(
            f"par_{number}d", visit.id, Role.CLINICIAN, "Dr.", ParticipantState.LEFT, at, at, visit.created_by, at
        )
        patient = ParticipantRecord(f"par_{number}p", visit.id, Role.PATIENT, visit.patient_name, ParticipantState.LEFT, at, at)
        yield asdict(doctor)
        yield asdict(patient)
