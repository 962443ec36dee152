"""The admin socket: private, bounded, typed refusals."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from telemed.admin import client, wire
from telemed.admin.server import AdminServer
from telemed.errors import Conflict, TelemedError, Unavailable


async def echo(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"said": wire.text_argument(arguments, "word")}


async def refuse(_: dict[str, Any]) -> dict[str, Any]:
    raise Conflict("This e-mail address is in use.", code="email_taken")


async def crash(_: dict[str, Any]) -> dict[str, Any]:
    raise KeyError("secret value")


@pytest.fixture
async def path(tmp_path: Path) -> Any:
    (tmp_path / "admin.sock").touch()  # left behind by a killed process
    server = AdminServer(tmp_path / "admin.sock", {"echo": echo, "refuse": refuse, "crash": crash})
    await server.start()
    yield tmp_path / "admin.sock"
    await server.close()
    assert not (tmp_path / "admin.sock").exists()


async def ask(path: Path, operation: str, **arguments: Any) -> dict[str, Any]:
    return await asyncio.to_thread(client.ask, path, operation, arguments)


async def test_an_operation_answers_and_the_socket_is_private(path: Path) -> None:
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert await ask(path, "echo", word="ä") == {"said": "ä"}


@pytest.mark.parametrize(
    ("operation", "code", "words"),
    [
        ("refuse", "email_taken", "in use"),
        ("crash", "internal", "its log says where"),
        ("missing", "unknown_operation", "no such admin operation"),
        ("echo", "protocol_error", "word"),
    ],
)
async def test_refusals_keep_code_and_words(path: Path, operation: str, code: str, words: str) -> None:
    with pytest.raises(TelemedError) as caught:
        await ask(path, operation)
    assert caught.value.code == code
    assert words in caught.value.message
    assert "secret" not in caught.value.message


async def test_nobody_listening_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await ask(tmp_path / "none.sock", "echo", word="a")


@pytest.mark.parametrize("line", [b"nonsense\n", b"[]\n", b'{"op": 5}\n', b'{"op": "echo", "args": []}\n', b"[" * 9000 + b"\n"])
async def test_nonsense_gets_a_typed_refusal(path: Path, line: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    answer = json.loads(await reader.readline())
    assert answer["ok"] is False
    assert answer["code"] in ("protocol_error", "unknown_operation")
    writer.close()


async def test_a_line_without_end_ends_the_connection(path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"x" * (wire.MAX_LINE_BYTES * 3))
    assert await reader.read() == b""
    writer.close()
    assert await ask(path, "echo", word="still there") == {"said": "still there"}


async def test_more_connections_than_allowed_are_closed(path: Path) -> None:
    held = [await asyncio.open_unix_connection(path) for _ in range(4)]
    for reader, writer in held:
        writer.write(wire.encode({"op": "echo", "args": {"word": "a"}}))
        assert json.loads(await reader.readline())["ok"] is True
    reader, writer = await asyncio.open_unix_connection(path)
    assert await reader.read() == b""
    for _, other in [*held, (reader, writer)]:
        other.close()
