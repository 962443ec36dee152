"""`telemed recording list`: which recordings there are. Ids, states and sizes; names are for the pages."""

from __future__ import annotations

import argparse

from telemed import exits
from telemed.cli.recording import every

MEGABYTE = 10**6


def run(chosen: argparse.Namespace) -> int:
    """Print one line for each that has something on the disk, or should have."""
    count, size = 0, 0
    for line in every(chosen):
        if line["kept"]:
            print(
                f"{line['id']:<24} {line['state']:<10} {line['bytes'] / MEGABYTE:>10.1f} MB  {line['started_at'] or ''}".rstrip()
            )
            count, size = count + 1, size + line["bytes"]
    print(f"{count} recordings, {size / MEGABYTE:.1f} MB on the disk.")
    return exits.OK
