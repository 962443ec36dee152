"""Every page and state in pictures: four sizes, light and dark, into the ignored folder screenshots/. Run by `make screenshots`.

Most states come from a real demo server and real people in real browsers. A few that would take days or a broken machine
(an expired link, a server without media) are answered by the test in the server's place; what is shown is the same code.
Besides the pictures it reports, and fails on, pages that scroll sideways and scripts that raise.
"""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from html import escape

from playwright.async_api import Browser, Page

from tests.browser.browsers import ChromiumTab, chromium, open_chromium_tab
from tests.browser.person_states import PERSON_STATES
from tests.browser.prepared import prepare
from tests.browser.queue_states import QUEUE_STATES
from tests.browser.recorded import furnish_recording
from tests.browser.recorded_shelf import furnish_shelf
from tests.browser.recording_states import RECORDING_STATES
from tests.browser.review_states import REVIEW_STATES
from tests.browser.screenshot_album import Album
from tests.browser.screenshot_states import STATES
from tests.browser.server import start_server, stop_server
from tests.browser.urgent_states import URGENT_STATES

SIZES = {"desktop": (1440, 900), "tablet": (820, 1180), "phone": (390, 844), "narrow": (360, 740), "small": (320, 568)}
SCHEMES = ("light", "dark")
SETTLE = 0.25  # seconds after a change of size: observers and transitions of at most 0.2 s
STATE_TIMEOUT = 90.0  # seconds for one state with all its pictures
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Camera:
    """Takes one state in all sizes and schemes and remembers what was wrong with it."""

    def __init__(self, folder: pathlib.Path, only: str) -> None:
        self.folder, self.only = folder, only
        self.pictures: list[str] = []
        self.faults: list[str] = []

    async def take(self, tab: ChromiumTab, name: str, *, whole: bool = True) -> None:
        """Photograph `tab` as state `name`; `whole` includes what is below the lower edge."""
        for scheme in SCHEMES:
            await tab.page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            for size, (width, height) in SIZES.items():
                await tab.page.set_viewport_size({"width": width, "height": height})
                await asyncio.sleep(SETTLE)
                await self._shoot(tab.page, f"{name}--{size}--{scheme}", whole)
        await tab.page.set_viewport_size(dict(zip(("width", "height"), SIZES["desktop"], strict=True)))
        self.faults += [f"{name}: script error: {problem}" for problem in tab.problems]
        tab.problems.clear()

    async def _shoot(self, page: Page, file: str, whole: bool) -> None:
        sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if sideways > 0:
            self.faults.append(f"{file}: scrolls sideways by {sideways} px")
        await page.screenshot(path=self.folder / f"{file}.png", full_page=whole, animations="disabled")
        self.pictures.append(file)


def write_gallery(folder: pathlib.Path, pictures: list[str]) -> None:
    """An index page to leaf through: one section for each state."""
    names = list(dict.fromkeys(picture.split("--")[0] for picture in pictures))
    parts = ['<!doctype html><meta charset="utf-8"><title>telemed: pictures</title>']
    parts.append("<style>body{font:15px system-ui;margin:24px;background:#dde}img{max-height:480px;margin:4px}</style>")
    for name in names:
        own = [escape(picture) for picture in pictures if picture.split("--")[0] == name]
        images = [f'<img loading="lazy" src="{one}.png" alt="{one}" title="{one}">' for one in own]
        parts.append(f"<h2>{escape(name)}</h2>{''.join(images)}")
    (folder / "index.html").write_text("\n".join(parts), encoding="utf-8")


async def take_state(album: Album, name: str, act: Callable[[Album], Awaitable[None]]) -> None:
    """Bring about one state and photograph it; a state that cannot be reached is a fault, and the others go on."""
    began = time.monotonic()
    try:
        await asyncio.wait_for(act(album), STATE_TIMEOUT)
    except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to this state; the rest of the album goes on
        what = " ".join(str(error).split())[:200] or type(error).__name__
        album.camera.faults.append(f"{name}: not reached: {what}")
    finally:
        await album.close_tabs()
    print(f"{name:24} {time.monotonic() - began:5.1f} s", flush=True)


async def take_all(browser: Browser, camera: Camera, var: pathlib.Path) -> None:
    """Start a demo server that has recordings and go through all states."""
    await furnish_recording(await prepare(var))
    await furnish_shelf(var / "var")
    server = await start_server(var)
    try:

        async def open_tab(**options: object) -> ChromiumTab:
            return await open_chromium_tab(browser, reduced_motion="reduce", **options)

        for name, act in (STATES | PERSON_STATES | QUEUE_STATES | URGENT_STATES | RECORDING_STATES | REVIEW_STATES).items():
            if camera.only in name:
                await take_state(Album(server, camera, open_tab), name, act)
    finally:
        await stop_server(server)


async def main() -> int:
    """Return the process's exit code: 1 when a state is missing, scrolls sideways or raises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="states whose name contains this")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "screenshots")
    options = parser.parse_args()
    options.out.mkdir(exist_ok=True)
    camera = Camera(options.out, options.only)
    with tempfile.TemporaryDirectory(prefix="telemed-screenshots-") as var:
        async with chromium() as browser:
            await take_all(browser, camera, pathlib.Path(var))
    write_gallery(options.out, camera.pictures)
    print(f"{len(camera.pictures)} pictures in {options.out}; {len(camera.faults)} faults")
    for fault in dict.fromkeys(camera.faults):
        print(f"  {fault}")
    return 1 if camera.faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
