"""`telemed doctor` says what would keep recordings from being written or read."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from telemed.config import Config, Limits, Recording, Secrets, Store
from telemed.doctor.findings import Level
from telemed.doctor.recordings import recordings
from telemed.layout import Layout
from telemed.recording.master_keys import VARIABLE
from tests.adapters.recording.disks import ext4_disk

KEY = base64.b64encode(bytes(32)).decode()


def layout(root: Path, limits: Limits | None = None, **changes: str) -> Layout:
    section = Recording(**changes)
    return Layout(
        Config(
            store=Store(directory=str(root / "var")),
            secrets=Secrets(installation_key="k" * 43),
            limits=limits or Limits(disk_warn_percent=0, disk_refuse_percent=0, disk_refuse_megabytes=0),
            recording=section,
        )
    )


def levels(here: Layout) -> list[Level]:
    return [finding.level for finding in recordings(here)]


def texts(here: Layout) -> str:
    return "\n".join(finding.render() for finding in recordings(here))


def test_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert levels(layout(tmp_path)) == [Level.OK, Level.OK]
    assert "the installation key" in texts(layout(tmp_path))
    monkeypatch.setenv(VARIABLE, KEY)
    assert VARIABLE in texts(layout(tmp_path)) and KEY not in texts(layout(tmp_path))


def test_the_key_is_missing_broken_open_or_beside_what_it_protects(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    here = layout(tmp_path, master_key_file=str(file))
    assert levels(here)[0] is Level.FAULT, "missing"
    file.write_text("no key")
    assert levels(here)[0] is Level.FAULT and "no key" not in texts(here)
    file.write_text(KEY)
    file.chmod(0o644)
    assert levels(here)[0] is Level.FAULT and "chmod 600" in texts(here)
    file.chmod(0o600)
    assert levels(here)[0] is Level.WARN, "on the same disk"


def test_the_directory_is_open_to_others(tmp_path: Path) -> None:
    here = layout(tmp_path)
    here.recordings.mkdir(parents=True)
    here.recordings.chmod(0o755)
    assert levels(here) == [Level.OK, Level.FAULT, Level.OK]
    here.recordings.chmod(0o700)
    assert levels(here) == [Level.OK, Level.OK]


def test_a_disk_that_fell_read_only_and_says_that_it_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    here = layout(tmp_path)
    with ext4_disk(tmp_path / "image", tmp_path / "var" / "recordings", 8) as disk:
        if disk is None:
            pytest.skip("mounting needs root")
        assert Level.FAULT not in levels(here)
        disk.fall_read_only()
        assert Level.FAULT in levels(here) and "their di" in texts(here)
        disk.mend()
        assert Level.FAULT not in levels(here)


def test_the_disk_is_full(tmp_path: Path) -> None:
    full = Limits(disk_warn_percent=0, disk_refuse_percent=0, disk_refuse_megabytes=1_000_000)
    assert levels(layout(tmp_path, full))[-1] is Level.FAULT
