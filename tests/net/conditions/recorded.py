"""A call over a bad link that is recorded: how smooth its pictures are in the finished file and how smooth a viewer saw them."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from telemed.care.recording.texts import CURRENT_TEXT
from telemed.demo import demo_config
from telemed.layout import Layout
from telemed.operation.recordings import master_keys
from telemed.recording import places
from telemed.recording.sealed_file import SealedReader
from telemed.recording.storage import RecordingStorage
from tests.browser.browsers import eventually
from tests.net.call_page import CallPage
from tests.net.conditions.case import Case

AGREE = {"answer": "agree", "text_version": CURRENT_TEXT, "language": "en"}
READY_WITHIN = 120.0  # seconds: the finaliser has the lowest priority there is
USUAL = 30  # pictures whose mean distance is the usual one (W3C webrtc-stats, freezeCount)
LONGER = 0.15  # seconds more than usual is a freeze, and three times as long as usual
VIEWED = """async () => [...(await window.connections.at(-1).getStats()).values()]
 .filter((entry) => entry.type === "inbound-rtp" && entry.kind === "video")
 .map((entry) => ({ frames: entry.framesDecoded, freezes: entry.freezeCount, frozen: entry.totalFreezesDuration }))[0]"""


@dataclass(frozen=True)
class Smoothness:
    """Pictures of one person in a stretch of time, as somebody saw them. `frozen` in seconds."""

    frames: int
    freezes: int
    frozen: float

    def words(self) -> str:
        """For a row."""
        return f"{self.freezes} freezes, {self.frozen:.2f} s in all, {self.frames} pictures"


def smoothness(times: Iterable[float]) -> Smoothness:
    """Freezes as browsers count them (W3C webrtc-stats, freezeCount), from the times at which pictures are shown."""
    shown = sorted(times)
    usual: deque[float] = deque(maxlen=USUAL)
    freezes, frozen = 0, 0.0
    for before, after in pairwise(shown):
        step = after - before
        mean = sum(usual) / len(usual) if usual else step
        if step >= max(3 * mean, mean + LONGER):
            freezes, frozen = freezes + 1, frozen + step
        usual.append(step)
    return Smoothness(len(shown), freezes, frozen)


async def seen_by(page: CallPage) -> Smoothness:
    """What a browser has counted of the one picture it gets."""
    entry = await page.tab.evaluate(VIEWED)
    return Smoothness(entry["frames"], entry["freezes"], entry["frozen"])


def between(before: Smoothness, after: Smoothness) -> Smoothness:
    """What a browser counted meanwhile."""
    return Smoothness(after.frames - before.frames, after.freezes - before.freezes, after.frozen - before.frozen)


@dataclass
class Recorded:
    """A recording of the call `here`. `began`: seconds since the epoch."""

    here: Case
    id: str
    began: float

    @property
    def now(self) -> float:
        """Seconds on the recording's clock."""
        return time.time() - self.began

    async def finished(self) -> dict[str, Any]:
        """Stop it and wait for its signed manifest."""
        await self.here.call.doctor.command("recording_stop", recording_id=self.id)
        manifest = self._directory / places.MANIFEST
        deadline = time.monotonic() + READY_WITHIN
        while not manifest.exists():  # noqa: ASYNC110 - another process writes it
            assert time.monotonic() < deadline, "it was not finished"
            await asyncio.sleep(0.2)
        return dict(json.loads(manifest.read_bytes()))

    def pictures(self, manifest: dict[str, Any], participant_id: str) -> list[float]:
        """When each picture of somebody is shown, on the recording's clock; every one of them was decoded."""
        files = [one for one in manifest["segments"] if (one["participant_id"], one["group"]) == (participant_id, "main")]
        return [at for one in files for at in _shown(self._content(one["id"]), one["start_us"] / 1e6)]

    @property
    def _directory(self) -> Path:
        return self.here.server.var / "recordings" / self.id

    def _content(self, segment_id: str) -> bytes:
        layout = Layout(demo_config(self.here.server.var, 0, None))
        storage = RecordingStorage(layout.recordings, layout.recording_keys, layout.emergency_keys, master_keys(layout))
        path = places.segment_path(self._directory, segment_id)
        with SealedReader(path, segment_id, storage.read_key(self.id)) as reader:
            return b"".join(reader.chunks())


def _shown(data: bytes, start: float) -> list[float]:
    with av.open(io.BytesIO(data)) as container:
        if not container.streams.video:
            return []
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        return [start + float(frame.pts * frame.time_base) for frame in container.decode(video=0)]


async def begin(here: Case) -> Recorded:
    """Ask, let both agree, and wait until both are recorded."""
    doctor, patient = here.call.doctor, here.call.patient
    await doctor.command("recording_ask")
    for page in (doctor, patient):
        await _until(page, "you.asked")
        await page.command("recording_consent", **AGREE)
    for page in (doctor, patient):
        await _until(page, "you.captured")
    state = await doctor.tab.evaluate("() => seat.session.state.value.recording")
    return Recorded(here, state["id"], datetime.fromisoformat(state["started_at"]).timestamp())


async def _until(page: CallPage, what: str) -> None:
    async def holds() -> bool:
        return bool(await page.tab.evaluate(f"() => Boolean(seat.session.state.value?.recording?.{what})"))

    await eventually(holds, 30.0, 0.1)
