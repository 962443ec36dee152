"""Calls over bad links. The short form shows, in one call, that each condition is lived through; `make prove` measures each for
a minute, holds it against its figure and writes it into docs/networks.md."""

from __future__ import annotations

import pathlib

import pytest

from tests.net.conditions import rows, still_rows, text_rows
from tests.net.conditions.case import Case, case
from tests.net.conditions.link import CLEAN
from tests.net.conditions.record import write
from tests.net.conditions.rows import Lengths
from tests.net.conditions.seats import further_seat
from tests.net.conditions.verdict import Verdict

pytestmark = [pytest.mark.browser, pytest.mark.netns]

SHORT = Lengths(2, 4, patience=15)
FULL = Lengths(10, 60)
BROWSERS = {"chromium": False, "firefox": True}


def keep(verdict: Verdict) -> None:
    """Write it down, and fail if a figure was missed."""
    finding = verdict.finding()
    print(finding, flush=True)
    write(finding)
    assert finding.reached, verdict.missed


def lived_through(verdict: Verdict, *besides: str) -> None:
    """On a machine that tests are run on only what does not depend on it is judged: nobody dropped, and what is named."""
    print(verdict.finding(), flush=True)
    assert {"never dropped", *besides} <= set(verdict.figures), verdict.missed


@pytest.mark.timeout(300)
async def test_one_call_over_every_bad_link(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path) as here:
        lived_through(await rows.a_tenth_lost(here, SHORT, 0.02, "chromium"))
        lived_through(await rows.a_third_lost(here, SHORT, 0.05, "chromium"))
        await here.link.set(CLEAN)
        lived_through(await rows.upload_beside(here, SHORT, ""))
        lived_through(await rows.down_and_up(here, SHORT))
        lived_through(await rows.narrow(here, SHORT), rows.PAUSED, rows.RESUMED)


@pytest.mark.timeout(240)
async def test_letters_are_read_over_a_long_way(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path) as here:
        verdict = await text_rows.letters_at_300_ms(here, 30, "chromium")
        print(verdict.finding(), flush=True)
        assert text_rows.WHOLE in verdict.figures, verdict.missed


@pytest.mark.prove
@pytest.mark.timeout(320)
async def test_a_still_goes_up_beside_a_call(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path) as here:
        verdict = await still_rows.still_beside(here, fine=False, quiet=6, patience=200)
        lived_through_still(verdict)


def lived_through_still(verdict: Verdict) -> None:
    """How much of a voice is concealed depends on the machine; what arrives, and how fast it may, does not."""
    print(verdict.finding(), flush=True)
    assert {still_rows.WHOLE, still_rows.PACED} <= set(verdict.figures), verdict.missed


@pytest.mark.timeout(240)
async def test_one_on_a_slow_link_beside_others(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path) as here:
        lived_through(await beside_others(here, SHORT))


async def beside_others(here: Case, lengths: Lengths) -> Verdict:
    """Two more come in."""
    async with further_seat(here, bit_rate=600_000) as speaker, further_seat(here) as listener:
        return await rows.slow_beside_fast(here, lengths, speaker, listener)


@pytest.mark.prove
@pytest.mark.timeout(300)
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_layers_on_a_good_link(tmp_path: pathlib.Path, browser: str) -> None:
    async with case(tmp_path, firefox=BROWSERS[browser], priority="high", size=(1280, 720), strong=True) as here:
        keep(await rows.all_layers(here, browser))


@pytest.mark.prove
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("browser", "limit"), [("chromium", 0.02), ("firefox", 0.03)])
async def test_a_tenth_lost(tmp_path: pathlib.Path, browser: str, limit: float) -> None:
    async with case(tmp_path, firefox=BROWSERS[browser], priority="high") as here:
        keep(await rows.a_tenth_lost(here, FULL, limit, browser))


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("browser", "limit"), [("chromium", 0.05), ("firefox", 0.12)])
async def test_a_third_lost_for_ten_minutes(tmp_path: pathlib.Path, browser: str, limit: float) -> None:
    async with case(tmp_path, firefox=BROWSERS[browser], priority="high") as here:
        keep(await rows.a_third_lost(here, FULL, limit, browser, minutes=9))


@pytest.mark.prove
@pytest.mark.timeout(400)
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_letters_at_300_ms(tmp_path: pathlib.Path, browser: str) -> None:
    async with case(tmp_path, firefox=BROWSERS[browser], priority="high") as here:
        keep(await text_rows.letters_at_300_ms(here, 200, browser))


@pytest.mark.prove
@pytest.mark.timeout(400)
async def test_sixty_four_kilobits(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path, priority="high") as here:
        keep(await rows.narrow(here, FULL))


@pytest.mark.prove
@pytest.mark.timeout(400)
@pytest.mark.parametrize("control", ["bbr", "cubic"])
async def test_an_upload_beside(tmp_path: pathlib.Path, control: str) -> None:
    async with case(tmp_path, priority="high") as here:
        keep(await rows.upload_beside(here, FULL, control))


@pytest.mark.prove
@pytest.mark.timeout(400)
async def test_down_and_up(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path, priority="high") as here:
        keep(await rows.down_and_up(here, Lengths(10, 40)))


@pytest.mark.prove
@pytest.mark.timeout(1500)
async def test_a_fine_still_beside_a_call(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path, priority="high") as here:
        keep(await still_rows.still_beside(here, fine=True, quiet=60, patience=1300))


@pytest.mark.prove
@pytest.mark.timeout(400)
async def test_slow_beside_fast(tmp_path: pathlib.Path) -> None:
    async with case(tmp_path, priority="high") as here:
        keep(await beside_others(here, Lengths(10, 30)))
