"""One real installation, run as an operator does: health, metrics, back-up under load, restore drill, reload, drain, stop."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from telemed.care.records import LoginRecord
from telemed.care.tokens import token_hash
from telemed.store import Store
from tests.adapters.ops.serving import Running, command, get, serving, wait_until
from tests.adapters.ops.test_operation import assert_no_label_tells_anything
from tests.client.seat import Api, SeatClient, command_id, open_link

PASSWORD = "lamp river seven cotton"
MAIL = "doctor@praxis.example"
NAME = "Dr. Canary"
TOKEN = "t" * 43  # of the clinician's login


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real installation with one clinician, never served: what a test starts from."""
    folder = tmp_path_factory.mktemp("clinic")
    path = folder / "telemed.toml"
    flags = ("--clinic-name", "Praxis", "--phone", "+49 30 1", "--base-url", "", "--admin-email", "boss@praxis.example")
    key = ("--recovery-key-file", str(folder / "recovery.key"))
    made = command("init", "--config", str(path), *flags, *key, "--password-stdin", stdin=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    account = ("--role", "clinician", "--email", MAIL, "--name", NAME, "--password-stdin")
    added = command("user", "add", "--config", str(path), *account, stdin=PASSWORD + "\n")
    assert added.returncode == 0, added.stderr
    asyncio.run(signed_in(folder / "var" / "telemed.sqlite3"))
    return path


@pytest.fixture
def config(installed: Path, tmp_path: Path) -> Path:
    """A copy of one's own: a killed server leaves calls behind that the next start would wait for."""
    return Path(shutil.copytree(installed.parent, tmp_path / "clinic")) / installed.name


async def signed_in(database: Path) -> None:
    """A login of the clinician, as a sign-in with all its steps would leave it."""
    store = await Store.open(database)
    now = datetime.now(UTC)
    async with store.write() as tx:
        user = await tx.users.by_email(MAIL)
        assert user is not None
        until = now + timedelta(hours=2)
        await tx.logins.create(LoginRecord("lgn_test", user.id, token_hash(TOKEN), now, now, until, proved_at=now))
    await store.close()


def staff_api(base_url: str, http: aiohttp.ClientSession) -> Api:
    return Api(base_url, http, TOKEN)


@contextmanager
def served(config: Path, tmp_path: Path, *more: str) -> Iterator[Running]:
    arguments = ("--config", str(config), "--port", "0", "--udp-port", "0", "--workers", "1", *more)
    with serving(tmp_path, *arguments, var=config.parent / "var") as server:
        yield server


def text(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def acts(config: Path, group: str) -> list[tuple[str, str]]:
    """(action, outcome) of the trail's rows of one group, by whom they must be; every row is the server's own."""
    with closing(sqlite3.connect(config.parent / "var" / "telemed.sqlite3")) as database:
        rows = database.execute(
            "SELECT action, outcome, actor, object_id FROM audit WHERE action LIKE ? ORDER BY sequence", (f"{group}.%",)
        ).fetchall()
    assert all(actor == "system" and re.fullmatch("(srv|bak|rev)_[A-Za-z0-9_-]{9,36}", thing) for _, _, actor, thing in rows)
    return [(action, outcome) for action, outcome, _, _ in rows]


async def visits(base_url: str, wanted: int, keep: list[str]) -> None:
    """Make sessions one after the other; the ids of those that were acknowledged go to `keep`."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        staff = staff_api(base_url, http)
        for _ in range(wanted):
            made = await staff.post("/sessions", kind="scheduled", patient_name="Canary Patient", command_id=command_id())
            keep.append(made["session"]["id"])


@pytest.mark.timeout(300)
def test_health_metrics_and_a_restore_drill(config: Path, tmp_path: Path) -> None:
    with served(config, tmp_path, "--log-format", "json") as server:
        status, ready = get(server.base_url + "/readyz")
        assert (status, ready["status"]) == (200, "ready") and ready["checks"]["workers"] == "ok"
        assert get(server.base_url + "/livez")[1] == {"status": "alive"}
        acknowledged: list[str] = []
        load = threading.Thread(target=lambda: asyncio.run(visits(server.base_url, 30, acknowledged)))
        load.start()
        wait_until(lambda: len(acknowledged) >= 5, 60, server.output)
        before = list(acknowledged)
        made = command("backup", "--config", str(config))
        load.join(120)
        assert made.returncode == 0, made.stderr
        assert acts(config, "backup") == [("backup.made", "done")], "the running server wrote it"
        metrics = text(server.base_url + "/metrics")
        assert_no_label_tells_anything(metrics)
        for word in ("Canary", MAIL, before[0], "ses_"):
            assert word not in metrics
        assert 'telemed_sessions{state="open"}' in metrics and 'telemed_worker_up{worker="0"} 1.0' in metrics
        assert 'route="/api/v1/sessions"' in metrics and "telemed_backup_age_seconds" in metrics
        assert "/metrics" not in json.dumps(get(server.base_url + "/api/v1/openapi.json")[1])
    for line in server.output().splitlines():
        if line.startswith("{"):
            assert {"time", "level", "process", "logger", "message"} <= set(json.loads(line))
    assert sum(line.startswith("{") for line in server.output().splitlines()) > 10
    restore_drill(config, tmp_path, before)


def restore_drill(config: Path, tmp_path: Path, before: list[str]) -> None:
    """Into a clean directory, with what an operator has at hand: two archives and the recovery key."""
    with tempfile.TemporaryDirectory(prefix="new machine ") as folder:  # a store's path must be short
        restored(config, tmp_path, before, Path(folder))


def restored(config: Path, tmp_path: Path, before: list[str], new: Path) -> None:
    """What `new` has then is what there was."""
    started = time.monotonic()
    backups = config.parent / "backups"
    archive, keys = next(backups.glob("*.backup")), next(backups.glob("*.keys"))
    places = ("--into", str(new / "data"), "--config", str(new / "telemed.toml"))
    key = ("--recovery-key-file", str(config.parent / "recovery.key"))
    done = command("restore", str(archive), "--keys", str(keys), *places, *key)
    assert done.returncode == 0, done.stderr
    assert "signature is good, by the recovery key" in done.stdout and "says that this back-up was restored" in done.stdout
    verified = command("audit", "verify", "--config", str(new / "telemed.toml"))
    assert verified.returncode == 0 and "complete" in verified.stdout, verified.stdout + verified.stderr
    with served(new / "telemed.toml", tmp_path) as server:
        held = asyncio.run(details(server.base_url, before))
        assert held == ["Canary Patient"] * len(before), "every session acknowledged before the back-up began"
    assert time.monotonic() - started < 900
    again = command("restore", str(archive), "--into", str(new / "data"), *key)
    assert again.returncode == 1 and "--replace" in again.stderr and "Traceback" not in again.stderr


async def details(base_url: str, sessions: list[str]) -> list[str]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        staff = staff_api(base_url, http)
        return [(await staff.call("GET", f"/sessions/{one}"))["session"]["patient_name"] for one in sessions]


@pytest.mark.timeout(200)
def test_reload_by_command_and_by_signal(config: Path, tmp_path: Path) -> None:
    whole = config.read_text()
    try:
        with served(config, tmp_path) as server:
            louder = whole.replace('level = "info"', 'level = "debug"')
            config.write_text(louder.replace('phone = "+49 30 1"', 'phone = "+49 30 2"'))
            done = command("reload", "--config", str(config))
            assert done.returncode == 0 and "Changed: clinic.phone, logging.level." in done.stdout, done.stdout + done.stderr
            assert get(server.base_url + "/api/v1/clinic")[1]["phone"] == "+49 30 2"
            assert "+49 30 2" in text(server.base_url + "/sign-in")
            config.write_text(whole)
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "settings reloaded" in server.output(), 10, server.output)
            config.write_text(whole.replace('level = "info"', "level = 3"))
            refused = command("reload", "--config", str(config))
            assert refused.returncode != 0 and "logging.level" in refused.stderr
            server.process.send_signal(signal.SIGHUP)  # the command looks at the file itself and does not even ask
            wait_until(lambda: "settings are not reloaded" in server.output(), 10, server.output)
            assert server.process.poll() is None and get(server.base_url + "/readyz")[0] == 200
        read = [outcome for action, outcome in acts(config, "server") if action == "server.reloaded"]
        assert read == ["done", "done", "refused"]
    finally:
        config.write_text(whole)


async def in_a_call(base_url: str, orders: Any) -> list[str]:
    """Doctor and patient in a call until `orders` says so; what happened to them and to newcomers."""
    happened: list[str] = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        staff = staff_api(base_url, http)
        created = await staff.post("/sessions", kind="scheduled", command_id=command_id())
        doctor = SeatClient(staff, created["session"]["id"], seat="staff")
        await doctor.connect()
        patient = await open_link(base_url, http, created["link"]["url"])
        await patient.connect()
        await patient.command("enter_waiting")
        await doctor.until(lambda: patient.participant_id in {p["id"] for p in doctor.state["participants"]})
        await doctor.command("admit", participant_id=patient.participant_id)
        await doctor.until(lambda: doctor.state["session"]["state"] == "active")
        await asyncio.to_thread(orders)
        try:
            await staff.post("/sessions", kind="scheduled", command_id=command_id())
        except Exception as refusal:  # noqa: BLE001 - its words are what is asked for
            happened.append(f"{getattr(refusal, 'status', '')} {getattr(refusal, 'code', refusal)}")
        await patient.command("chat", body="still here")
        await doctor.until(lambda: len(doctor.state["chat"]) == 1)
        happened.append("talked")
        await doctor.command("end")
        for person in (patient, doctor):
            await person.close()
    return happened


@pytest.mark.timeout(200)
def test_a_stop_waits_for_the_call_and_takes_nothing_new(config: Path, tmp_path: Path) -> None:
    with served(config, tmp_path) as server:

        def stop() -> None:
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: readiness(server.base_url) == 503, 10, server.output)

        happened = asyncio.run(in_a_call(server.base_url, stop))
        assert happened[0].startswith("503") and happened[-1] == "talked", happened
        assert server.process.wait(20) == 0, "it ends when the call has ended"
    assert "stopping although" not in server.output()


def readiness(base_url: str) -> int:
    try:
        return get(base_url + "/readyz")[0]
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code


@pytest.mark.timeout(200)
def test_drain_by_command(config: Path, tmp_path: Path) -> None:
    with served(config, tmp_path) as server:
        waiting: list[subprocess.Popen[str]] = []

        def drain() -> None:
            line = [sys.executable, "-m", "telemed", "drain", "--config", str(config)]
            waiting.append(subprocess.Popen(line, stdout=subprocess.PIPE, text=True))
            wait_until(lambda: readiness(server.base_url) == 503, 20, server.output)
            short = command("drain", "--config", str(config), "--wait", "0.2")
            assert short.returncode == 1 and "still running: 1" in short.stdout

        happened = asyncio.run(in_a_call(server.base_url, drain))
        assert happened[0].startswith("503") and happened[-1] == "talked", happened
        out, _ = waiting[0].communicate(timeout=30)
        assert waiting[0].returncode == 0 and "No call runs" in out
        assert command("drain", "--config", str(config), "--cancel").returncode == 0
        assert readiness(server.base_url) == 200
    told = [action for action, _ in acts(config, "server")]
    assert told[-4:] == ["server.draining", "server.drain_cancelled", "server.draining", "server.stopped"], told


@pytest.mark.timeout(120)
def test_a_second_signal_stops_at_once(config: Path, tmp_path: Path) -> None:
    with served(config, tmp_path) as server:
        started = 0.0

        def stop_twice() -> None:
            nonlocal started
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: readiness(server.base_url) == 503, 10, server.output)
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(10)

        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever a client sees of a killed server
            asyncio.run(asyncio.wait_for(in_a_call(server.base_url, stop_twice), 30))
        assert time.monotonic() - started < 30 and server.process.returncode is not None


@pytest.mark.timeout(120)
def test_upgrade_by_command(config: Path, tmp_path: Path) -> None:
    """The database of the first version under this configuration."""
    new = tmp_path / "old clinic"
    (new / "var").mkdir(parents=True, mode=0o700)
    os.chmod(new / "var", 0o700)
    path = new / "telemed.toml"
    path.write_text(config.read_text())
    path.chmod(0o600)
    script = (Path(__file__).parents[1] / "store" / "databases" / "0001.sql").read_text("utf-8")
    database = sqlite3.connect(new / "var" / "telemed.sqlite3")
    database.executescript(script)
    database.close()
    check = command("upgrade", "--check", "--config", str(path))
    assert check.returncode == 1 and "0001" in check.stdout, check.stderr
    done = command("upgrade", "--config", str(path))
    assert done.returncode == 0 and "Wrote" in done.stdout and "Upgraded" in done.stdout, done.stderr
    assert len(list((new / "backups").glob("*.backup"))) == 1
    assert len(list((new / "var" / "work").glob("before-upgrade-*"))) == 1
    assert command("upgrade", "--check", "--config", str(path)).returncode == 0
    verified = command("audit", "verify", "--config", str(path))
    assert verified.returncode == 0 and "complete" in verified.stdout
    assert acts(path, "backup") == [("backup.made", "done")] and acts(path, "database") == [("database.upgraded", "done")]


@pytest.mark.timeout(120)
def test_back_ups_without_a_server_are_in_the_trail_too(config: Path, tmp_path: Path) -> None:
    made = command("backup", "--config", str(config))
    assert made.returncode == 0, made.stderr
    assert acts(config, "backup") == [("backup.made", "done")]
    (tmp_path / "a file").touch()
    failed = command("backup", "--config", str(config), "--to", str(tmp_path / "a file"))
    assert failed.returncode != 0
    assert acts(config, "backup") == [("backup.made", "done"), ("backup.failed", "done")]
    verified = command("audit", "verify", "--config", str(config))
    assert verified.returncode == 0 and "complete" in verified.stdout, verified.stdout


@pytest.mark.timeout(120)
def test_an_archive_nobody_known_has_signed_needs_a_word(config: Path, tmp_path: Path) -> None:
    """As archives were before they were signed: the last block taken off a plain one."""
    made = command("backup", "--config", str(config), "--unencrypted", "--to", str(tmp_path / "plain"))
    assert made.returncode == 0, made.stderr
    archive = next((tmp_path / "plain").glob("*.tar"))
    line = ("restore", str(archive), "--into", str(tmp_path / "new"))
    key = ("--recovery-key-file", str(config.parent / "recovery.key"))
    assert "by the recovery key" in command(*line, *key).stdout
    with archive.open("r+b") as file:
        file.truncate(archive.stat().st_size - 512)
    line = ("restore", str(archive), "--into", str(tmp_path / "other"))
    refused = command(*line, *key)
    assert refused.returncode == 1 and "no signature" in refused.stderr and "--unsigned" in refused.stderr
    done = command(*line, *key, "--unsigned")
    assert done.returncode == 0 and "WARNING: The archive bears no signature" in done.stdout, done.stderr
