"""Putting an installation into effect with systemd's own tools: user, directories, rights, service."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from telemed.install.files import SYSCTL, SYSUSERS, TMPFILES

COMMAND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """A command, and why."""

    arguments: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True)
class Done:
    """How a step went. `fault` "": well."""

    step: Step
    fault: str


def steps(root: Path) -> Iterator[Step]:
    """What is to be run, in order. Below another root only what makes user and directories there."""
    live = root == Path("/")
    at = () if live else (f"--root={root}",)
    yield Step(("systemd-sysusers", *at, *((str(SYSUSERS),) if live else ())), "the user")
    yield Step(("systemd-tmpfiles", "--create", *at, *((str(TMPFILES),) if live else ())), "directories and their rights")
    if live:
        yield Step(("sysctl", "--quiet", "--load", str(SYSCTL)), "socket buffers")
        yield Step(("systemctl", "daemon-reload"), "the unit")
        yield Step(("systemctl", "enable", "telemed.service"), "start at boot")


def run(step: Step) -> Done:
    """Run one step. A missing tool or right is told, not raised: the files are there, and the operator can do the rest."""
    tool = shutil.which(step.arguments[0])
    if tool is None:
        return Done(step, "is not on this machine")
    result = subprocess.run((tool, *step.arguments[1:]), capture_output=True, timeout=COMMAND_SECONDS, check=False)
    if result.returncode == 0:
        return Done(step, "")
    words = result.stderr.decode("utf-8", "replace").strip().splitlines()
    return Done(step, words[-1] if words else f"ended with {result.returncode}")


def unreadable(program: Path) -> Path | None:
    """The first directory on the way to the program that other users may not enter; None when they can reach it."""
    for place in (*reversed(program.resolve().parents), program.resolve()):
        if place.exists() and not place.stat().st_mode & 0o001:
            return place
    return None


def is_root() -> bool:
    """Whether this process may change the machine."""
    return os.geteuid() == 0
