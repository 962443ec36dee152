"""A still of twelve megapixels goes up beside a call on a thin link: whole, paced, and without being heard."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from dataclasses import dataclass

from telemed.care.stills.estimate import SHARE
from telemed.care.stills.limits import MOST_PIXELS
from telemed.media.pictures import stripped
from tests.net.conditions.case import Case, Measured, under
from tests.net.conditions.link import CLEAN, Impairment
from tests.net.conditions.readings import read, sources
from tests.net.conditions.verdict import Verdict
from tests.pictures import encoded, jpeg_with

THIN = Impairment(rate=200_000, delay=0.03, loss=0.03)
MORE_CONCEALED = 0.01  # of the voice, than without the still
KEPT_WAITING = 0.5  # seconds a voice may wait at the listener's, on average: with the way itself a conversation bears little more
WHOLE = "byte-equal after stripping, and the hash as told"
PACED = "at most 30 % of the estimate"
BEGIN = """async () => {
 const { StillUpload } = await import("/static/core/stills/upload.js");
 const { paceOf } = await import("/static/ui/call/stills/desk.js");
 const bytes = Uint8Array.from(atob("DATA"), (one) => one.charCodeAt(0));
 const { session } = seat;
 const pace = paceOf(session);
 const facts = { commandId: crypto.randomUUID(), takenAt: new Date().toISOString(), stillId: null, kind: "image/jpeg",
  url: null };
 const base = `/api/v1/sessions/${session.sessionId}/stills`;
 globalThis.still = new StillUpload({ base, blob: new Blob([bytes]), facts, pace });
 globalThis.told = [];
 setInterval(() => told.push([pace()?.estimate ?? 0, pace()?.go ?? true, still.progress.waiting]), 500);
 void still.run();
 return true; }"""
LOOK = """() => ({ ...still.progress, url: still.url, told: told.splice(0) })"""
KEPT = """async () => { const bytes = await (await fetch("URL/picture")).arrayBuffer();
 const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
 return [...sum].map((one) => one.toString(16).padStart(2, "0")).join(""); }"""


@dataclass(frozen=True)
class Sent:
    """What became of an upload."""

    seconds: float
    state: str
    url: str
    sha256: str
    estimate: float  # bit/s, on average
    stopped: float  # share of the time in which nothing was to be sent
    measured: Measured


async def still_beside(here: Case, fine: bool, quiet: float, patience: float) -> Verdict:
    """`fine`: megabytes instead of a fifth of one. `quiet`: seconds measured without it; `patience`: until it must be there."""
    photo = jpeg_with(encoded("mjpeg", 4000, 3000, noise=24, quantiser=8) if fine else encoded("mjpeg", 4000, 3000), 6)
    kept = stripped(photo, MOST_PIXELS).data
    before = await under(here, THIN, 8.0, quiet)
    sent = await send(here, photo, patience)
    verdict = Verdict(f"still of 12 MP, {len(photo) / 1e6:.1f} MB, 200 kbit/s, 3 % lost", "byte-equal, concealment + <= 1 %")
    digest = hashlib.sha256(kept).hexdigest()
    there = await here.call.doctor.tab.evaluate(KEPT.replace("URL", sent.url)) if sent.state == "done" else ""
    verdict.holds(WHOLE, digest == sent.sha256 == there)
    rate = len(photo) * 8 / sent.seconds
    verdict.holds(PACED, rate <= SHARE * sent.estimate)
    verdict.tell(f"{sent.seconds:.0f} s, {rate / 1000:.0f} kbit/s of an estimate of {sent.estimate / 1000:.0f}")
    verdict.tell(f"stopped for the voice {sent.stopped:.0%} of the time")
    for name, quietly, beside in (
        ("the phone's voice", before.doctor, sent.measured.doctor),
        ("the doctor's voice", before.phone, sent.measured.phone),
    ):
        verdict.tell(f"{name}: concealed {quietly.concealed:.2%} without")
        verdict.share("more with it", max(beside.concealed - quietly.concealed, 0.0), MORE_CONCEALED)
        verdict.seconds("kept", beside.delay, KEPT_WAITING)
    print(before.lines(), sent.measured.lines(), sep="\n", flush=True)
    await here.link.set(CLEAN)
    return verdict


async def send(here: Case, photo: bytes, patience: float) -> Sent:
    """Send it from the phone's page while both pages are measured."""
    phone = here.call.patient.tab
    await here.take()
    await here.link.traffic(reset=True)
    begun = time.monotonic()
    await phone.evaluate(BEGIN.replace("DATA", base64.b64encode(photo).decode()))
    told: list[list[object]] = []
    while True:
        look = await phone.evaluate(LOOK)
        told += look["told"]
        seconds = time.monotonic() - begun
        if look["state"] != "sending" or seconds > patience:
            break
        await asyncio.sleep(1.0)  # noqa: ASYNC110 - a page offers no event to another process
    print(json.dumps({"state": look["state"], "sent": look["sent"], "fault": look["fault"]}), flush=True)
    rows, (up, down) = await here.take(), await here.link.traffic()
    sound = sources(rows["phone"], "audio")
    measured = Measured(read(rows["phone"]), read(rows["doctor"]), up, down, sound, rows)
    estimates = [float(str(one[0])) for one in told if one[0]]
    stopped = sum(bool(one[2]) or not one[1] for one in told) / max(1, len(told))
    mean = sum(estimates) / max(1, len(estimates))
    return Sent(seconds, str(look["state"]), str(look["url"]), str(look["sha256"]), mean, stopped, measured)
