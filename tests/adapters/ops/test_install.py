"""`telemed install` into a directory: what it writes, that it may be run again, and what systemd thinks of the unit."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from telemed.config import Limits
from telemed.install.unit import Service, render
from telemed.supervisor.systemd import Systemd
from tests.adapters.ops.fakes import until
from tests.adapters.ops.installation import make_installation
from tests.adapters.ops.serving import command, serving, wait_until

UNIT = "etc/systemd/system/telemed.service"
SAFE_ENOUGH = 2.0  # of systemd-analyze's exposure level, 0 to 10; below 2 it says "OK" at worst


def tree(root: Path) -> dict[str, str]:
    found = [*root.rglob("*.conf"), *root.rglob("*.service")]
    return {str(path.relative_to(root)): path.read_text() for path in sorted(found)}


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    result = command("install", "--root", str(tmp_path), "--dry-run")
    assert result.returncode == 0 and result.stdout.count("would be written") == 4
    assert list(tmp_path.iterdir()) == []


def test_an_install_may_be_repeated(tmp_path: Path) -> None:
    first = command("install", "--root", str(tmp_path))
    written = tree(tmp_path)
    names = {"etc/sysusers.d/telemed.conf", "etc/tmpfiles.d/telemed.conf", "etc/sysctl.d/60-telemed.conf", UNIT}
    assert set(written) >= names and "init --config /etc/telemed/telemed.toml" in first.stdout
    assert all(stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o644 for name in names)
    again = command("install", "--root", str(tmp_path))
    assert again.stdout.count("unchanged") == 4 and tree(tmp_path) == written
    (tmp_path / UNIT).write_text("[Service]\n")
    third = command("install", "--root", str(tmp_path))
    assert "replaced" in third.stdout and tree(tmp_path) == written


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("systemd-tmpfiles"), reason="needs root and systemd's tools")
def test_user_and_directories_are_made_with_their_rights(tmp_path: Path) -> None:
    result = command("install", "--root", str(tmp_path), "--user", "telemed")
    assert result.returncode == 0, result.stdout + result.stderr
    account = next(line for line in (tmp_path / "etc/passwd").read_text().splitlines() if line.startswith("telemed:"))
    assert account.endswith("/nologin")
    number = int(account.split(":")[2])
    for place in ("etc/telemed", "var/lib/telemed", "var/backups/telemed"):
        found = (tmp_path / place).stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, number), place


def test_the_unit_follows_the_configuration(tmp_path: Path) -> None:
    made = make_installation(tmp_path / "etc/telemed")
    config = made.folder / "telemed.toml"
    config.write_text(made.text + '[server]\nport = 443\n[limits]\ndrain_seconds = 600\nstop_seconds = 15\n')
    shown = command("install", "--root", str(tmp_path), "--print-unit")
    assert shown.returncode == 0, shown.stderr
    assert "TimeoutStopSec=645" in shown.stdout and shown.stdout.count("CAP_NET_BIND_SERVICE") == 2
    assert f"ReadWritePaths={made.folder}/var {made.folder}/backups" in shown.stdout


@pytest.mark.parametrize("name", ["root me", "../x", "", "Ärztin"])
def test_odd_names_of_users_are_refused(tmp_path: Path, name: str) -> None:
    result = command("install", "--root", str(tmp_path), "--user", name)
    assert result.returncode != 0 and not list(tmp_path.iterdir())


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    program = Path(shutil.which("true") or "/bin/true")
    places = (Path("/var/lib/telemed"), Path("/var/backups/telemed"))
    path = tmp_path / "telemed.service"
    path.write_text(render(Service("root", program, Path("/etc/telemed/telemed.toml"), places, 8080, Limits())))
    return path


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_unit_and_finds_it_closed(unit: Path) -> None:
    checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0 and str(unit) not in checked.stderr, checked.stderr
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    assert level, told.stdout + told.stderr
    # It runs as root here, so that the check finds the user; the real one has its own.
    weak = [line for line in told.stdout.splitlines() if line.startswith("✗") and "0.1" not in line]
    assert float(level[1]) <= SAFE_ENOUGH + 1.0, "\n".join(weak)


def test_memory_may_be_written_and_run_since_a_library_needs_it(unit: Path) -> None:
    """The one restriction we leave out. When this test fails, the library has changed and the unit can be stricter."""
    assert "MemoryDenyWriteExecute=yes" not in unit.read_text()
    program = (
        "import ctypes, asyncio\n"
        "if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0: raise SystemExit(77)\n"  # PR_SET_MDWE, Linux 6.3
        "from telemed.sfu.seam import self_test\n"
        "try: asyncio.run(self_test())\n"
        "except MemoryError: raise SystemExit(3)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    if result.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE")
    assert result.returncode == 3, result.stderr.decode()


@pytest.mark.parametrize("abstract", [False, True])
async def test_systemd_is_told(tmp_path: Path, abstract: bool) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as listener:
        name = f"@telemed-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
        listener.bind("\0" + name[1:] if abstract else name)
        systemd = Systemd({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000", "WATCHDOG_PID": str(os.getpid())})
        heard: list[bytes] = []

        def hear() -> list[bytes]:
            try:
                while True:
                    heard.append(listener.recv(100))
            except BlockingIOError:
                return heard

        systemd.ready()
        await until(lambda: hear().count(b"WATCHDOG=1") >= 3, "the watchdog is fed")
        systemd.stopping()
        await systemd.close()
        assert hear()[0] == b"READY=1" and heard[-1] == b"STOPPING=1"


async def test_without_systemd_nothing_is_told() -> None:
    for environment in ({}, {"NOTIFY_SOCKET": "/nowhere"}, {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}):
        systemd = Systemd(environment)
        systemd.ready()
        systemd.stopping()
        await asyncio.wait_for(systemd.close(), 5)


@pytest.mark.timeout(120)
def test_the_server_tells_systemd_and_keeps_its_children_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("TELEMED_RECORDING_KEY", "A" * 43 + "=")
        with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as server:
            wait_until(lambda: _next(listener) == b"READY=1", 20, server.output)
            for name, pid in server.pids().items():
                environment = Path(f"/proc/{pid}/environ").read_bytes()
                assert (b"NOTIFY_SOCKET" in environment) is (name == "supervisor"), name
                assert (b"TELEMED_RECORDING_KEY" in environment) is not name.startswith("media"), "they read what anybody sends"
        assert _next(listener) == b"STOPPING=1"


def _next(listener: socket.socket) -> bytes:
    try:
        return listener.recv(100)
    except BlockingIOError:
        return b""
