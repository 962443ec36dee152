"""Real browsers through a worker, without the product's own client: media, bandwidth, restart."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from telemed.media.control import Negotiate, Negotiated, Source
from telemed.media.control_codec import from_json
from telemed.media.sdp import parse_offer, write_answer
from telemed.sfu.addresses import interface_addresses
from telemed.sfu.worker import Worker, WorkerSettings
from tests.browser.browsers import Tab, chromium, eventually, media_flows, open_chromium_tab, open_firefox_tab

RED_SECOND = re.compile(r"^(m=audio \S+ \S+) (\d+) (\d+)", re.MULTILINE)
# Sound received: whole packets, samples, and of those what was made up.
SOUND = """async () => { for (const s of (await window.connections.at(-1).getStats()).values())
  if (s.type == "inbound-rtp" && s.kind == "audio") return [s.packetsReceived, s.totalSamplesReceived, s.concealedSamples]; }"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

PAGE = """<!doctype html><title>sfu</title><script>
let pc, name, attempt = 1, mids = {};
async function offer(options) {
  await pc.setLocalDescription(await pc.createOffer(options));
  const publish = {}, subscribe = {};
  for (const t of pc.getTransceivers()) (t.wanted ? subscribe : publish)[t.mid] = t.wanted || t.sender.track.kind;
  const body = JSON.stringify({name, attempt, sdp: pc.localDescription.sdp, publish, subscribe});
  const r = await fetch("/offer", {method: "POST", body});
  if (!r.ok) throw new Error(await r.text());
  await pc.setRemoteDescription({type: "answer", sdp: await r.text()});
}
window.join = async (who, tracks) => {
  name = who; pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
  pc.ontrack = e => { const v = document.createElement(e.track.kind); v.autoplay = true; v.muted = e.track.kind == "video";
    v.srcObject = new MediaStream([e.track]); document.body.append(v); v.play().catch(() => {}); };
  const s = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 1280, height: 720, frameRate: 30}});
  for (const t of s.getTracks()) pc.addTransceiver(t, {direction: "sendonly", streams: [s]});
  await window.receive(tracks); return true;
};
window.receive = async tracks => {
  for (const t of tracks) pc.addTransceiver(t.endsWith("video") ? "video" : "audio", {direction: "recvonly"}).wanted = t;
  await offer(); return true;
};
window.restart = async () => { await offer({iceRestart: true}); return true; };
window.outgoing = async () => { for (const s of (await pc.getStats()).values())
  if (s.type == "candidate-pair" && s.nominated && s.availableOutgoingBitrate) return s.availableOutgoingBitrate; return 0; };
</script>"""


class Bench:
    """A worker in this process and the page that talks to it."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.url = ""
        self.redundant = False  # answers ask for redundant sound, as the product's page makes them do

    async def page(self, _request: web.Request) -> web.Response:
        """The test page."""
        return web.Response(text=PAGE, content_type="text/html")

    async def offer(self, request: web.Request) -> web.Response:
        """Answer an offer as control would."""
        body: dict[str, Any] = json.loads(await request.text())
        sources = {"audio": Source.MICROPHONE, "video": Source.CAMERA}
        publish = {mid: sources[kind] for mid, kind in body["publish"].items()}
        parsed = parse_offer(body["sdp"], publish, body["subscribe"])
        tracks = {mid: f"{body['name']}-{kind}" for mid, kind in body["publish"].items()}
        declaration = Negotiate(
            "room", body["name"], body["attempt"], parsed.transport, parsed.publish_lines(tracks), parsed.subscribe_lines()
        )
        result = from_json(Negotiated, json.loads(json.dumps(self.worker.negotiate(declaration))))
        streams = {track: track.partition("-")[0] for track in body["subscribe"].values()}
        answer = write_answer(parsed, result, streams)
        return web.Response(text=RED_SECOND.sub(r"\1 \3 \2", answer) if self.redundant else answer)


@asynccontextmanager
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A started bench on a free port of localhost."""
    worker = Worker(WorkerSettings(0, 0, tmp_path / "m.sock", tuple(interface_addresses(True))))
    await worker.start()
    built = Bench(worker)
    app = web.Application()
    app.router.add_get("/", built.page)
    app.router.add_post("/offer", built.offer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0)
    await site.start()
    built.url = f"http://localhost:{runner.addresses[0][1]}/"
    try:
        yield built
    finally:
        await runner.cleanup()
        await worker.close()
        assert worker.counters.fail_packet_path == 0
        assert worker.counters.fail_protect == 0


async def enter(tab: Tab, bench: Bench, name: str, receive: list[str]) -> None:
    """Open the page and join."""
    await tab.goto(bench.url)
    await tab.evaluate(f"async () => await window.join({name!r}, {json.dumps(receive)})")


async def test_two_chromiums_and_an_ice_restart(tmp_path: Path) -> None:
    async with bench(tmp_path) as here, chromium() as browser:
        a, b = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await enter(a, here, "a", [])
        await enter(b, here, "b", ["a-audio", "a-video"])
        await a.evaluate("async () => await window.receive(['b-audio', 'b-video'])")
        await media_flows(a, 1, 1)
        await media_flows(b, 1, 1)

        async def ramped() -> bool:
            return bool(await a.evaluate("async () => (await window.outgoing()) > 600_000"))

        await eventually(ramped, 40)  # it starts at 0.3 Mbit/s and without transport feedback falls to 0.1
        assert here.worker.counters.twcc_sent > 10
        await a.evaluate("async () => await window.restart()")
        await media_flows(a, 1, 1)
        await media_flows(b, 1, 1)
        assert here.worker.rooms["room"].peers["a"].attempt == 1
        assert here.worker.counters.drop_srtp_auth == 0
        await a.close()
        await b.close()


async def test_chromium_and_firefox(tmp_path: Path) -> None:
    async with bench(tmp_path) as here, chromium() as browser:
        a = await open_chromium_tab(browser)
        f = await open_firefox_tab()
        try:
            await enter(a, here, "a", [])
            await enter(f, here, "f", ["a-audio", "a-video"])
            await a.evaluate("async () => await window.receive(['f-audio', 'f-video'])")
            await media_flows(a, 1, 1)
            await media_flows(f, 1, 1)
        finally:
            await f.close()
            await a.close()


async def test_chromium_sends_and_takes_redundant_sound(tmp_path: Path) -> None:
    async with bench(tmp_path) as here, chromium() as browser:
        a, b = await open_chromium_tab(browser), await open_chromium_tab(browser)
        await enter(a, here, "a", [])
        await enter(b, here, "b", ["a-audio", "a-video"])
        await media_flows(b, 1, 1)
        counters = here.worker.counters
        assert counters.in_red == 0, "Opus is the first choice"
        here.redundant = True
        await a.evaluate("async () => await window.receive([])")
        await eventually(lambda: _true(counters.in_red > 50), 40)
        here.redundant = False
        await a.evaluate("async () => await window.receive([])")
        flow = next(flow for flow in here.worker.rooms["room"].peers["b"].flows.values() if not flow.is_video)
        assert flow.redundancy is not None
        flow.redundancy.choice = SimpleNamespace(look=lambda *_report: 2)  # as if much were lost
        await eventually(lambda: _true(counters.out_red > 50), 40)
        before = await b.evaluate(SOUND)
        await eventually(lambda: _true(counters.out_red > 250), 40)
        packets, samples, concealed = (after - was for after, was in zip(await b.evaluate(SOUND), before, strict=True))
        assert packets > 100 and concealed < samples / 4, "it plays what it gets"
        assert counters.drop_rtp_malformed == 0
        await a.close()
        await b.close()


async def _true(value: bool) -> bool:
    return value
