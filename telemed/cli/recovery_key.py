"""`telemed recovery key`: a new recovery key, for an installation without one or whose key was lost or seen."""

from __future__ import annotations

import argparse

from telemed import exits
from telemed.cli import recovery


def run(chosen: argparse.Namespace) -> int:
    """Hand the key out and print the line for the configuration."""
    key = recovery.hand_out(chosen.recovery_key_file)
    print("Put this line below [backup] in telemed.toml, in place of the former one, then `telemed reload`:\n")
    print(f'recipient = "{key.recipient}"\n')
    print("Back-ups made so far still need the former key.")
    return exits.OK
