"""kill -9 while a back-up is written or a database is upgraded: no half archive under its name, no half database."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from telemed.backup.restore import Wish, restore
from telemed.store import Store
from telemed.store.migrate import head
from telemed.store.snapshot import facts, faults, verify_file
from telemed.store.upgrade import upgrade
from tests.adapters.ops.installation import NOW, Installation, add_rows, make_installation
from tests.adapters.store.test_upgrade import content
from tests.prove.figures import note

ROOT = Path(__file__).parents[3]
OLD = ROOT / "tests" / "adapters" / "store" / "databases" / "0001.sql"
ROUNDS = int(os.environ.get("TELEMED_KILLS", "100"))


def killed(seconds: float, *arguments: str) -> list[str]:
    """Run the victim, kill it `seconds` after it began its work; the lines it wrote."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.ops.victim", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child, child.stdout:
        assert child.stdout.readline() == "begun\n"
        time.sleep(seconds)  # the moment of the kill is what is tried
        child.kill()
        return child.stdout.read().splitlines()


def restored(there: Installation, archive: Path, into: Path) -> int:
    """Rows of the audit trail in an archive that must be whole."""
    done = restore(Wish(archive, None, there.recovery, into, replace=False, now=NOW))
    shutil.rmtree(into)
    return done.manifest.audit_rows


def back_up_loop(there: Installation, tmp_path: Path, rounds: int, seed: int) -> int:
    """Kill `rounds` times; how many archives were whole."""
    chance, backups = random.Random(seed), there.folder / "backups"
    for number in range(rounds):
        told = killed(chance.random() * 0.3, "back-up", str(there.folder), str(number * 1000))
        named = {path.name for path in backups.glob("telemed-*")}
        assert set(told) <= named, "what was told is there"
        for name in sorted(named)[-2:]:
            assert restored(there, backups / name, tmp_path / "new") == 20
    there_now = len(list(backups.glob("telemed-*")))
    killed(1.0, "back-up", str(there.folder), str(rounds * 1000))
    assert len(list(backups.glob(".telemed-*"))) <= 1, "what earlier ones left is gone"
    return there_now


@pytest.fixture
async def there(tmp_path: Path) -> Installation:
    made = make_installation(tmp_path / "clinic")
    (made.layout.root / "vault" / "large.rec").write_bytes(os.urandom(8_000_000))
    store = await Store.open(made.layout.database)
    await add_rows(store, 0, 20)
    await store.close()
    return made


def test_killed_back_ups(there: Installation, tmp_path: Path) -> None:
    back_up_loop(there, tmp_path, rounds=2, seed=20261122)


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_a_hundred_killed_back_ups(there: Installation, tmp_path: Path) -> None:
    whole = back_up_loop(there, tmp_path, ROUNDS, seed=3)
    assert whole > 0
    note("kill -9 of back-ups", f"{ROUNDS} kills: {whole} archives there, each restores; nothing half made is left")


def new_rows(database: Path, shape: dict[str, list[str]], before: dict[str, object]) -> int:
    """How many rows the audit trail got; everything else must be as it was."""
    now, was = dict(content(database, shape)[1]), dict(before)
    now_trail, was_trail = set(now.pop("audit")), set(was.pop("audit"))  # type: ignore[call-overload]
    assert now.pop("audit_head") is not None and was.pop("audit_head") is not None
    assert now == was and was_trail <= now_trail
    return len(now_trail - was_trail)


def upgrade_loop(tmp_path: Path, rounds: int, seed: int) -> int:
    """Kill upgrades; how many were done before they were killed."""
    chance, database, done = random.Random(seed), tmp_path / "telemed.sqlite3", 0
    for _ in range(rounds):
        shutil.rmtree(tmp_path, ignore_errors=True)
        tmp_path.mkdir()
        with closing(sqlite3.connect(database)) as fresh:
            fresh.executescript(OLD.read_text("utf-8"))
        shape, before = content(database)
        told = killed(chance.random() * 0.6, "upgrade", str(database))
        revision = facts(database).revision
        assert revision in ("0001", head()) and not (told and revision == "0001")
        assert faults(database) == [] and new_rows(database, shape, before) == (0 if revision == "0001" else 1)
        upgrade(database)
        assert facts(database).revision == head() and new_rows(database, shape, before) == 1, "the upgrade's own row"
        assert verify_file(database).complete
        done += revision != "0001"
    return done


def test_killed_upgrades(tmp_path: Path) -> None:
    upgrade_loop(tmp_path / "clinic", rounds=2, seed=20261122)


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_a_hundred_killed_upgrades(tmp_path: Path) -> None:
    done = upgrade_loop(tmp_path / "clinic", ROUNDS, seed=5)
    assert 0 < done <= ROUNDS
    note("kill -9 of upgrades", f"{ROUNDS} kills: {done} were done before, the rest by the next start; no row lost")
