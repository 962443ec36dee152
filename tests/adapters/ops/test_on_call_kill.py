"""kill -9 of control between the steps of a page: the next step begins at its time, to the second, and nobody is called twice."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
import urllib.request
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.ops.serving import Running, serving, wait_until

STEP = 20  # seconds: longer than a control process takes to come back on a busy machine
EXACT = 1.0  # seconds
_commands = iter(range(1, 1000))


class Person:
    """A member of staff of the demo, by HTTP alone."""

    def __init__(self, running: Running, role: str) -> None:
        self._base = running.base_url
        account = next(one for one in running.ready["accounts"] if one["role"] == role)
        self._token = ""
        answer = self.ask("POST", "/auth/login", {"email": account["email"], "password": account["password"]})
        self._token = str(answer["token"])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "X-Telemed-Client": "1"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self._base}/api/v1{path}", data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.loads(answer.read()))


def command() -> str:
    return f"command-{next(_commands):06d}"


def speciality(admin: Person) -> str:
    """The clinician at level 1, the dispatcher at level 2."""
    staff = {one["role"]: one["id"] for one in admin.ask("GET", "/admin/on-call")["staff"]}
    values = {"name": "Trauma", "mode": "escalate", "phone": "+49 30 1", "time_zone": "UTC", "steps": [STEP, STEP]}
    made = admin.ask("POST", "/admin/specialities", {**values, "command_id": command()})["speciality"]
    shifts = [
        {"user_id": staff[role], "level": level, "weekly": {"weekday": day, "start": "00:00", "end": "00:00"}}
        for level, role in ((1, "clinician"), (2, "dispatcher"))
        for day in range(7)
    ]
    admin.ask("PUT", f"/admin/specialities/{made['id']}/shifts", {"revision": made["revision"], "shifts": shifts})
    return str(made["id"])


def kill_control(running: Running, person: Person, page_id: str) -> None:
    """kill -9, and wait until the next one answers."""
    began = time.monotonic()
    os.kill(running.pids()["control"], signal.SIGKILL)
    wait_until(lambda: asked(person, page_id), STEP, running.output)
    print(f"back after {time.monotonic() - began:.1f} s")


@pytest.mark.timeout(180)
def test_steps_are_exact_across_kills(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as running:
        wanted, responder = speciality(Person(running, "admin")), Person(running, "responder")
        body = {"speciality_id": wanted, "brief": "Leg", "command_id": command()}
        page = responder.ask("POST", "/pages", body)["page"]
        for _ in range(2):
            time.sleep(1.0)  # somewhere inside the step
            kill_control(running, responder, page["id"])
            if page["step"] == 1:
                wait_until(lambda: step_of(running, page["id"]) == 2, STEP + 10, running.output)
                page["step"] = 2
        wait_until(lambda: state_of(running, page["id"]) == "unanswered", STEP + 10, running.output)
        told = {}
        wait_until(lambda: told.update(asked(responder, page["id"])) or bool(told), 20, running.output)
        assert told["state"] == "unanswered" and [ring["state"] for ring in told["rings"]] == ["missed", "missed"]
        late = lateness(running, page["id"])
        print("seconds after due:", late)
        assert len(late) == 2 and all(0 <= one <= EXACT for one in late), late


def asked(person: Person, page_id: str) -> dict[str, Any]:
    """The page, or nothing while control is not back."""
    try:
        return dict(person.ask("GET", f"/pages/{page_id}")["page"])
    except OSError:
        return {}


def _rows(running: Running, statement: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{running.var / 'telemed.sqlite3'}?mode=ro", uri=True, timeout=10)) as database:
        return database.execute(statement, values).fetchall()


def step_of(running: Running, page_id: str) -> int:
    return int(_rows(running, "SELECT step FROM oncall_page WHERE id = ?", page_id)[0][0])


def state_of(running: Running, page_id: str) -> str:
    return str(_rows(running, "SELECT state FROM oncall_page WHERE id = ?", page_id)[0][0])


def lateness(running: Running, page_id: str) -> list[float]:
    """Seconds from when each step was due until it ended."""
    rows = _rows(running, "SELECT due_at, ended_at FROM oncall_step WHERE page_id = ? ORDER BY number", page_id)
    return [(datetime.fromisoformat(ended) - datetime.fromisoformat(due)).total_seconds() for due, ended in rows]
