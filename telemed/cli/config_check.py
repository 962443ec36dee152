"""`telemed config check`: all faults at once, each with line and fix."""

from __future__ import annotations

import argparse
import os

from telemed import exits
from telemed.config import load


def run(chosen: argparse.Namespace) -> int:
    """Say that the configuration is good; its faults leave as ConfigFaults."""
    load(chosen.config, os.environ)
    print(f"{chosen.config}: good.")
    return exits.OK
