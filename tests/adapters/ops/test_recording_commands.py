"""`telemed recording`: what is there, whether it is as it was signed, and another master key; on a stopped installation and
through the admin socket of a running one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemed import cli
from telemed.admin.server import AdminServer
from telemed.care.recording.words import RecordingState
from telemed.cli.recording_verify import sentences
from telemed.clock import SystemClock
from telemed.errors import InvalidInput, NotFound
from telemed.launch import admin_socket
from telemed.layout import Layout
from telemed.operation.audit_key import ensure_key
from telemed.operation.recording_checks import RecordingChecks
from telemed.operation.recordings import open_vault
from telemed.recording import places
from telemed.recording.keys import RecordingKeys
from telemed.recording.sealed_file import SUFFIX
from tests.adapters.recording.journalled import RECORDING
from tests.adapters.recording.kept import Kept, make_kept

MASTER = "A" * 43 + "="  # 32 zero bytes


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one finished recording whose server does not run; its configuration."""
    folder = tmp_path_factory.mktemp("installation")

    async def make() -> None:
        kept = await make_kept(folder / "var")
        try:
            kept.write_key()
            kept.write_journal(2)
            await kept.recordings.service.finalising.run()
            assert (await kept.row()).state is RecordingState.READY
        finally:
            await kept.close()

    asyncio.run(make())
    return configured(folder)


def configured(folder: Path, more: str = "") -> Path:
    path = folder / "telemed.toml"
    path.write_text(
        f'[clinic]\nphone = "+49 30 1"\n[store]\ndirectory = "var"\n[secrets]\ninstallation_key = "{"k" * 43}"\n'
        f'[recording]\nmaster_key_file = "{more}"\n'
    )
    path.chmod(0o600)
    return path


def run(config: Path, *words: str) -> int:
    return cli.main(["recording", *words, "--config", str(config)])


def segment(config: Path) -> Path:
    (found,) = (config.parent / "var" / "recordings" / RECORDING / places.SEGMENTS).glob(f"*{SUFFIX}")
    return found


@pytest.fixture
def whole(stopped: Path) -> Iterator[Path]:
    """The installation, with its one segment put back afterwards."""
    path = segment(stopped)
    before = path.read_bytes()
    yield stopped
    path.write_bytes(before)


def test_the_list_has_ids_states_and_sizes(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(stopped, "list") == 0
    told = capsys.readouterr().out
    line, last = told.strip().splitlines()
    assert line.split()[:2] == [RECORDING, "ready"] and " MB" in line and last.startswith("1 recordings, ")


def test_a_sound_recording_is_complete(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(stopped, "verify", RECORDING) == 0
    assert capsys.readouterr().out == f"{RECORDING}: complete. No checkpoint of the audit trail covers it yet.\n"
    assert run(stopped, "verify", "--all") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 recordings looked at, 0 broken."


def test_one_flipped_byte_is_named(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = segment(whole)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert run(whole, "verify", "--all") == 1
    told = capsys.readouterr().out
    named = f"Segment {path.name.removesuffix(SUFFIX)}, block 0 was cut off."  # the last block ends the file, or does not open
    assert f"{RECORDING}: BROKEN." in told and named in told
    assert told.endswith("1 recordings looked at, 1 broken.\n")
    path.unlink()
    assert run(whole, "verify", RECORDING) == 1
    assert f"Segment {path.name.removesuffix(SUFFIX)} is missing." in capsys.readouterr().out


def test_what_the_database_does_not_know_is_told(stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = stopped.parent / "var" / "recordings" / "rec_Foreign"
    other.mkdir()
    try:
        assert run(stopped, "verify", "--all") == 1
        assert "rec_Foreign: BROKEN.\n  The recording is missing." in capsys.readouterr().out
        assert run(stopped, "list") == 0
        assert "rec_Foreign" in capsys.readouterr().out
    finally:
        other.rmdir()


@pytest.mark.parametrize("name", ["rec_NobodyHasThis", "../etc", "ses_1"])
def test_unknown_ids_are_refused(stopped: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(stopped, "verify", name) == 1
    assert capsys.readouterr().err.startswith("telemed: ")


def test_one_recording_or_all(stopped: Path) -> None:
    for words in ([], [RECORDING, "--all"]):
        with pytest.raises(SystemExit):
            run(stopped, "verify", *words)


def test_a_new_master_key_wraps_everything(stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "master"
    key = stopped.parent / "var" / "keys" / "recordings" / f"{RECORDING}.key"
    try:
        configured(stopped.parent, str(file))
        file.write_text(f"# ours\n{MASTER}\n")
        file.chmod(0o600)
        assert run(stopped, "rotate-key", "--keep-master") == 0
        assert "1 keys were wrapped anew, 0 were already" in capsys.readouterr().out
        first = json.loads(key.read_text())["master"]
        assert run(stopped, "rotate-key") == 0
        assert "taken out of the file" in capsys.readouterr().out
        assert json.loads(key.read_text())["master"] != first
        assert MASTER not in file.read_text() and len(file.read_text().split()) == 1
        assert run(stopped, "verify", RECORDING) == 0
        file.write_text(f"{MASTER}\n")
        assert run(stopped, "verify", RECORDING) == 1, "that key is not the one"
        assert "its key is missing or another one" in capsys.readouterr().out
        assert run(stopped, "rotate-key") == 1
        assert f"{RECORDING}: its key does not open" in capsys.readouterr().out and MASTER in file.read_text(), (
            "nothing is forgotten"
        )
    finally:
        key.unlink()
        configured(stopped.parent)
        asyncio.run(rewrapped(stopped.parent / "var"))
    assert run(stopped, "verify", RECORDING) == 0


async def rewrapped(root: Path) -> None:
    """The key as it was at first."""
    from telemed.config import load
    from telemed.operation.recordings import master_keys
    from tests.adapters.recording.journalled import KEY

    layout = Layout(load(root.parent / "telemed.toml", {}))
    keys = RecordingKeys(layout.recording_keys, master_keys(layout)())
    (layout.recording_keys / f"{RECORDING}.key").write_bytes(keys._wrap(RECORDING, KEY))


def test_without_a_file_there_is_nowhere_for_a_new_key(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(stopped, "rotate-key") == 1
    assert "master_key_file" in capsys.readouterr().err
    assert run(stopped, "rotate-key", "--keep-master") == 0
    assert "0 keys were wrapped anew, 1 were already" in capsys.readouterr().out


@pytest.fixture
async def kept(tmp_path: Path) -> Kept:
    return await make_kept(tmp_path / "var")


async def test_a_running_server_answers_on_its_socket(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    config = configured(kept.root.parent)
    kept.layout.run.mkdir(mode=0o700)
    checks = RecordingChecks(kept.layout, kept.store, kept.recordings.vault, SystemClock(), "srv_1")
    admin = AdminServer(admin_socket(kept.layout.run), checks.operations())
    await admin.start()
    try:
        assert await asyncio.to_thread(run, config, "verify", RECORDING) == 0
        assert capsys.readouterr().out == f"{RECORDING}: finalising, not finished: nothing is signed yet.\n"
        kept.write_key()
        kept.write_journal(2)
        await kept.recordings.service.finalising.run()
        assert await asyncio.to_thread(run, config, "verify", "--all") == 0
        assert f"{RECORDING}: complete." in capsys.readouterr().out
        assert await asyncio.to_thread(run, config, "list") == 0
        await kept.save(state=RecordingState.ERASED)
        assert await asyncio.to_thread(run, config, "verify", RECORDING) == 1
        assert "and yet something of it is on the disk" in capsys.readouterr().out
        assert await asyncio.to_thread(run, config, "rotate-key", "--keep-master") == 0
    finally:
        await admin.close()
        await kept.close()


async def test_verdicts_are_in_the_trail(kept: Kept) -> None:
    kept.write_key()
    kept.write_journal(2)
    await kept.recordings.service.finalising.run()
    vault = open_vault(kept.layout, kept.store, SystemClock(), ensure_key(kept.layout).public_key())
    checks = RecordingChecks(kept.layout, kept.store, vault, SystemClock(), "srv_1")
    assert (await checks.verified(RECORDING))["result"] == "complete"
    (path,) = (kept.directory / places.SEGMENTS).glob(f"*{SUFFIX}")
    path.unlink()
    assert (await checks.verified(RECORDING))["broken"] == [
        {"segment_id": path.name.removesuffix(SUFFIX), "what": "missing", "block": None}
    ]
    await checks.rotated(fresh=False)
    assert [word for word in await kept.words() if word.startswith("record")][-3:] == [
        "recording.verified",
        "recording.broken",
        "recordings.keys_rotated",
    ]
    with pytest.raises(InvalidInput):
        await checks.verified("rec_../x")
    with pytest.raises(NotFound):
        await checks.verified("rec_other")
    vault.close()
    await kept.close()


async def test_long_lists_come_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemed.operation.recording_checks.PAGE", 2)
    kept = await make_kept(tmp_path / "var")
    for number in range(5):
        (kept.layout.recordings / f"rec_Foreign{number}").mkdir(parents=True)
    checks = RecordingChecks(kept.layout, kept.store, kept.recordings.vault, SystemClock(), "srv_1")
    names: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await checks.listed(after)
        names += [line["id"] for line in page["recordings"]]
        after = page["next"]
    assert names == sorted([RECORDING, *(f"rec_Foreign{number}" for number in range(5))])
    await kept.close()


def test_a_verdict_says_what_was_destroyed() -> None:
    verdict = {"id": "rec_1", "result": "complete", "up_to": None, "destroyed": [{"participant_id": "par_1", "at": "2027-02-01"}]}
    assert sentences(verdict) == [
        "rec_1: complete. No checkpoint of the audit trail covers it yet.",
        "  Part of par_1 destroyed at 2027-02-01 on that person's withdrawal; complete otherwise.",
    ]
