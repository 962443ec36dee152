"""Keeps one child alive: starts it, watches its heartbeat, keeps its last words, starts it again with backoff."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telemed import exits
from telemed.files import make_private_directory, write_private
from telemed.supervisor.backoff import Backoff
from telemed.supervisor.process import ChildProcess, Command

SILENT_AFTER = 30.0  # seconds without a beat: its event loop hangs. Far above any pause of a loaded machine
READY_WITHIN = 60.0  # seconds from start to ready, which takes 1 s; 10 s more without workers, 5 s with a busy database
BUSY_WITHIN = 1800.0  # seconds a child may be busy before it is ready: a migration of a large database
CHECK_EVERY = 1.0  # seconds between looks at the heartbeat
ABORT_GRACE = 2.0  # seconds to write where it hung, before SIGKILL
GIVE_UP_AFTER = 5  # failed starts in a row of a child that never was ready
MAX_FAULT_FILES = 20
log = logging.getLogger(__name__)


class GivenUp(Exception):
    """A child cannot be started; `code` is the exit code for the supervisor."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__(name)
        self.name = name
        self.code = code


class Keeper:
    """One child's slot. `run` is its life; `stop` ends it. Both are called by the supervisor only."""

    def __init__(self, command: Command, faults: Path, forward: Callable[[bytes], None]) -> None:
        self._command = command
        self._faults = faults
        self._forward = forward
        self._backoff = Backoff()
        self._stopping = asyncio.Event()
        self._was_ready = False
        self.name = command.name
        self.current: ChildProcess | None = None
        self.details: dict[str, Any] | None = None  # of the ready notice; None while it is not ready
        self.restarts = 0
        self.on_change: Callable[[], None] = lambda: None  # started, became ready, or ended
        self.on_busy: Callable[[], None] = lambda: None  # again and again while it is busy before it is ready

    async def run(self) -> None:
        """Start and start again until `stop`. Raises GivenUp."""
        while not self._stopping.is_set():
            child = ChildProcess(self._command, self._forward)
            self.current = child
            self.on_change()
            watcher = asyncio.get_running_loop().create_task(self._watch(child))
            try:
                code = await asyncio.shield(child.exited)
            finally:
                watcher.cancel()
                await asyncio.gather(watcher, return_exceptions=True)
            self.current, self.details = None, None
            self.on_change()
            if not self._stopping.is_set():
                await self._after_exit(child, code)

    async def stop(self, deadline: float) -> bool:
        """Ask the child to end, kill it `deadline` seconds later. True when it ended by itself."""
        self._stopping.set()
        child = self.current
        if child is None:
            return True
        child.signal(signal.SIGTERM)
        done, _ = await asyncio.wait([child.exited], timeout=deadline)
        if done:
            return True
        log.warning("child did not end in time and is killed child=%s", self.name)
        child.signal(signal.SIGKILL)
        await asyncio.shield(child.exited)
        return False

    def kill(self) -> None:
        """End the child at once; `stop` or `run` then sees it gone."""
        if self.current is not None:
            self.current.signal(signal.SIGKILL)

    async def _after_exit(self, child: ChildProcess, code: int) -> None:
        lived = time.monotonic() - child.started
        log.error("child ended child=%s %s after=%.1fs", self.name, _cause(code), lived)
        self._keep_last_words(child, code)
        if not self._was_ready and code in (exits.CONFIG, exits.UNAVAILABLE):
            raise GivenUp(self.name, code)
        delay = self._backoff.after_exit(lived)
        if not self._was_ready and self._backoff.failures >= GIVE_UP_AFTER:
            raise GivenUp(self.name, exits.FAILED)
        self.restarts += 1
        try:
            await asyncio.wait_for(self._stopping.wait(), delay)
        except TimeoutError:
            return

    async def _watch(self, child: ChildProcess) -> None:
        """Note when it is ready; end it when that takes too long, and when its heart stops."""
        if not await self._became_ready(child):
            await self._abort(child, "child did not get ready in time and is restarted child=%s")
            return
        self.details = child.ready.result()
        self._was_ready = True
        self.on_change()
        looked = time.monotonic()
        while True:
            await asyncio.sleep(CHECK_EVERY)
            now = time.monotonic()
            we_slept = now - looked > SILENT_AFTER / 2  # the whole machine paused: give it time to beat
            looked = now
            if not we_slept and child.last_beat is not None and now - child.last_beat > SILENT_AFTER:
                break
        await self._abort(child, "child does not answer and is restarted child=%s")

    async def _became_ready(self, child: ChildProcess) -> bool:
        """Wait for the ready notice. Time in which the whole machine paused does not count; busy time has its own measure."""
        left, left_busy = READY_WITHIN, BUSY_WITHIN
        looked = time.monotonic()
        while left > 0 and left_busy > 0:
            done, _ = await asyncio.wait([child.ready], timeout=CHECK_EVERY)
            if done:
                return True
            now = time.monotonic()
            passed, looked = min(now - looked, 2 * CHECK_EVERY), now
            if child.busy and child.last_beat is not None and now - child.last_beat <= SILENT_AFTER:
                left_busy -= passed
                self.on_busy()
            else:
                left -= passed
        return False

    async def _abort(self, child: ChildProcess, why: str) -> None:
        """End a child that hangs."""
        log.error(why, self.name)
        child.signal(signal.SIGABRT)  # faulthandler writes where each thread stands
        await asyncio.sleep(ABORT_GRACE)
        child.signal(signal.SIGKILL)

    def _keep_last_words(self, child: ChildProcess, code: int) -> None:
        """Write what it said last to a file of its own; the newest MAX_FAULT_FILES stay."""
        head = f"{self.name} pid {child.pid} {_cause(code)}\n".encode()
        try:
            directory = make_private_directory(self._faults)
            write_private(directory / f"{time.time_ns()}-{self.name}.log", head + b"\n".join(child.last_lines) + b"\n")
            for old in sorted(directory.glob("*.log"))[:-MAX_FAULT_FILES]:
                old.unlink()
        except OSError:
            log.warning("fault output could not be kept child=%s", self.name, exc_info=True)


def _cause(code: int) -> str:
    """`exit=1` or `signal=SIGKILL`."""
    if code >= 0:
        return f"exit={code}"
    try:
        return f"signal={signal.Signals(-code).name}"
    except ValueError:
        return f"signal={-code}"
