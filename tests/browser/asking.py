"""A screen that nobody sees, and a hand that answers a browser's own questions on it as a person does: by mouse and keys."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import os
import pathlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tests.browser.browsers import Tab, eventually

SIZE = "1024x900x24"
Answer = Literal["always", "once", "never"]
STEADY = 1.0  # seconds: both browsers overlook what is pressed in the first half second of a question
PATIENCE = 60.0
HEARD = 8.0
Happened = Callable[[], Awaitable[object]]


class Screen:
    """One in memory, with a mouse and keys."""

    def __init__(self, name: str, picture: pathlib.Path) -> None:
        self.name, self.picture = name, picture

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.name}

    async def click(self, x: int, y: int) -> None:
        """There, and away from it."""
        await self.hand("mousemove", str(x), str(y), "click", "1", "mousemove", "1020", "880")

    async def hand(self, *words: str) -> None:
        process = await asyncio.create_subprocess_exec("xdotool", *words, env=self.environment)
        assert await process.wait() == 0


class Questions(abc.ABC):
    """The questions of one browser on a screen, one at a time."""

    after_escape: ClassVar[Literal["dismissed", "refused"]]  # what the browser tells the page that asked

    def __init__(self, seen: Screen) -> None:
        self.screen = seen
        self.answered = 0

    @abc.abstractmethod
    async def shown(self) -> Any:
        """Which is open and where its buttons are, as the browser shows it; something false without one."""

    @abc.abstractmethod
    async def take_back(self) -> None:
        """What was refused is allowed to be asked again, as the page's help says; nothing where there is no such help."""

    @abc.abstractmethod
    async def _answer(self, shown: Any, answer: Answer) -> None:
        """One answer to the open question, by hand."""

    async def question(self) -> Any:
        """Until one has been open for so long that it takes an answer."""
        since, before = time.monotonic(), await self.shown()

        async def steady() -> Any:
            nonlocal since, before
            now = await self.shown()
            if now != before or not now:
                since, before = time.monotonic(), now
            return now if time.monotonic() - since >= STEADY else None

        return await eventually(steady, PATIENCE)

    async def press(self, answer: Answer, until: Happened) -> None:
        """That answer to the open question; again while the page has not heard of it."""
        self.answered += 1
        while True:
            await self._answer(await self.question(), answer)
            if await _heard(until):
                return

    async def put_away(self, until: Happened) -> None:
        """Escape, without a look at its buttons."""
        while True:
            await self.question()
            await self.screen.hand("key", "Escape")
            if await _heard(until):
                return


@dataclass(frozen=True)
class Asking:
    """A page of a browser that was never told anything, and what that browser asks over it."""

    tab: Tab
    questions: Questions


async def _heard(until: Happened) -> bool:
    with contextlib.suppress(AssertionError):
        await eventually(until, HEARD)
        return True
    return False


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
