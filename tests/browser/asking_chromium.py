"""Debian's Chromium on a screen that nobody sees: its own questions stand open until a mouse or a key answers them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import struct
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

from playwright.async_api import Browser, async_playwright

from tests.browser.browsers import CHROMIUM_ARGUMENTS, eventually
from tests.browser.test_degraded import FAKE_ANSWER

SIZE = "1024x900x24"
Answer = Literal["always", "once", "never"]
BUTTONS: tuple[Answer, ...] = ("always", "once", "never")  # from above
# A line through one of them is so many pixels long and of one of these colours (blue, green, red), the second under the mouse.
COLOURS = (b"\xfd\xe3\xd3", b"\xf0\xd7\xc5")
BUTTON_WIDTH, BUTTON_HEIGHT = 200, 40
TOOLBAR = 90  # pixels from above that are of the same colour
STEADY = 1.0  # seconds: Chromium overlooks what is pressed in the first half second of a question
PATIENCE = 60.0
Happened = Callable[[], Awaitable[object]]


class Screen:
    """What it shows, and a hand at its mouse and keys."""

    def __init__(self, name: str, picture: pathlib.Path) -> None:
        self.name, self._picture = name, picture

    def buttons(self) -> list[tuple[int, int]]:
        """Where the buttons of an open question are, from above; empty without one."""
        picture = self._picture.read_bytes()
        header = struct.unpack(">25I", picture[:100])
        start, line = header[0] + header[19] * 12, header[12]
        runs = [colour + end for colour in COLOURS for end in (b"\0", b"\xff")]
        found: list[tuple[int, int]] = []
        last = -BUTTON_HEIGHT
        for y in range(TOOLBAR, header[5]):
            row = picture[start + y * line : start + (y + 1) * line]
            at = max(row.find(run * BUTTON_WIDTH) for run in runs)
            if at >= 0 and y - last > BUTTON_HEIGHT:
                found.append((at // 4 + BUTTON_WIDTH // 2, y + BUTTON_HEIGHT // 2))
                last = y
        return found if len(found) == len(BUTTONS) else []

    async def question(self) -> list[tuple[int, int]]:
        """Until one has been open for so long that it takes an answer; its buttons."""
        since, before = time.monotonic(), self.buttons()

        async def steady() -> list[tuple[int, int]]:
            nonlocal since, before
            now = self.buttons()
            if now != before or not now:
                since, before = time.monotonic(), now
            return now if time.monotonic() - since >= STEADY else []

        return list(await eventually(steady, PATIENCE))

    async def press(self, answer: Answer, until: Happened) -> None:
        """One press on that button of the open question; again while the page has not heard of it."""
        while True:
            x, y = (await self.question())[BUTTONS.index(answer)]
            await self._hand("mousemove", str(x), str(y), "click", "1", "mousemove", "1020", "880")
            if await self._heard(until):
                return

    async def put_away(self, until: Happened) -> None:
        """The open question is closed by Escape, without an answer."""
        while True:
            await self.question()
            await self._hand("key", "Escape")
            if await self._heard(until):
                return

    async def _heard(self, until: Happened) -> bool:
        with contextlib.suppress(AssertionError):
            await eventually(until, 8)
            return True
        return False

    async def _hand(self, *words: str) -> None:
        process = await asyncio.create_subprocess_exec("xdotool", *words, env={**os.environ, "DISPLAY": self.name})
        assert await process.wait() == 0


def _line(descriptor: int) -> str:
    with open(descriptor) as told:
        return told.readline().strip()


@contextlib.asynccontextmanager
async def screen() -> AsyncIterator[Screen]:
    """A screen in memory, of a number that was free."""
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory(prefix="telemed-screen-") as folder:
        arguments = ("-displayfd", str(writing), "-screen", "0", SIZE, "-fbdir", folder, "-nolisten", "tcp")
        process = await asyncio.create_subprocess_exec("Xvfb", *arguments, pass_fds=(writing,), stderr=asyncio.subprocess.DEVNULL)
        os.close(writing)
        try:
            number = await asyncio.wait_for(asyncio.to_thread(_line, reading), 30)
            yield Screen(f":{number}", pathlib.Path(folder, "Xvfb_screen0"))
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@contextlib.asynccontextmanager
async def asking_chromium() -> AsyncIterator[tuple[Browser, Screen]]:
    """A browser with fake devices that asks about each of them, and the screen it is on."""
    usual = [argument for argument in CHROMIUM_ARGUMENTS if not argument.startswith(FAKE_ANSWER)]
    async with screen() as seen, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            headless=False,
            args=[*usual, "--window-position=0,0"],
            env={**os.environ, "DISPLAY": seen.name},
        )
        try:
            yield browser, seen
        finally:
            await browser.close()
