"""Somebody with the whole machine rewrites the database, triggers dropped: heads kept off the machine find it, each time."""

from __future__ import annotations

import argparse
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

import pytest

from telemed import exits
from telemed.care.audit_chain import chained
from telemed.care.records import AuditRow
from telemed.cli import audit_key, audit_verify
from telemed.config import Config
from telemed.config import Store as StoreSettings
from telemed.layout import Layout
from telemed.operation.audit_key import ensure_key, public_pem
from telemed.store import Store
from tests.adapters.audit.conftest import Trail

ROWS = 20
Tampering = Callable[[list[AuditRow]], list[AuditRow]]


def options(layout: Layout, *files: Path, **more: object) -> argparse.Namespace:
    plain = {"config": Path("telemed.toml"), "var": layout.root, "checkpoint": list(files), "key": None, "database": None}
    return argparse.Namespace(**{**plain, **more})


def rechained(rows: list[AuditRow]) -> list[AuditRow]:
    """The trail written anew so that it is sound in itself."""
    out: list[AuditRow] = []
    for row in rows:
        out.append(chained(row, out[-1] if out else None))
    return out


def rewrite(database: Path, change: Tampering) -> None:
    """Replace all rows and the head, as whoever owns the machine can."""
    with closing(sqlite3.connect(database)) as intruder:
        intruder.executescript("DROP TRIGGER audit_no_UPDATE; DROP TRIGGER audit_no_DELETE;")
        rows = [AuditRow(*row) for row in intruder.execute("SELECT * FROM audit ORDER BY sequence")]
        rows = change(rows)
        intruder.execute("DELETE FROM audit")
        intruder.executemany("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?)", [astuple(row) for row in rows])
        last = rows[-1] if rows else None
        intruder.execute("UPDATE audit_head SET sequence = ?, hash = ?", (last.sequence, last.hash) if last else (0, "0" * 64))
        intruder.commit()


def edited(rows: list[AuditRow]) -> list[AuditRow]:
    return [*rows[:7], AuditRow(*(*astuple(rows[7])[:2], "usr_x", *astuple(rows[7])[3:])), *rows[8:]]


def reordered(rows: list[AuditRow]) -> list[AuditRow]:
    return [*rows[:4], rows[9], *rows[5:9], rows[4], *rows[10:]]


TAMPERINGS: dict[str, tuple[Tampering, int]] = {
    "edited": (lambda rows: rechained(edited(rows)), 8),
    "deleted": (lambda rows: rechained([*rows[:7], *rows[8:]]), 8),
    "reordered": (lambda rows: rechained(reordered(rows)), 5),
    "cut off": (lambda rows: rows[:15], 16),
    "cut off and gone on": (lambda rows: rechained([*rows[:15], *rows[:10]]), 16),
    "emptied": (lambda _: [], 1),
    "first row exchanged": (lambda rows: rechained([rows[3], *rows[1:]]), 1),
    "wholly rewritten": (lambda rows: rechained([AuditRow(*(*astuple(row)[:2], "usr_x", *astuple(row)[3:])) for row in rows]), 1),
}


@pytest.fixture
async def kept(trail: Trail, tmp_path: Path) -> tuple[Layout, list[Path]]:
    """A stopped installation and the two heads its owner keeps: after half of the rows, and after all."""
    drop = tmp_path / "drop"
    drop.mkdir()
    await trail.write(ROWS // 2 - 1)
    await trail.keeper(checkpoint_directory=str(drop)).look()
    await trail.write(ROWS // 2 - 1)
    trail.later(days=1)
    await trail.keeper(checkpoint_directory=str(drop)).look()
    await trail.write(3)
    await trail.store.close()
    return trail.layout, sorted(drop.iterdir())


def test_what_is_as_written_is_complete(kept: tuple[Layout, list[Path]], capsys: pytest.CaptureFixture[str]) -> None:
    layout, files = kept
    assert audit_verify.run(options(layout, *files)) == exits.OK
    told = capsys.readouterr().out
    assert "complete up to 2026-11-23T12:00:00" in told
    assert "all 2 checkpoints; rows up to 20 are proven" in told
    assert audit_verify.run(options(layout)) == exits.OK
    assert "No checkpoint was compared" in capsys.readouterr().out


@pytest.mark.parametrize("what", TAMPERINGS)
def test_every_tampering_is_found_and_named(
    kept: tuple[Layout, list[Path]], what: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    layout, files = kept
    change, first_wrong = TAMPERINGS[what]
    rewrite(layout.database, change)
    stopped = shutil.copy(layout.database, tmp_path / "copy.sqlite3")
    for chosen in (options(layout, *files), options(layout, files[-1]), options(layout, *files, database=stopped)):
        assert audit_verify.run(chosen) == exits.FAILED
        assert "damaged" in capsys.readouterr().out
    verdict = audit_verify._of_file(stopped, audit_verify.read_kept(files, audit_verify.trusted_keys(options(layout))).heads)
    assert verdict["proven"] < first_wrong
    assert verdict["proven"] < verdict["fault_at"] <= max(first_wrong, verdict["rows"] + 1)


@pytest.mark.parametrize("what", [name for name in TAMPERINGS if name != "emptied"])
def test_without_a_head_kept_elsewhere_nobody_would_know(kept: tuple[Layout, list[Path]], what: str) -> None:
    layout, _ = kept
    rewrite(layout.database, TAMPERINGS[what][0])
    assert audit_verify.run(options(layout)) == exits.OK


async def test_an_older_copy_of_the_database_is_found_by_the_server_itself(trail: Trail, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    await trail.write(5)
    await trail.store.close()
    shutil.copy(trail.layout.database, tmp_path / "older.sqlite3")
    trail.store = await Store.open(trail.layout.database)
    await trail.write(5)
    await trail.keeper(checkpoint_directory=str(drop)).look()
    await trail.store.close()
    shutil.copy(tmp_path / "older.sqlite3", trail.layout.database)
    trail.store = await Store.open(trail.layout.database)
    await trail.write(1, actor="usr_2")
    trail.later(minutes=5)
    keeper = trail.keeper(checkpoint_directory=str(drop))
    await keeper.look()
    state = await keeper.state()
    assert (state.fault, state.fault_at) == ("cut off", 9)  # clinic, five, one more, and the head of the older copy
    assert "damaged" in [warned.value for warned in state.warnings(trail.clock.now)]


async def test_another_database_under_the_same_key_is_told_apart(
    kept: tuple[Layout, list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    layout, files = kept
    for path in layout.root.glob("telemed.sqlite3*"):
        path.unlink()
    fresh = Trail(layout, await Store.open(layout.database))
    await fresh.write(30, actor="usr_9")
    await fresh.store.close()
    # Blocking commands run their own loop: on a file, then.
    assert audit_verify.run(options(layout, *files, database=layout.database)) == exits.FAILED
    assert "another trail from row 1 on" in capsys.readouterr().out


def test_heads_of_others_and_changed_ones_are_not_used(
    kept: tuple[Layout, list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout, files = kept
    elsewhere = Layout(Config(store=StoreSettings(directory=str(tmp_path / "else"))))
    their_key = ensure_key(elsewhere).public_key()
    changed = tmp_path / "changed.json"
    changed.write_text(files[0].read_text().replace("2026-11-22", "2026-11-21", 1))
    empty = tmp_path / "empty.json"
    empty.write_text("{}")
    assert audit_verify.run(options(layout, files[1], changed, empty)) == exits.DATA
    told = capsys.readouterr().out
    assert "signature is wrong" in told
    assert "no checkpoint in the file" in told
    assert "It is the trail of the checkpoint" in told
    pem = tmp_path / "their.pem"
    pem.write_text(public_pem(their_key))
    assert audit_verify.run(options(layout, *files, key=[pem], database=layout.database)) == exits.DATA
    assert capsys.readouterr().out.count("not known here") == 2


def test_the_public_key_alone_is_enough_elsewhere(
    kept: tuple[Layout, list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout, files = kept
    assert audit_key.run(options(layout)) == exits.OK
    pem = tmp_path / "key.pem"
    pem.write_text(capsys.readouterr().out)
    nowhere = Layout(Config(store=StoreSettings(directory=str(tmp_path / "nowhere"))))
    chosen = options(nowhere, *files, key=[pem], database=shutil.copy(layout.database, tmp_path / "copy.sqlite3"))
    assert audit_verify.run(chosen) == exits.OK
