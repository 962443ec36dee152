"""Marionette, the protocol built into Firefox: unlike WebDriver BiDi it reaches the window around the page."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import pathlib
from collections.abc import AsyncIterator
from typing import Any

from tests.browser.browsers import eventually

START_SECONDS = 60.0
ANSWER_SECONDS = 60.0


class Marionette:
    """One connection; commands are answered one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count(1)

    async def send(self, name: str, **parameters: Any) -> Any:
        """One command; its value."""
        number = next(self._numbers)
        packet = json.dumps([0, number, name, parameters]).encode()
        self._writer.write(b"%d:%s" % (len(packet), packet))
        await self._writer.drain()
        _, answered, error, result = await asyncio.wait_for(self.read(), ANSWER_SECONDS)
        assert answered == number and error is None, (name, error)
        return result.get("value") if isinstance(result, dict) else result

    async def read(self) -> Any:
        """The next packet: its length, a colon, and JSON."""
        length = (await self._reader.readuntil(b":"))[:-1]
        return json.loads(await self._reader.readexactly(int(length)))

    async def in_page(self, function: str) -> Any:
        """What a function returns in the page; promises are awaited."""
        return await self.send("WebDriver:ExecuteScript", script=f"return ({function})()", args=[], sandbox=None)

    async def around_page(self, function: str) -> Any:
        """What a function returns in the browser's own window."""
        await self.send("Marionette:SetContext", value="chrome")
        try:
            return await self.send("WebDriver:ExecuteScript", script=f"return ({function})()", args=[])
        finally:
            await self.send("Marionette:SetContext", value="content")


def _text_of(file: pathlib.Path) -> str:
    return file.read_text().strip() if file.exists() else ""


@contextlib.asynccontextmanager
async def connected(port_file: pathlib.Path) -> AsyncIterator[Marionette]:
    """To the Firefox that writes its port into this file of its profile."""

    number = int(await eventually(lambda: asyncio.to_thread(_text_of, port_file), START_SECONDS))
    reader, writer = await asyncio.open_connection("127.0.0.1", number, limit=2**22)
    try:
        marionette = Marionette(reader, writer)
        await marionette.read()  # who it is
        await marionette.send("WebDriver:NewSession")
        yield marionette
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
