"""Small child commands that stand in for control and workers, and conditions to wait for."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

from telemed.supervisor.process import Command

PRELUDE = """
import json, os, signal, sys, time
notify = int(sys.stdin.readline())
def ready(**details):
    os.write(notify, json.dumps({"ready": details}).encode() + b"\\n")
def beat_for_ever():
    while True:
        time.sleep(0.05)
        os.write(notify, b"\\n")
"""


def fake(name: str, program: str, *arguments: str) -> Command:
    """A child that runs `program` after the prelude; without site packages, so that it starts in 20 ms."""
    return Command(
        name=name,
        arguments=(sys.executable, "-I", "-S", "-c", PRELUDE + program, *arguments),
        orders=lambda descriptor: f"{descriptor}\n".encode(),
    )


async def until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until `condition` holds; fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.02)
