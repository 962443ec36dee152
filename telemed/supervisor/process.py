"""One run of one child process: its start, its words, its heartbeat, its end."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PR_SET_PDEATHSIG = 1  # prctl(2)
KEPT_LINES = 200  # of a child's last words
MAX_LINE_BYTES = 4096
MAX_NOTICE_BYTES = 64 * 1024  # a child that says more without a line end is broken
READ_BYTES = 64 * 1024
_libc = ctypes.CDLL(None, use_errno=True)  # loaded before any fork


@dataclass(frozen=True, slots=True)
class Command:
    """What to start. `orders` makes the bytes for standard input, given the number of the child's notify descriptor."""

    name: str
    arguments: tuple[str, ...]
    orders: Callable[[int], bytes] = lambda _: b""
    descriptors: tuple[int, ...] = ()  # inherited
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))


class ChildProcess:
    """A running child. Owns its pid, pidfd and pipes; all are closed when `exited` is done.

    `exited` yields the return code (negative: signal), `ready` the details of the child's ready notice.
    """

    def __init__(self, command: Command, forward: Callable[[bytes], None]) -> None:
        """Start `command`; whole lines it writes go to `forward`. Raises OSError when it cannot be started."""
        self._loop = asyncio.get_running_loop()
        self._forward = forward
        self.name = command.name
        self.started = time.monotonic()
        self.last_beat: float | None = None  # monotonic; None before the first notice
        self.busy = False  # with what it said takes long, before it is ready
        self.last_lines: deque[bytes] = deque(maxlen=KEPT_LINES)
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self.ready: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._words = bytearray()
        self._notices = bytearray()
        self._start(command)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._popen.pid

    def signal(self, number: int) -> None:
        """Send a signal unless it has ended."""
        if not self.exited.done():
            signal.pidfd_send_signal(self._pidfd, number)

    def _start(self, command: Command) -> None:
        words_read, words_write = os.pipe()
        notice_read, notice_write = os.pipe()
        os.set_blocking(words_write, False)  # a child never waits for us to read its log
        try:
            self._popen = subprocess.Popen(
                command.arguments,
                stdin=subprocess.PIPE,
                stdout=words_write,
                stderr=words_write,
                pass_fds=(*command.descriptors, notice_write),
                env=command.environment,
                start_new_session=True,  # Ctrl-C in a terminal reaches the supervisor only, which stops in order
                preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - this process has one thread
            )
        except OSError:
            os.close(words_read)
            os.close(notice_read)
            raise
        finally:
            os.close(words_write)
            os.close(notice_write)
        self._hand_over(command.orders(notice_write))
        self._pidfd = os.pidfd_open(self._popen.pid)
        self._words_pipe, self._notice_pipe = words_read, notice_read
        for descriptor in (words_read, notice_read):
            os.set_blocking(descriptor, False)
        self._loop.add_reader(words_read, self._read_words)
        self._loop.add_reader(notice_read, self._read_notices)
        self._loop.add_reader(self._pidfd, self._on_exit)

    def _hand_over(self, orders: bytes) -> None:
        """Write the orders; a pipe holds all of them (launch.MAX_LAUNCH_BYTES), so this does not wait."""
        if self._popen.stdin is None:
            return
        try:
            self._popen.stdin.write(orders)
            self._popen.stdin.close()
        except BrokenPipeError:
            return  # it died already; `exited` tells

    def _read_words(self) -> None:
        data = _read(self._words_pipe)
        if data is None:
            return
        if not data:
            self._loop.remove_reader(self._words_pipe)
        self._words += data
        *lines, rest = bytes(self._words).split(b"\n")
        if not data or len(rest) > MAX_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        self._words = bytearray(rest)
        for line in lines:
            if line:
                self.last_lines.append(line[:MAX_LINE_BYTES])
                self._forward(line[:MAX_LINE_BYTES])

    def _read_notices(self) -> None:
        data = _read(self._notice_pipe)
        if data is None:
            return
        if not data:
            self._loop.remove_reader(self._notice_pipe)
            return
        self.last_beat = time.monotonic()
        self._notices += data
        *lines, rest = bytes(self._notices).split(b"\n")
        self._notices = bytearray(rest if len(rest) <= MAX_NOTICE_BYTES else b"")
        for line in lines:
            notice = _notice(line)
            details = notice.get("ready")
            self.busy = notice.get("busy", self.busy) is True
            if isinstance(details, dict) and not self.ready.done():
                self.ready.set_result(details)

    def _on_exit(self) -> None:
        self._loop.remove_reader(self._pidfd)
        code = self._popen.wait()
        self._read_words()
        for descriptor in (self._words_pipe, self._notice_pipe, self._pidfd):
            self._loop.remove_reader(descriptor)
            os.close(descriptor)
        self.ready.cancel()
        self.exited.set_result(code)


def _die_with(parent: int) -> Callable[[], None]:
    """For the child between fork and exec: be killed when the supervisor dies, even when it just did."""

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _read(descriptor: int) -> bytes | None:
    """What is there; empty at the end, None when nothing is there yet."""
    try:
        return os.read(descriptor, READ_BYTES)
    except BlockingIOError:
        return None


def _notice(line: bytes) -> dict[str, Any]:
    """What a line of the notify pipe says; nothing for a beat or anything else."""
    try:
        notice = json.loads(line) if line else {}
    except ValueError:
        return {}
    return notice if isinstance(notice, dict) else {}
