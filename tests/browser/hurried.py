"""`telemed` that holds a called person's place for as many seconds as the first argument says, not for minutes.

The place is held by the control process, which `telemed serve` starts: it is this module again, without arguments.
"""

from __future__ import annotations

import os
import runpy
import sys
from datetime import timedelta
from typing import Any

from telemed.care.queues import states
from telemed.cli import main, serve

SECONDS = "TEST_HELD_SECONDS"


def start_control_from_here(seconds: str) -> None:
    """Let `telemed serve` start this module in place of the control process."""
    os.environ[SECONDS] = seconds
    plain = serve._child

    def child(name: str, module: str, *more: Any) -> Any:
        return plain(name, "tests.browser.hurried" if module == "telemed.app" else module, *more)

    serve._child = child


if __name__ == "__main__":
    if len(sys.argv) > 1:
        start_control_from_here(sys.argv[1])
        sys.exit(main(sys.argv[2:]))
    states.HELD_FOR = timedelta(seconds=float(os.environ[SECONDS]))  # type: ignore[misc]
    runpy.run_module("telemed.app", run_name="__main__", alter_sys=True)
