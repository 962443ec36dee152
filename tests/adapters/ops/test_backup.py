"""Back-up and restore: what comes back is what was there, and nothing wrong is ever put in its place."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import os
import re
import shutil
import stat
import tarfile
import time
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.backup import contents, make, places
from telemed.backup.archive import new_archive
from telemed.backup.make import Made, NoRoom, make_backup
from telemed.backup.manifest import MANIFEST, decode
from telemed.backup.recovery_key import RecoveryKey, public_key
from telemed.backup.restore import Restored, Wish, restore
from telemed.backup.sealed import CHUNK_BYTES, HEADER_BYTES, TAG_BYTES, OpeningReader, SealingWriter
from telemed.backup.signature import raw_public
from telemed.config import Config, load, parse
from telemed.errors import Conflict, InvalidInput
from telemed.operation.snapshots import snapshot_beside
from telemed.store import Store
from telemed.store.lock import DatabaseInUse
from telemed.store.snapshot import SnapshotFacts
from tests.adapters.ops.installation import KEY, NOW, TOKEN, Installation, add_rows, make_installation, numbers
from tests.prove.figures import note


@pytest.fixture
async def there(tmp_path: Path) -> Installation:
    """An installation with thirty commands."""
    made = make_installation(tmp_path / "old")
    store = await Store.open(made.layout.database)
    await add_rows(store, 0, 30)
    await store.close()
    return made


def backed_up(installation: Installation, sealed: bool = True) -> Made:
    order = installation.order(installation.folder / "backups", sealed=sealed)
    return make_backup(order, lambda: snapshot_beside(installation.layout))


def wish(installation: Installation, made: Made, into: Path, **changed: object) -> Wish:
    signers = {raw_public(installation.recovery.signing.public_key()): "a key"}
    values: dict[str, object] = {"archive": made.archive, "keys": made.keys, "directory": into, "signers": signers}
    values["recovery_key"] = installation.recovery
    return Wish(**{**values, "replace": False, "now": NOW, **changed})  # type: ignore[arg-type]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


async def test_a_clean_directory_gets_everything_back(there: Installation, tmp_path: Path) -> None:
    made = backed_up(there)
    assert made.keys is not None and made.facts.audit_rows == 30
    for path in (made.archive, made.keys):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        content = path.read_bytes()
        assert not any(secret in content for secret in (KEY.encode(), TOKEN.encode(), b"recording", b"SQLite format"))
    assert not list(there.layout.work.iterdir()), "the copy of the database is gone"
    done = await asyncio.to_thread(restore, wish(there, made, tmp_path / "new"))
    files = tree(tmp_path / "new")
    assert files["vault/ab/one.rec"] == b"recording" * 1000 and files["vault/two words.rec"] == b"x"
    assert files["keys/one.key"] == b"wrapped key"
    assert set(files) == {"vault/ab/one.rec", "vault/two words.rec", "keys/one.key", "telemed.sqlite3", "telemed.sqlite3.lock"}
    assert all(stat.S_IMODE(path.stat().st_mode) in (0o600, 0o700) for path in (tmp_path / "new").rglob("*"))
    assert (done.configuration, done.installation_key, done.with_keys) == (there.text, KEY, True)
    await holds(tmp_path / "new", 30)


async def holds(directory: Path, count: int) -> None:
    store = await Store.open(directory / "telemed.sqlite3")
    try:
        assert await numbers(store) == list(range(count))
        assert (await store.verify_audit()).complete and await store.integrity_check() == []
    finally:
        await store.close()


async def test_the_main_archive_holds_no_key_and_keeps_the_operators_words(there: Installation, tmp_path: Path) -> None:
    made = backed_up(there, sealed=False)
    assert made.keys is None and made.archive.suffix == ".tar"
    with tarfile.open(made.archive) as tar:
        names = tar.getnames()
        text = tar.extractfile("telemed.toml").read().decode()  # type: ignore[union-attr]
    assert names[-1] == MANIFEST and not any("key" in name or "run/" in name or "demo" in name for name in names)
    assert KEY not in text and TOKEN not in text and "# the desk" in text
    assert parse(text.replace('installation_key = ""', f'installation_key = "{KEY}"')).backup.keep_days == 14
    done = restore(wish(there, made, tmp_path / "new", recovery_key=None))
    assert not done.with_keys and done.installation_key == ""
    await holds(tmp_path / "new", 30)


async def test_an_existing_database_is_refused_unless_told(there: Installation, tmp_path: Path) -> None:
    made = backed_up(there)
    store = await Store.open(there.layout.database)
    await add_rows(store, 30, 5)
    with pytest.raises(DatabaseInUse):
        restore(wish(there, made, there.layout.root, replace=True))
    await store.close()
    before = tree(there.layout.root)
    with pytest.raises(Conflict):
        restore(wish(there, made, there.layout.root))
    assert tree(there.layout.root) == before
    done = restore(wish(there, made, there.layout.root, replace=True))
    await holds(there.layout.root, 30)
    assert done.aside is not None
    await holds(done.aside, 35)


@pytest.mark.parametrize("sealed", [True, False])
async def test_damage_is_found_and_nothing_is_touched(there: Installation, tmp_path: Path, sealed: bool) -> None:
    made = backed_up(there, sealed)
    whole = made.archive.read_bytes()
    broken = tmp_path / "broken"
    # A byte anywhere, a cut anywhere, something appended.
    step = max(1, len(whole) // 12)
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(600, len(whole) - 12_000, step)]
    damaged += [whole[:at] for at in range(0, len(whole) - 12_000, step)]
    damaged += [whole + b"x" * 40] if sealed else []
    assert len(damaged) > 15
    for content in damaged:
        broken.write_bytes(content)
        with pytest.raises(InvalidInput):
            restore(wish(there, made, tmp_path / "new", archive=broken))
        assert set(tree(tmp_path / "new")) <= {"telemed.sqlite3.lock"}


async def test_wrong_keys_and_wrong_files_are_told(there: Installation, tmp_path: Path) -> None:
    made = backed_up(there)
    assert made.keys is not None
    with pytest.raises(InvalidInput, match="recovery key"):
        restore(wish(there, made, tmp_path / "new", recovery_key=RecoveryKey.new()))
    with pytest.raises(InvalidInput, match="recovery key"):
        restore(wish(there, made, tmp_path / "new", recovery_key=None))
    with pytest.raises(InvalidInput, match="other file"):
        restore(wish(there, made, tmp_path / "new", archive=made.keys, keys=made.archive))
    with pytest.raises(InvalidInput, match="read"):
        restore(wish(there, made, tmp_path / "new", archive=tmp_path / "none"))


@pytest.mark.parametrize("name", ["../evil", "/evil", "files/../../evil", "files/a\nb"])
async def test_names_that_would_leave_the_directory_are_refused(there: Installation, tmp_path: Path, name: str) -> None:
    made = backed_up(there, sealed=False)
    bad = tmp_path / "bad.tar"
    with tarfile.open(made.archive) as old, tarfile.open(bad, "w") as new:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        new.addfile(entry, io.BytesIO(b"x"))
        for member in old:
            new.addfile(member, old.extractfile(member))
    with pytest.raises(InvalidInput):
        restore(wish(there, made, tmp_path / "new", archive=bad))
    assert not (tmp_path / "evil").exists()
    assert set(tree(tmp_path / "new")) <= {"telemed.sqlite3.lock"}


async def test_a_few_bytes_do_not_become_a_full_disk(there: Installation, tmp_path: Path) -> None:
    made = backed_up(there, sealed=False)
    bad = tmp_path / "bad.tar"
    with tarfile.open(made.archive) as old, tarfile.open(bad, "w", format=tarfile.PAX_FORMAT) as new:
        entry = tarfile.TarInfo("files/hole")
        entry.size = 1
        entry.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(64 * 1024 * 1024)}
        new.addfile(entry, io.BytesIO(b"x"))
        for member in old:
            new.addfile(member, old.extractfile(member))
    assert bad.stat().st_size < 16 * 1024 * 1024
    with pytest.raises(InvalidInput, match="not ours"):
        restore(wish(there, made, tmp_path / "new", archive=bad))


@pytest.mark.parametrize("name", ["telemed.sqlite3-wal", "keys/audit", ".restore", "run/admin.sock"])
async def test_files_of_an_archive_do_not_get_beside_the_checked_database(
    there: Installation, tmp_path: Path, name: str
) -> None:
    """Hashes, manifest and trail are right; a log of a database beside it would be played into it at the next start."""
    made = backed_up(there, sealed=False)
    forged = tmp_path / "forged.tar"
    with tarfile.open(made.archive) as old, new_archive(forged, "", there.recovery.signing) as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            if member.name == MANIFEST:
                new.add_bytes(f"{contents.FILES}/{name}", b"x")
                new.finish(decode(content.read()))
            else:
                new.add_bytes(member.name, content.read())
    with pytest.raises(InvalidInput, match="not ours"):
        restore(wish(there, made, tmp_path / "new", archive=forged))
    assert set(tree(tmp_path / "new")) <= {"telemed.sqlite3.lock"}


async def test_a_swapped_audit_trail_is_found(there: Installation, tmp_path: Path) -> None:
    """An archive whose hashes are right and whose database is another: the audit head of the manifest shows it."""
    made = backed_up(there, sealed=False)
    store = await Store.open(there.layout.database)
    await add_rows(store, 30, 1)
    await store.close()
    copy, _ = snapshot_beside(there.layout)
    forged = make_backup(there.order(tmp_path / "forged", sealed=False), lambda: (copy, made.facts))
    with pytest.raises(InvalidInput, match="audit trail"):
        restore(wish(there, forged, tmp_path / "new", recovery_key=None))


async def test_a_full_disk_is_told_before_anything_is_written(there: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(NoRoom, match="MB more"):
        backed_up(there)
    assert [path.name for path in (there.folder / "backups").iterdir()] == [".lock"]


async def test_a_failed_back_up_leaves_nothing(there: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(make, "_write_keys", break_off)
    with pytest.raises(OSError, match="gone"):
        backed_up(there)
    assert [path.name for path in (there.folder / "backups").iterdir()] == [".lock"] and not list(there.layout.work.iterdir())


async def test_a_back_up_under_load_has_all_that_was_acknowledged(there: Installation, tmp_path: Path) -> None:
    """Writers never stop; whatever was acknowledged before the back-up began must be in it, and a whole prefix of the rest."""
    store = await Store.open(there.layout.database)
    acknowledged, stop = 30, asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        while not stop.is_set():
            await add_rows(store, acknowledged, 1)
            acknowledged += 1

    writer = asyncio.create_task(write())
    try:
        for round_number in range(3):
            while acknowledged < 30 + (round_number + 1) * 40:  # noqa: ASYNC110 - a count, no event
                await asyncio.sleep(0.001)
            known = acknowledged
            order = there.order(tmp_path / "backups", NOW + timedelta(seconds=round_number))
            made = await asyncio.to_thread(make_backup, order, lambda: snapshot_beside(there.layout))
            done = await asyncio.to_thread(restore, wish(there, made, tmp_path / f"new-{round_number}"))
            assert known <= done.manifest.audit_rows <= acknowledged
            await holds(tmp_path / f"new-{round_number}", done.manifest.audit_rows)
    finally:
        stop.set()
        await writer
        await store.close()
    assert acknowledged > 100


def test_old_back_ups_go_and_the_newest_stays(tmp_path: Path) -> None:
    for days in (0, 1, 13, 15, 40):
        for suffix in (places.ARCHIVE, places.KEYS):
            (tmp_path / places.archive_name(NOW - timedelta(days=days), suffix)).touch()
    (tmp_path / "telemed-notes.txt").touch()
    assert places.newest(tmp_path) == NOW
    assert places.prune(tmp_path, NOW, keep_days=14) == 4
    assert len(list(tmp_path.iterdir())) == 7
    assert places.prune(tmp_path, NOW + timedelta(days=100), keep_days=14) == 4, "all but the newest pair"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".backup", ".keys", ".txt"]
    assert places.newest(tmp_path / "none") is None


@given(st.binary(min_size=20, max_size=20), st.data())
def test_a_recovery_key_is_read_back_and_its_slips_are_noticed(secret: bytes, data: st.DataObject) -> None:
    key = RecoveryKey(secret)
    assert len(key.groups) == 9 and key.text not in repr(key)
    assert RecoveryKey.from_text(" " + key.text.lower().replace("-", " ")).recipient == key.recipient
    at = data.draw(st.sampled_from([index for index, char in enumerate(key.text) if char != "-"]))
    other = data.draw(st.sampled_from([char for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if char != key.text[at]]))
    with pytest.raises(InvalidInput):
        RecoveryKey.from_text(key.text[:at] + other + key.text[at + 1 :])


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 17])
def test_sealed_streams_open_to_what_was_sealed(size: int) -> None:
    key, content, out = RecoveryKey.new(), os.urandom(size), io.BytesIO()
    writer = SealingWriter(out, public_key(key.recipient))
    for start in range(0, size, 300_000):
        writer.write(content[start : start + 300_000])
    writer.finish()
    assert io.BufferedReader(OpeningReader(io.BytesIO(out.getvalue()), key.private)).read() == content
    if size > CHUNK_BYTES:  # cut at the border of two chunks: what is left is all genuine, and still refused
        cut = out.getvalue()[: HEADER_BYTES + CHUNK_BYTES + TAG_BYTES]
        with pytest.raises(InvalidInput):
            io.BufferedReader(OpeningReader(io.BytesIO(cut), key.private)).read()


@pytest.mark.prove
async def test_a_hundred_megabytes_come_back_in_minutes(there: Installation, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(there.layout.database) as database:
        database.execute("CREATE TABLE padding (content BLOB)")
        database.executemany("INSERT INTO padding VALUES (?)", ((os.urandom(100_000),) for _ in range(1000)))
    database.close()
    started = time.monotonic()
    made = backed_up(there)
    between = time.monotonic()
    done: Restored = await asyncio.to_thread(restore, wish(there, made, tmp_path / "new"))
    ended = time.monotonic()
    assert done.manifest.audit_rows == 30
    assert ended - started < 900
    note("100 MB: back-up and restore, trail verified", f"{between - started:.1f} s and {ended - between:.1f} s")


def test_every_secret_of_the_settings_is_known() -> None:
    """A setting that sounds like a secret is kept out of the main archive, or is named here with its reason."""
    public = {"server.tls_key", "turn.tls_key"}  # paths; the key of a certificate is made anew
    for part in dataclasses.fields(Config):
        for key in dataclasses.fields(part.default_factory()):  # type: ignore[misc]
            sounds = re.search(r"key|token|password|secret", key.name)
            known = key.name in contents.SECRET_KEYS | contents.SECRET_FILE_KEYS
            assert not sounds or known or f"{part.name}.{key.name}" in public, f"{part.name}.{key.name}"


async def test_two_back_ups_at_once_are_refused(there: Installation) -> None:
    def second() -> tuple[Path, SnapshotFacts]:
        with pytest.raises(Conflict, match="Another"):
            backed_up(there)
        return snapshot_beside(there.layout)

    assert make_backup(there.order(there.folder / "backups"), second).archive.exists()


async def test_files_with_secrets_that_settings_name_come_back(there: Installation, tmp_path: Path) -> None:
    secret = there.folder / "metrics.secret"
    secret.write_text("another-metrics-token-01")
    secret.chmod(0o600)
    path = there.folder / "telemed.toml"
    path.write_text(there.text.replace(f'token = "{TOKEN}"', 'token_file = "metrics.secret"'))
    there.config = load(path, {})
    made = backed_up(there)
    assert b"another-metrics" not in made.archive.read_bytes()
    restore(wish(there, made, tmp_path / "new"))
    assert (tmp_path / "new" / "restored-secrets" / "metrics.token_file").read_text() == "another-metrics-token-01"
    with tarfile.open(backed_up_plain(there, tmp_path)) as tar:
        content = b"".join(tar.extractfile(member).read() for member in tar)  # type: ignore[union-attr]
    assert b"another-metrics" not in content and KEY.encode() not in content


def backed_up_plain(there: Installation, folder: Path) -> Path:
    order = there.order(folder / "plain", sealed=False)
    return make_backup(order, lambda: snapshot_beside(there.layout)).archive
