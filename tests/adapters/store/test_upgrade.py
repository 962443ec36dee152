"""Databases of earlier versions, as a server of that version left them, brought to the present: nothing may be lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import URL, create_engine

from telemed.care.states import Outcome, SessionState
from telemed.errors import Conflict
from telemed.store import Store
from telemed.store.migrate import config, head, migrate

EARLIER = sorted((Path(__file__).parent / "databases").glob("*.sql"), key=lambda path: path.stem)


@pytest.fixture(params=EARLIER, ids=lambda path: path.stem)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database file as that version left it."""
    path = tmp_path / "telemed.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(request.param.read_text(encoding="utf-8"))
    return path


def tables(database: sqlite3.Connection) -> Iterator[str]:
    """Names of all tables of ours."""
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        if name != "alembic_version":
            yield str(name)


def rows(database: sqlite3.Connection, table: str, columns: list[str]) -> list[tuple[object, ...]]:
    """All values of `columns`, in a stable order."""
    listed = ", ".join(f'"{column}"' for column in columns)
    return sorted(database.execute(f'SELECT {listed} FROM "{table}"'), key=repr)  # noqa: S608 - names from the schema itself


def content(path: Path, shape: dict[str, list[str]] | None = None) -> tuple[dict[str, list[str]], dict[str, object]]:
    """Columns of every table, and what they hold; `shape` limits both to what an earlier version knew."""
    with closing(sqlite3.connect(path)) as database:
        found = shape or {
            table: [str(row[1]) for row in database.execute(f'PRAGMA table_info("{table}")')] for table in tables(database)
        }
        return found, {table: rows(database, table, columns) for table, columns in found.items()}


def test_an_upgrade_keeps_every_value(earlier: Path) -> None:
    shape, before = content(earlier)
    assert sum(len(held) for held in before.values()) > 100, "the fixture holds a real visit"  # type: ignore[arg-type]
    migrate(earlier)
    assert content(earlier, shape)[1] == before
    with closing(sqlite3.connect(earlier)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(head(),)]


def add_row(database: sqlite3.Connection, table: str, **values: object) -> None:
    """A row with these values and something in every other column that needs a value."""
    columns = {str(row[1]): row[3] for row in database.execute(f'PRAGMA table_info("{table}")')}
    row = {name: "x" for name, needed in columns.items() if needed} | values
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    database.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))  # noqa: S608 - names from the schema


def test_seats_carers_took_before_the_column_are_known_to_be_theirs(tmp_path: Path) -> None:
    """The trail says whose they are; seats made by staff are nobody's, whatever their role."""
    path = tmp_path / "telemed.sqlite3"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0002")
    engine.dispose()
    with closing(sqlite3.connect(path)) as database, database:
        add_row(database, "carer", id="car_1")
        made = (("par_taken", "carer", "car_1"), ("par_given", "carer", "usr_1"), ("par_guest", "guest", "usr_1"))
        for number, (seat, role, actor) in enumerate(made):
            add_row(database, "participant", id=seat, role=role)
            acted = {"actor": actor, "role": "carer" if actor == "car_1" else "clinician", "action": "participant.created"}
            chain = {"previous_hash": f"before {number}", "hash": f"after {number}"}
            add_row(database, "audit", sequence=number, object_id=seat, **acted, **chain)
    migrate(path)
    with closing(sqlite3.connect(path)) as database:
        found = dict(database.execute("SELECT id, carer_id FROM participant").fetchall())
    assert found == {"par_taken": "car_1", "par_given": None, "par_guest": None}


def test_minutes_of_calls_keep_what_clients_said(tmp_path: Path) -> None:
    path = tmp_path / "telemed.sqlite3"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0004")
    engine.dispose()
    said = {"participant_id": "par_1", "session_id": "ses_1", "freezes": 2, "rtt_ms": 40, "concealed": 0.25}
    with closing(sqlite3.connect(path)) as database, database:
        add_row(database, "quality_minute", minute="2026-11-22T09:30:00.000000Z", **said)
    migrate(path)
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        (row,) = database.execute("SELECT * FROM quality_minute")
        assert said.items() <= dict(row).items()
        assert (row["up_loss"], row["frozen"], row["way"]) == (None, None, "")
        indexes = {str(index["name"]) for index in database.execute("PRAGMA index_list(quality_minute)")}
        assert "ix_quality_minute_session_id" in indexes


def test_recordings_come_to_a_database_in_use(tmp_path: Path) -> None:
    """Visits and seats stay as they are and are found by person; acts of consent can be added and not changed."""
    path = tmp_path / "telemed.sqlite3"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0007")
    engine.dispose()
    with closing(sqlite3.connect(path)) as database, database:
        add_row(database, "session", id="ses_1", created_by="usr_1")
        add_row(database, "participant", id="par_1", session_id="ses_1", user_id="usr_1")
    before = content(path)
    migrate(path)
    assert content(path, before[0])[1] == before[1]
    with closing(sqlite3.connect(path)) as database, database:
        found = {str(row[0]) for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        assert {"ix_participant_user_id", "ix_session_created_by", "ix_recording_newest", "uq_recording_open"} <= found
        add_row(database, "consent_event", id="con_1", session_id="ses_1", sequence=1)
        for statement in ("UPDATE consent_event SET act = 'agreed'", "DELETE FROM consent_event"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(statement)


def test_whoever_was_silent_stays_so_and_nobody_else_becomes_it(tmp_path: Path) -> None:
    path = tmp_path / "telemed.sqlite3"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0018")
    engine.dispose()
    made = (("ses_1", 1, "par_hides", "caller"), ("ses_1", 1, "par_staff", ""), ("ses_2", 0, "par_speaks", "caller"))
    with closing(sqlite3.connect(path)) as database, database:
        for session_id, silent in dict.fromkeys((one[0], one[1]) for one in made):
            add_row(database, "session", id=session_id, silent=silent)
        for session_id, _, participant_id, part in made:
            add_row(database, "participant", id=participant_id, session_id=session_id, part=part)
    migrate(path)
    with closing(sqlite3.connect(path)) as database:
        found = dict(database.execute("SELECT id, silent FROM participant").fetchall())
    assert found == {"par_hides": 1, "par_staff": 0, "par_speaks": 0}


async def test_the_upgraded_store_reads_and_its_trail_verifies(earlier: Path) -> None:
    store = await Store.open(earlier)
    try:
        verdict = await store.verify_audit()
        assert verdict.complete and verdict.rows > 50
        async with store.read() as tx:
            organisation = await tx.organisations.first()
            assert organisation is not None
            assert len(await tx.users.in_organisation(organisation.id)) == 6
            ended = await tx.sessions.in_states({SessionState.ENDED, SessionState.SEALED})
            assert {session.outcome for session in ended} == {Outcome.COMPLETED}
            for session in ended:
                assert await tx.messages.in_session(session.id)
                assert (await tx.notes.latest(session.id)) is not None
    finally:
        await store.close()


def test_what_was_told_of_the_caller_of_an_incident_is_told_of_its_first_one(tmp_path: Path) -> None:
    """Of the present visit's caller; crews and callers of visits before stay without."""
    path = tmp_path / "telemed.sqlite3"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0015")
    engine.dispose()
    told = {"phone": "+4930", "send_state": "sent", "sends": 2, "message_id": "out_1", "place": "Barn", "call_back": ""}
    told |= {"facts": "{}", "left_quickly": 1}
    with closing(sqlite3.connect(path)) as database, database:
        made = {"link_actor_id": "usr_1", "link_command_id": "command-1", "ended_at": "2026"}
        add_row(database, "incident", id="inc_1", session_id="ses_2", **told, **made)
        for link, session, part in (("lnk_1", "ses_1", "caller"), ("lnk_2", "ses_2", "caller"), ("lnk_3", "ses_2", "crew")):
            access = {"incident_id": "inc_1", "session_id": session, "part": part, "participant_id": f"par_of_{link}"}
            add_row(database, "incident_access", id=link, **access)
        add_row(database, "outbox", id="out_1")
    migrate(path)
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        (row,) = database.execute("SELECT * FROM incident_caller")
        assert told.items() <= dict(row).items() and (row["id"], row["participant_id"]) == ("lnk_2", "par_of_lnk_2")
        assert (row["made_by"], row["made_with"]) == ("usr_1", "command-1")
        (incident,) = database.execute("SELECT * FROM incident")
        assert (incident["id"], incident["forgotten_positions"]) == ("inc_1", 0) and not told.keys() & set(incident.keys())
        assert [one["route"] for one in database.execute("SELECT route FROM outbox")] == ["first"]
        partial = {str(index["name"]): index["partial"] for index in database.execute("PRAGMA index_list(incident)")}
        assert partial["ix_incident_forgettable"] == 1 and "ix_incident_session_id" in partial


async def test_answers_kept_before_kinds_had_names_are_found_by_them(tmp_path: Path) -> None:
    path = tmp_path / "telemed.sqlite3"
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0021")
    engine.dispose()
    line = {"message": {"id": "msg_AbCd", "body": "Hello"}}
    wordy = {"follow_up": {"id": "fup_AbCd", "text": "Ask about the fever"}}
    kept = {
        "command-1": ("LeadCommands.deny.<locals>.work", {}, "lead.deny", {}),
        "command-2": ("IncidentFrames.draw.<locals>.<lambda>", {}, "frame.draw", {}),
        "command-3": ("seat.admitted", {}, "seat.admitted", {}),
        "command-4": ("", wordy, "follow_up.plan", {"follow_up_id": "fup_AbCd"}),
        "command-5": ("", {"message": {"id": "vms_AbCd", "body": "Drink"}}, "letter.write", {"message_id": "vms_AbCd"}),
        "command-6": ("", line, "line", line),
    }
    with closing(sqlite3.connect(path)) as database, database:
        for name, (kind, ack, _kind, _answer) in kept.items():
            said = {"kind": kind, "ack": json.dumps(ack), "at": "2026-11-23T09:30:00.000000Z"}
            add_row(database, "command_ack", actor_id="usr_1", command_id=name, **said)
    store = await Store.open(path)
    try:
        async with store.read() as tx:
            for name, (_before, _ack, kind, answer) in kept.items():
                assert await tx.acks.find("usr_1", name, kind) == answer
            with pytest.raises(Conflict):
                await tx.acks.find("usr_1", "command-1", "lead.remove")
    finally:
        await store.close()
