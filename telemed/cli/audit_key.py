"""`telemed audit key`: the public key that checks the signed heads of the audit trail."""

from __future__ import annotations

import argparse
import sys

from telemed import exits
from telemed.care.audit_checkpoint import key_id
from telemed.cli.installation import layout_of
from telemed.operation.audit_key import public_pem, read_key


def run(chosen: argparse.Namespace) -> int:
    """Print it as PEM, its short name on standard error. Keep both with the heads, off this machine."""
    key = read_key(layout_of(chosen)).public_key()
    print(public_pem(key), end="")
    print(f"key {key_id(key)}", file=sys.stderr)
    return exits.OK
