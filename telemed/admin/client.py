"""A command's side of the admin socket."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from telemed.admin import wire
from telemed.errors import ProtocolError, TelemedError, Unavailable


def ask(path: Path, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Run one operation in the running control process and return its result. Blocks.

    Raises Unavailable when none listens or answers, TelemedError with control's code and words when it refuses.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(wire.deadline_of(operation))
        try:
            connection.connect(str(path))
            connection.sendall(wire.encode({"op": operation, "args": arguments}))
            with connection.makefile("rb") as lines:
                answer = wire.decode(lines.readline(wire.MAX_LINE_BYTES))
        except OSError as error:
            raise Unavailable("The running server does not answer on its admin socket.") from error
    return _result(answer)


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("ok") is True and isinstance(answer.get("result"), dict):
        result: dict[str, Any] = answer["result"]
        return result
    code, message = answer.get("code"), answer.get("message")
    if not isinstance(code, str) or not isinstance(message, str):
        raise ProtocolError("The running server answered nonsense on its admin socket.")
    raise TelemedError(message, code=code)
