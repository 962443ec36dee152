"""Can recordings be written, and read again?"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from telemed.config import Limits
from telemed.doctor.findings import Finding, fault, ok, warn
from telemed.errors import ConfigError
from telemed.files import touch_directory
from telemed.layout import Layout
from telemed.operation.disk_guard import DiskLevel, judge
from telemed.operation.recordings import master_keys
from telemed.recording.master_keys import VARIABLE

SUBJECT = "recordings"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def recordings(layout: Layout) -> list[Finding]:
    """Master key, directory, free space."""
    return [_key(layout), *_directory(layout.recordings), _space(layout.recordings, layout.config.limits)]


def _key(layout: Layout) -> Finding:
    file = layout.config.recording.master_key_file
    try:
        master_keys(layout)()
    except ConfigError as error:
        fix = "put the key back, or correct recording.master_key_file; without it no recording opens"
        return fault(SUBJECT, error.message, fix)
    if file and Path(file).stat().st_mode & OTHERS:
        return fault(SUBJECT, "others may read the master key", f"chmod 600 {file}")
    if file and Path(file).stat().st_dev == _present(layout.recordings).stat().st_dev:
        return warn(SUBJECT, "the master key lies on the disk it protects", "put recording.master_key_file elsewhere")
    source = "a file" if file else VARIABLE if os.environ.get(VARIABLE) else "the installation key"
    return ok(SUBJECT, f"the master key comes from {source}")


def _directory(directory: Path) -> list[Finding]:
    present = _present(directory)
    if not os.access(present, os.W_OK | os.X_OK):
        fix = "make it writable for the user of telemed (`telemed install` writes the unit anew), or correct recording.directory"
        return [fault(SUBJECT, "their directory cannot be written", fix)]
    if present == directory and not _takes_writes(directory):
        return [fault(SUBJECT, "their disk takes no writes", "look into the kernel's log, repair it and mount it again")]
    if present == directory and directory.stat().st_mode & OTHERS:
        return [fault(SUBJECT, "others may read their directory", f"chmod 700 {directory}")]
    return []


def _takes_writes(directory: Path) -> bool:
    try:
        touch_directory(directory)
    except OSError as error:
        return error.errno in (errno.EPERM, errno.EACCES)  # not ours to touch: its rights were looked at
    return True


def _space(directory: Path, limits: Limits) -> Finding:
    usage = shutil.disk_usage(_present(directory))
    text = f"{usage.free / 1024**3:.1f} GiB free"
    level = judge(usage.free, usage.total, limits)
    if level is DiskLevel.FULL:
        return fault(SUBJECT, f"{text}: none may begin", "make room, or move recording.directory")
    return warn(SUBJECT, text, "make room, or move recording.directory") if level is DiskLevel.LOW else ok(SUBJECT, text)


def _present(path: Path) -> Path:
    """The path, or what of it is there so far."""
    return next(place for place in (path, *path.parents) if place.exists())
