"""A consultation that is recorded while people come, refuse, withdraw and agree again; and what became of it afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from telemed.demo import demo_config
from telemed.layout import Layout
from telemed.media.manifest import Manifest, Segment, decode
from telemed.recording import places
from telemed.recording.journal_reader import read_journals
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import load_master_keys
from tests.browser.browsers import ChromiumTab, Tab, eventually
from tests.browser.marked import Media, decoded
from tests.browser.people import admit, invite_another, join_as_patient, sign_in, start_consultation
from tests.browser.server import Server
from tests.client.seat import Api
from tests.client.seat import sign_in as client_sign_in

STAGE_SECONDS = 60.0  # from a press to its effect on another page, on a loaded two-core machine
FINISHED_SECONDS = 90.0
CHOICES = ("bleed-video_only", "bleed-wait", "bleed-stop")
MARK = """() => document.querySelector('[data-testid="recording-mark"]')?.dataset.state ?? null"""
SCREEN_SHOWN = """() => [...document.querySelectorAll('[data-testid="remote-screen"]')].some((one) => one.videoWidth > 0)"""
WORDS = """() => document.querySelector('[data-testid="TESTID"]')?.textContent ?? "" """


@dataclass
class Diary:
    """What happened when, in milliseconds of the machine's clock: from the press of the one to what all could see."""

    moments: dict[str, float] = field(default_factory=dict)

    def note(self, what: str) -> None:
        self.moments[what] = time.time() * 1000

    def between(self, first: str, last: str) -> tuple[float, float]:
        return self.moments[first], self.moments[last]


@dataclass
class Consultation:
    """The people of it, each in a page of its own. Further people besides these two are in `others`, by name."""

    server: Server
    doctor: ChromiumTab
    patient: Tab
    diary: Diary = field(default_factory=Diary)
    others: dict[str, Tab] = field(default_factory=dict)

    @property
    def everybody(self) -> list[Tab]:
        return [self.doctor, self.patient, *self.others.values()]

    async def begin(self) -> None:
        """Both in the call."""
        await sign_in(self.doctor, self.server)
        await self._come_in(self.patient, await start_consultation(self.doctor), "Frida Fuchs", "join-continue")
        await self.doctor.wait("remote-video", timeout=STAGE_SECONDS)

    async def join(self, name: str, tab: Tab, step: str) -> None:
        """Somebody else comes; `step` is the button at the device check."""
        self.others[name] = tab
        await self._come_in(tab, await invite_another(self.doctor), name, step)

    async def _come_in(self, tab: Tab, link: str, name: str, step: str) -> None:
        await join_as_patient(tab, link, name, step=step)
        await admit(self.doctor)
        await tab.wait("call-stage", timeout=STAGE_SECONDS)

    async def record(self) -> None:
        """Everybody is asked and agrees."""
        await self.from_menu(self.doctor, "menu-recording-ask")
        for tab in self.everybody:
            await tab.wait("recording-ask", timeout=STAGE_SECONDS)
            await tab.click("recording-agree")
        await self.marked("on")

    async def share(self) -> None:
        """The doctor's screen, seen by the patient."""
        await self.doctor.click("share-screen")
        await eventually(lambda: self.patient.evaluate(SCREEN_SHOWN), STAGE_SECONDS)

    async def from_menu(self, tab: Tab, testid: str) -> None:
        await tab.click("more")
        await tab.click(testid)

    async def marked(self, state: str) -> None:
        """Everybody's page says this of the recording."""
        for tab in self.everybody:
            await eventually(lambda tab=tab: says(tab, state), STAGE_SECONDS)

    async def choose(self, choice: str) -> None:
        """The doctor is warned that others' microphones may carry a voice, has all three choices, and takes one."""
        await self.doctor.wait("recording-bleed", timeout=STAGE_SECONDS)
        assert "Other microphones may carry this voice" in await self.doctor.evaluate(WORDS.replace("TESTID", "recording-bleed"))
        for testid in CHOICES:
            await self.doctor.wait(testid)
        await self.doctor.click(choice)

    async def refused_by(self, name: str, tab: Tab, seconds: float) -> None:
        """Somebody comes late, will not be recorded, is told, and leaves after a while."""
        self.diary.note("refused")
        await self.join(name, tab, "join-unrecorded")
        await self.choose("bleed-video_only")
        await self.marked("pictures")
        await tab.wait("banner-recording-on", timeout=STAGE_SECONDS)
        assert "not recorded" in await tab.evaluate(WORDS.replace("TESTID", "banner-recording-on"))
        self.diary.note("silent")
        await asyncio.sleep(seconds)
        self.diary.note("leaving")
        await tab.click("leave")
        del self.others[name]
        await self.marked("on")

    async def withdrawn_for(self, seconds: float) -> None:
        """The patient withdraws, keeps what was before, and agrees again."""
        self.diary.note("withdrawing")
        await self.from_menu(self.patient, "menu-recording-withdraw")
        await self.patient.wait("recording-earlier", timeout=STAGE_SECONDS)
        self.diary.note("withdrawn")
        await self.choose("bleed-video_only")
        await self.patient.click("earlier-keep")
        await self.marked("pictures")
        await asyncio.sleep(seconds)
        await self.from_menu(self.patient, "menu-recording-agree")
        await self.patient.wait("recording-agree")
        self.diary.note("agreeing")
        await self.patient.click("recording-agree")
        await self.marked("on")

    async def stop(self) -> None:
        """The doctor ends the recording; all are told."""
        await self.from_menu(self.doctor, "menu-recording-stop")
        await self.doctor.click("confirm-recording-stop")
        for tab in self.everybody:
            await tab.wait("banner-recording-off", timeout=STAGE_SECONDS)


async def says(tab: Tab, state: str) -> bool:
    """Whether the head of the stage says this of the recording."""
    return bool(await tab.evaluate(MARK) == state)


@dataclass(frozen=True)
class Take:
    """A finished recording as its reviewers get it, and who was ever written to its journals."""

    shown: dict[str, Any]
    manifest: Manifest
    media: dict[str, Media]  # by segment, decoded
    written: frozenset[str]  # participants with a journal, from the beginning to the end

    @property
    def began_ms(self) -> float:
        """The zero of its clock, on the machine's clock."""
        return datetime.fromisoformat(self.manifest.facts["started_at"]).timestamp() * 1000

    @property
    def ids(self) -> dict[str, str]:
        """Name -> participant."""
        return {person["name"]: person["id"] for person in self.shown["participants"]}

    def segments(self, participant_id: str, group: str = "main") -> list[Segment]:
        """Somebody's files, in order."""
        all_of_them = (entry.segment for entry in self.manifest.segments)
        return [one for one in all_of_them if (one.participant_id, one.group) == (participant_id, group)]

    def drawn(self, participant_id: str, group: str = "main") -> list[tuple[float, float]]:
        """All pictures of somebody: when drawn, how late on the recording's clock. Milliseconds."""
        return [mark for one in self.segments(participant_id, group) for mark in self.media[one.id].drawn(self.began_ms)]

    def sounded(self, participant_id: str) -> list[tuple[float, float]]:
        """The same of tones."""
        return [mark for one in self.segments(participant_id) for mark in self.media[one.id].sounded(self.began_ms)]


@contextlib.asynccontextmanager
async def journals_kept(server: Server, folder: Path) -> AsyncIterator[Path]:
    """Gives every journal of the server a second name below `folder`, so that it outlives the finishing of its recording."""

    def keep() -> None:
        for path in (server.var / "recordings").glob(f"*/{places.JOURNAL}/*"):
            kept = folder / path.relative_to(server.var / "recordings")
            kept.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError, FileNotFoundError):
                os.link(path, kept)

    async def watch() -> None:
        while True:
            keep()
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watch())
    try:
        yield folder
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def writers(server: Server, folder: Path, recording_id: str) -> frozenset[str]:
    """The participants of all journals that were kept; each must be readable to its end."""
    config = demo_config(server.var, 0, None)
    masters = load_master_keys(None, {}, config.secrets.installation_key.encode())
    key = RecordingKeys(Layout(config).recording_keys, masters).read(recording_id)
    found = read_journals(folder / recording_id, recording_id, key)
    assert found.tracks and not found.unreadable
    return frozenset(track.participant_id for track in found.tracks)


async def finished(server: Server, folder: Path) -> Take:
    """Wait until the recording can be played, and fetch and decode all of it as a clinician may."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        staff = await client_sign_in(server.base_url, http, server.account("clinician"))

        async def found() -> Any:
            listed = (await staff.post("/recordings/search"))["recordings"]
            return [one for one in listed if one["state"] == "ready"]

        recording_id = str((await eventually(found, FINISHED_SECONDS))[0]["id"])
        shown = (await staff.call("GET", f"/recordings/{recording_id}"))["recording"]
        assert (await staff.post(f"/recordings/{recording_id}/verify"))["result"] == "complete"
        manifest = decode((server.var / "recordings" / recording_id / places.MANIFEST).read_bytes())
        media = {}
        for entry in manifest.segments:
            content = await fetched(staff, recording_id, entry.segment.id)
            media[entry.segment.id] = await asyncio.to_thread(decoded, content, entry.segment.start_us)
        return Take(shown, manifest, media, writers(server, folder, recording_id))


async def fetched(staff: Api, recording_id: str, segment_id: str) -> bytes:
    """A segment in clear."""
    headers = {"X-Telemed-Client": "1", "Authorization": f"Bearer {staff.token}"}
    place = f"{staff.base_url}/api/v1/recordings/{recording_id}/segments/{segment_id}"
    async with staff.http.get(place, headers=headers) as answer:
        assert answer.status == 200, answer.status
        return await answer.read()
