"""`telemed init`: a configuration with fresh secrets, a database with the clinic, and its first administrator."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from telemed import exits, logs
from telemed.care.roles import Role
from telemed.cli import people, prompts, recovery
from telemed.cli.installation import on_database
from telemed.config import Backup, Clinic, Config, ConfigFaults, Secrets, Server, Turn, render, resolve
from telemed.config import Store as StoreSettings
from telemed.config.files import needed
from telemed.config.read import examine, placed
from telemed.config.rules import BadValue, Rule
from telemed.errors import Conflict
from telemed.files import write_private
from telemed.layout import Layout
from telemed.operation.audit_key import ensure_key
from telemed.provision import NewStaff, add_staff, provide_clinic
from telemed.store import Store

KEY_BYTES = 32  # 256 bits
BACKUPS = "backups"  # beside the configuration: not in the installation's directory, which may be on a disk of its own


def run(chosen: argparse.Namespace) -> int:
    """Ask for what is missing, then write configuration and database: both or neither."""
    path: Path = chosen.config
    if path.exists():
        raise Conflict(f"{path} is there already and is not overwritten. Name another file with --config.")
    config = _configuration(chosen)
    _check(config)  # every fault at once, before anything is written
    name, email = "Name of the first administrator", "E-mail of the first administrator"
    admin = people.typed(
        Role.ADMIN.value,
        prompts.ask(name, chosen.admin_name, "--admin-name", "Administrator", people.complaint_about_name),
        prompts.ask(email, chosen.admin_email, "--admin-email", complaint=people.complaint_about_email),
        chosen,
    )
    key = recovery.hand_out(chosen.recovery_key_file)
    backups = str(chosen.backups) if chosen.backups else BACKUPS
    config = dataclasses.replace(config, backup=Backup(directory=backups, recipient=key.recipient, signing_key=key.signing_key))
    logs.configure("cli", "warning")
    _write(path, config)
    try:
        asyncio.run(_fill(resolve(config, path.resolve().parent), admin))
    except BaseException:
        path.unlink()
        if chosen.recovery_key_file is not None:
            chosen.recovery_key_file.unlink()  # of an installation that does not exist
        raise
    print(f"Wrote {path} (keep it private: it holds this installation's key) and {config.store.directory}/.")
    print(f"Back-ups are made each night into {path.resolve().parent / backups}: copy them to another machine.")
    print(f"Next: telemed doctor --config {path}; telemed serve --config {path}")
    return exits.OK


def _configuration(chosen: argparse.Namespace) -> Config:
    emergency = _complaint(Clinic, "emergency_number")
    clinic = Clinic(
        name=prompts.ask("Name of the clinic", chosen.clinic_name, "--clinic-name", complaint=_complaint(Clinic, "name")),
        phone=prompts.ask("Telephone number for patients", chosen.phone, "--phone", complaint=_complaint(Clinic, "phone")),
        emergency_number=prompts.ask("Emergency number", chosen.emergency_number, "--emergency-number", "112", emergency),
    )
    origin = _complaint(Server, "base_url")
    base_url = prompts.ask("Address people type, https://...", chosen.base_url, "--base-url", complaint=origin).rstrip("/")
    key = Secrets(installation_key=secrets.token_urlsafe(KEY_BYTES))
    places = StoreSettings(directory=str(chosen.data)) if chosen.data else StoreSettings()
    server = _server(base_url, chosen.tls_certificate, chosen.tls_key)
    relay = Turn(secret=secrets.token_urlsafe(KEY_BYTES))  # of no use until turn.host is set
    return Config(clinic=clinic, server=server, store=places, secrets=key, turn=relay)


def _complaint(section: type[Any], key: str) -> prompts.Complaint:
    """Judge an answer by the rule of its setting; an empty one will not do here, whatever the file allows."""
    rule: Rule = next(entry for entry in dataclasses.fields(section) if entry.name == key).metadata["rule"]

    def complaint(answer: str) -> str:
        try:
            return "" if answer and rule.read(answer.rstrip("/")) else f"Please write {rule.wanted}."
        except BadValue:
            return f"Please write {rule.wanted}."

    return complaint


def _check(config: Config) -> None:
    """Raises ConfigFaults with all that `serve` would refuse. They have no lines: nobody has seen the file yet."""
    source = "what you entered"
    _, problems, _ = examine(render(config), source)
    problems += needed(config)
    if problems:
        raise ConfigFaults(placed(problems, {}), source)


def _server(base_url: str, certificate: Path | None, key: Path | None) -> Server:
    """Own certificate: serve the world. None: stay on loopback, behind a proxy on this machine when people come by https."""
    if certificate is None and key is None:
        proxies = ("127.0.0.1", "::1") if base_url.startswith("https:") else ()
        return Server(base_url=base_url, trusted_proxies=proxies)
    return dataclasses.replace(
        Server(host="::", base_url=base_url, port=_port(base_url)),
        tls_certificate=str(certificate.resolve()) if certificate else "",
        tls_key=str(key.resolve()) if key else "",
    )


def _port(base_url: str) -> int:
    """The port that the address names or implies; a faulty one is told with all other faults afterwards."""
    try:
        return urlsplit(base_url).port or 443
    except ValueError:
        return 443


def _write(path: Path, config: Config) -> None:
    try:
        write_private(path, render(config).encode(), exclusive=True)
    except FileExistsError:
        raise Conflict(f"{path} appeared meanwhile and is not overwritten.") from None


async def _fill(config: Config, admin: NewStaff) -> None:
    async def work(store: Store, now: datetime) -> dict[str, Any]:
        await provide_clinic(store, config.clinic, now)
        await add_staff(store, admin, now)
        ensure_key(Layout(config))
        return {}

    await on_database(Layout(config), work)
