"""Running control and the media workers together: start, ready file, ordered stop, exit code."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telemed import exits
from telemed.errors import TelemedError
from telemed.files import write_private
from telemed.supervisor.keeper import GivenUp, Keeper
from telemed.supervisor.process import Command
from telemed.supervisor.systemd import Systemd

WORKER_STOP_SECONDS = 3.0  # a worker has nothing to save
STDERR = 2
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `ready_file` None: none is written; `announce` gets the ready details once, at the first readiness."""

    control: Command
    workers: tuple[Command, ...]
    run_directory: Path
    faults_directory: Path
    facts: Callable[[], dict[str, Any]]  # what the ready file says besides ports: base_url, accounts; walk_in of some demos
    stop_seconds: float
    ready_file: Path | None = None
    drain_seconds: float = 0.0  # how long control may wait for calls to end before it stops
    reloads: bool = False  # SIGHUP is handed to control; without a configuration file it stops the service as SIGTERM does
    announce: Callable[[dict[str, Any]], None] = lambda _: None


class Supervisor:
    """Owns all children. `run` returns the exit code after everything has ended."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._control = Keeper(plan.control, plan.faults_directory, forward_line)
        self._workers = [Keeper(command, plan.faults_directory, forward_line) for command in plan.workers]
        self._stop_asked = asyncio.Event()
        self._announced = False
        self._published: bytes = b""
        self._systemd = Systemd(os.environ)

    async def run(self) -> int:
        """Serve until SIGTERM or SIGINT (a second one kills), or until a child cannot be started."""
        self._remove_files()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)
        keepers = [*self._workers, self._control]
        for keeper in keepers:
            keeper.on_change = self._on_change
        self._control.on_busy = self._systemd.busy
        lives = [loop.create_task(keeper.run()) for keeper in keepers]
        asked = loop.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait([*lives, asked], return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            self._systemd.stopping()
            in_time = await self._stop()
            results = await asyncio.gather(*lives, return_exceptions=True)
            await self._systemd.close()
            self._remove_files()
        return _exit_code(results, in_time)

    def _on_signal(self) -> None:
        if self._stop_asked.is_set():
            log.warning("asked to stop again: killing what still runs")
            for keeper in (self._control, *self._workers):
                keeper.kill()
        self._stop_asked.set()

    def _on_hangup(self) -> None:
        if not self._plan.reloads:
            self._on_signal()
        elif self._control.current is not None:
            self._control.current.signal(signal.SIGHUP)

    async def _stop(self) -> bool:
        """Control first, so that it can close rooms and store in order; then the workers together."""
        in_time = await self._control.stop(self._plan.drain_seconds + self._plan.stop_seconds)
        ended = await asyncio.gather(*(worker.stop(WORKER_STOP_SECONDS) for worker in self._workers))
        return in_time and all(ended)

    def _on_change(self) -> None:
        """A child started, got ready or ended. A full disk must not stop the service, only what it tells about itself."""
        if self._stop_asked.is_set():
            return
        try:
            self._publish()
        except (OSError, TelemedError):
            log.warning("state files could not be written", exc_info=True)

    def _publish(self) -> None:
        """Tell in the files what runs; announce the first complete readiness."""
        pids = {keeper.name: keeper.current.pid for keeper in (self._control, *self._workers) if keeper.current}
        write_private(self._plan.run_directory / "processes.json", _json({"supervisor": os.getpid(), **pids}))
        if self._control.details is None or any(worker.details is None for worker in self._workers):
            return
        details = self._details()
        if self._plan.ready_file is not None and _json(details) != self._published:
            self._published = _json(details)
            write_private(self._plan.ready_file, self._published)
        if not self._announced:
            self._announced = True
            self._systemd.ready()
            self._plan.announce(details)

    def _details(self) -> dict[str, Any]:
        details = [worker.details or {} for worker in self._workers]
        ports = [int(entry.get("udp_port", 0)) for entry in details]
        facts = self._plan.facts()
        return {
            "base_url": facts["base_url"],
            "udp_port": ports[0],
            "tcp_port": int(details[0].get("tcp_port", 0)),
            "media_ports": ports,
            **{name: value for name, value in facts.items() if name != "base_url"},
        }

    def _remove_files(self) -> None:
        for path in (self._plan.ready_file, self._plan.run_directory / "processes.json"):
            if path is not None:
                path.unlink(missing_ok=True)


def forward_line(line: bytes) -> None:
    """Write one line of a child to our standard error, or drop it when nobody reads there: children go first."""
    try:
        if select.select([], [STDERR], [], 0)[1]:
            os.write(STDERR, line + b"\n")
    except OSError:
        return  # standard error is closed: a detached service without a journal


def _exit_code(results: Sequence[object], in_time: bool) -> int:
    codes = [result.code for result in results if isinstance(result, GivenUp)]
    if codes:
        return codes[0]
    broken = [result for result in results if isinstance(result, BaseException)]
    for error in broken:
        log.error("supervision failed", exc_info=error)
    return exits.FAILED if broken or not in_time else exits.OK


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
