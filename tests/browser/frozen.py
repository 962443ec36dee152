"""A Chromium page that can be put to sleep as phones do it. Playwright keeps its pages awake: this one is driven by CDP alone."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import pathlib
import tempfile
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from tests.browser.browsers import CHROMIUM_ARGUMENTS, eventually, selector

FILL = """(() => { const field = document.querySelector(%s); if (!field) return false; field.focus();
  const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, %s);
  field.dispatchEvent(new Event("input", {bubbles: true})); return true; })()"""
CLICK = """(() => { const found = document.querySelector(%s); if (!found || found.disabled) return false;
  found.click(); return true; })()"""


class FreezableTab:
    """One page of its own Chromium."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._numbers = socket, itertools.count(1)

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One CDP command; its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = json.loads(await self._socket.receive_str(timeout=20))
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])

    async def sleep(self) -> None:
        """As when the phone is put away: hidden, then frozen."""
        await self.send("Page.setWebLifecycleState", state="frozen")

    async def wake(self) -> None:
        """As when the person comes back."""
        await self.send("Page.setWebLifecycleState", state="active")
        await self.send("Page.bringToFront")

    async def goto(self, url: str) -> None:
        await self.send("Page.navigate", url=url)

    async def evaluate(self, function: str) -> Any:
        answer = await self.send("Runtime.evaluate", expression=f"({function})()", awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def click(self, testid: str) -> None:
        await eventually(lambda: self._run(CLICK % json.dumps(selector(testid))))

    async def fill(self, testid: str, text: str) -> None:
        await eventually(lambda: self._run(FILL % (json.dumps(selector(testid)), json.dumps(text))))

    async def wait(self, testid: str, timeout: float = 15.0) -> None:
        await eventually(lambda: self._run(f"!!document.querySelector({json.dumps(selector(testid))})"), timeout)

    async def press(self, key: str) -> None:
        await self.send("Input.dispatchKeyEvent", type="keyDown", key=key)

    async def reload(self) -> None:
        await self.send("Page.reload")

    async def close(self) -> None:
        await self._socket.close()

    async def _run(self, expression: str) -> Any:
        return (await self.send("Runtime.evaluate", expression=expression, returnByValue=True))["result"].get("value")


@contextlib.asynccontextmanager
async def freezable_chromium(*, without: str = "-none-") -> AsyncIterator[FreezableTab]:
    """Debian's Chromium with fake devices, and its one page. `without`: how the usual argument begins that is left out."""
    usual = [argument for argument in CHROMIUM_ARGUMENTS if not argument.startswith(without)]
    with tempfile.TemporaryDirectory(prefix="telemed-chromium-", ignore_cleanup_errors=True) as home:
        arguments = ("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={home}", "--window-size=390,844")
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/chromium", *usual, *arguments, "about:blank", stderr=asyncio.subprocess.DEVNULL
        )
        try:
            port_file = pathlib.Path(home) / "DevToolsActivePort"
            await eventually(lambda: asyncio.sleep(0, port_file.exists() and port_file.read_text().count("\n") >= 1))
            base = f"http://127.0.0.1:{port_file.read_text().split()[0]}"
            async with aiohttp.ClientSession() as http:
                targets = await (await http.get(f"{base}/json/list")).json()
                address = next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")
                async with http.ws_connect(address, max_msg_size=0) as socket:
                    yield FreezableTab(socket)
        finally:
            process.terminate()
            await process.wait()
