"""`telemed serve`, `init` and `user add` as an operator runs them: real processes, real sockets."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from telemed import exits, lan
from tests.adapters.ops.serving import Running, command, get, serving, sign_in, wait_until

PASSWORD = "lamp river seven cotton"
HEAVY = {"aiohttp", "aiortc", "aioice", "av", "sqlalchemy", "aiosqlite", "socketio", "engineio", "pydantic"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.timeout(180)
def test_the_demo_starts_survives_killed_parts_and_stops(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as server:
        assert set(server.ready) == {"base_url", "udp_port", "tcp_port", "media_ports", "accounts"}
        assert server.ready["udp_port"] == server.ready["media_ports"][0] > 0
        socket.create_connection(("127.0.0.1", server.ready["tcp_port"]), timeout=5).close()
        accounts = server.ready["accounts"]
        roles = {account["role"] for account in accounts}
        assert roles == {"admin", "clinician", "front_desk", "dispatcher", "responder", "reviewer"}
        assert get(server.base_url + "/api/v1/clinic")[1]["demo"] is True
        assert sign_in(server.base_url, accounts[0]["email"], accounts[0]["password"]) == 200
        assert sign_in(server.base_url, accounts[0]["email"], "wrong password 123") == 401
        assert accounts[0]["password"] in server.output(), "the accounts are printed"

        first = server.pids()
        for victim in ("control", "media-0"):
            os.kill(first[victim], signal.SIGKILL)
        # The supervisor holds the socket: a request during the restart waits for the new control instead of failing.
        assert get(server.base_url + "/api/v1/clinic")[0] == 200
        wait_until(lambda: _all_new(server.pids(), first), 30, server.output)
        assert sign_in(server.base_url, accounts[1]["email"], accounts[1]["password"]) == 200

        figures = json.loads(command("status", "--var", str(server.var)).stdout)
        assert set(figures) >= {"loop_lag", "signaling", "tasks", "workers", "notify"} and figures["workers"][0]["rooms"] == 0

        told = command("notify", "test", "--to", "someone@example.org", "--var", str(server.var))
        assert told.returncode == exits.OK and "nothing leaves" in told.stdout
        assert "someone@" not in server.output()

        for path in (tmp_path / "ready.json", server.var / "demo-accounts.json", server.var / "telemed.sqlite3"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
        for path in (server.var, server.var / "run"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700, path.name
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (server.var / "run").iterdir())
        last = server.pids()
    assert server.process.returncode == exits.OK, server.output()
    assert all(gone(pid) for pid in last.values())
    assert not (tmp_path / "ready.json").exists()
    assert "Traceback" not in server.output()
    refused_without_demo(tmp_path)
    accounts_are_stable(tmp_path, accounts)


def _all_new(now: dict[str, int], before: dict[str, int]) -> bool:
    return all(name in now and now[name] != before[name] for name in ("control", "media-0"))


def accounts_are_stable(tmp_path: Path, accounts: list[dict[str, str]]) -> None:
    """A second start offers the same accounts; one whose file is lost makes new passwords that work."""
    with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as server:
        assert server.ready["accounts"] == accounts
    (tmp_path / "var" / "demo-accounts.json").unlink()
    with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as server:
        new = server.ready["accounts"][0]
        assert new["password"] != accounts[0]["password"]
        assert sign_in(server.base_url, new["email"], new["password"]) == 200
        assert sign_in(server.base_url, accounts[0]["email"], accounts[0]["password"]) == 401


def refused_without_demo(tmp_path: Path) -> None:
    """A database with demo accounts is not served for real use."""
    config = tmp_path / "real.toml"
    config.write_text(
        f'[clinic]\nphone = "+49 30 1"\n[server]\nport = 0\n[media]\nudp_port = 0\n'
        f'[store]\ndirectory = "var"\n[secrets]\ninstallation_key = "{"k" * 43}"\n'
    )
    config.chmod(0o600)
    result = command("serve", "--config", str(config))
    assert result.returncode == exits.CONFIG
    assert "This database holds demo accounts" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.timeout(180)
def test_init_then_serve_then_add_people(tmp_path: Path) -> None:
    config = str(tmp_path / "telemed.toml")
    flags = ("--clinic-name", "Praxis Süd", "--phone", "+49 30 1234567", "--base-url", "", "--admin-email", "Boss@praxis.example")
    flags += ("--recovery-key-file", str(tmp_path / "recovery.key"))
    made = command("init", "--config", config, *flags, "--password-stdin", stdin=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE((tmp_path / "recovery.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(config).stat().st_mode) == 0o600
    again = command("init", "--config", config, *flags, "--password-stdin", stdin=PASSWORD + "\n")
    assert again.returncode != 0 and "is there already" in again.stderr
    assert command("config", "check", "--config", config).returncode == 0
    assert add(config, "clinician", "one@praxis.example").returncode == 0, "directly, nobody serves"
    with serving(tmp_path, "--config", config, "--port", "0", "--udp-port", "0") as server:
        assert server.ready["accounts"] == []
        assert get(server.base_url + "/api/v1/clinic")[1]["name"] == "Praxis Süd"
        assert sign_in(server.base_url, "boss@praxis.example", PASSWORD) == 200
        assert add(config, "dispatcher", "two@praxis.example").returncode == 0, "by the admin socket"
        assert sign_in(server.base_url, "two@praxis.example", PASSWORD) == 200
        taken = add(config, "dispatcher", "TWO@praxis.example")
        assert taken.returncode != 0 and "in use" in taken.stderr and "Traceback" not in taken.stderr
        audited = command("audit", "verify", "--config", config)
        assert audited.returncode == 0 and "complete" in audited.stdout
        second = command("serve", "--config", config, "--port", "0", "--udp-port", "0")
        assert second.returncode == exits.UNAVAILABLE and "Another telemed serves" in second.stderr
        assert "in use by the running server" in command("doctor", "--config", config).stdout
    assert command("audit", "verify", "--config", config).returncode == 0
    real_database_refuses_demo(tmp_path)


def real_database_refuses_demo(tmp_path: Path) -> None:
    result = command("serve", "--demo", "--port", "0", "--var", str(tmp_path / "var"))
    assert result.returncode == exits.CONFIG
    assert "real clinic" in result.stderr


def add(config: str, role: str, email: str) -> subprocess.CompletedProcess[str]:
    return command(
        "user",
        "add",
        "--config",
        config,
        "--role",
        role,
        "--email",
        email,
        "--name",
        "A B",
        "--password-stdin",
        stdin=PASSWORD + "\n",
    )


@pytest.mark.timeout(120)
def test_lan_serves_https_that_its_authority_vouches_for(tmp_path: Path) -> None:
    """On loopback stands the same leaf as on the LAN address."""
    with serving(tmp_path, "--demo", "--lan", "--workers", "2", "--port", "0", "--var", str(tmp_path / "var")) as server:
        assert server.base_url.startswith("https://")
        context = ssl.create_default_context(cafile=str(server.var / "ca" / "telemed-ca.crt"))
        assert get(server.base_url + "/api/v1/clinic", context)[0] == 200
        port = server.base_url.rpartition(":")[2]
        assert get(f"https://localhost:{port}/api/v1/clinic", context)[0] == 200
        with urllib.request.urlopen(server.base_url + "/telemed-ca.crt", context=context) as answer:
            assert answer.read() == (server.var / "ca" / "telemed-ca.crt").read_bytes()
        assert len(set(server.ready["media_ports"])) == 2
        assert "SHA-256 fingerprint" in server.output()
        assert stat.S_IMODE((server.var / "ca" / "telemed-ca.key").stat().st_mode) == 0o600
        link = link_of_a_new_consultation(server, context)
        assert link["url"].startswith(server.base_url + "/j#"), "a phone opens what the QR code says"
        assert len(link["qr"]) == len(link["qr"][0]) and set("".join(link["qr"])) == {"0", "1"}


def link_of_a_new_consultation(server: Running, context: ssl.SSLContext) -> dict[str, Any]:
    """What a clinician hands to the patient."""
    account = next(one for one in server.ready["accounts"] if one["role"] == "clinician")
    headers = {"Content-Type": "application/json", "X-Telemed-Client": "1"}

    def post(path: str, body: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(server.base_url + "/api/v1" + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return dict(json.loads(answer.read()))

    headers["Authorization"] = "Bearer " + post("/auth/login", {key: account[key] for key in ("email", "password")})["token"]
    return dict(post("/sessions", {"kind": "urgent", "command_id": "scan-with-a-phone"})["link"])


@pytest.mark.timeout(120)
def test_own_certificate_files_are_served(tmp_path: Path) -> None:
    tls = lan.prepare(tmp_path / "ca", "192.168.1.20", datetime.now(UTC))
    config = tmp_path / "telemed.toml"
    config.write_text(
        f'[clinic]\nphone = "+49 30 1"\n[server]\nport = 0\nbase_url = "https://localhost"\n'
        f'tls_certificate = "{tls.certificate}"\ntls_key = "{tls.key}"\n'
        f'[media]\nudp_port = 0\n[secrets]\ninstallation_key = "{"k" * 43}"\n'
    )
    config.chmod(0o600)
    with serving(tmp_path, "--config", str(config)) as server:
        assert server.base_url == "https://localhost"
        port = next(
            entry.laddr.port
            for entry in psutil.Process(server.pids()["control"]).net_connections("tcp4")
            if entry.status == psutil.CONN_LISTEN
        )
        context = ssl.create_default_context(cafile=str(tls.authority))
        assert get(f"https://localhost:{port}/api/v1/clinic", context)[1]["demo"] is False


@pytest.mark.timeout(60)
def test_a_killed_supervisor_takes_its_children_along(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as server:
        known = server.pids()
        loaded = _modules_of(known["supervisor"])
        assert "aiohttp" in _modules_of(known["control"]), "the look into a process sees what it loaded"
        server.process.kill()
        wait_until(lambda: all(gone(pid) for pid in known.values()), 10, lambda: str(known))
    assert not HEAVY & loaded, "the supervisor stays small"


def _modules_of(pid: int) -> set[str]:
    """Packages whose native modules a process has mapped: what it really loaded, whatever its source says."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {
        part for line in maps.splitlines() if "site-packages/" in line for part in [line.split("site-packages/")[1].split("/")[0]]
    }


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("serve", "--demo", "--host", "0.0.0.0"), exits.CONFIG, "--lan"),
        (("serve", "--demo", "--port", "70000"), exits.CONFIG, "out of bounds"),
        (("serve", "--demo", "--lan", "8.8.8.8"), exits.CONFIG, "private networks"),
        (("serve", "--demo", "--workers", "99"), exits.CONFIG, "out of bounds"),
        (("serve", "--demo", "--log-level", "loud"), exits.CONFIG, "allowed words"),
        (("serve", "--lan"), exits.CONFIG, "belongs to --demo"),
        (("serve",), exits.CONFIG, "telemed init"),
        (("serve", "--demo", "--ready-file", "none/ready.json"), exits.CONFIG, "--ready-file"),
        (("serve", "--demo", "--var", "v" * 100), exits.CONFIG, "too long"),
        (("config", "check"), exits.CONFIG, "telemed.toml"),
        (
            ("user", "add", "--var", "none", "--role", "patient", "--email", "a@b.c", "--name", "A", "--password-stdin"),
            1,
            "staff role",
        ),
        (
            ("user", "add", "--var", "none", "--role", "admin", "--email", "a@b.c", "--name", "A", "--password-stdin"),
            1,
            "15 to 256",
        ),
        (("user", "add", "--var", "none", "--role", "admin", "--password-stdin"), 1, "--name is missing"),
        (
            ("init", "--clinic-name", "A", "--phone", "+1 23", "--base-url", "ftp://x", "--admin-email", "a@b.c"),
            exits.CONFIG,
            "base_url",
        ),
    ],
)
def test_wrong_commands_are_refused_in_plain_words(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    result = command(*arguments, stdin="short\n", cwd=tmp_path)
    assert (result.returncode, words in result.stderr, "Traceback" in result.stderr) == (code, True, False), result.stderr


def test_taken_ports_are_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("0.0.0.0", 0))
        tcp_port, udp_port = tcp.getsockname()[1], udp.getsockname()[1]
        result = command("serve", "--demo", "--var", str(tmp_path / "var"), "--port", str(tcp_port))
        assert result.returncode == exits.UNAVAILABLE
        assert f"TCP port {tcp_port} is in use" in result.stderr and str(os.getpid()) in result.stderr
        result = command(
            "serve", "--demo", "--var", str(tmp_path / "var"), "--port", str(free_port()), "--udp-port", str(udp_port)
        )
        assert result.returncode == exits.UNAVAILABLE
        assert f"UDP port {udp_port}" in result.stderr
        media = ("--udp-port", "0", "--tcp-port", str(tcp_port))
        result = command("serve", "--demo", "--var", str(tmp_path / "var"), "--port", str(free_port()), *media)
        assert result.returncode == exits.UNAVAILABLE
        assert f"TCP port {tcp_port} (media)" in result.stderr


def test_doctor_reports_on_a_machine_without_installation(tmp_path: Path) -> None:
    result = command("doctor", cwd=tmp_path)
    assert result.returncode in (0, 1)
    machine = ("python", "sqlite", "addresses", "buffers", "tls", "disk", "clock", "open files", "media")
    for subject in (*machine, "udp ports", "media tcp"):
        assert f"  {subject}" in result.stdout
    assert "self-test passed" in result.stdout


def test_faults_of_a_configuration_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "telemed.toml").write_text('[server]\nport = "x"\ncolour = 1\n[nothing]\n')
    result = command("config", "check", cwd=tmp_path)
    assert result.returncode == exits.CONFIG
    told = [tuple(line.split(": ")[:2]) for line in result.stderr.splitlines()]
    assert told == [
        ("telemed.toml", "clinic.phone"),
        ("telemed.toml", "secrets.installation_key"),
        ("telemed.toml:2", "server.port"),
        ("telemed.toml:3", "server.colour"),
        ("telemed.toml:4", "nothing"),
    ]
    assert all(". Fix: " in line for line in result.stderr.splitlines())


def test_orders_that_are_not_ours_end_a_child_with_a_word() -> None:
    for module in ("telemed.app", "telemed.worker"):
        for orders in (b"", b"nonsense", json.dumps({"config": {"server": {"port": "x"}}}).encode()):
            result = subprocess.run([sys.executable, "-m", module], input=orders, capture_output=True, timeout=30, check=False)
            assert result.returncode == exits.CONFIG
            assert b"cannot serve" in result.stderr and b"Traceback" not in result.stderr
