"""What kind of command an answer is kept for: a client that uses one command id twice gets no answer to something else.

The function that does the work says its kind by `of_kind`; a function around it keeps it by `functools.wraps`. Kinds are kept
with answers for days, upgrades among them: whoever renames one refuses what was asked before (a test has the list).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
_ATTRIBUTE = "command_kind"
LINE = "line"  # of chat: sent by its writer, or finished by the server


def of_kind(kind: str) -> Callable[[F], F]:
    """Say of which kind the work is."""

    def said(work: F) -> F:
        setattr(work, _ATTRIBUTE, kind)
        return work

    return said


def kind_of(work: Callable[..., Any]) -> str:
    """The kind of a command, by the function that carries it out. Raises LookupError for one that does not say it."""
    kind = getattr(work, _ATTRIBUTE, "")
    if not kind:
        raise LookupError("a command without a kind: say it by of_kind")
    return str(kind)
