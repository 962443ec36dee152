"""`telemed status`: figures of the running server."""

from __future__ import annotations

import argparse
import json

from telemed import exits
from telemed.admin.client import ask
from telemed.cli.installation import layout_of
from telemed.launch import admin_socket


def run(chosen: argparse.Namespace) -> int:
    """Print JSON: loop lag of control, counts of the signalling, figures of each media worker. Counts only: no ids, no names."""
    print(json.dumps(ask(admin_socket(layout_of(chosen).run), "status", {}), indent=2))
    return exits.OK
