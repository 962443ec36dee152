"""A real `telemed` process for tests, and plain requests to it."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_SECONDS = 60.0  # a cold start takes two; the machine may be busy
STOP_SECONDS = 45.0  # a stop waits 20 s for running calls


@dataclass
class Running:
    """A server that is ready."""

    process: subprocess.Popen[bytes]
    ready: dict[str, Any]
    var: Path
    log: Path

    @property
    def base_url(self) -> str:
        return str(self.ready["base_url"])

    def pids(self) -> dict[str, int]:
        """Name of each process -> pid."""
        return dict(json.loads((self.var / "run" / "processes.json").read_text()))

    def output(self) -> str:
        return self.log.read_text()


def command(*arguments: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `telemed ...` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "telemed", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=READY_SECONDS,
        check=False,
        cwd=cwd,
    )


@contextmanager
def serving(tmp_path: Path, *arguments: str, var: Path | None = None) -> Iterator[Running]:
    """Serve with `arguments` until the block ends; the server must then stop by itself and in time."""
    log = tmp_path / "serve.log"
    ready_file = tmp_path / "ready.json"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "telemed", "serve", *arguments, "--ready-file", str(ready_file)],
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONWARNINGS": ""},
        )
    try:
        wait_until(lambda: ready_file.exists() or process.poll() is not None, READY_SECONDS, lambda: log.read_text())
        assert process.poll() is None, log.read_text()
        yield Running(process, json.loads(ready_file.read_text()), var or tmp_path / "var", log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError("the server did not stop in time") from None


def wait_until(condition: Any, seconds: float, explain: Any = lambda: "") -> None:
    """Poll until `condition()`; fail with `explain()` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.02)


def get(url: str, context: ssl.SSLContext | None = None) -> tuple[int, dict[str, Any]]:
    """GET JSON."""
    with urllib.request.urlopen(url, timeout=10, context=context) as answer:
        return answer.status, json.loads(answer.read())


def sign_in(base_url: str, email: str, password: str) -> int:
    """The status of a sign-in by the API."""
    request = urllib.request.Request(
        f"{base_url}/api/v1/auth/login",
        data=json.dumps({"email": email, "password": password}).encode(),
        headers={"Content-Type": "application/json", "X-Telemed-Client": "1"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return int(refusal.code)
