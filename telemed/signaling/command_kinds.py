"""What kind of command an answer is kept for: a client that uses one command id twice gets no answer to something else.

The function that does the work names its kind, so none can be left out; a function around it keeps its name by
`functools.wraps`. Where two functions do the same work, or one does several, the kind is said by `of_kind`.
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
    """The kind of a command, by the function that carries it out."""
    return str(getattr(work, _ATTRIBUTE, None) or work.__qualname__)
