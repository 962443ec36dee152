"""Work that is killed at its n-th step on the disk: what changes something is counted, and the process dies before it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

STEPS = ("rename", "replace", "unlink", "rmdir", "link", "mkdir", "fsync", "pwrite", "open")
_FORK = multiprocessing.get_context("fork")
DEADLINE = 60.0  # seconds: a busy machine


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a process of its own that is killed before its `step`-th change; True: it came to its end before."""
    process = _FORK.Process(target=_run, args=(step, work))
    process.start()
    process.join(DEADLINE)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode == 0


def _run(last: int, work: Callable[[], object]) -> None:
    count = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            is_change = call is not _OPEN or (len(arguments) > 1 and arguments[1] & os.O_CREAT)
            count += bool(is_change)
            if is_change and count >= last:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return wrapped

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    work()


_OPEN = os.open
