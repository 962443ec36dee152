"""An upgrade that takes longer than a child has to get ready: the supervisor hears that it goes on, and waits."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from telemed.config import Config
from telemed.config import Store as StoreSettings
from telemed.heartbeat import Notifier
from telemed.launch import Launch, encode
from telemed.layout import Layout
from telemed.store import revisions, upgrade
from telemed.store.migrate import SCRIPTS, head
from telemed.store.snapshot import facts
from telemed.supervisor import keeper as keeper_module
from telemed.supervisor.keeper import Keeper
from telemed.supervisor.process import Command
from telemed.upgrade_step import bring_up_to_date
from tests.adapters.ops.fakes import until

OLD = Path(__file__).parents[1] / "store" / "databases" / "0001.sql"
SLOW = '''"""A migration that takes long."""
import time

revision = "9999"
down_revision = "{head}"


def upgrade():
    time.sleep({seconds})
'''
CONTROL = """
import contextlib, sys
from pathlib import Path
from telemed import child
from telemed.store import upgrade
from telemed.upgrade_step import bring_up_to_date
for function in (upgrade.upgrade, upgrade.is_due):
    function.__defaults__ = (Path(sys.argv[1]),)

@contextlib.asynccontextmanager
async def serve(orders):
    yield child.Serving()

sys.exit(child.main(lambda _: "control", serve, bring_up_to_date))
"""


@pytest.fixture
def old(tmp_path: Path) -> Config:
    """An installation of the first version."""
    config = Config(store=StoreSettings(directory=str(tmp_path)))
    with closing(sqlite3.connect(Layout(config).database)) as database:
        database.executescript(OLD.read_text("utf-8"))
    return config


def slow_scripts(tmp_path: Path, seconds: float) -> Path:
    """Our migrations, and a slow one."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9999_slow.py").write_text(SLOW.format(head=head(), seconds=seconds))
    return scripts


def orders(config: Config, descriptor: int) -> Launch:
    return Launch(config, "http://localhost:1", str(Path(config.store.directory)), 0, notify_descriptor=descriptor)


async def test_an_upgrade_is_told_and_beats(old: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade.upgrade, "__defaults__", (slow_scripts(tmp_path, 0.5),))
    monkeypatch.setattr("telemed.heartbeat.BEAT_SECONDS", 0.05)
    reading, writing = os.pipe()
    notifier = Notifier(writing)
    try:
        for _ in range(2):  # the second time nothing is to be done, and nothing is said
            await bring_up_to_date(orders(old, writing), notifier)
        await notifier.close()
        lines = os.read(reading, 65536).split(b"\n")
    finally:
        os.close(reading)
        os.close(writing)
    assert [json.loads(line) for line in lines if line] == [{"busy": True}, {"busy": False}]
    assert len(lines) > 5, "it beats meanwhile"
    assert facts(Layout(old).database).revision == "9999"


@pytest.mark.timeout(90)
async def test_a_slow_upgrade_is_not_ended_in_its_midst(old: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real child with a migration that takes longer than it has to get ready."""
    monkeypatch.setattr(keeper_module, "READY_WITHIN", 5.0)  # a busy machine takes seconds to start Python
    arguments = (sys.executable, "-c", CONTROL, str(slow_scripts(tmp_path, 6.5)))
    command = Command("control", arguments, lambda descriptor: encode(orders(old, descriptor)))
    keeper = Keeper(command, tmp_path / "faults", lambda _: None)
    life = asyncio.create_task(keeper.run())
    try:
        await until(lambda: keeper.details is not None or life.done(), "ready", 60)
        assert keeper.restarts == 0 and facts(Layout(old).database).revision == "9999"
    finally:
        assert await keeper.stop(10)
        await life


def test_an_upgrade_leaves_a_row_and_only_once(old: Config) -> None:
    database = Layout(old).database
    assert upgrade.is_due(database)
    before = facts(database).audit_rows
    upgrade.upgrade(database)
    upgrade.upgrade(database)
    assert not upgrade.is_due(database) and facts(database).audit_rows == before + 1
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute("SELECT actor, action, object_id FROM audit ORDER BY sequence DESC LIMIT 1").fetchall()
    assert rows == [("system", "database.upgraded", f"rev_0001-{head()}")]


def test_the_revisions_are_those_that_alembic_sees() -> None:
    from alembic.script import ScriptDirectory

    from telemed.store.migrate import config

    scripts = ScriptDirectory.from_config(config())
    assert revisions.head() == scripts.get_current_head()
    assert all(revisions.knows(script.revision) for script in scripts.walk_revisions())
