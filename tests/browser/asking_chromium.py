"""Debian's Chromium that asks as it asks anybody: where its questions and their buttons are is read from the screen."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import AsyncIterator

from playwright.async_api import async_playwright

from tests.browser.asking import Answer, Asking, Questions, screen
from tests.browser.browsers import CHROMIUM_ARGUMENTS, open_chromium_tab
from tests.browser.incident_people import HERE, PHONE
from tests.browser.test_degraded import FAKE_ANSWER

BUTTONS: tuple[Answer, ...] = ("always", "once", "never")  # from above
# A line through one of them is so many pixels long and of one of these colours (blue, green, red), the second under the mouse.
COLOURS = (b"\xfd\xe3\xd3", b"\xf0\xd7\xc5")
BUTTON_WIDTH, BUTTON_HEIGHT = 200, 40
TOOLBAR = 90  # pixels from above that are of the same colour


class ChromiumQuestions(Questions):
    """Escape leaves them open to be asked again."""

    after_escape = "dismissed"

    async def shown(self) -> list[tuple[int, int]]:
        """Where the buttons are, from above."""
        picture = self.screen.picture.read_bytes()
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

    async def take_back(self) -> None:
        """Nothing was refused."""

    async def _answer(self, shown: list[tuple[int, int]], answer: Answer) -> None:
        await self.screen.click(*shown[BUTTONS.index(answer)])


@contextlib.asynccontextmanager
async def asking_chromium() -> AsyncIterator[Asking]:
    """A new telephone with fake devices, whose browser asks about each of them."""
    usual = [argument for argument in CHROMIUM_ARGUMENTS if not argument.startswith(FAKE_ANSWER)]
    async with screen() as seen, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            headless=False,
            args=[*usual, "--window-position=0,0"],
            env={**seen.environment},
        )
        try:
            yield Asking(await open_chromium_tab(browser, **PHONE, geolocation=HERE), ChromiumQuestions(seen))
        finally:
            await browser.close()
