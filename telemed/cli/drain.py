"""`telemed drain`: before an update, let nothing new begin and wait until nobody is in a call."""

from __future__ import annotations

import argparse
import time
from typing import Any

from telemed import exits
from telemed.admin.client import ask
from telemed.cli.installation import layout_of
from telemed.launch import admin_socket

LOOK_SECONDS = 1.0


def run(chosen: argparse.Namespace) -> int:
    """Exit code 0 when no call runs any more, 1 when the time was up first. Draining goes on until a restart or `--cancel`."""
    path = admin_socket(layout_of(chosen).run)

    def asked(action: str) -> dict[str, Any]:
        return ask(path, "drain", {"action": action})

    if chosen.cancel:
        print(f"Serving as before. Running calls: {asked('cancel')['calls']}.")
        return exits.OK
    calls = int(asked("begin")["calls"])
    deadline = time.monotonic() + chosen.wait if chosen.wait is not None else float("inf")
    told = -1
    while calls and time.monotonic() < deadline:
        if calls != told:
            print(f"Nothing new begins. Waiting for running calls: {calls}.", flush=True)
            told = calls
        time.sleep(min(LOOK_SECONDS, max(0.0, deadline - time.monotonic())))
        calls = int(asked("look")["calls"])
    if calls:
        print(f"Calls still running: {calls}. Nothing new begins until a restart or `telemed drain --cancel`.")
        return exits.FAILED
    print("No call runs. Stop the server now; `telemed drain --cancel` lets it serve on.")
    return exits.OK
