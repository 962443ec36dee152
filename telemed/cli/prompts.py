"""Asking a person at the terminal, and reading passwords without showing them."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable

from telemed.errors import InvalidInput

MAX_PASSWORD_LINE = 1024  # characters read from standard input

Complaint = Callable[[str], str]  # what is wrong with an answer, "" for nothing


def any_answer(_answer: str) -> str:
    """No complaint: the answer is judged later."""
    return ""


def ask(question: str, given: str | None, option: str, default: str = "", complaint: Complaint = any_answer) -> str:
    """Return `given`, or what the person answers, asked again while there is a complaint about it.

    Raises InvalidInput when nobody is there to be asked.
    """
    if given is not None:
        return given
    if not sys.stdin.isatty():
        if default:
            return default
        raise InvalidInput(f"{option} is missing, and there is no terminal to ask at.")
    shown = f"{question} [{default}]: " if default else f"{question}: "
    while True:
        answer = input(shown).strip() or default
        words = complaint(answer)
        if not words:
            return answer
        print(words, file=sys.stderr)


def password(from_stdin: bool, complaint: Complaint = any_answer) -> str:
    """Return a password: one line of standard input, or typed twice until it will do. Raises InvalidInput."""
    if from_stdin:
        return sys.stdin.readline(MAX_PASSWORD_LINE).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput("There is no terminal to ask for the password. Use --password-stdin.")
    while True:
        first = getpass.getpass("Password (15 characters or more): ")
        words = complaint(first)
        if not words and getpass.getpass("Once more: ") != first:
            words = "The two passwords differ."
        if not words:
            return first
        print(words, file=sys.stderr)
