"""A migration that breaks: the database is as it was, with a copy beside it, and the operator is told so."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from telemed import exits
from telemed.child import _code_of
from telemed.cli import EXITS
from telemed.errors import ConfigError
from telemed.store import Store, upgrade
from telemed.store.migrate import SCRIPTS, head, knows
from telemed.store.snapshot import facts
from telemed.store.upgrade import MigrationFailed
from tests.adapters.store.test_upgrade import content

OLD = Path(__file__).parent / "databases" / "0001.sql"
BROKEN = '''"""A migration with a fault."""
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    op.execute("CREATE TABLE half_made (a INTEGER)")
    op.execute("DELETE FROM acknowledged_command")
    {fault}
'''
FAULTS = {
    "sql": 'op.execute("INSERT INTO no_such_table VALUES (1)")',
    "python": 'raise KeyError("a bug")',
    "committed": 'op.get_bind().connection.commit(); raise KeyError("after a commit behind our back")',
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of the first version, with a log that is not in the file yet."""
    path = tmp_path / "telemed.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(OLD.read_text("utf-8"))
        database.execute("PRAGMA journal_mode=WAL")
    return path


def scripts_with(tmp_path: Path, fault: str) -> Path:
    """Our migrations and one more, which breaks."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    text = BROKEN.format(head=head(), fault=FAULTS[fault]).replace("acknowledged_command", "audit_head")
    (scripts / "versions" / "9999_broken.py").write_text(text)
    return scripts


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_broken_migration_leaves_the_database_as_it_was(old: Path, tmp_path: Path, fault: str) -> None:
    shape, before = content(old)
    with pytest.raises(MigrationFailed, match="as it was before") as failed:
        upgrade.upgrade(old, scripts_with(tmp_path, fault))
    assert isinstance(failed.value, ConfigError)
    assert _code_of(failed.value) == EXITS[failed.value.code] == exits.CONFIG == 78, "neither supervisor nor systemd tries again"
    assert content(old) == (shape, before) and facts(old).revision == "0001"
    assert not Path(f"{old}-wal").exists()
    copies = list((tmp_path / "work").iterdir())
    assert len(copies) == 1 and content(copies[0]) == (shape, before)
    assert upgrade.upgrade(old).after == head(), "and the right migrations still run"


async def test_opening_an_earlier_database_keeps_a_copy_once(old: Path, tmp_path: Path) -> None:
    shape, before = content(old)
    store = await Store.open(old)
    await store.close()
    await (await Store.open(old)).close()
    copies = list((tmp_path / "work").iterdir())
    assert len(copies) == 1 and content(copies[0], shape)[1] == before
    assert copies[0].stat().st_mode & 0o777 == 0o600


async def test_a_new_database_needs_no_copy(tmp_path: Path) -> None:
    await (await Store.open(tmp_path / "telemed.sqlite3")).close()
    assert not (tmp_path / "work").exists()


def test_only_three_copies_are_kept(old: Path, tmp_path: Path) -> None:
    for _ in range(5):
        again = Path(shutil.copy(old, tmp_path / "again.sqlite3"))
        assert upgrade.upgrade(again).before == "0001"
        again.unlink()
    assert len(list((tmp_path / "work").glob("before-upgrade-*"))) == 3


def test_an_upgrade_that_never_ends_does_not_fill_the_disk(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(upgrade, "migrate", fails)
    for _ in range(5):
        with pytest.raises(MigrationFailed):
            upgrade.upgrade(old)
    assert len(list((tmp_path / "work").glob("before-upgrade-*"))) == 3


def test_revisions_that_are_known() -> None:
    assert knows("") and knows("0001") and knows(head())
    assert not knows("9999") and not knows("no revision at all")
