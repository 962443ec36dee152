"""Versions, disk, clock, limits and the media library's self-test."""

from __future__ import annotations

import asyncio
import ctypes
import datetime as dt
import platform
import resource
import shutil
import sqlite3
import sys
from pathlib import Path

from telemed.config import Limits
from telemed.doctor.findings import Finding, fault, ok, warn
from telemed.errors import TelemedError
from telemed.operation.disk_guard import DiskLevel, judge

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 35, 0)  # RETURNING and what else the store uses
MIN_FREE_BYTES = 2 * 1024**3  # below it a week of logs and notes may not fit
MIN_DESCRIPTORS = 4096  # connections of control and what libraries hold
BUILT_AFTER = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)  # no clock can be right that says earlier
TIME_ERROR = 5  # adjtimex(2): the clock is not synchronized
SIZE_OF_TIMEX = 512  # struct timex has 208 bytes on 64-bit Linux; more is harmless


def versions() -> list[Finding]:
    """Python and SQLite are new enough."""
    python = platform.python_version()
    found = (
        [ok("python", python)] if sys.version_info >= OLDEST_PYTHON else [fault("python", python, "install Python 3.11 or later")]
    )
    sqlite = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        found.append(ok("sqlite", f"{sqlite}, one writer"))
    else:
        found.append(fault("sqlite", sqlite, "install a Python with SQLite 3.35 or later"))
    return found


def disk(directory: Path, limits: Limits) -> list[Finding]:
    """There is room where the database lies; short of it the server takes nothing new."""
    present = next(path for path in (directory, *directory.parents) if path.exists())
    usage = shutil.disk_usage(present)
    text = f"{usage.free / 1024**3:.1f} GiB free"
    level = judge(usage.free, usage.total, limits)
    if level is DiskLevel.FULL:
        return [fault("disk", f"{text}: nothing new may begin", "make room, or move store.directory")]
    if level is DiskLevel.LOW or usage.free < MIN_FREE_BYTES:
        return [warn("disk", text, "make room, or move store.directory")]
    return [ok("disk", text)]


def privacy(directory: Path) -> list[Finding]:
    """Nobody else may look into the installation's directory."""
    if directory.exists() and directory.stat().st_mode & 0o077:
        return [fault("directory", "others may read the installation's directory", f"chmod 700 {directory}")]
    return [ok("directory", "private" if directory.exists() else "will be made at the first start")]


def clock(now: dt.datetime) -> list[Finding]:
    """The wall clock is plausible and kept right by someone."""
    if now < BUILT_AFTER:
        return [fault("clock", f"says {now.date().isoformat()}", "set it, and install chrony or systemd-timesyncd")]
    if not _synchronized():
        return [warn("clock", "nobody keeps it synchronized", "install chrony or systemd-timesyncd")]
    return [ok("clock", "synchronized")]


def descriptors() -> list[Finding]:
    """Enough files may be open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < MIN_DESCRIPTORS:
        return [
            warn("open files", f"limit {soft}", f"raise it to {MIN_DESCRIPTORS} (LimitNOFILE= in the systemd unit, ulimit -n)")
        ]
    return [ok("open files", "limit " + ("none" if soft == resource.RLIM_INFINITY else str(soft)))]


def media_library() -> list[Finding]:
    """DTLS and SRTP work with the installed libraries."""
    from telemed.sfu.seam import self_test

    try:
        asyncio.run(self_test())
    except TelemedError as error:
        return [fault("media", error.message, "install the versions of pyproject.toml")]
    return [ok("media", "DTLS and SRTP self-test passed")]


def _synchronized() -> bool:
    """What the kernel's clock discipline says (adjtimex(2) with no change asked for)."""
    state = ctypes.create_string_buffer(SIZE_OF_TIMEX)
    return int(ctypes.CDLL(None, use_errno=True).adjtimex(state)) != TIME_ERROR
