"""`telemed turn config` and the unit beside it: a private file, made from our settings, and no secret where it may be seen."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from telemed.cli import main, turn_config
from telemed.config import Config, Media, Turn
from telemed.turn.coturn import EVERYTHING, Places, media_addresses, turnserver_conf
from tests.adapters.ops.certificates import certificate
from tests.turn.running import SECRET, settings, write_settings

UNIT = Path(__file__).parents[3] / "turn" / "telemed-turn.service"
MEDIA = Media(addresses=("203.0.113.7", "2001:db8::7"))
TURN = Turn(host="turn.example.org", secret=SECRET, addresses=("192.0.2.7",))


def conf(turn: Turn = TURN, media: Media = MEDIA) -> dict[str, list[str]]:
    """The file as option -> values; "" for one without a value."""
    text = turnserver_conf(Config(turn=turn, media=media), Places(Path("/run/turn"), Path("/a/leaf.pem"), Path("/a/leaf.key")))
    options: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if not line.startswith("#"):
            options.setdefault(name, []).append(value)
    return options


def test_everything_is_denied_but_the_media() -> None:
    options = conf()
    assert options["denied-peer-ip"] == list(EVERYTHING)
    assert options["allowed-peer-ip"] == ["203.0.113.7", "2001:db8::7"]
    assert conf(Turn(host="t", secret=SECRET, peers=("198.51.100.1",)))["allowed-peer-ip"] == ["198.51.100.1"]
    assert "allow-loopback-peers" not in options
    assert not any(address.startswith(("127.", "::1")) for address in media_addresses(Config()))


def test_tls_only_where_it_is_wanted() -> None:
    assert "no-tls" in conf() and "cert" not in conf()
    options = conf(Turn(host="t", secret=SECRET, tls_port=443))
    assert (options["tls-listening-port"], options["cert"], options["pkey"]) == (["443"], ["/a/leaf.pem"], ["/a/leaf.key"])
    assert "no-tls" not in options


def test_bounds_and_addresses() -> None:
    options = conf()
    assert (options["user-quota"], options["total-quota"], options["max-bps"]) == (["24"], ["1200"], ["1250000"])
    assert options["listening-ip"] == options["relay-ip"] == ["192.0.2.7"]
    behind = conf(Turn(host="t", secret=SECRET, addresses=("10.0.0.7",), external_address="203.0.113.7"))
    assert behind["external-ip"] == ["203.0.113.7/10.0.0.7"]
    assert behind["allowed-peer-ip"] == ["203.0.113.7", "2001:db8::7", "10.0.0.7"]
    assert conf(media=Media(addresses=("2001:db8::7",)))["allocation-default-address-family"] == ["ipv6"]


def test_it_is_printed_or_written_for_its_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_config, "SCHEMA", tmp_path / "not-installed.sql")
    leaf, private = certificate(tmp_path)
    path = write_settings(tmp_path, settings(host="t", tls_port=443, tls_certificate=leaf, tls_key=private))
    assert main(["turn", "config", "--config", str(path)]) == 0
    printed = capsys.readouterr().out
    assert f"static-auth-secret={SECRET}\n" in printed and f"pkey={private}\n" in printed
    assert main(["turn", "config", "--config", str(path), "--out", str(tmp_path / "out.conf")]) == 0
    assert (tmp_path / "out.conf").read_text() == printed
    assert (tmp_path / "out.conf").stat().st_mode & 0o777 == 0o600
    assert SECRET not in "".join(capsys.readouterr())
    own = tmp_path / "own"
    assert main(["turn", "config", "--config", str(path), "--directory", str(own)]) == 0
    assert {entry.name: entry.stat().st_mode & 0o777 for entry in own.iterdir()} == dict.fromkeys(
        ("turnserver.conf", "tls.pem", "tls.key"), 0o600
    )
    assert (own / "tls.key").read_bytes() == private.read_bytes()


def test_the_relays_tables_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = tmp_path / "schema.sql"
    schema.write_text("CREATE TABLE turn_secret (realm varchar(127), value varchar(256));")
    monkeypatch.setattr(turn_config, "SCHEMA", schema)
    own = tmp_path / "own"
    making = ["turn", "config", "--config", str(write_settings(tmp_path, settings(host="t"))), "--directory", str(own)]
    assert main(making) == 0
    with contextlib.closing(sqlite3.connect(own / "turndb")) as database:
        assert database.execute("SELECT count(*) FROM turn_secret").fetchone() == (0,)
    assert (own / "turndb").stat().st_mode & 0o777 == 0o600
    made = (own / "turndb").stat()
    assert main(making) == 0, "as a reload does while the relay has it open"
    assert (own / "turndb").stat().st_ino == made.st_ino


def test_what_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["turn", "config", "--config", str(write_settings(tmp_path, settings(host="")))]) == 78
    assert "turn.host" in capsys.readouterr().err
    path = write_settings(tmp_path, settings(host="t"))
    wrong = ["turn", "config", "--config", str(path), "--directory", str(tmp_path / "d"), "--owner", "nobody-of-that-name"]
    assert main(wrong) == 78
    assert "apt-get install coturn" in capsys.readouterr().err
    gone = write_settings(tmp_path, settings(host="t", tls_port=443, tls_certificate="gone.pem", tls_key="gone.key"))
    assert main(["turn", "config", "--config", str(gone), "--directory", str(tmp_path / "d")]) == 78
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_nobody_else_is_given_a_file_by_a_link(tmp_path: Path) -> None:
    """The directory is the relay's: what it puts there must not lead root to other files."""
    path = write_settings(tmp_path, settings(host="t"))
    own, victim = tmp_path / "own", tmp_path / "victim"
    own.mkdir()
    victim.write_text("mine")
    (own / "turnserver.conf").symlink_to(victim)
    before = victim.stat().st_uid
    assert main(["turn", "config", "--config", str(path), "--directory", str(own), "--owner", "daemon"]) == 0
    assert (victim.read_text(), victim.stat().st_uid) == ("mine", before)
    assert not (own / "turnserver.conf").is_symlink()


def test_the_unit_is_one(tmp_path: Path) -> None:
    text = UNIT.read_text()
    assert SECRET not in text and "secret" not in re.sub(r"^#.*$", "", text, flags=re.M)
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    for program in ("/opt/telemed/.venv/bin/telemed", "/usr/bin/turnserver"):
        text = text.replace(program, "/bin/true")
    copy = tmp_path / "telemed-turn.service"
    copy.write_text(text)
    said = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stderr) == (0, "")
