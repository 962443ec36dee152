"""The `telemed` command. Each command is one module, loaded when it is asked for: `serve` must stay small."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from telemed import exits
from telemed.config import ConfigFaults
from telemed.errors import TelemedError

DEFAULT_CONFIG = Path("telemed.toml")
EXITS = {
    "port_taken": exits.UNAVAILABLE,
    "in_use": exits.UNAVAILABLE,
    "database_in_use": exits.UNAVAILABLE,
    "config": exits.CONFIG,
    "migration_failed": exits.CONFIG,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Faults are told on standard error, without a stack trace."""
    chosen = parser().parse_args(arguments)
    try:
        return int(importlib.import_module(chosen.module).run(chosen))
    except ConfigFaults as faults:
        print(faults.render(), file=sys.stderr)
        return exits.CONFIG
    except TelemedError as error:
        print(f"telemed: {error.message}", file=sys.stderr)
        return EXITS.get(error.code, exits.FAILED)
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as shells have it


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    root = argparse.ArgumentParser(
        prog="telemed", description="Self-hosted telemedicine: video consultations on your own server."
    )
    root.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    _serve(_command(commands, "serve", "Run the server.", "telemed.cli.serve"))
    _init(_command(commands, "init", "Write a configuration and make the first administrator.", "telemed.cli.init"))
    config = commands.add_parser("config", help="Look at the configuration.").add_subparsers(required=True, metavar="ACTION")
    _config(_command(config, "check", "Name all faults of the configuration, with line and fix.", "telemed.cli.config_check"))
    _command(config, "example", "Print a configuration with every key, its default and its reason.", "telemed.cli.config_example")
    user = commands.add_parser("user", help="Staff accounts.").add_subparsers(required=True, metavar="ACTION")
    _user_add(_command(user, "add", "Add a member of staff.", "telemed.cli.user_add"))
    _install(_command(commands, "install", "Make a systemd service: unit, user, directories, rights.", "telemed.cli.install"))
    _backup(_command(commands, "backup", "Write one consistent archive, and the keys into another.", "telemed.cli.backup"))
    _restore(_command(commands, "restore", "Restore an archive into a directory.", "telemed.cli.restore"))
    _upgrade(_command(commands, "upgrade", "Bring the database to this version, with a back-up before.", "telemed.cli.upgrade"))
    recovery = commands.add_parser("recovery", help="The recovery key.").add_subparsers(required=True, metavar="ACTION")
    _command(recovery, "key", "Make a new recovery key for back-ups.", "telemed.cli.recovery_key").add_argument(
        "--recovery-key-file", type=Path, metavar="FILE", help="write the key here instead of showing it"
    )
    audit = commands.add_parser("audit", help="The audit trail.").add_subparsers(required=True, metavar="ACTION")
    _audit_verify(_command(audit, "verify", "Check the audit trail, and against checkpoints.", "telemed.cli.audit_verify"))
    _config(_command(audit, "key", "Print the public key of the checkpoints.", "telemed.cli.audit_key"))
    notify = commands.add_parser("notify", help="Mail and SMS.").add_subparsers(required=True, metavar="ACTION")
    _notify_test(_command(notify, "test", "Send a test message and say what became of it.", "telemed.cli.notify_test"))
    recording = commands.add_parser("recording", help="Recordings.").add_subparsers(required=True, metavar="ACTION")
    _config(_command(recording, "list", "Say which recordings there are: ids, states, sizes.", "telemed.cli.recording_list"))
    _recording_verify(
        _command(recording, "verify", "Check recordings against what was signed.", "telemed.cli.recording_verify")
    )
    _recording_rotate(
        _command(recording, "rotate-key", "Wrap the keys of recordings anew.", "telemed.cli.recording_rotate_key")
    )
    turn = commands.add_parser("turn", help="The relay for networks that let no media through.").add_subparsers(
        required=True, metavar="ACTION"
    )
    _turn_config(_command(turn, "config", "Make the relay's (coturn's) configuration from ours.", "telemed.cli.turn_config"))
    _config(_command(commands, "status", "Print figures of the running server as JSON.", "telemed.cli.status"))
    _drain(_command(commands, "drain", "Let nothing new begin and wait for running calls to end.", "telemed.cli.drain"))
    _config(_command(commands, "reload", "Read the configuration again, without a restart.", "telemed.cli.reload"))
    _config(_command(commands, "doctor", "Check ports, TLS, addresses, buffers, disk and clock.", "telemed.cli.doctor"))
    return root


class _Version(argparse.Action):
    """Prints the version; what finds it is loaded only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and end."""
        from importlib.metadata import version

        print(f"telemed {version('telemed')}")
        parser.exit()


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, module: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(module=module)
    return command


def _config(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="PATH", help="configuration file (telemed.toml)")
    command.add_argument("--var", type=Path, metavar="DIR", help="a demo's directory instead of a configuration")


def _serve(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group()
    source.add_argument("--demo", action="store_true", help="a demo with accounts on this machine; no configuration needed")
    source.add_argument("--config", type=Path, metavar="PATH", help="configuration file (telemed.toml)")
    command.add_argument("--examples", action="store_true", help="with --demo: a waiting room and a speciality on call to try")
    command.add_argument("--host", metavar="ADDRESS", help="address to listen on, instead of the configuration's")
    command.add_argument("--port", type=int, metavar="N", help="TCP port, instead of the configuration's; 0 takes a free one")
    command.add_argument("--udp-port", type=int, metavar="N", help="first UDP port of the media workers; 0 takes free ones")
    command.add_argument("--tcp-port", type=int, metavar="N", help="first TCP port of the media workers; 0: as by UDP")
    command.add_argument("--workers", type=int, metavar="N", help="media worker processes, instead of the configuration's")
    command.add_argument(
        "--lan",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="with --demo: HTTPS for phones on this network, by a local authority",
    )
    command.add_argument("--log-level", metavar="LEVEL", help="debug, info, warning or error, instead of the configuration's")
    command.add_argument("--log-format", metavar="FORMAT", help="text or json, instead of the configuration's")
    command.add_argument("--ready-file", type=Path, metavar="PATH", help="write JSON here when everything serves")
    command.add_argument(
        "--var", type=Path, metavar="DIR", help="directory of database and files, instead of the configuration's"
    )


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="PATH", help="file to write (telemed.toml)")
    command.add_argument("--clinic-name", metavar="NAME")
    command.add_argument("--phone", metavar="NUMBER", help="whom patients call when the video visit does not work")
    command.add_argument("--emergency-number", metavar="NUMBER")
    command.add_argument("--base-url", metavar="URL", help="what people type to reach this server")
    command.add_argument("--tls-certificate", type=Path, metavar="FILE", help="PEM file, when no proxy speaks TLS")
    command.add_argument("--tls-key", type=Path, metavar="FILE")
    command.add_argument("--data", type=Path, metavar="DIR", help="directory of database and files (var)")
    command.add_argument("--backups", type=Path, metavar="DIR", help="directory of back-ups (backups)")
    command.add_argument("--admin-email", metavar="MAIL")
    command.add_argument("--admin-name", metavar="NAME")
    command.add_argument("--password-stdin", action="store_true", help="read the administrator's password from standard input")
    command.add_argument(
        "--recovery-key-file", type=Path, metavar="FILE", help="write the recovery key here instead of showing it"
    )


def _install(command: argparse.ArgumentParser) -> None:
    place = Path("/etc/telemed/telemed.toml")
    command.add_argument("--config", type=Path, default=place, metavar="PATH", help=f"configuration file, absolute ({place})")
    command.add_argument("--user", default="telemed", metavar="NAME", help="system user to run as (telemed)")
    command.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="install below DIR, for an image")
    command.add_argument("--dry-run", action="store_true", help="only say what would change")
    command.add_argument("--print-unit", action="store_true", help="print the systemd unit and end")


def _backup(command: argparse.ArgumentParser) -> None:
    _config(command)
    command.add_argument("--to", type=Path, metavar="DIR", help="where to write, instead of backup.directory")
    command.add_argument("--unencrypted", action="store_true", help="write a plain archive, and no keys")


def _restore(command: argparse.ArgumentParser) -> None:
    command.add_argument("archive", type=Path, metavar="ARCHIVE", help="telemed-....backup or .tar")
    command.add_argument("--keys", type=Path, metavar="ARCHIVE", help="telemed-....keys of the same back-up")
    command.add_argument("--into", type=Path, required=True, metavar="DIR", help="the installation's directory (store.directory)")
    command.add_argument("--config", type=Path, metavar="PATH", help="where to write the configuration; it must not be there yet")
    command.add_argument("--recovery-key-file", type=Path, metavar="FILE", help="file with the recovery key, instead of asking")
    command.add_argument(
        "--verify-key", type=Path, action="append", metavar="FILE", help="a public key that may have signed it (PEM)"
    )
    command.add_argument("--unsigned", action="store_true", help="restore it although nobody known has signed it")
    command.add_argument("--replace", action="store_true", help="move a database that is there aside")


def _drain(command: argparse.ArgumentParser) -> None:
    _config(command)
    command.add_argument("--wait", type=float, metavar="SECONDS", help="wait this long at most; without it until all calls ended")
    command.add_argument("--cancel", action="store_true", help="serve as before")


def _upgrade(command: argparse.ArgumentParser) -> None:
    _config(command)
    command.add_argument("--check", action="store_true", help="only say whether an upgrade is needed (exit code 1 when it is)")


def _audit_verify(command: argparse.ArgumentParser) -> None:
    _config(command)
    command.add_argument(
        "--checkpoint", type=Path, nargs="+", action="extend", metavar="FILE", help="signed heads that were kept off this machine"
    )
    command.add_argument("--key", type=Path, action="append", metavar="FILE", help="a public key they may be signed with (PEM)")
    command.add_argument("--database", type=Path, metavar="FILE", help="a database file that is not in use, instead of this one")


def _recording_verify(command: argparse.ArgumentParser) -> None:
    _config(command)
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", metavar="ID", help="a recording, rec_...")
    which.add_argument("--all", action="store_true", help="every recording, and what lies on the disk without being known")


def _recording_rotate(command: argparse.ArgumentParser) -> None:
    _config(command)
    command.add_argument(
        "--keep-master", action="store_true", help="make no new master key: wrap under the one that stands first already"
    )


def _turn_config(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="PATH", help="configuration file (telemed.toml)")
    place = command.add_mutually_exclusive_group()
    place.add_argument("--out", type=Path, metavar="FILE", help="write it here with mode 0600 instead of printing it")
    place.add_argument("--directory", type=Path, metavar="DIR", help="write it here, with copies of certificate and key")
    command.add_argument("--owner", metavar="NAME", help="with --directory: the system user of the relay; needs root")


def _user_add(command: argparse.ArgumentParser) -> None:
    _config(command)
    command.add_argument("--role", metavar="ROLE", help="admin, clinician, front_desk, dispatcher, responder, reviewer")
    command.add_argument("--email", metavar="MAIL")
    command.add_argument("--name", metavar="NAME")
    command.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _notify_test(command: argparse.ArgumentParser) -> None:
    _config(command)
    command.add_argument("--to", required=True, metavar="ADDRESS", help="a mail address, or a number such as +49301234567")
