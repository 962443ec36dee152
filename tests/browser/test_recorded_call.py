"""A call of people in Chromium and Firefox is recorded, with a shared screen, somebody who comes late and refuses, and somebody
who withdraws and agrees again: what is in the files, what is not, whether they play, and how well in step."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.browsers import ChromiumTab, Tab, chromium, eventually, open_chromium_tab, open_firefox_tab
from tests.browser.marked import MARKS, lateness, steady_tone
from tests.browser.people import sign_in
from tests.browser.recorded_call import Consultation, Take, finished, journals_kept
from tests.browser.server import Server
from tests.browser.test_room_codec import choose
from tests.prove.figures import note

DESK = {"viewport": {"width": 1000, "height": 640}}
REFUSER, THIRD = "Rita Relative", "Theo Third"
LIP_SYNC_MS = 40.0  # between sound and picture of one person
TOGETHER_MS = 80.0  # between two people
BUSY_MS = 500.0  # by which a browser on a busy machine may stamp a single picture too late or too early
UNREADABLE = 0.02  # share of the pictures whose bars were lost in compression
OTHERS = [("vp9", "Firefox"), ("av1", "Firefox"), ("av1", "Chromium"), ("h264", "Chromium")]  # and the doctor's Chromium
NOW = """() => Number(document.querySelector('[data-testid="position"]').getAttribute("aria-valuenow"))"""
# Every file in a player of its own: load, seek, play from there to the end. Returns what a person would notice.
PLAY = """async () => { const parts = PARTS;
 return Promise.all(parts.map(async ({place, from}) => {
  const media = document.createElement("video");
  const happened = (name) => new Promise((done, failed) => {
    media.addEventListener(name, done, {once: true});
    media.addEventListener("error", () => failed(new Error(place + ": " + media.error?.message)), {once: true});
    setTimeout(() => failed(new Error(place + ": no " + name)), 60000); });
  media.muted = true;
  let ready = happened("loadeddata");
  media.src = place; media.load(); await ready;
  const found = {duration: media.duration, width: media.videoWidth};
  ready = happened("seeked"); media.currentTime = from; await ready;
  media.playbackRate = 4;
  ready = happened("ended"); await media.play(); await ready;
  return {...found, end: media.currentTime}; })); }"""
CAN_PLAY = """() => document.createElement("video").canPlayType('MIME') !== "" """


@dataclass(frozen=True)
class Scene:
    """How long each part of the call is, in seconds, and who is in it."""

    seconds: float
    third: bool = False
    firefox: bool = True


@contextlib.asynccontextmanager
async def a_call(server: Server, scene: Scene, folder: Path) -> AsyncIterator[tuple[Consultation, ChromiumTab]]:
    """The doctor and the patient in the call, and the page of somebody who will come late."""
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(steady_tone(folder / "tone.wav")))
        doctor = await open_chromium_tab(browser, preload=MARKS, **DESK)
        if scene.firefox:
            patient: Tab = await open_firefox_tab(width=1000, height=640, preload=MARKS)
            stack.push_async_callback(patient.close)
        else:
            patient = await open_chromium_tab(browser, preload=MARKS, **DESK)
        late = await open_chromium_tab(browser, preload=MARKS, viewport={"width": 390, "height": 844})
        call = Consultation(server, doctor, patient)
        await call.begin()
        if scene.third:
            third = await open_chromium_tab(browser, preload=MARKS, **DESK)
            await call.join(THIRD, third, "join-continue")
        yield call, late
        assert doctor.problems == [] and late.problems == []


async def played_out(server: Server, scene: Scene, folder: Path) -> tuple[Consultation, Take]:
    """All of it, the browsers' look at the result included."""
    async with a_call(server, scene, folder) as (call, late), journals_kept(server, folder / "kept") as kept:
        await call.record()
        await asyncio.sleep(scene.seconds)
        await call.share()
        await asyncio.sleep(scene.seconds)
        await call.refused_by(REFUSER, late, scene.seconds)
        await call.doctor.click("share-screen")
        await asyncio.sleep(scene.seconds)
        await call.withdrawn_for(scene.seconds)
        await asyncio.sleep(scene.seconds)
        await call.stop()
        take = await finished(server, kept)
        for tab in (call.doctor, call.patient):
            await plays(tab, server, take)
    return call, take


async def plays(tab: Tab, server: Server, take: Take) -> None:
    """The review plays on, and each file by itself to its end."""
    place = f"/recordings/{take.shown['id']}"
    if isinstance(tab, ChromiumTab):
        await tab.context.clear_cookies()  # one who reviews, not one who was in the call
    await sign_in(tab, server)
    await tab.goto(server.base_url + place)
    await tab.wait("player", timeout=30)
    await tab.click("play")

    async def goes_on() -> bool:
        return int(await tab.evaluate(NOW)) >= 2

    await eventually(goes_on, 60)
    await tab.click("play")
    parts = []
    for entry in take.manifest.segments:
        segment = entry.segment
        if await tab.evaluate(CAN_PLAY.replace("MIME", segment.mime)):
            seconds = (segment.end_us - segment.start_us) / 1e6
            parts.append((seconds, segment, {"place": f"/api/v1{place}/segments/{segment.id}", "from": max(seconds - 4, 0)}))
    found: list[dict[str, Any]] = await tab.evaluate(PLAY.replace("PARTS", repr([part for _, _, part in parts])))
    for (seconds, segment, _), seen in zip(parts, found, strict=True):
        assert abs(seen["duration"] - seconds) < 0.3 and abs(seen["end"] - seconds) < 1.0, (segment, seen)
        assert (seen["width"] > 0) == segment.mime.startswith("video/"), (segment, seen)


def assert_whole(take: Take) -> None:
    """Decoded without a word of complaint, and what was sent is to be seen and heard."""
    assert {segment_id: media.complaints for segment_id, media in take.media.items() if media.complaints} == {}
    pictures = [mark for media in take.media.values() for _, mark in media.pictures]
    assert pictures.count(None) <= UNREADABLE * len(pictures)


def assert_absent(take: Take, call: Consultation) -> None:
    """Who refused was never written, and while it was there nobody's sound was."""
    refuser = take.ids[REFUSER]
    assert take.written == frozenset(take.ids.values()) - {refuser}
    assert refuser not in {entry.segment.participant_id for entry in take.manifest.segments}
    assert refuser not in {gap.participant_id for gap in take.manifest.gaps}
    assert refuser not in {person["id"] for person in take.manifest.facts["participants"]}
    assert spans_of(take, refuser) == []
    begin, end = call.diary.between("silent", "leaving")
    for person in take.written:
        assert not within(take.sounded(person), begin, end)
        assert [gap for gap in take.manifest.gaps if gap.participant_id == person and gap.why == "withheld"]
    assert any(take.began_ms + first / 1000 <= begin and end <= take.began_ms + last / 1000 for first, last in silent(take))


def within(marks: list[tuple[float, float]], begin: float, end: float) -> list[float]:
    """The moments of marks that were made well inside of a time."""
    assert end - begin > 2 * BUSY_MS
    return [at for at, _ in marks if begin + BUSY_MS < at < end - BUSY_MS]


def silent(take: Take) -> list[tuple[int, int]]:
    """Times without anybody's sound, microseconds."""
    return [(first, last) for first, last in take.manifest.facts["silent"]]


def spans_of(take: Take, person: str) -> list[list[int]]:
    """When somebody had agreed, as the manifest says."""
    (entry,) = (one for one in take.manifest.facts["consent"] if one.get("participant_id") == person)
    return list(entry["spans"])


def assert_withdrawn(take: Take, call: Consultation) -> None:
    """A hole in the patient's files, as long as it had withdrawn, and in its consent; the others' pictures go on."""
    patient = take.ids["Frida Fuchs"]
    begin, end = call.diary.between("withdrawn", "agreeing")
    marks = {"microphone": take.sounded(patient), "camera": take.drawn(patient)}
    for source, of in marks.items():
        moments = [at for at, _ in of]
        assert not within(of, begin, end)
        assert min(moments) < begin and max(moments) > end, (source, len(moments))
    first, second = spans_of(take, patient)
    asked = call.diary.moments["withdrawing"]
    assert asked <= take.began_ms + first[1] / 1000 <= begin and end <= take.began_ms + second[0] / 1000
    for source in marks:
        gaps = [gap for gap in take.manifest.gaps if (gap.participant_id, gap.source, gap.why) == (patient, source, "withheld")]
        assert any(gap.from_us <= first[1] + 200_000 and gap.to_us >= second[0] for gap in gaps), gaps
    assert within(take.drawn(take.ids["Dr. Clara Amsel"]), begin, end)


@dataclass(frozen=True)
class Skew:
    """Milliseconds between what happened at once."""

    lips: dict[str, float]  # how much later than the picture the sound is, by person
    people: float  # the most two people are apart, in sound or picture

    @property
    def worst_lips(self) -> float:
        return max(abs(skew) for skew in self.lips.values())


def skew(take: Take) -> Skew:
    """Measured on what was decoded, against the marks the pages put in."""
    seen, heard = {}, {}
    for name, person in take.ids.items():
        if name != REFUSER:
            seen[name], heard[name] = lateness(take.drawn(person)), lateness(take.sounded(person))
    apart = max(max(of.values()) - min(of.values()) for of in (seen, heard))
    return Skew({name: heard[name] - seen[name] for name in seen}, apart)


def assert_recorded(take: Take, call: Consultation) -> None:
    """All but the figures."""
    assert_whole(take)
    assert_absent(take, call)
    assert_withdrawn(take, call)
    assert len(take.drawn(take.ids["Dr. Clara Amsel"], "screen")) > 5


@pytest.mark.own_server
@pytest.mark.timeout(400)
async def test_only_those_who_agree_are_in_it_while_they_agree_and_all_of_it_plays(server: Server, tmp_path: Path) -> None:
    call, take = await played_out(server, Scene(2.0), tmp_path)
    assert_recorded(take, call)


@pytest.mark.own_server
@pytest.mark.prove
@pytest.mark.timeout(900)
async def test_sound_and_picture_of_three_people_are_in_step(server: Server, tmp_path: Path) -> None:
    call, take = await played_out(server, Scene(6.0, third=True), tmp_path)
    assert_recorded(take, call)
    found = skew(take)
    lips = ", ".join(f"{name.split()[0]} {value:.0f} ms" for name, value in found.lips.items())
    assert found.worst_lips <= LIP_SYNC_MS and found.people <= TOGETHER_MS, found
    note("a call in Chromium and Firefox, recorded", f"sound after picture: {lips}; people {found.people:.0f} ms apart")


@pytest.mark.own_server
@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("codec", "patient"), OTHERS)
async def test_other_codecs(server: Server, tmp_path: Path, codec: str, patient: str) -> None:
    await choose(server, codec)
    call, take = await played_out(server, Scene(5.0, firefox=patient == "Firefox"), tmp_path)  # Debian's lacks H.264
    assert_recorded(take, call)
    codecs = {name for entry in take.manifest.segments for name in entry.segment.codecs.split(",")}
    assert codecs == {codec, "opus"}
    found = skew(take)
    assert found.worst_lips <= LIP_SYNC_MS and found.people <= TOGETHER_MS, found
    figures = f"sound and picture at most {found.worst_lips:.0f} ms apart, people {found.people:.0f} ms"
    note(f"a call in {codec.upper()}, Chromium and {patient}, recorded", figures)
