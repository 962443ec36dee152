"""Where patients' words, names and keys must never be: logs at debug, file names, the trail, request lines, other people."""

from __future__ import annotations

import asyncio
import sqlite3
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.adapters.ops.serving import Running, serving
from tests.privacy import visit as canaries
from tests.privacy.tap import Tap, tapped
from tests.privacy.visit import Collected, Visit, browserlike, installed

PATIENT_ADDRESS, GUEST_ADDRESS, STAFF_ADDRESS = "127.0.0.99", "127.0.0.98", "127.0.0.97"


@dataclass
class Evidence:
    """What is left after the visit."""

    server: Running
    found: Collected
    staff: Tap
    patient: Tap
    guest: Tap
    metrics: str


@pytest_asyncio.fixture
async def evidence(tmp_path: Path) -> AsyncIterator[Evidence]:
    """A visit by an installation that logs at debug, over and its server stopped."""
    config = installed(tmp_path)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(browserlike())
        with serving(tmp_path, "--config", str(config), "--port", "0", "--udp-port", "0") as server:
            host = ("127.0.0.1", int(server.base_url.rpartition(":")[2]))
            addresses = (STAFF_ADDRESS, PATIENT_ADDRESS, GUEST_ADDRESS)
            taps = [await stack.enter_async_context(tapped(host, address)) for address in addresses]
            visit = Visit(server, http, *taps)
            await visit.run()
            metrics = await asyncio.to_thread(read_metrics, server.base_url)
        yield Evidence(server, visit.found, *taps, metrics)


def read_metrics(base_url: str) -> str:
    with urllib.request.urlopen(base_url + "/metrics", timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.timeout(180)
async def test_a_visit_leaves_no_words_where_they_do_not_belong(evidence: Evidence) -> None:
    """One visit, every place looked at: driving it is what takes the time."""
    the_tap_hears_what_it_should(evidence)
    no_word_in_any_log(evidence)
    no_word_in_file_names_and_last_words(evidence)
    no_word_in_the_trail(evidence)
    no_word_in_the_metrics(evidence)
    no_secret_in_request_lines(evidence)
    errors_repeat_nothing(evidence)
    patients_receive_nothing_of_staffs(evidence)


def the_tap_hears_what_it_should(evidence: Evidence) -> None:
    """Otherwise finding nothing would mean nothing."""
    assert canaries.CHAT.encode() in evidence.patient.down and canaries.CHAT.encode() in evidence.staff.down
    assert canaries.REASON.encode() in evidence.staff.down and canaries.EDITED_REASON.encode() in evidence.staff.down
    assert canaries.NOTE.encode() in evidence.staff.down and str(canaries.GUEST_RTT).encode() in evidence.staff.down
    assert len(evidence.patient.request_lines()) > 5 and len(evidence.found.secrets) > 10
    assert " debug " in evidence.server.output() and "Traceback" not in evidence.server.output()
    lines = evidence.server.output().splitlines()
    assert {line.split()[2] for line in lines if line.startswith("20")} >= {"control", "media-0", "supervisor"}


def no_word_in_any_log(evidence: Evidence) -> None:
    """Output and errors of all processes went into one file."""
    assert_clean(evidence.server.output(), evidence.found, "the log")


def no_word_in_file_names_and_last_words(evidence: Evidence) -> None:
    faults = [path for path in (evidence.server.var / "faults").rglob("*") if path.is_file()]
    assert faults, "the killed parts left their last words"
    for path in evidence.server.var.rglob("*"):
        assert_clean(str(path.relative_to(evidence.server.var)), evidence.found, "a file name")
    for path in faults:
        assert_clean(path.read_text(errors="replace"), evidence.found, path.name)


def no_word_in_the_trail(evidence: Evidence) -> None:
    database = sqlite3.connect(evidence.server.var / "telemed.sqlite3")
    rows = database.execute("SELECT * FROM audit").fetchall()
    secrets = [value for row in database.execute("SELECT token_hash FROM seat_token") for value in row]
    database.close()
    assert len(rows) > 30 and secrets
    text = "\n".join(" ".join(map(str, row)) for row in rows)
    assert_clean(text, evidence.found, "the audit trail")


def no_word_in_the_metrics(evidence: Evidence) -> None:
    names = [line.rpartition(" ")[0] for line in evidence.metrics.splitlines()]  # without the numbers
    assert len(names) > 100
    assert_clean("\n".join(names), evidence.found, "the metrics")


def no_secret_in_request_lines(evidence: Evidence) -> None:
    for tap in (evidence.staff, evidence.patient, evidence.guest):
        for line in tap.request_lines():
            assert_clean(line, evidence.found, "a request line")
            assert "ticket=" not in line and "token=" not in line


def errors_repeat_nothing(evidence: Evidence) -> None:
    assert len(evidence.found.error_bodies) >= 8
    for body in evidence.found.error_bodies:
        assert_clean(body, evidence.found, "an error body")


def patients_receive_nothing_of_staffs(evidence: Evidence) -> None:
    """Everything that ever came down the wires of patient and guest."""
    for tap in (evidence.patient, evidence.guest):
        for word in (
            canaries.NOTE,
            canaries.LAST_NOTE,
            canaries.REASON,
            canaries.EDITED_REASON,
            canaries.REMOVAL,
            canaries.DENIAL,
            canaries.EMAIL,
            str(canaries.GUEST_RTT),
            '"device"',
            '"moves"',
            '"reason":"canary',
        ):
            assert word.encode() not in tap.down, f"{word!r} reached somebody who came by a link"
    before_admission = bytes(evidence.guest.down).partition(b"admitted")[0]
    assert canaries.PATIENT.encode() not in before_admission, "who waits learned the patient's name"


def assert_clean(text: str, found: Collected, where: str) -> None:
    """No canary word, secret or address in `text`."""
    for word in (*canaries.WORDS, PATIENT_ADDRESS, GUEST_ADDRESS, STAFF_ADDRESS):
        assert word not in text, f"{word!r} stands in {where}: {near(text, word)}"
    for what, value in found.secrets.items():
        assert value not in text, f"a {what} stands in {where}: {near(text, value)}"


def near(text: str, word: str) -> str:
    """The surroundings of a find."""
    at = text.index(word)
    return text[max(0, at - 120) : at + 120]
