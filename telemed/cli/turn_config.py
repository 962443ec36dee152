"""`telemed turn config`: the relay's configuration, printed or written for its user alone."""

from __future__ import annotations

import argparse
import os
import pwd
import sys
from pathlib import Path

from telemed import exits
from telemed.config import Config, load
from telemed.errors import ConfigError
from telemed.files import make_private_directory, write_private
from telemed.store.empty_database import empty_database
from telemed.turn.coturn import Places, turnserver_conf

FILE = "turnserver.conf"
DATABASE = "turndb"
SCHEMA = Path("/usr/share/coturn/schema.sql")  # of Debian's package


def run(chosen: argparse.Namespace) -> int:
    """Print it, or write it with mode 0600. Raises ConfigFaults, ConfigError."""
    config = load(chosen.config, os.environ)
    if chosen.directory is not None:
        _write_all(config, chosen.directory.resolve(), _owner(chosen.owner))
        return exits.OK
    text = turnserver_conf(config, _named_files(config, Path("/var/lib/turn")))
    if chosen.out is None:
        sys.stdout.write(text)
    else:
        write_private(chosen.out, text.encode())
        print(f"Wrote {chosen.out} (keep it private: it holds the secret of the relay).", file=sys.stderr)
    return exits.OK


def _named_files(config: Config, directory: Path) -> Places:
    """The certificate where it is."""
    pair = (config.turn.tls_certificate, config.turn.tls_key)
    certificate, key = pair if pair[0] else (config.server.tls_certificate, config.server.tls_key)
    return Places(directory, Path(certificate), Path(key)) if certificate else Places(directory)


def _write_all(config: Config, directory: Path, owner: tuple[int, int] | None) -> None:
    """The file and copies of certificate and key, which the relay's user could not read where they are."""
    make_private_directory(directory)
    named, places = _named_files(config, directory), Places(directory)
    if config.turn.host and config.turn.tls_port and named.certificate is not None and named.key is not None:
        places = Places(directory, directory / "tls.pem", directory / "tls.key")
        _copy(named.certificate, directory / "tls.pem", owner)
        _copy(named.key, directory / "tls.key", owner)
    text = turnserver_conf(config, places)
    write_private(directory / FILE, text.encode(), owner=owner)
    # Else coturn makes its tables with the first requests. Of two that come at once, as after a restart during a call, one finds
    # them locked and is refused as unknown; its browser comes back after 15 s.
    if SCHEMA.exists() and not (directory / DATABASE).exists():
        write_private(directory / DATABASE, empty_database(SCHEMA.read_text()), owner=owner)
    if owner is not None:
        os.chown(directory, *owner, follow_symlinks=False)


def _copy(source: Path, target: Path, owner: tuple[int, int] | None) -> None:
    try:
        write_private(target, source.read_bytes(), owner=owner)
    except OSError as error:
        raise ConfigError(f"Certificate or key of the relay cannot be read ({error.strerror}).") from None


def _owner(name: str | None) -> tuple[int, int] | None:
    if name is None:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise ConfigError("There is no such user as --owner names. `apt-get install coturn` makes turnserver.") from None
    return entry.pw_uid, entry.pw_gid
