"""The recovery key at the terminal: shown once, a part of it typed back; or written to and read from a file, for scripts."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from telemed.backup.recovery_key import RecoveryKey
from telemed.cli import prompts
from telemed.errors import Conflict, InvalidInput
from telemed.files import write_private

ASKED_GROUPS = 2  # typed back: enough to show that it was written down
MAX_KEY_BYTES = 1024


def hand_out(file: Path | None) -> RecoveryKey:
    """Make a recovery key and see to it that the person has it. Raises InvalidInput without terminal and file, Conflict."""
    key = RecoveryKey.new()
    if file is not None:
        try:
            write_private(file, key.text.encode() + b"\n", exclusive=True)
        except FileExistsError:
            raise Conflict("The file for the recovery key is there already and is not overwritten.") from None
        print(f"Wrote the recovery key to {file}. Move it off this machine: with it and a back-up everything can be read.")
        return key
    if not sys.stdin.isatty():
        raise InvalidInput("--recovery-key-file is missing, and there is no terminal to show the recovery key at.")
    print("\nRecovery key. Write it down now, on paper or in a password safe elsewhere. It is shown this once.")
    print("Without it no back-up can be read, by nobody. Whoever has it and a back-up can read everything.\n")
    print(f"    {key.text}\n")
    _confirm(key)
    return key


def read(file: Path | None) -> RecoveryKey:
    """The recovery key from a file, or typed. Raises InvalidInput."""
    if file is not None:
        try:
            with file.open("rb") as opened:
                return RecoveryKey.from_text(opened.read(MAX_KEY_BYTES).decode("ascii"))
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput("The file of the recovery key cannot be read.") from error
    return RecoveryKey.from_text(prompts.ask("Recovery key", None, "--recovery-key-file", complaint=_complaint))


def _confirm(key: RecoveryKey) -> None:
    """Ask for some groups until they are right: somebody who cannot type them has not written them down."""
    for number in sorted(secrets.SystemRandom().sample(range(1, len(key.groups)), ASKED_GROUPS)):
        wanted = key.groups[number]
        prompts.ask(f"Type group {number + 1} of it", None, "--recovery-key-file", complaint=_must_be(wanted))


def _must_be(wanted: str) -> prompts.Complaint:
    def complaint(answer: str) -> str:
        return "" if answer.upper() == wanted else "That is not it. Look at what you wrote down."

    return complaint


def _complaint(answer: str) -> str:
    try:
        RecoveryKey.from_text(answer)
    except InvalidInput as wrong:
        return wrong.message
    return ""
