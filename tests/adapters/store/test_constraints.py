"""The database itself refuses doubled effects and orphans, whatever the code above it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, create_engine, insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from telemed.care.records import LinkRequest, MoveRequest
from telemed.errors import ConfigError, Conflict, Unavailable
from telemed.store import Store, schema
from telemed.store.migrate import head, migrate
from tests.adapters.store.rows import LINK, NOW, SEAT, TOKEN, a_message, fill


def copy_of(table: Table, where: str = "1=1", **changes: str) -> str:
    """An INSERT that repeats the rows of a table with some columns changed (SQL expressions)."""
    columns = ", ".join(changes.get(column.name, column.name) for column in table.columns)
    return f"INSERT INTO {table.name} SELECT {columns} FROM {table.name} WHERE {where}"  # noqa: S608 - our own words


WRITES = {
    "session of no organisation": copy_of(schema.session, id="'ses_2'", organisation_id="'org_9'"),
    "second seat of a user": copy_of(schema.participant, "user_id IS NOT NULL", id="'par_x'"),
    "command said twice": copy_of(schema.message, id="'msg_x'", sequence="sequence + 1"),
    "line numbered twice": copy_of(schema.message, id="'msg_x'", command_id="'command-x'"),
    "link token twice": copy_of(schema.link, id="'lnk_x'"),
    "seat token twice": copy_of(schema.seat_token, id="'tok_x'"),
    "second open wish": copy_of(schema.link_request, id="'lrq_x'"),
    "second undecided move": copy_of(schema.move_request, id="'mov_x'"),
    "answer given twice": copy_of(schema.command_ack),
    "session removed under its seats": "DELETE FROM session",
}


@pytest.mark.parametrize("sql", WRITES.values(), ids=WRITES)
async def test_the_database_refuses(store: Store, sql: str) -> None:
    await fill(store)
    async with store.write() as tx:
        await tx.participants.create(replace(SEAT, id="par_2", user_id="usr_1"))
        await tx.messages.append(a_message(1))
        await tx.links.create(LINK)
        await tx.seats.create(TOKEN)
        await tx.link_requests.ask(LinkRequest("lrq_1", "ses_1", "par_1", NOW))
        await tx.moves.ask(MoveRequest("mov_1", "ses_1", "par_1", "d" * 64, NOW))
        await tx.acks.save("par_1", "command-1", {}, NOW)
    with pytest.raises(IntegrityError):
        async with store._writer.transaction() as connection:
            await connection.change(text(sql))


async def test_a_refused_row_is_a_conflict_and_undoes_all(store: Store) -> None:
    await fill(store)
    with pytest.raises(Conflict):
        async with store.write() as tx:
            await tx.acks.save("par_1", "command-1", {}, NOW)
            await tx.links.create(LINK)
            await tx.links.create(LINK)
    async with store.read() as tx:
        assert await tx.acks.find("par_1", "command-1") is None
        assert await tx.links.in_session("ses_1") == []


async def test_readers_cannot_write_and_keep_their_snapshot(store: Store) -> None:
    await fill(store)
    async with store.read() as reading:
        assert await reading.messages.in_session("ses_1") == []
        async with store.write() as writing:
            await writing.messages.append(a_message(1))
        assert await reading.messages.in_session("ses_1") == []
    with pytest.raises(Unavailable):
        async with store.read() as reading:
            await reading.messages.append(a_message(2))
    async with store.read() as reading:
        assert len(await reading.messages.in_session("ses_1")) == 1


async def test_settings_are_on_in_every_connection(store: Store) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    wanted |= {"secure_delete": 1, "trusted_schema": 0}
    async with store._writer.transaction() as sql:
        assert {name: next(iter((await sql.rows(text(f"PRAGMA {name}")))[0].values())) for name in wanted} == wanted
    async with store._snapshot() as sql:
        row = await sql.row(text("PRAGMA query_only"))
        assert row is not None and row["query_only"] == 1


def test_migrations_lead_to_the_tables_of_the_code(tmp_path: Path) -> None:
    path = tmp_path / "fresh.db"
    migrate(path)
    migrate(path)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), schema.metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == head()


async def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "later.db"
    migrate(path)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError) as caught:
        await Store.open(path)
    assert caught.value.code == "database_newer"


def test_every_table_can_be_written_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in schema.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        assert all(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)


async def test_no_value_enters_an_error_text(store: Store) -> None:
    await fill(store)
    with pytest.raises(IntegrityError) as caught:
        async with store._writer.transaction() as connection:
            await connection.change(insert(schema.organisation).values(
                id="org_1", name="canary-name", phone="", emergency_number="", is_demo=False, created_at=NOW,
            ))  # fmt: skip
    assert "canary-name" not in str(caught.value)
