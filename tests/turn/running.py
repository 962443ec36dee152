"""A real coturn, started as turn/run starts it, inside a network namespace; and sockets of this process inside one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pathlib
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from tests.net.namespaces import Namespace

T = TypeVar("T")
RUN = pathlib.Path(__file__).parents[2] / "turn" / "run"
SECRET = "a-secret-that-only-tests-share-0123456789"
READY = "Relay ports initialization done"
PATIENCE = 15.0  # seconds for coturn to come up or to go
CLONE_NEWNET = 0x40000000  # linux/sched.h


@dataclass
class Relay:
    """A coturn that runs: `directory` is its own."""

    process: subprocess.Popen[bytes]
    directory: pathlib.Path
    log: pathlib.Path

    def lines(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """End it and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def settings(**turn: object) -> str:
    """A configuration whose [turn] has these keys besides a secret."""
    given = {"secret": SECRET, **turn}
    keys = "".join(f"{name} = {_toml(value)}\n" for name, value in given.items())
    return f'[clinic]\nphone = "+49 30 1234567"\n[secrets]\ninstallation_key = "{"k" * 43}"\n[turn]\n{keys}'


def _toml(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(f'"{entry}"' for entry in value) + "]"
    return f'"{value}"' if isinstance(value, (str, pathlib.Path)) else str(value)


def write_settings(folder: pathlib.Path, text: str) -> pathlib.Path:
    path = folder / "telemed.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


@contextlib.contextmanager
def relay(folder: pathlib.Path, config: pathlib.Path, inside: Namespace) -> Iterator[Relay]:
    """coturn for this configuration, ready to be asked. Its directory lies in /run: its user cannot reach a test's own."""
    directory = pathlib.Path(f"/run/telemed-turn-test-{os.getpid()}-{secrets.token_hex(4)}")
    log = folder / f"coturn-{directory.name[-8:]}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*inside.prefix, str(RUN), str(config), str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    made = Relay(process, directory, log)
    try:
        _wait_until_ready(made)
        yield made
    finally:
        made.stop()
        for path in directory.glob("*"):
            path.unlink()
        with contextlib.suppress(FileNotFoundError):
            directory.rmdir()


def _wait_until_ready(made: Relay) -> None:
    end = time.monotonic() + PATIENCE
    while READY not in made.lines() or "Total General servers" not in made.lines():
        assert made.process.poll() is None and time.monotonic() < end, made.lines()
        time.sleep(0.02)


def inside(namespace: Namespace, work: Callable[[], T]) -> T:
    """Do `work` in a thread that has entered the namespace; sockets it makes stay there. Raises what it raises."""
    outcome: list[T | BaseException] = []

    def enter() -> None:
        try:
            with open(f"/run/netns/{namespace.name}", "rb") as place:
                if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            outcome.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    (found,) = outcome
    if isinstance(found, BaseException):
        raise found
    return found
