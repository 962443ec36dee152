"""The JSON reader given to Engine.IO and Socket.IO: every malformed text is a ValueError and nothing else.

The standard reader raises RecursionError on deep nesting and accepts NaN and integers of any length; both libraries let what is
not a ValueError escape from their receive loops, with a stack trace and a connection that is never cleaned up.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

MAX_INTEGER_CHARACTERS = 32  # JavaScript writes whole numbers with up to 21 digits; parsing takes time squared


def _parse_int(text: str) -> int:
    if len(text) > MAX_INTEGER_CHARACTERS:
        raise ValueError("integer is too long")
    return int(text)


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("not a JSON number")


def loads(text: str, **_ignored: Any) -> Any:
    """Parse JSON; raises ValueError for anything malformed, too deep, or not a JSON number."""
    try:
        return json.loads(text, parse_int=_parse_int, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dumps(value: Any, **options: Any) -> str:
    """Write JSON as the standard library does."""
    return json.dumps(value, **options)
