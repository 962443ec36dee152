"""How an unforeseen exception is reported: its type and place, never its text, which may hold what a person wrote."""

from __future__ import annotations

import logging
import traceback

_log = logging.getLogger("telemed.signaling")


def report_fault(where: str, error: BaseException) -> None:
    """Log one line for a fault of ours at `where` (a fixed name of our own)."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown"
    _log.error("fault in %s: %s at %s", where, type(error).__name__, place)
