"""Bring a database to the present tables, by Alembic, at start and in one transaction per step."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from telemed.errors import ConfigError

SCRIPTS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 5.0


def config(connection: Connection | None = None, scripts: Path = SCRIPTS) -> Config:
    """Return Alembic's configuration for our scripts; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(scripts).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def migrate(database: Path, scripts: Path = SCRIPTS) -> None:
    """Run the missing migrations in one transaction. Blocking: call in a thread. `upgrade` keeps a copy besides.

    Raises ConfigError: `database_newer` when a later version wrote the database, `database_unreadable` when it is none.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(database)),
        poolclass=NullPool,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            command.upgrade(config(connection, scripts), "head")
    except CommandError as error:
        raise ConfigError(
            "This database was written by a later version of telemed. Update the program.", code="database_newer"
        ) from error
    except DBAPIError as error:
        raise ConfigError(
            "The database file cannot be read. Is it one of telemed's, and sound?", code="database_unreadable"
        ) from error
    finally:
        engine.dispose()


def head(scripts: Path = SCRIPTS) -> str:
    """Return the revision this version leads to."""
    found = ScriptDirectory.from_config(config(scripts=scripts)).get_current_head()
    if found is None:
        raise RuntimeError("no migrations")
    return found


def knows(revision: str, scripts: Path = SCRIPTS) -> bool:
    """Whether this version can read, or bring up to date, a database of `revision` ("" is an empty one)."""
    try:
        return revision == "" or ScriptDirectory.from_config(config(scripts=scripts)).get_revision(revision) is not None
    except CommandError:
        return False


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
