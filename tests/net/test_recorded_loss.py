"""What a lossy link does to a recording: no more freezes than somebody saw who watched."""

from __future__ import annotations

import asyncio
import pathlib

import pytest

from tests.net.conditions import recorded
from tests.net.conditions.case import case
from tests.net.conditions.judged import judged
from tests.net.conditions.link import Impairment
from tests.net.conditions.recorded import Smoothness, between, seen_by, smoothness

pytestmark = [pytest.mark.browser, pytest.mark.netns]

LOSS_5 = Impairment(loss=0.05, delay=0.03)
WARM_UP, SECONDS = 10.0, 60.0
SLACK = 0.1  # seconds: a browser counts a freeze that the end of the stretch cuts with its next picture


@pytest.mark.parametrize(
    ("times", "freezes", "frozen"),
    [
        ([n * 0.05 for n in range(100)], 0, 0.0),
        ([n * 0.05 for n in range(60)] + [3.4 + n * 0.05 for n in range(20)], 1, 0.45),
        ([n * 0.05 for n in range(60)] + [3.1 + n * 0.05 for n in range(20)], 0, 0.0),
    ],
)
def test_freezes_are_counted_as_browsers_do(times: list[float], freezes: int, frozen: float) -> None:
    assert smoothness(times) == Smoothness(len(times), freezes, pytest.approx(frozen))


@pytest.mark.prove
@pytest.mark.timeout(500)
@pytest.mark.parametrize("strong", [True, False], ids=["layers", "one_size"])
async def test_the_recording_freezes_no_more_than_a_viewer_saw(tmp_path: pathlib.Path, strong: bool) -> None:
    sizes = "three sizes" if strong else "one size"
    async with case(tmp_path, strong=strong) as here:
        with judged(f"5 % loss, 60 ms, chromium, {sizes}, recorded", "the file freezes no more than a viewer saw") as verdict:
            take = await recorded.begin(here)
            await here.link.set(LOSS_5)
            await asyncio.sleep(WARM_UP)
            since, before = take.now, await seen_by(here.call.doctor)
            await asyncio.sleep(SECONDS)
            until, after = take.now, await seen_by(here.call.doctor)
            manifest = await take.finished()
            seen = between(before, after)
            times = take.pictures(manifest, here.call.patient_id)
            kept = smoothness([at for at in times if since <= at <= until])
            verdict.tell(f"the viewer: {seen.words()}")
            verdict.tell(f"the file: {kept.words()}")
            verdict.number("freezes in the file", kept.freezes, max(seen.freezes, 0))
            verdict.seconds("frozen in the file", kept.frozen, seen.frozen + SLACK)
            verdict.holds("pictures in the file", kept.frames > 0)
