"""`telemed config example`: every key with its default and its reason."""

from __future__ import annotations

import argparse
import sys

from telemed import exits
from telemed.config import Config, render


def run(_: argparse.Namespace) -> int:
    """Print the example configuration."""
    sys.stdout.write(render(Config()))
    return exits.OK
