"""Bring a database to the present tables, by Alembic, at start and in one transaction per step.

Alembic takes half a second of a processor to load; a start that has nothing to migrate does without it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from telemed.errors import ConfigError
from telemed.store.revisions import SCRIPTS, head, knows

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_SECONDS = 5.0
__all__ = ["SCRIPTS", "config", "head", "knows", "migrate"]


def config(connection: Connection | None = None, scripts: Path = SCRIPTS) -> Config:
    """Return Alembic's configuration for our scripts; there is no alembic.ini."""
    from alembic.config import Config  # loaded when something is to be migrated

    made = Config()
    made.set_main_option("script_location", str(scripts).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def migrate(database: Path, scripts: Path = SCRIPTS, note: Callable[[sqlite3.Connection], None] | None = None) -> None:
    """Run the missing migrations in one transaction, `note` last in it. Blocking: call in a thread.

    `upgrade` keeps a copy besides.

    Raises ConfigError: `database_newer` when a later version wrote the database, `database_unreadable` when it is none.
    """
    from alembic import command  # loaded when something is to be migrated
    from alembic.util import CommandError

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
            if note is not None:
                note(_plain(connection))
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


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _plain(connection: Connection) -> sqlite3.Connection:
    """The connection of SQLite's own module, in the same transaction."""
    driver: Any = connection.connection.driver_connection
    return cast(sqlite3.Connection, driver)
