"""What recordings leave free on their disk. The database lies on it too, unless they were given one of their own: while they are
written until nothing is left, nobody could be admitted to any call, and no consent withdrawn.

What is left is in steps, so that each gives way to what is more urgent: no recording begins below the bounds of `[limits]`, none
is finished below FINISHING_BYTES, and below WRITING_BYTES none in progress goes on.
"""

from __future__ import annotations

import os
from pathlib import Path

WRITING_BYTES = 64 * 1024 * 1024  # hours of what a busy clinic's database and its log grow by
FINISHING_BYTES = 2 * WRITING_BYTES  # minutes of some calls in progress


def has_room(directory: Path, octets: int) -> bool:
    """Whether so many bytes are free for us where `directory` lies; True where nobody can tell: a write will. Blocking."""
    try:
        disk = os.statvfs(directory)
    except OSError:
        return True
    return disk.f_bavail * disk.f_frsize >= octets
