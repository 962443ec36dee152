"""Who made an archive: every byte of it is signed, and nothing is restored that nobody known has signed, unless told."""

from __future__ import annotations

import io
import os
import random
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telemed.backup.archive import new_archive
from telemed.backup.make import Made, make_backup
from telemed.backup.manifest import MANIFEST, Member, decode
from telemed.backup.recovery_key import RecoveryKey, signing_key
from telemed.backup.restore import Restored, Wish, restore
from telemed.backup.signature import BLOCK_BYTES, READ_BYTES, SignedReader, SigningWriter, raw_public
from telemed.care.audit_actions import AuditAction
from telemed.cli.restore import known_signers
from telemed.errors import InvalidInput
from telemed.operation.audit_key import public_pem, read_key
from telemed.operation.snapshots import snapshot_beside
from telemed.store import Store
from tests.adapters.ops.installation import NOW, Installation, add_rows, make_installation


@pytest.fixture
async def there(tmp_path: Path) -> Installation:
    made = make_installation(tmp_path / "old")
    store = await Store.open(made.layout.database)
    await add_rows(store, 0, 10)
    await store.close()
    return made


def backed_up(there: Installation, sealed: bool = True) -> Made:
    order = there.order(there.folder / "backups", sealed=sealed)
    return make_backup(order, lambda: snapshot_beside(there.layout))


def restored(there: Installation, archive: Path, into: Path, **changed: object) -> Restored:
    wish = Wish(archive, None, there.recovery, into, replace=False, now=NOW)
    return restore(replace(wish, **changed))  # type: ignore[arg-type]


def rewritten(archive: Path, out: Path, signer: Ed25519PrivateKey | None, recipient: str = "") -> Path:
    """The same members and manifest, signed by somebody else or by nobody."""
    with tarfile.open(archive) as old, new_archive(out, recipient, signer) as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            if member.name == MANIFEST:
                new.finish(decode(content.read()))
            else:
                new.add_bytes(member.name, content.read())
    return out


@pytest.mark.parametrize("sealed", [True, False])
async def test_the_recovery_key_alone_tells_a_good_signature(there: Installation, tmp_path: Path, sealed: bool) -> None:
    done = restored(there, backed_up(there, sealed).archive, tmp_path / "new")
    assert done.is_trusted and done.signed == "Its signature is good, by the recovery key."


@pytest.mark.parametrize("who", ["nobody", "somebody", "another recovery key"])
@pytest.mark.parametrize("sealed", [True, False])
async def test_what_others_made_is_refused_unless_told(there: Installation, tmp_path: Path, who: str, sealed: bool) -> None:
    """Somebody without any key knows how to make an archive, and the public half of the recovery key to seal it with."""
    signers = {"somebody": Ed25519PrivateKey.generate(), "another recovery key": RecoveryKey.new().signing}
    plain = backed_up(there, sealed=False).archive
    forged = rewritten(plain, tmp_path / "forged", signers.get(who), there.recovery.recipient if sealed else "")
    with pytest.raises(InvalidInput, match="no signature" if who == "nobody" else "not known here") as refused:
        restored(there, forged, tmp_path / "new")
    assert "--unsigned" in refused.value.message
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"telemed.sqlite3.lock"}, "nothing was moved in"
    done = restored(there, forged, tmp_path / "new", unsigned=True)
    assert not done.is_trusted and "archive" in done.signed
    if who != "nobody":
        known = {raw_public(signers[who].public_key()): "--verify-key"}
        again = restored(there, forged, tmp_path / "again", signers=known)
        assert again.is_trusted and again.signed.endswith("by --verify-key.")


async def test_both_archives_are_looked_at(there: Installation, tmp_path: Path) -> None:
    made = backed_up(there)
    stranger = make_installation(tmp_path / "stranger")
    store = await Store.open(stranger.layout.database)
    await store.close()
    stranger.recovery = there.recovery  # sealed for the same person
    order = stranger.order(tmp_path / "theirs")
    assert order.recipient == there.recovery.recipient
    theirs = make_backup(order, lambda: snapshot_beside(stranger.layout))
    assert theirs.keys is not None
    with pytest.raises(InvalidInput, match="not known here"):
        restored(there, made.archive, tmp_path / "new", keys=theirs.keys)


async def test_no_byte_of_a_plain_archive_can_be_changed(there: Installation, tmp_path: Path) -> None:
    """Contents, names, sizes, order, padding, what follows the end, and the signature itself."""
    whole = backed_up(there, sealed=False).archive.read_bytes()
    broken, chance = tmp_path / "broken", random.Random(5)
    end = len(whole) - BLOCK_BYTES
    spots = [*chance.sample(range(len(whole)), 60), end - 1, *range(end, len(whole), 23)]
    changed = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in spots]
    changed += [whole + b"\0" * BLOCK_BYTES, whole[:-BLOCK_BYTES], whole[:-1], whole[:BLOCK_BYTES] + whole]
    for number, content in enumerate(changed):
        broken.write_bytes(content)
        with pytest.raises(InvalidInput):
            restored(there, broken, tmp_path / "new")
        assert not (tmp_path / "new" / "telemed.sqlite3").exists(), number


async def test_files_in_another_order_are_not_those_of_the_manifest(there: Installation, tmp_path: Path) -> None:
    plain = backed_up(there, sealed=False).archive
    with tarfile.open(plain) as old:
        members = [(member.name, old.extractfile(member).read()) for member in old]  # type: ignore[union-attr]
    manifest = decode(dict(members)[MANIFEST])
    other = tmp_path / "other.tar"
    with new_archive(other, "", there.recovery.signing) as new:
        for name, content in sorted(members[:-1], reverse=True):
            new.add_bytes(name, content)
        listed: list[Member] = list(manifest.members)
        new._members[:] = listed
        new.finish(manifest)
    with pytest.raises(InvalidInput, match="not those of its manifest"):
        restored(there, other, tmp_path / "new")


async def test_an_installation_from_before_signs_with_its_audit_key(there: Installation, tmp_path: Path) -> None:
    there.config = replace(there.config, backup=replace(there.config.backup, signing_key=""))
    made = backed_up(there)
    with pytest.raises(InvalidInput, match="not known here"):
        restored(there, made.archive, tmp_path / "new")
    pem = tmp_path / "audit.pem"
    pem.write_text(public_pem(read_key(there.layout).public_key()))
    assert restored(there, made.archive, tmp_path / "new", signers=known_signers(tmp_path, [pem])).is_trusted
    in_place = known_signers(there.layout.root, [])
    assert restored(there, made.archive, there.layout.root, signers=in_place, replace=True).signed.endswith("key in place.")


async def test_the_first_row_after_a_restore_says_so(there: Installation, tmp_path: Path) -> None:
    done = restored(there, backed_up(there).archive, tmp_path / "new")
    store = await Store.open(tmp_path / "new" / "telemed.sqlite3")
    try:
        async with store.read() as tx:
            rows = await tx.audit.page()
        assert (await store.verify_audit()).complete and len(rows) == done.manifest.audit_rows + 1
        assert (rows[-1].action, rows[-1].object_id, rows[-1].actor) == (
            AuditAction.BACKUP_RESTORED,
            "bak_20261122T020000Z",
            "system",
        )
    finally:
        await store.close()


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES, READ_BYTES - 3, READ_BYTES + BLOCK_BYTES + 1])
def test_what_was_signed_is_read_back(size: int) -> None:
    key, content, out = Ed25519PrivateKey.generate(), os.urandom(size), io.BytesIO()
    writer = SigningWriter(out)
    for start in range(0, size, 100_000):
        writer.write(content[start : start + 100_000])
    writer.sign(key)
    reader, found = SignedReader(io.BytesIO(out.getvalue())), b""
    while piece := reader.read(70_000):
        found += piece
        assert reader.signature is None, "not before the end"
    assert found == content and reader.signature is not None and reader.signature.is_good
    plain = SignedReader(io.BytesIO(content))
    assert b"".join(iter(plain.read, b"")) == content and plain.signature is None


def test_the_signing_key_comes_back_from_the_recovery_key() -> None:
    key = RecoveryKey.new()
    assert raw_public(signing_key(key.signing_key).public_key()) == raw_public(key.signing.public_key())
    with pytest.raises(InvalidInput):
        signing_key("telemed-signer-short")
