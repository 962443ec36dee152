"""`telemed install`: systemd unit, user, directories and rights, as often as one likes."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from telemed import exits
from telemed.config import Backup, Config, ConfigFaults, Server, Store, load
from telemed.errors import ConfigError
from telemed.install.files import UNIT, File, files, put
from telemed.install.steps import is_root, steps, unreadable
from telemed.install.steps import run as run_step
from telemed.install.unit import Service, render

DATA, BACKUPS = "/var/lib/telemed", "/var/backups/telemed"
ROOT = Path("/")


def run(chosen: argparse.Namespace) -> int:
    """Write what differs and put it into effect; exit code 1 when a step failed. Raises ConfigError without the rights."""
    root = chosen.root.resolve()
    service = _service(chosen, root)
    if chosen.print_unit:
        sys.stdout.write(render(service))
        return exits.OK
    if root == ROOT and not chosen.dry_run and not is_root():
        raise ConfigError("This changes the machine: run it as root, or try --dry-run, or --root DIR.")
    written = [_put(file, root, chosen.dry_run) for file in files(service)]
    good = chosen.dry_run or _put_into_effect(root)
    _tell(service, chosen, any(written))
    return exits.OK if good else exits.FAILED


def _put(file: File, root: Path, dry_run: bool) -> bool:
    outcome = put(file, root, dry_run)
    print(f"{('would be ' if dry_run and outcome != 'unchanged' else '') + outcome:<18} {file.path}")
    return outcome != "unchanged"


def _put_into_effect(root: Path) -> bool:
    good = True
    for step in steps(root):
        done = run_step(step)
        print(f"{'failed' if done.fault else 'done':<18} {step.about}: {' '.join(step.arguments)}")
        if done.fault:
            print(f"{'':<18} {done.fault}", file=sys.stderr)
            good = False
    return good


def _service(chosen: argparse.Namespace, root: Path) -> Service:
    """From the configuration that is there, else from the defaults of `telemed init` with the places of Debian."""
    config = _configuration(root / chosen.config.relative_to("/"))
    places = (config.store.directory, config.backup.directory, config.audit.checkpoint_directory, config.recording.directory)
    return Service(
        user=chosen.user,
        program=Path(sys.argv[0]).resolve() if Path(sys.argv[0]).name == "telemed" else Path(sys.prefix) / "bin" / "telemed",
        config=chosen.config,
        writable=tuple(dict.fromkeys(Path(place) for place in places if place)),
        port=config.server.port,
        limits=config.limits,
    )


def _configuration(path: Path) -> Config:
    try:
        return load(path, os.environ)
    except ConfigFaults:
        if path.exists():
            raise
        return Config(store=Store(directory=DATA), backup=Backup(directory=BACKUPS), server=Server())


def _tell(service: Service, chosen: argparse.Namespace, changed: bool) -> None:
    closed = unreadable(service.program)
    if closed is not None:
        words = f"The user {service.user} cannot reach the program: {closed} is closed to others. Put it below /opt."
        print(words, file=sys.stderr)
    as_user = f"runuser -u {service.user} --"
    if not (chosen.root.resolve() / service.config.relative_to("/")).exists():
        print("Next, as root, in this order:")
        print(f"  {as_user} {service.program} init --config {service.config} --data {DATA} --backups {BACKUPS}")
        print(f"  {as_user} {service.program} doctor --config {service.config}")
        print("  systemctl start telemed")
    elif changed:
        print("Next: systemctl restart telemed (it waits for running calls).")
    print(f"The unit is {UNIT}; changes of yours belong into a drop-in: systemctl edit telemed.")
