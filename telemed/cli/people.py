"""Asking for a member of staff: what `telemed init` and `telemed user add` have in common."""

from __future__ import annotations

import argparse

from telemed.care.roles import Role
from telemed.cli import prompts
from telemed.errors import InvalidInput
from telemed.provision import NewStaff
from telemed.store.accounts import NewAccount

GOOD_EMAIL, GOOD_PASSWORD = "a@b.example", "lamp river seven cotton"  # stand in for what is not being judged


def complaint_about_role(answer: str) -> str:
    """What is wrong with a role, "" for nothing."""
    try:
        NewStaff.typed(answer, "A", GOOD_EMAIL, GOOD_PASSWORD)
    except InvalidInput as wrong:
        return wrong.message
    return ""


def complaint_about_password(answer: str) -> str:
    """What is wrong with a password, "" for nothing."""
    try:
        NewStaff.typed(Role.ADMIN.value, "A", GOOD_EMAIL, answer)
    except InvalidInput as wrong:
        return wrong.message
    return ""


def complaint_about_name(answer: str) -> str:
    """What is wrong with a person's name, "" for nothing."""
    return _about_account(answer, GOOD_EMAIL)


def complaint_about_email(answer: str) -> str:
    """What is wrong with an e-mail address, "" for nothing."""
    return _about_account("A", answer)


def typed(role: str, name: str, email: str, chosen: argparse.Namespace) -> NewStaff:
    """The person, with the password asked for. Raises InvalidInput for the first thing that will not do."""
    words = complaint_about_role(role) or complaint_about_name(name) or complaint_about_email(email)
    if words:
        raise InvalidInput(words)
    return NewStaff.typed(role, name, email, prompts.password(chosen.password_stdin, complaint_about_password))


def _about_account(name: str, email: str) -> str:
    try:
        NewAccount(Role.ADMIN, name, email, "hash")
    except InvalidInput as wrong:
        return wrong.message
    return ""
