"""Data keys: wrapped, one file each, rotated without a gap, destroyed for good."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from telemed.errors import ConfigError
from telemed.recording import keys as keys_module
from telemed.recording.keys import KeyMissing, KeyUnreadable, RecordingKeys, Rotation
from telemed.recording.master_keys import (
    VARIABLE,
    MasterKeys,
    forget_older_keys,
    key_name,
    load_master_keys,
    new_master_key,
)

OLD, NEW = bytes(32), bytes([1]) * 32
INSTALLATION = b"the key of the installation"


def master_of(path: Path) -> str:
    return str(json.loads(path.read_bytes())["master"])


@pytest.fixture
def keys(tmp_path: Path) -> RecordingKeys:
    return RecordingKeys(tmp_path / "keys", MasterKeys((OLD,)))


def rotating(keys: RecordingKeys, tmp_path: Path) -> RecordingKeys:
    return RecordingKeys(tmp_path / "keys", MasterKeys((NEW, OLD)))


def test_a_key_comes_back_and_is_not_in_its_file(keys: RecordingKeys, tmp_path: Path) -> None:
    key = keys.create("rec_one")
    path = tmp_path / "keys" / "rec_one.key"
    assert len(key) == 32 and keys.read("rec_one") == key and keys.exists("rec_one")
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    content = path.read_bytes()
    assert key not in content and base64.b64encode(key) not in content
    assert [entry.name for entry in path.parent.iterdir()] == ["rec_one.key"]
    assert keys.create("rec_two") != key and keys.ids() == ("rec_one", "rec_two")


def test_a_key_is_made_once(keys: RecordingKeys) -> None:
    key = keys.create("rec_one")
    with pytest.raises(FileExistsError):
        keys.create("rec_one")
    assert keys.read("rec_one") == key


@pytest.mark.parametrize("name", ["", "..", "../rec_one", "a/b", ".hidden", "x" * 65, "rec_one\n", "r\0c"])
def test_an_id_that_is_no_name_reaches_no_file(keys: RecordingKeys, name: str) -> None:
    for act in (keys.create, keys.read, keys.erase, keys.exists):
        with pytest.raises(KeyMissing):
            act(name)


def test_a_missing_key_and_one_that_does_not_open_are_told_apart(keys: RecordingKeys, tmp_path: Path) -> None:
    with pytest.raises(KeyMissing):
        keys.read("rec_one")
    keys.create("rec_one")
    with pytest.raises(KeyUnreadable):
        RecordingKeys(tmp_path / "keys", MasterKeys((NEW,))).read("rec_one")
    assert keys.ids() == ("rec_one",) and not keys.exists("rec_two")


def test_a_key_file_opens_its_own_recording_only(keys: RecordingKeys, tmp_path: Path) -> None:
    keys.create("rec_one")
    path = tmp_path / "keys" / "rec_one.key"
    path.with_name("rec_two.key").write_bytes(path.read_bytes())
    with pytest.raises(KeyUnreadable):
        keys.read("rec_two")


def test_any_changed_byte_of_a_key_file_opens_nothing_or_the_same(keys: RecordingKeys, tmp_path: Path) -> None:
    key, path = keys.create("rec_one"), tmp_path / "keys" / "rec_one.key"
    content = path.read_bytes()
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1
        path.write_bytes(changed)
        try:
            assert keys.read("rec_one") == key  # white space, say
        except KeyUnreadable:
            pass
    for cut in range(len(content) - 1):
        path.write_bytes(content[:cut])
        with pytest.raises(KeyUnreadable):
            keys.read("rec_one")
    path.write_bytes(b"[]")
    with pytest.raises(KeyUnreadable):
        keys.read("rec_one")


def test_a_rotation_wraps_all_anew(keys: RecordingKeys, tmp_path: Path) -> None:
    made = {name: keys.create(name) for name in ("rec_a", "rec_b", "rec_c")}
    heard: list[str] = []
    both = rotating(keys, tmp_path)
    assert both.rotate(heard.append) == Rotation(3, 0, ()) and heard == ["rec_a", "rec_b", "rec_c"]
    assert both.rotate().kept == 3
    new_only = RecordingKeys(tmp_path / "keys", MasterKeys((NEW,)))
    assert {name: new_only.read(name) for name in made} == made
    with pytest.raises(KeyUnreadable):
        keys.read("rec_a")


class PowerGone(Exception):
    """Nothing after this call happened."""


class Steps:
    """Lets some calls to the disk through and fails those after."""

    def __init__(self, patch: pytest.MonkeyPatch, allowed: int) -> None:
        self.left = allowed
        for name in ("replace", "fsync", "pwrite"):
            patch.setattr(os, name, self.counted(getattr(os, name)))

    def counted(self, call: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object) -> object:
            if not self.left:
                raise PowerGone
            self.left -= 1
            return call(*arguments)

        return step


@pytest.mark.parametrize("allowed", range(15))
def test_a_rotation_broken_off_anywhere_goes_on(
    keys: RecordingKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    """Three files, five calls to the disk each."""
    made = {name: keys.create(name) for name in ("rec_a", "rec_b", "rec_c")}
    both = rotating(keys, tmp_path)
    with monkeypatch.context() as patch, pytest.raises(PowerGone):
        Steps(patch, allowed)
        both.rotate()
    assert {name: both.read(name) for name in made} == made
    assert both.rotate() == Rotation(3 - (allowed + 3) // 5, (allowed + 3) // 5, ())
    assert {name: RecordingKeys(tmp_path / "keys", MasterKeys((NEW,))).read(name) for name in made} == made
    assert sorted(entry.name for entry in (tmp_path / "keys").iterdir()) == ["rec_a.key", "rec_b.key", "rec_c.key"]


def test_a_rotation_names_what_does_not_open_and_leaves_it_alone(keys: RecordingKeys, tmp_path: Path) -> None:
    keys.create("rec_a")
    damaged = tmp_path / "keys" / "rec_b.key"
    damaged.write_bytes(b"?")
    result = rotating(keys, tmp_path).rotate()
    assert result == Rotation(1, 0, ("rec_b",)) and not result.complete and damaged.read_bytes() == b"?"
    assert RecordingKeys(tmp_path / "none", MasterKeys((NEW,))).rotate() == Rotation(0, 0, ())


def test_an_erased_key_is_gone_with_its_bytes(keys: RecordingKeys, tmp_path: Path) -> None:
    keys.create("rec_one")
    path = tmp_path / "keys" / "rec_one.key"
    content = path.read_bytes()
    leftover = path.with_name(".rec_one.key.0a1b2c3d")
    leftover.write_bytes(content)
    with path.open("rb") as still_open, leftover.open("rb") as left_open:
        assert keys.erase("rec_one")
        assert still_open.read() != content and left_open.read() != content, "written over before it was removed"
    assert list(path.parent.iterdir()) == [] and not keys.erase("rec_one")
    with pytest.raises(KeyMissing):
        keys.read("rec_one")
    assert not RecordingKeys(tmp_path / "none", MasterKeys((NEW,))).erase("rec_one")


def test_a_name_left_by_a_broken_creation_does_not_take_the_key_with_it(keys: RecordingKeys, tmp_path: Path) -> None:
    key = keys.create("rec_one")
    path = tmp_path / "keys" / "rec_one.key"
    os.link(path, path.with_name(".rec_one.key.0a1b2c3d"))
    assert rotating(keys, tmp_path).rotate().wrapped == 1
    os.link(path, path.with_name(".rec_one.key.ffffffff"))
    rotating(keys, tmp_path).rotate()
    assert rotating(keys, tmp_path).read("rec_one") == key
    assert [entry.name for entry in path.parent.iterdir()] == ["rec_one.key"]


def test_what_a_rotation_replaced_is_written_over(keys: RecordingKeys, tmp_path: Path) -> None:
    keys.create("rec_one")
    path = tmp_path / "keys" / "rec_one.key"
    with path.open("rb") as before:
        content = path.read_bytes()
        rotating(keys, tmp_path).rotate()
        assert before.read() not in (b"", content)
    assert master_of(path) == key_name(NEW)


def _erase(directory: Path) -> None:
    RecordingKeys(directory, MasterKeys((NEW, OLD))).erase("rec_one")


def test_an_erased_key_does_not_come_back_by_a_rotation(
    keys: RecordingKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process erases just when the rotation is about to write what it read."""
    keys.create("rec_one")
    both, directory = rotating(keys, tmp_path), tmp_path / "keys"
    real, erasing = keys_module.write_private, multiprocessing.get_context("spawn").Process(target=_erase, args=(directory,))
    blocked = threading.Event()

    def slowly(path: Path, content: bytes) -> None:
        erasing.start()
        erasing.join(1.0)
        if erasing.is_alive():
            blocked.set()
        real(path, content)

    monkeypatch.setattr(keys_module, "write_private", slowly)
    both.rotate()
    erasing.join(60)
    assert erasing.exitcode == 0 and blocked.is_set(), "it waited for the lock"
    assert list(directory.iterdir()) == []
    erasing.close()


def test_a_key_moves_to_another_directory(keys: RecordingKeys, tmp_path: Path) -> None:
    apart = RecordingKeys(tmp_path / "apart", MasterKeys((OLD,)))
    key = apart.create("rec_one")
    apart.move("rec_one", keys)
    assert keys.read("rec_one") == key and apart.ids() == ()
    with pytest.raises(KeyMissing):
        apart.move("rec_one", keys)
    os.link(tmp_path / "keys" / "rec_one.key", tmp_path / "apart" / "rec_one.key")  # broken off half-way
    apart.move("rec_one", keys)
    assert keys.read("rec_one") == key and apart.ids() == ()
    apart.create("rec_one")
    with pytest.raises(FileExistsError):
        apart.move("rec_one", keys)


def test_master_keys_come_from_a_file_the_environment_or_the_installation(tmp_path: Path) -> None:
    file, words = tmp_path / "master", base64.b64encode(NEW).decode()
    file.write_text(f"# since spring\n{words}\n{base64.b64encode(OLD).decode()}\n")
    derived = load_master_keys(None, {}, INSTALLATION)
    from_file = load_master_keys(file, {VARIABLE: base64.b64encode(bytes([9]) * 32).decode()}, INSTALLATION)
    from_environment = load_master_keys(None, {VARIABLE: f" {words} "}, INSTALLATION)
    assert from_file.current == from_environment.current == key_name(NEW) != derived.current
    assert from_file[key_name(OLD)] == OLD and derived.current in from_file and derived.current in from_environment
    assert key_name(OLD) not in from_environment and load_master_keys(None, {}, b"another").current != derived.current


@pytest.mark.parametrize("content", [b"", b"# nothing", b"?", base64.b64encode(bytes(31)), b"\xff\xff"])
def test_a_bad_master_key_is_refused_without_telling_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "master"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load_master_keys(file, {}, INSTALLATION)
    assert not content.strip() or content.decode("latin-1") not in refused.value.message
    with pytest.raises(ConfigError):
        load_master_keys(tmp_path / "none", {}, INSTALLATION)
    with pytest.raises(ConfigError):
        MasterKeys(())


def test_a_new_master_key_takes_over_step_by_step(tmp_path: Path) -> None:
    file, directory = tmp_path / "master", tmp_path / "keys"
    key = RecordingKeys(directory, load_master_keys(None, {}, INSTALLATION)).create("rec_one")
    for _ in range(2):
        new_master_key(file)
        keys = RecordingKeys(directory, load_master_keys(file, {}, INSTALLATION))
        assert keys.rotate().complete and keys.read("rec_one") == key
    assert file.stat().st_mode & 0o777 == 0o600 and len(file.read_text().split()) == 2
    forget_older_keys(file)
    assert len(file.read_text().split()) == 1
    assert RecordingKeys(directory, load_master_keys(file, {}, b"another")).read("rec_one") == key
