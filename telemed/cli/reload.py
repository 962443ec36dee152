"""`telemed reload`: the configuration read again by the running server, as SIGHUP does."""

from __future__ import annotations

import argparse

from telemed import exits
from telemed.admin.client import ask
from telemed.cli.installation import layout_of
from telemed.launch import admin_socket


def run(chosen: argparse.Namespace) -> int:
    """Say what counts now and what waits for a restart. A faulty file changes nothing."""
    done = ask(admin_socket(layout_of(chosen).run), "reload", {})
    print("Changed: " + (", ".join(done["applied"]) or "nothing") + ".")
    if done["waiting"]:
        print("These wait for a restart: " + ", ".join(done["waiting"]) + ".")
    return exits.OK
