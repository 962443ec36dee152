"""Secrets of mail server, SMS provider, single sign-on and relay: from the configuration or files of their own, for us alone."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path
from typing import TypeVar

from telemed.config.conflicts import Problem
from telemed.config.model import Config, Sms, Turn
from telemed.config.rules import REPORT_TOKEN, TURN_SECRET

S = TypeVar("S", bound=Sms)
OTHERS = stat.S_IRWXG | stat.S_IRWXO
MAX_SECRET = 512  # characters


def with_gateway_secrets(config: Config, path: Path) -> tuple[Config, list[Problem]]:
    """Fill `mail.password`, tokens of SMS providers, `oidc.client_secret` and `turn.secret` from their files.

    `path` is the configuration file; paths in it are absolute.
    """
    mail, oidc = config.mail, config.oidc
    password, problems = _secret("mail.password", mail.password, mail.password_file, path)
    sms, more = _provider("sms", config.sms, path)
    second, further = _provider("sms_second", config.sms_second, path)
    client_secret, most = _secret("oidc.client_secret", oidc.client_secret, oidc.client_secret_file, path)
    turn_secret, turn_problems = _turn_secret(config.turn, path)
    # The files have been read: left in, they would be second sources to whoever checks these settings again.
    mail = dataclasses.replace(mail, password=password, password_file="")
    oidc = dataclasses.replace(oidc, client_secret=client_secret, client_secret_file="")
    turn = dataclasses.replace(config.turn, secret=turn_secret, secret_file="")
    problems += more + further + most + turn_problems + _authorities(config) + _signing_key(config, path)
    return dataclasses.replace(config, mail=mail, sms=sms, sms_second=second, oidc=oidc, turn=turn), problems


def _provider(section: str, sms: S, path: Path) -> tuple[S, list[Problem]]:
    """A provider of SMS with its token and the secret of its reports."""
    token, problems = _secret(f"{section}.token", sms.token, sms.token_file, path)
    report_token, more = _report_token(section, sms, path)
    filled = dataclasses.replace(sms, token=token, token_file="", report_token=report_token, report_token_file="")
    return filled, problems + more


def _report_token(section: str, sms: Sms, path: Path) -> tuple[str, list[Problem]]:
    """The secret of reports: it opens a door to the internet, so that one in a file may not be short either."""
    token, problems = _secret(f"{section}.report_token", sms.report_token, sms.report_token_file, path)
    if not token or REPORT_TOKEN.fullmatch(token):
        return token, problems
    key = f"{section}.report_token_file"
    return "", [(key, "is too short or holds spaces", "write 24 to 256 random characters without spaces")]


def _turn_secret(turn: Turn, path: Path) -> tuple[str, list[Problem]]:
    """The secret shared with the relay: coturn's own file must be able to hold it, too."""
    secret, problems = _secret("turn.secret", turn.secret, turn.secret_file, path)
    if not secret or TURN_SECRET.fullmatch(secret):
        return secret, problems
    return "", [("turn.secret_file", "is too short or holds other characters", "write 32 to 256 letters, digits, - or _")]


def _authorities(config: Config) -> list[Problem]:
    """Files of authorities that are named and not there."""
    named = {
        "mail.authority_file": config.mail.authority_file,
        "audit.timestamp_authority_file": config.audit.timestamp_authority_file,
        "oidc.authority_file": config.oidc.authority_file,
    }
    missing = [key for key, value in named.items() if value and not Path(value).is_file()]
    return [(key, "names a file that is not there", "correct the path") for key in missing]


def _signing_key(config: Config, path: Path) -> list[Problem]:
    if not config.backup.signing_key or not path.stat().st_mode & OTHERS:
        return []
    return [("backup.signing_key", "stands in a file that others may read", "chmod 600 this file")]


def _secret(key: str, value: str, file: str, path: Path) -> tuple[str, list[Problem]]:
    if file:
        return _from_file(f"{key}_file", Path(file))
    if value and path.stat().st_mode & OTHERS:
        return "", [(key, "stands in a file that others may read", f"chmod 600 this file, or use {key.partition('.')[2]}_file")]
    return value, []


def _from_file(key: str, path: Path) -> tuple[str, list[Problem]]:
    try:
        if path.stat().st_mode & OTHERS:
            return "", [(key, "may be read by others", "chmod 600 the file")]
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return "", [(key, "cannot be read", "correct the path or write the secret as plain text")]
    if not 0 < len(secret) <= MAX_SECRET or not secret.isprintable():
        return "", [(key, "holds no secret", "write it as one line of plain text")]
    return secret, []
