"""The demo's configuration, which needs no file, and the file in which the passwords of its accounts are kept."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from telemed.care.roles import Role
from telemed.config import Clinic, Config, Limits, Media, Secrets, Server, Store
from telemed.errors import ConfigError
from telemed.files import make_private_directory, write_private

KEY_BYTES = 32
DEMO_PORT = 8080
DEMO_UDP_PORT = 10000
WALK_IN_TOKEN = "demo-waiting-room-0001"  # noqa: S105 - of the example room; known to everybody
CLINIC = Clinic(name="Demo Clinic", phone="+49 30 5550100")
PEOPLE = {  # one per staff role; the e-mail domain is reserved for examples (RFC 2606)
    Role.CLINICIAN: "Dr. Clara Amsel",
    Role.DISPATCHER: "Dana Keller",
    Role.RESPONDER: "Robin Vogt",
    Role.FRONT_DESK: "Fiona Lang",
    Role.REVIEWER: "Dr. Ralf Brandt",
    Role.ADMIN: "Alex Weber",
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demo, password in clear."""

    role: str
    email: str
    password: str

    def __repr__(self) -> str:
        return f"DemoAccount(role={self.role!r})"


def email_of(role: Role) -> str:
    """The address with which the demo's person of this role signs in."""
    return f"{role.value.replace('_', '-')}@demo.example"


def demo_config(directory: Path, port: int | None, udp_port: int | None) -> Config:
    """Settings of a demo on this machine. Port None: the usual one; 0: a free one, then for media as well unless told."""
    tcp = DEMO_PORT if port is None else port
    udp = udp_port if udp_port is not None else (DEMO_UDP_PORT if tcp else 0)
    return Config(
        clinic=CLINIC,
        server=Server(port=tcp),
        media=Media(udp_port=udp, announce_loopback=True),
        store=Store(directory=str(directory.resolve())),
        secrets=Secrets(installation_key=_kept_key(directory / "installation.key")),
        limits=Limits(drain_seconds=0),  # whoever stops a demo wants it gone
    )


def read_accounts(path: Path) -> list[DemoAccount]:
    """The accounts in `path`, none when there is no such file. Raises ConfigError when it is not our file."""
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["accounts"]
        return [DemoAccount(str(entry["role"]), str(entry["email"]), str(entry["password"])) for entry in entries]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"{path.name} cannot be read. Remove it; new passwords are then made.") from error


def write_accounts(path: Path, accounts: Sequence[DemoAccount]) -> None:
    """Keep the accounts, for the owner only."""
    content = {"note": "Demo: no real patients.", "accounts": [asdict(account) for account in accounts]}
    write_private(path, json.dumps(content, indent=2).encode() + b"\n")


def _kept_key(path: Path) -> str:
    """The demo's installation key: made once, kept 0600."""
    make_private_directory(path.parent)
    try:
        write_private(path, secrets.token_urlsafe(KEY_BYTES).encode(), exclusive=True)
    except FileExistsError:
        pass
    return path.read_text("ascii").strip()
