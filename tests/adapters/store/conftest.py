"""A store on a file of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telemed.store import Store
from telemed.store.migrate import migrate


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables, to be copied: making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "telemed.db"
    migrate(path)
    return path


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Path:
    """The path of an empty database."""
    return Path(shutil.copy(migrated, tmp_path / "telemed.db"))


@pytest.fixture
async def store(database: Path) -> AsyncIterator[Store]:
    opened = await Store.open(database)
    yield opened
    await opened.close()
