"""`telemed init` and `telemed user add` as a person at a terminal meets them: a bad answer is asked again, nothing is lost."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from telemed.backup.recovery_key import RecoveryKey
from tests.adapters.ops.serving import command

PASSWORD = "lamp river seven cotton"
ANSWER_WITHIN = 30.0  # seconds for a question to appear on a busy machine


class Terminal:
    """A command on a pseudo-terminal of its own: passwords are asked for there."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.master, slave = os.openpty()
        line = ["setsid", "--ctty", "--wait", sys.executable, "-m", "telemed", *arguments]
        self.process = subprocess.Popen(line, cwd=folder, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self.shown = ""

    def answer(self, question: str, text: str) -> str:
        """Wait for a question, answer it; returns what was shown since the last one."""
        before = self._until(question)
        os.write(self.master, text.encode() + b"\n")
        return before

    def peek(self, question: str) -> str:
        """Wait for a question; what was shown up to it."""
        return self._until(question)

    def end(self) -> tuple[int, str]:
        """Exit code, and what was shown last."""
        shown = self._until(None)
        return self.process.wait(ANSWER_WITHIN), shown

    def _until(self, words: str | None) -> str:
        deadline = time.monotonic() + ANSWER_WITHIN
        while words is None or words not in self.shown:
            assert time.monotonic() < deadline, f"{words!r} was not asked: {self.shown!r}"
            if not select.select([self.master], [], [], 0.2)[0]:
                continue
            try:
                self.shown += os.read(self.master, 4096).decode()
            except OSError:  # the other end is closed (pty(7))
                assert words is None, f"{words!r} was not asked: {self.shown!r}"
                break
        shown, self.shown = self.shown, ""
        return shown

    def close(self) -> None:
        """Give the terminal back."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.mark.timeout(150)
def test_bad_answers_are_asked_again(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init")
    try:
        terminal.answer("Name of the clinic: ", "")
        assert "1 to 120 characters" in terminal.answer("Name of the clinic: ", "Praxis S\u00fcd")
        terminal.answer("Telephone number for patients: ", "call Jane")
        assert "+49 30" in terminal.answer("Telephone number for patients: ", "+49 30 1234567")
        terminal.answer("Emergency number [112]: ", "help")
        terminal.answer("Emergency number [112]: ", "")
        terminal.answer("Address people type, https://...: ", "care.example.org")
        terminal.answer("Address people type, https://...: ", "https://care.example.org/")
        terminal.answer("Name of the first administrator [Administrator]: ", "")
        terminal.answer("E-mail of the first administrator: ", "boss")
        assert "not an e-mail address" in terminal.answer("E-mail of the first administrator: ", "boss@praxis.example")
        terminal.answer("Password (15 characters or more): ", "short")
        assert "15 to 256" in terminal.answer("Password (15 characters or more): ", PASSWORD)
        terminal.answer("Once more: ", PASSWORD + "r")
        assert "differ" in terminal.answer("Password (15 characters or more): ", PASSWORD)
        terminal.answer("Once more: ", PASSWORD)
        groups = asked_back(terminal)
        code, shown = terminal.end()
    finally:
        terminal.close()
    assert code == 0 and "Wrote telemed.toml" in shown and PASSWORD not in shown
    assert command("config", "check", cwd=tmp_path).returncode == 0
    config = (tmp_path / "telemed.toml").read_text()
    assert RecoveryKey.from_text("-".join(groups)).recipient in config
    assert not any(group in config for group in groups), "the server keeps the public half only"


def asked_back(terminal: Terminal) -> list[str]:
    """Read the recovery key off the screen, answer one group wrongly, then both rightly; its groups."""
    shown = terminal.answer(" of it: ", "OOPS")
    found = re.search(r"^ {4}((?:[A-Z2-7]{4}-){8}[A-Z2-7]{4})\r?$", shown, re.M)
    assert found and "shown this once" in shown
    groups = found[1].split("-")
    again = terminal.answer(" of it: ", groups[_asked(shown)].lower())
    assert "not it" in again and _asked(again) == _asked(shown)
    # The next question may have been seen with the answer before it: it names the other group.
    following = terminal.peek(" of it: ")
    os.write(terminal.master, groups[_asked(following)].encode() + b"\n")
    return groups


def _asked(shown: str) -> int:
    """Index of the group that was asked for last."""
    return int(re.findall(r"Type group (\d)", shown)[-1]) - 1


def test_all_that_serve_would_refuse_is_told_before_anything_is_written(tmp_path: Path) -> None:
    flags = ("--clinic-name", "", "--phone", "", "--emergency-number", "x", "--base-url", "http://care.example.org")
    result = command("init", *flags, "--admin-email", "a@b.example", "--password-stdin", stdin=PASSWORD + "\n", cwd=tmp_path)
    assert result.returncode != 0
    told = [line.split(": ")[1] for line in result.stderr.splitlines()]
    assert told == ["clinic.emergency_number", "clinic.name", "clinic.phone", "server.base_url"]
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_told() -> None:
    result = command("--version")
    assert result.returncode == 0 and result.stdout.startswith("telemed 0.")
