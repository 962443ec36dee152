"""What a person at the terminal reads when the server is ready."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Trust:
    """The local authority of `--lan`, to be trusted by phones."""

    authority: Path
    fingerprint: str


def show(details: dict[str, Any], trust: Trust | None) -> None:
    """Print where to go and, in a demo, with which accounts."""
    print(text(details, trust), file=sys.stdout, flush=True)


def text(details: dict[str, Any], trust: Trust | None) -> str:
    """The lines of `show`."""
    ports = ", ".join(str(port) for port in details["media_ports"])
    lines = ["", f"telemed is ready: {details['base_url']}", f"Media: UDP {ports}, TCP from {details['tcp_port']}"]
    if details["accounts"]:
        lines += ["", "Demo: no real patients. Sign in with one of these accounts:"]
        width = max(len(account["email"]) for account in details["accounts"])
        lines += [f"  {account['email']:<{width}}  {account['password']}" for account in details["accounts"]]
    if "walk_in" in details:
        lines += ["", f"A patient without an appointment opens: {details['walk_in']}"]
    if trust is not None:
        lines += _trust_lines(details["base_url"], trust)
    return "\n".join([*lines, "", "Stop with Ctrl-C.", ""])


def _trust_lines(base_url: str, trust: Trust) -> list[str]:
    return [
        "",
        f"Phones on this network open {base_url} and warn that they do not know the certificate. To end the warning",
        f"(iPhones need it), open {base_url}/telemed-ca.crt on the phone, accept the warning once, and install the file",
        f"(it is {trust.authority}):",
        "  Android: Settings > Security > Encryption & credentials > Install a certificate > CA certificate.",
        "  iPhone:  open the file, Settings > General > VPN & Device Management > Install, then",
        "           Settings > General > About > Certificate Trust Settings > switch it on.",
        "  Compare the SHA-256 fingerprint before you trust it:",
        f"  {trust.fingerprint}",
        "  It is valid for private networks only. Keep its key (beside it) to yourself; remove the certificate after the demo.",
    ]
