"""The supervisor with real processes: children come back, die with it, and stop in order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from telemed import exits
from telemed.supervisor import keeper as keeper_module
from telemed.supervisor.backoff import Backoff
from telemed.supervisor.process import Command
from telemed.supervisor.service import Plan, Supervisor
from telemed.supervisor.systemd import Systemd
from tests.adapters.ops.fakes import PRELUDE, fake, until

SERVE = "ready(udp_port=int(sys.argv[1]), tcp_port=int(sys.argv[1]) + 20); beat_for_ever()"


def plan_for(tmp_path: Path, control: Command, *workers: Command, stop_seconds: float = 5.0) -> Plan:
    return Plan(
        control=control,
        workers=workers,
        run_directory=tmp_path,
        faults_directory=tmp_path / "faults",
        facts=lambda: {"base_url": "http://localhost:1", "accounts": []},
        stop_seconds=stop_seconds,
        ready_file=tmp_path / "ready.json",
    )


def pids(tmp_path: Path) -> dict[str, int]:
    path = tmp_path / "processes.json"
    return json.loads(path.read_text()) if path.exists() else {}


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def started(tmp_path: Path, plan: Plan) -> tuple[Supervisor, asyncio.Task[int]]:
    supervisor = Supervisor(plan)
    life = asyncio.create_task(supervisor.run())
    await until(lambda: (tmp_path / "ready.json").exists(), "ready file")
    return supervisor, life


async def stopped(life: asyncio.Task[int]) -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return await asyncio.wait_for(life, 20)


def test_backoff_grows_and_forgets_after_a_healthy_minute() -> None:
    backoff = Backoff()
    assert [backoff.after_exit(1.0) for _ in range(7)] == [0.0, 0.3, 1.2, 2.7, 5.0, 5.0, 5.0]
    assert backoff.after_exit(60.0) == 0.0
    assert backoff.after_exit(59.9) == 0.3


async def test_ready_file_is_private_and_complete(tmp_path: Path) -> None:
    _, life = await started(
        tmp_path, plan_for(tmp_path, fake("control", SERVE, "0"), fake("media-0", SERVE, "11"), fake("media-1", SERVE, "12"))
    )
    ready = tmp_path / "ready.json"
    assert ready.stat().st_mode & 0o777 == 0o600
    expected: dict[str, Any] = {
        "base_url": "http://localhost:1",
        "udp_port": 11,
        "tcp_port": 31,
        "media_ports": [11, 12],
        "accounts": [],
    }
    assert json.loads(ready.read_text()) == expected
    assert await stopped(life) == exits.OK
    assert not ready.exists()


@pytest.mark.parametrize("victim", ["control", "media-0"])
async def test_a_killed_child_comes_back_and_the_other_is_untouched(tmp_path: Path, victim: str) -> None:
    _, life = await started(tmp_path, plan_for(tmp_path, fake("control", SERVE, "0"), fake("media-0", SERVE, "11")))
    before = pids(tmp_path)
    for _ in range(2):
        first = pids(tmp_path)
        os.kill(first[victim], signal.SIGKILL)
        await until(lambda now=first: pids(tmp_path).get(victim, now[victim]) != now[victim], "a new process")
    after = pids(tmp_path)
    other = ({"control", "media-0"} - {victim}).pop()
    assert after[other] == before[other]
    assert alive(after[victim])
    assert await stopped(life) == exits.OK
    assert not any(alive(pid) for pid in (*before.values(), *after.values()) if pid != os.getpid())


async def test_control_stops_before_the_workers(tmp_path: Path) -> None:
    order = tmp_path / "order"
    program = """
def end(*_):
    with open(sys.argv[2], "a") as file:
        file.write(sys.argv[3] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
ready(udp_port=int(sys.argv[1])); beat_for_ever()
"""
    control = fake("control", program, "0", str(order), "control")
    _, life = await started(tmp_path, plan_for(tmp_path, control, fake("media-0", program, "1", str(order), "media")))
    assert await stopped(life) == exits.OK
    assert order.read_text() == "control media "


async def test_a_child_that_will_not_stop_is_killed_at_its_deadline(tmp_path: Path) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVE
    plan = plan_for(tmp_path, fake("control", stubborn, "0"), fake("media-0", SERVE, "1"), stop_seconds=0.3)
    _, life = await started(tmp_path, plan)
    known = pids(tmp_path)
    assert await stopped(life) == exits.FAILED
    assert not alive(known["control"])


async def test_a_second_signal_kills_at_once(tmp_path: Path) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SERVE
    plan = plan_for(tmp_path, fake("control", stubborn, "0"), fake("media-0", SERVE, "1"), stop_seconds=60)
    supervisor, life = await started(tmp_path, plan)
    os.kill(os.getpid(), signal.SIGINT)
    await until(supervisor._stop_asked.is_set, "the first signal")
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(life, 20)


async def test_a_child_that_is_told_to_mend_its_configuration_ends_the_service(tmp_path: Path) -> None:
    plan = plan_for(tmp_path, fake("control", f"sys.exit({exits.CONFIG})"), fake("media-0", SERVE, "1"))
    assert await asyncio.wait_for(Supervisor(plan).run(), 20) == exits.CONFIG


async def test_a_child_that_never_gets_ready_is_given_up_and_its_last_words_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemed.supervisor.backoff.DELAYS", (0.0,))
    plan = plan_for(tmp_path, fake("control", "print('the reason', flush=True); sys.exit(3)"), fake("media-0", SERVE, "1"))
    assert await asyncio.wait_for(Supervisor(plan).run(), 20) == exits.FAILED
    kept = sorted((tmp_path / "faults").glob("*-control.log"))
    assert len(kept) == keeper_module.GIVE_UP_AFTER
    assert kept[0].stat().st_mode & 0o777 == 0o600
    assert b"exit=3\nthe reason\n" in kept[0].read_bytes()


async def test_a_child_whose_loop_hangs_is_restarted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "SILENT_AFTER", 0.5)
    monkeypatch.setattr(keeper_module, "CHECK_EVERY", 0.05)
    monkeypatch.setattr(keeper_module, "ABORT_GRACE", 0.1)
    _, life = await started(tmp_path, plan_for(tmp_path, fake("control", SERVE, "0"), fake("media-0", SERVE, "11")))
    first = pids(tmp_path)["media-0"]
    os.kill(first, signal.SIGSTOP)
    await until(lambda: pids(tmp_path).get("media-0", first) != first, "a new worker", 30)
    assert await stopped(life) == exits.OK


async def test_a_child_that_hangs_before_it_is_ready_is_restarted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "READY_WITHIN", 0.5)
    monkeypatch.setattr(keeper_module, "CHECK_EVERY", 0.05)
    monkeypatch.setattr(keeper_module, "ABORT_GRACE", 0.1)
    hangs_once = """
import pathlib
mark = pathlib.Path(sys.argv[2])
if not mark.exists():
    mark.write_text(str(os.getpid()))
    signal.signal(signal.SIGABRT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)
"""
    mark = tmp_path / "hung"
    worker = fake("media-0", hangs_once + SERVE, "11", str(mark))
    _, life = await started(tmp_path, plan_for(tmp_path, fake("control", SERVE, "0"), worker))
    first = int(mark.read_text())
    assert pids(tmp_path)["media-0"] != first and not alive(first)
    (kept,) = (tmp_path / "faults").glob("*-media-0.log")
    assert b"signal=SIGKILL" in kept.read_bytes()
    assert await stopped(life) == exits.OK


async def test_a_child_that_always_hangs_at_its_start_ends_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "READY_WITHIN", 0.2)
    monkeypatch.setattr(keeper_module, "CHECK_EVERY", 0.05)
    monkeypatch.setattr("telemed.supervisor.backoff.DELAYS", (0.0,))
    plan = plan_for(tmp_path, fake("control", "time.sleep(3600)"), fake("media-0", SERVE, "1"))
    assert await asyncio.wait_for(Supervisor(plan).run(), 30) == exits.FAILED


BUSY = """
def notice(**said):
    os.write(notify, json.dumps(said).encode() + b"\\n")
notice(busy=True)
ends = time.monotonic() + float(sys.argv[2])
while time.monotonic() < ends:
    time.sleep(0.05)
    if sys.argv[3] == "beats":
        os.write(notify, b"\\n")
notice(busy=False)
"""


async def test_a_child_that_says_it_is_busy_gets_the_time_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration takes longer than a child has to get ready; it must not be ended in the midst of it, again and again."""
    monkeypatch.setattr(keeper_module, "READY_WITHIN", 1.0)
    monkeypatch.setattr(keeper_module, "CHECK_EVERY", 0.05)
    supervisor = Supervisor(
        plan_for(tmp_path, fake("control", BUSY + SERVE, "0", "2.5", "beats"), fake("media-0", SERVE, "11"))
    )
    asked: list[int] = []
    monkeypatch.setattr(supervisor._systemd, "busy", lambda: asked.append(1))
    life = asyncio.create_task(supervisor.run())
    await until(lambda: (tmp_path / "ready.json").exists(), "ready file")
    assert supervisor._control.restarts == 0 and len(asked) > 5, "systemd is asked for time, too"
    assert not list((tmp_path / "faults").glob("*.log"))
    assert await stopped(life) == exits.OK


@pytest.mark.parametrize(("beats", "bound"), [("beats", "BUSY_WITHIN"), ("silent", "SILENT_AFTER")])
async def test_busy_has_an_end_and_must_beat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beats: str, bound: str) -> None:
    monkeypatch.setattr(keeper_module, "READY_WITHIN", 0.3)
    monkeypatch.setattr(keeper_module, "CHECK_EVERY", 0.05)
    monkeypatch.setattr(keeper_module, "ABORT_GRACE", 0.1)
    monkeypatch.setattr("telemed.supervisor.backoff.DELAYS", (0.0,))
    monkeypatch.setattr(keeper_module, bound, 0.4)
    plan = plan_for(tmp_path, fake("control", BUSY + SERVE, "0", "3600", beats), fake("media-0", SERVE, "1"))
    assert await asyncio.wait_for(Supervisor(plan).run(), 30) == exits.FAILED


async def test_systemd_is_told_that_the_start_takes_longer(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")}).busy()
        assert manager.recv(4096) == b"EXTEND_TIMEOUT_USEC=60000000"


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    program = f"""
import asyncio, pathlib, sys
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from telemed.supervisor.service import Plan, Supervisor
from tests.adapters.ops.fakes import fake
from tests.adapters.ops.test_supervisor import SERVE, plan_for
path = pathlib.Path({str(tmp_path)!r})
asyncio.run(Supervisor(plan_for(path, fake("control", SERVE, "0"), fake("media-0", SERVE, "1"))).run())
"""
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        asyncio.run(until(lambda: (tmp_path / "ready.json").exists(), "ready file"))
        known = pids(tmp_path)
        process.kill()
    asyncio.run(until(lambda: not any(alive(pid) for pid in known.values()), "children dead"))


async def test_a_flood_of_words_neither_blocks_the_child_nor_fills_memory(tmp_path: Path) -> None:
    flood = (
        "ready(); os.write(notify, b'\\n'); os.set_blocking(1, True)\nfor _ in range(4000): os.write(1, b'x' * 5000)\n" + SERVE
    )
    supervisor, life = await started(tmp_path, plan_for(tmp_path, fake("control", flood, "0"), fake("media-0", SERVE, "1")))
    child = supervisor._control.current
    assert child is not None
    await until(lambda: len(child.last_lines) == child.last_lines.maxlen, "words")
    assert max(map(len, child.last_lines)) <= 4096
    assert await stopped(life) == exits.OK


def test_the_supervisor_loads_no_web_media_or_database_library() -> None:
    program = """
import sys
import telemed.cli.serve, telemed.supervisor.service, telemed.supervisor.ports
heavy = {"aiohttp", "aiortc", "aioice", "av", "sqlalchemy", "aiosqlite", "socketio", "engineio", "pydantic"}
print(sorted(heavy & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert result.stdout.strip() == "[]"


def test_control_starts_without_what_few_starts_need() -> None:
    """A restart of control pays for each library it loads; these come when something is to be migrated or stamped."""
    program = """
import sys
import telemed.app
print(sorted({"alembic", "mako", "rfc3161_client"} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.strip() == "[]"


assert PRELUDE
