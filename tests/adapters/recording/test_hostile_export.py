"""The program of an export is run on what somebody else enclosed: it is not deceived, and does not fall over."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from telemed.media import manifest
from telemed.recording import export, signature

FORGER = bytes(range(1, 33))  # seed of a key that is not the clinic's
CLINIC = signature.key_id(signature.sign(b"", bytes(32)).public_key)
GOOD = "Everything is as it was signed."
Table = dict[str, Any]


def a_table(name: str = "seg_a", content: bytes = b"sound", **facts: object) -> Table:
    """A manifest of one segment, chained as it should be."""
    digest = hashlib.sha256(content).hexdigest()
    segment = manifest.Segment(name, "par_a", "main", "video/webm", "vp8", 0, 1, len(content), digest, 9, digest)
    made = manifest.build({"recording_id": "rec_a", "started_at": "2027", "ended_at": "2028", **facts}, [segment], [])
    table: Table = json.loads(made.raw)
    return table


def signed(table: object, seed: bytes = FORGER, **changes: str) -> dict[str, bytes]:
    """Manifest and signature as files; `changes` in the signature afterwards."""
    raw = manifest.canonical(table)
    about = json.loads(signature.sign(raw, seed).encode())
    return {"manifest.json": raw, "manifest.sig": json.dumps({**about, **changes}).encode()}


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression, compresslevel=1) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(export.VERIFY_SCRIPT), str(place), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")


def verdict(tmp_path: Path, files: dict[str, bytes], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Of the zip; the program never shows where it broke."""
    (tmp_path / "export.zip").write_bytes(zipped(files))
    done = run(tmp_path / "export.zip", *arguments)
    assert not done.stderr
    return done


def test_a_key_cannot_be_called_by_anothers_name(tmp_path: Path) -> None:
    files = {**signed(a_table(), key_id=CLINIC), "media/seg_a.webm": b"sound"}
    done = verdict(tmp_path, files)
    assert done.returncode == 1 and CLINIC not in done.stdout and GOOD not in done.stdout
    honest = verdict(tmp_path, {**files, **signed(a_table())})
    assert honest.returncode == 0 and honest.stdout.splitlines()[-1] == GOOD


def test_nothing_in_it_writes_lines_of_its_own(tmp_path: Path) -> None:
    trap = f"x\r\x1b[2J\n{GOOD}\n\u202e"
    for table in (a_table(trap), a_table(recording_id=trap), a_table(started_at=trap)):
        done = verdict(tmp_path, {**signed(table), "media/seg_a.webm": b"sound", f"media/{trap}": b""})
        assert done.returncode in (1, 2) and GOOD not in done.stdout.splitlines() and "\x1b" not in done.stdout


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "", "x" * 65, "/etc/passwd", "seg_a\x00"])
def test_names_lead_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.webm").write_bytes(b"sound")
    here = tmp_path / "export"
    (here / "media").mkdir(parents=True)
    for file, content in signed(a_table(name)).items():
        (here / file).write_bytes(content)
    done = run(here)
    assert done.returncode == 2 and not done.stderr and GOOD not in done.stdout


def test_what_nobody_signed_is_said(tmp_path: Path) -> None:
    files = {**signed(a_table()), "media/seg_a.webm": b"sound"}
    done = verdict(tmp_path, {**files, "media/seg_b.webm": b"another"})
    assert done.returncode == 1 and "media/seg_b.webm was not signed" in done.stdout
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, which says the same
        twice = io.BytesIO(zipped({**files, "media/seg_a.webm": b"another"}))
        with zipfile.ZipFile(twice, "a") as archive:
            archive.writestr("media/seg_a.webm", b"sound")
    (tmp_path / "twice.zip").write_bytes(twice.getvalue())
    done = run(tmp_path / "twice.zip")
    assert done.returncode == 1 and "media/seg_a.webm is there twice" in done.stdout


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "media/seg_a.webm"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, name: str) -> None:
    """128 MiB of one letter, with 128 MiB of memory for everything: no more is read than was signed, or than telemed writes."""
    files = {**signed(a_table()), "media/seg_a.webm": b"sound", name: b"[" * 2**27}
    (tmp_path / "bomb.zip").write_bytes(zipped(files, zipfile.ZIP_DEFLATED))
    limited = f"ulimit -v {128 * 1024}; exec {sys.executable} -I -S {export.VERIFY_SCRIPT} {tmp_path / 'bomb.zip'}"
    done = subprocess.run(["/bin/sh", "-c", limited], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (1, 2) and not done.stderr and GOOD not in done.stdout


def test_a_file_that_never_ends_is_none(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    for file, content in signed(a_table()).items():
        (tmp_path / file).write_bytes(content)
    os.mkfifo(tmp_path / "media" / "seg_a.webm")
    done = run(tmp_path)
    assert done.returncode == 1 and "media/seg_a.webm is missing" in done.stdout


NONSENSE: list[Callable[[Table], object]] = [
    lambda table: [table],
    lambda table: {**table, "segments": "seg_a"},
    lambda table: {**table, "segments": [["id"]]},
    lambda table: {**table, "segments": [{**table["segments"][0], "bytes": "many"}]},
    lambda table: {**table, "segments": [{**table["segments"][0], "id": 7}]},
    lambda table: {**table, "segments": None},
    lambda _: None,
    lambda _: 7,
]


@pytest.mark.parametrize("spoil", NONSENSE)
def test_nonsense_is_said_to_be_unreadable(tmp_path: Path, spoil: Callable[[Table], object]) -> None:
    done = verdict(tmp_path, {**signed(spoil(a_table())), "media/seg_a.webm": b"sound"})
    assert done.returncode in (1, 2) and GOOD not in done.stdout


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 100_000, b'{"segments": NaN}', b"\xff"])
def test_a_manifest_that_is_none(tmp_path: Path, raw: bytes) -> None:
    done = verdict(tmp_path, {"manifest.json": raw, "manifest.sig": signature.sign(raw, FORGER).encode()})
    assert done.returncode == 2
