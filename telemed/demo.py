"""The demo: a configuration without a file, and one account per staff role whose password is made here and kept.

The file of accounts is the source: control creates or corrects the database's demo accounts from it at each start.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from telemed.care.roles import STAFF_ROLES, Role
from telemed.config import Clinic, Config, Media, Secrets, Server, Store
from telemed.errors import ConfigError
from telemed.files import make_private_directory, write_private

PASSWORD_BYTES = 12  # 96 bits, 16 characters: random, so 15+ characters need no further rule (NIST SP 800-63B-4)
TICKET_KEY_BYTES = 32
DEMO_PORT = 8080
DEMO_UDP_PORT = 10000
NAMES = {
    Role.ADMIN: "Alex Admin",
    Role.CLINICIAN: "Dr. Clara Weber",
    Role.FRONT_DESK: "Frida Front Desk",
    Role.DISPATCHER: "Dino Dispatch",
    Role.RESPONDER: "Rana Responder",
    Role.REVIEWER: "Dr. Rolf Review",
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demo, password in clear."""

    role: str
    email: str
    password: str
    name: str

    def public(self) -> dict[str, str]:
        """As the ready file and the terminal show it."""
        return {"role": self.role, "email": self.email, "password": self.password}


def demo_config(directory: Path, port: int | None, udp_port: int | None) -> Config:
    """Settings of a demo on this machine. Port None: the usual one; 0: a free one, then for media as well unless told."""
    tcp = DEMO_PORT if port is None else port
    udp = udp_port if udp_port is not None else (DEMO_UDP_PORT if tcp else 0)
    return Config(
        clinic=Clinic(name="Demo Clinic", phone="+49 30 5550100"),
        server=Server(port=tcp),
        media=Media(udp_port=udp, announce_loopback=True),
        store=Store(directory=str(directory.resolve())),
        secrets=Secrets(ticket_key=_kept_key(directory / "demo-ticket.key")),
    )


def demo_accounts(path: Path) -> list[DemoAccount]:
    """Return the accounts in `path`; missing ones are made and kept (0600). Raises ConfigError when the file is damaged."""
    known = {account.role: account for account in read_accounts(path)} if path.exists() else {}
    accounts = [known.get(role.value) or _new_account(role) for role in sorted(STAFF_ROLES)]
    if list(known.values()) != accounts:
        content = {"note": "Demo accounts: no real patients here.", "accounts": [asdict(account) for account in accounts]}
        make_private_directory(path.parent)
        write_private(path, json.dumps(content, indent=2).encode() + b"\n")
    return accounts


def read_accounts(path: Path) -> list[DemoAccount]:
    """The accounts in `path`. Raises ConfigError when it is not our file."""
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["accounts"]
        return [DemoAccount(**{name: str(value) for name, value in entry.items()}) for entry in entries]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"{path.name} cannot be read. Remove it; new passwords are then made.") from error


def _new_account(role: Role) -> DemoAccount:
    email = f"{role.value.replace('_', '-')}@demo.example"
    return DemoAccount(role.value, email, secrets.token_urlsafe(PASSWORD_BYTES), NAMES[role])


def _kept_key(path: Path) -> str:
    """The demo's ticket key: made once, kept 0600."""
    make_private_directory(path.parent)
    try:
        write_private(path, secrets.token_urlsafe(TICKET_KEY_BYTES).encode(), exclusive=True)
    except FileExistsError:
        pass
    return path.read_text("ascii").strip()
