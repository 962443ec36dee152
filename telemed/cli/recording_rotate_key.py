"""`telemed recording rotate-key`: wrap the keys of all recordings under another master key."""

from __future__ import annotations

import argparse

from telemed import exits
from telemed.cli.recording import ask


def run(chosen: argparse.Namespace) -> int:
    """Print what was done; exit code 1 when some keys did not open: both master keys stay then."""
    done = ask(chosen, "recording_rotate", {"fresh": not chosen.keep_master})
    print(f"{done['wrapped']} keys were wrapped anew, {done['kept']} were already under the master key in use.")
    for name in done["failed"]:
        print(f"{name}: its key does not open and was left alone.")
    if done["more"]:
        print(f"And {done['more']} more.")
    if done["failed"]:
        print("The older master keys stay until these are mended: put back the key that wrapped them, and run this again.")
        return exits.FAILED
    if done["forgotten"]:
        print("The older master keys were taken out of the file. Back-ups of keys from before hold them still.")
    else:
        print("The older master keys may go.")
    return exits.OK
