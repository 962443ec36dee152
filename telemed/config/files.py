"""Reading a configuration file together with the files it names: paths resolved, secrets found, rights checked."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from telemed.config.conflicts import Problem
from telemed.config.faults import ConfigFaults
from telemed.config.gateway_secrets import with_gateway_secrets
from telemed.config.model import Config, Sms
from telemed.config.read import examine, placed, read_text
from telemed.config.rules import INSTALLATION_KEY, METRICS_TOKEN

S = TypeVar("S", bound=Sms)
KEY_VARIABLE = "TELEMED_INSTALLATION_KEY"
RECORDING_KEY_VARIABLE = "TELEMED_RECORDING_KEY"  # read by telemed/recording/master_keys.py
MAX_SOCKET_PATH = 107  # bytes of sockaddr_un.sun_path without its NUL (unix(7))
LONGEST_SOCKET = "/run/media-00.sock"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def load(path: Path, environment: Mapping[str, str]) -> Config:
    """Return the settings of the file at `path`: paths absolute, `secrets.installation_key` filled from wherever it comes.

    Raises ConfigFaults with every fault, those of named files (missing, readable by others) included.
    """
    config, problems, lines = examine(read_text(path), str(path))
    config = resolve(config, path.resolve().parent)
    named = {key for key, _, _ in problems}
    key, key_problems = _installation_key(config, path, environment)
    token, token_problems = _metrics_token(config)
    config, gateway_problems = with_gateway_secrets(config, path)
    outside = needed(config) + _tls(config) + _directory(config) + key_problems + token_problems + gateway_problems
    problems += [problem for problem in outside if problem[0] not in named and problem[0].partition(".")[0] not in named]
    if problems:
        raise ConfigFaults(placed(problems, lines), str(path))
    metrics = dataclasses.replace(config.metrics, token=token)
    return dataclasses.replace(config, secrets=dataclasses.replace(config.secrets, installation_key=key), metrics=metrics)


def resolve(config: Config, base: Path) -> Config:
    """Return `config` with every path made absolute; relative ones count from `base`."""

    def absolute(value: str) -> str:
        return str(base / value) if value else ""

    server = dataclasses.replace(
        config.server, tls_certificate=absolute(config.server.tls_certificate), tls_key=absolute(config.server.tls_key)
    )
    store = dataclasses.replace(config.store, directory=absolute(config.store.directory))
    secrets = dataclasses.replace(config.secrets, installation_key_file=absolute(config.secrets.installation_key_file))
    backup = dataclasses.replace(config.backup, directory=absolute(config.backup.directory))
    metrics = dataclasses.replace(config.metrics, token_file=absolute(config.metrics.token_file))
    mail = dataclasses.replace(
        config.mail, authority_file=absolute(config.mail.authority_file), password_file=absolute(config.mail.password_file)
    )
    sms, second = _absolute_sms(config.sms, base), _absolute_sms(config.sms_second, base)
    audit = dataclasses.replace(
        config.audit,
        checkpoint_directory=absolute(config.audit.checkpoint_directory),
        timestamp_authority_file=absolute(config.audit.timestamp_authority_file),
    )
    recording = dataclasses.replace(
        config.recording,
        directory=absolute(config.recording.directory),
        master_key_file=absolute(config.recording.master_key_file),
    )
    oidc = dataclasses.replace(
        config.oidc,
        client_secret_file=absolute(config.oidc.client_secret_file),
        authority_file=absolute(config.oidc.authority_file),
    )
    turn = dataclasses.replace(
        config.turn,
        tls_certificate=absolute(config.turn.tls_certificate),
        tls_key=absolute(config.turn.tls_key),
        secret_file=absolute(config.turn.secret_file),
    )
    ways_out = dataclasses.replace(config, mail=mail, sms=sms, sms_second=second, audit=audit, oidc=oidc, turn=turn)
    kept = dataclasses.replace(ways_out, backup=backup, store=store, secrets=secrets, recording=recording)
    return dataclasses.replace(kept, server=server, metrics=metrics)


def _absolute_sms(sms: S, base: Path) -> S:
    token_file, report_token_file = (str(base / name) if name else "" for name in (sms.token_file, sms.report_token_file))
    return dataclasses.replace(sms, token_file=token_file, report_token_file=report_token_file)


def needed(config: Config) -> list[Problem]:
    """Nobody may be left without a number to call when a visit does not work."""
    if config.clinic.phone:
        return []
    return [("clinic.phone", "is empty, and patients are shown whom to call", 'write it, for example "+49 30 1234567"')]


def _tls(config: Config) -> list[Problem]:
    found = []
    for key, value in (("tls_certificate", config.server.tls_certificate), ("tls_key", config.server.tls_key)):
        if value and not Path(value).is_file():
            found.append((f"server.{key}", "names a file that is not there", "correct the path"))
    if config.server.tls_key and Path(config.server.tls_key).is_file() and _open_to_world(Path(config.server.tls_key)):
        found.append(("server.tls_key", "may be read by everybody on this machine", "chmod 600 the key file"))
    return found


def _directory(config: Config) -> list[Problem]:
    directory = config.store.directory
    found = []
    if is_too_long(directory):
        found.append(("store.directory", "is too long for the names of sockets in it", "choose a path below 80 bytes"))
    if Path(directory).exists() and not Path(directory).is_dir():
        found.append(("store.directory", "is not a directory", "choose another path"))
    return found


def is_too_long(directory: str) -> bool:
    """The kernel could not name the sockets in this directory."""
    return len(directory.encode()) + len(LONGEST_SOCKET) > MAX_SOCKET_PATH


def _installation_key(config: Config, path: Path, environment: Mapping[str, str]) -> tuple[str, list[Problem]]:
    """The key from environment, file or configuration, in this order, and what is wrong with it."""
    from_environment = environment.get(KEY_VARIABLE, "")
    if from_environment:
        return _checked(from_environment, "secrets", f"{KEY_VARIABLE} is too short")
    secrets = config.secrets
    if secrets.installation_key_file:
        return _key_file(Path(secrets.installation_key_file))
    if not secrets.installation_key:
        return "", [("secrets.installation_key", "is empty", "run `telemed init`, or write 43 random characters")]
    if path.stat().st_mode & OTHERS:
        fix = "chmod 600 this file, or use installation_key_file"
        return "", [("secrets.installation_key", "stands in a file that others may read", fix)]
    return secrets.installation_key, []


def _key_file(path: Path) -> tuple[str, list[Problem]]:
    name = "secrets.installation_key_file"
    try:
        if path.stat().st_mode & OTHERS:
            return "", [(name, "may be read by others", "chmod 600 the file")]
        return _checked(path.read_text("ascii").strip(), name, "holds no key")
    except (OSError, UnicodeDecodeError):
        return "", [(name, "cannot be read", "correct the path or write the key as plain text")]


def _metrics_token(config: Config) -> tuple[str, list[Problem]]:
    """The token of /metrics from its file or the configuration, and what is wrong with it."""
    metrics = config.metrics
    if not metrics.token_file:
        return metrics.token, []
    path, name = Path(metrics.token_file), "metrics.token_file"
    try:
        token = path.read_text("ascii").strip()
        if path.stat().st_mode & OTHERS:
            return "", [(name, "may be read by others", "chmod 600 the file")]
    except (OSError, UnicodeDecodeError):
        return "", [(name, "cannot be read", "correct the path or write the token as plain text")]
    if METRICS_TOKEN.fullmatch(token):
        return token, []
    return "", [(name, "holds no token", "write 16 to 256 random characters without spaces")]


def _checked(key: str, name: str, problem: str) -> tuple[str, list[Problem]]:
    if INSTALLATION_KEY.fullmatch(key):
        return key, []
    return "", [(name, problem, "use 43 to 256 random characters without spaces")]


def _open_to_world(path: Path) -> bool:
    """True when everybody may read it. A group is allowed: certificate tools hand keys out that way."""
    return bool(path.stat().st_mode & stat.S_IRWXO)
