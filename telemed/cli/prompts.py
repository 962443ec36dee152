"""Asking a person at the terminal, and reading passwords without showing them."""

from __future__ import annotations

import getpass
import sys

from telemed.errors import InvalidInput

MAX_PASSWORD_LINE = 1024  # characters read from standard input


def ask(question: str, given: str | None, option: str, default: str = "") -> str:
    """Return `given`, or what the person answers. Raises InvalidInput when nobody is there to be asked."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        if default:
            return default
        raise InvalidInput(f"{option} is missing, and there is no terminal to ask at.")
    shown = f"{question} [{default}]: " if default else f"{question}: "
    return input(shown).strip() or default


def password(from_stdin: bool) -> str:
    """Return a password: one line of standard input, or typed twice. Raises InvalidInput."""
    if from_stdin:
        return sys.stdin.readline(MAX_PASSWORD_LINE).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput("There is no terminal to ask for the password. Use --password-stdin.")
    first = getpass.getpass("Password (15 characters or more): ")
    if getpass.getpass("Once more: ") != first:
        raise InvalidInput("The two passwords differ.")
    return first
