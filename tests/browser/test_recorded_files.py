"""Finished segments play in both browsers: length known, seeking by ranges, sound and picture running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from telemed.media.control import Source
from tests.adapters.recording.encoded import pictures, sound
from tests.adapters.recording.journalled import Written
from tests.adapters.recording.packetised import Sender
from tests.adapters.recording.played import content, finished
from tests.browser.browsers import Tab, chromium, open_chromium_tab, open_firefox_tab

SECOND = 1_000_000
LENGTH = 30  # seconds
FORMS = ("vp8", "vp9", "av1", "h264", "")
CAN_PLAY_H264 = """() => document.createElement("video").canPlayType('video/mp4; codecs="avc1.42E01E, opus"') !== "" """
# Load, seek forwards and back, play on. Returns what a person would notice.
PLAY = """async () => {
  const media = document.querySelector("video");
  const happened = name => new Promise((done, failed) => {
    media.addEventListener(name, done, {once: true});
    const broken = () => failed(new Error(`${media.currentSrc}: ${media.error && media.error.message}`));
    media.addEventListener("error", broken, {once: true});
    setTimeout(() => failed(new Error("no " + name)), 20000);
  });
  media.muted = true;
  let ready = happened("loadeddata");
  media.src = "%s"; media.load(); await ready;
  const found = {duration: media.duration, width: media.videoWidth, seeks: []};
  for (const at of [%d * 0.7, 3, %d - 2]) {
    ready = happened("seeked");
    const begun = performance.now();
    media.currentTime = at; await ready;
    found.seeks.push(performance.now() - begun);
  }
  ready = happened("ended");
  await media.play(); await ready;
  found.end = media.currentTime;
  return found;
}"""


def recorded(directory: Path, codec: str) -> Path:
    """A finished segment in clear, for a server of the test: a call with a second of lost sound, key frames each 2 s."""
    directory.mkdir()
    voice = Sender("opus", 2, SECOND)
    heard = [packet for packet in voice.packets(sound(LENGTH)) if not 5 * SECOND < packet.at_us < 6 * SECOND]
    Written("par_a", Source.MICROPHONE, "opus", SECOND).packets(heard).write(directory)
    if codec:
        camera = Sender(codec, 1, SECOND)
        Written("par_a", Source.CAMERA, codec, SECOND).packets(camera.packets(pictures(codec, LENGTH))).write(directory)
    _, manifest = finished(directory, "par_a")
    (entry,) = manifest.segments
    path = directory.parent / f"{codec or 'sound'}.{'mp4' if codec == 'h264' else 'webm'}"
    path.write_bytes(content(directory, entry.segment))
    return path


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[str]:
    """Files with ranges, and a page with a player."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>player</title><video></video>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_static("/files", directory)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield "http://127.0.0.1:{}".format(*runner.addresses[0][1:2])
    finally:
        await runner.cleanup()


async def plays(tab: Tab, root: str, path: Path, codec: str) -> None:
    await tab.goto(root)
    found = await tab.evaluate(PLAY % (f"/files/{path.name}", LENGTH, LENGTH))
    assert abs(found["duration"] - LENGTH) < 0.2 and abs(found["end"] - LENGTH) < 0.3, (codec, found)
    assert found["width"] == (160 if codec else 0), (codec, found)


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_each_form_plays_and_seeks(tmp_path: Path, browser: str) -> None:
    paths = [await asyncio.to_thread(recorded, tmp_path / (codec or "sound"), codec) for codec in FORMS]
    async with served(tmp_path) as root:
        if browser == "chromium":
            async with chromium() as started:
                tab = await open_chromium_tab(started)
                for path, codec in zip(paths, FORMS, strict=True):
                    await plays(tab, root, path, codec)
            return
        firefox = await open_firefox_tab()
        try:
            decodes_h264 = await firefox.evaluate(CAN_PLAY_H264)  # only with a library of the system
            for path, codec in zip(paths, FORMS, strict=True):
                if codec != "h264" or decodes_h264:
                    await plays(firefox, root, path, codec)
        finally:
            await firefox.close()
