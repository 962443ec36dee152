"""`telemed recovery key`: a new recovery key, for an installation without one or whose key was lost or seen."""

from __future__ import annotations

import argparse

from telemed import exits
from telemed.cli import recovery


def run(chosen: argparse.Namespace) -> int:
    """Hand the key out and print the lines for the configuration."""
    key = recovery.hand_out(chosen.recovery_key_file)
    print("Put these lines below [backup] in telemed.toml, in place of the former ones, then `telemed reload`:\n")
    print(f'recipient = "{key.recipient}"')
    print(f'signing_key = "{key.signing_key}"  # a secret: chmod 600\n')
    print("Back-ups made so far still need the former key.")
    return exits.OK
