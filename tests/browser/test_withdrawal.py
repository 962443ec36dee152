"""Withdrawing when the visit is over, in Chromium: a patient at Home has its part destroyed, a clinician keeps the own one."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import expect

from telemed.recording import places
from telemed.recording.taking_out import read_manifest
from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, chromium, open_chromium_tab
from tests.browser.prepared import prepare
from tests.browser.recorded import DOCTOR, HELPER, PATIENT, RECORDING, furnish_recording
from tests.browser.server import Server, start_server, stop_server
from tests.browser.test_break_glass import enter
from tests.browser.test_home import ANNA
from tests.browser.test_home import enter as enter_home

PICTURES = os.environ.get("TELEMED_PICTURES", "")  # a folder: what was looked at
SIZES = ((1440, 900), (820, 1180), (360, 740))
SOON = 30_000  # milliseconds, on a loaded two-core machine: the finaliser looks every 2 s
PLAYED = f"""async () => (await (await fetch("/api/v1/recordings/{RECORDING}")).json()).recording.segments
 .map((one) => one.participant_id)"""


async def looks_right(tab: ChromiumTab, name: str) -> None:
    """At three widths: nothing sideways, nothing axe-core objects to."""
    for width, height in SIZES:
        await tab.page.set_viewport_size({"width": width, "height": height})
        assert await tab.evaluate(SIDEWAYS) <= 0, f"{name} at {width}"
        await accessible(tab, f"{name} at {width} px")
        if PICTURES:
            await tab.page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)


async def part_is(tab: ChromiumTab, part: str) -> None:
    await expect(tab.page.get_by_test_id("own-part")).to_have_attribute("data-part", part, timeout=SOON)


async def test_a_patient_and_a_clinician_withdraw(tmp_path: Path) -> None:
    recorded = await furnish_recording(await prepare(tmp_path))
    before = read_manifest(recorded.directory)
    server = await start_server(tmp_path)
    try:
        async with chromium() as browser:
            await patient_has_it_destroyed(await open_chromium_tab(browser), server)
            await clinician_keeps(await open_chromium_tab(browser), server)
    finally:
        await stop_server(server)
    now = read_manifest(recorded.directory)
    assert {entry.segment.participant_id for entry in now.segments} == {DOCTOR, HELPER}
    assert now.facts["former"]["manifest_sha256"] == before.digest
    left = {path.stem for path in (recorded.directory / places.SEGMENTS).iterdir()}
    assert left == {entry.segment.id for entry in now.segments}


async def patient_has_it_destroyed(tab: ChromiumTab, server: Server) -> None:
    await enter_home(tab, server, ANNA)
    await tab.click("show-recordings")
    await part_is(tab, "recorded")
    await looks_right(tab, "home-own-part")
    await tab.click("withdraw")
    await tab.wait("withdraw-destroy")
    await looks_right(tab, "home-withdraw")
    await tab.page.keyboard.press("Escape")
    await part_is(tab, "recorded")
    await tab.click("withdraw")
    await tab.click("withdraw-destroy")
    await tab.wait("withdraw-for-ever")
    await looks_right(tab, "home-confirm")
    await tab.click("withdraw-back")
    await tab.click("withdraw-destroy")
    await tab.click("withdraw-for-ever")
    await part_is(tab, "destroying")
    await expect(tab.page.get_by_test_id("withdraw")).to_have_count(0)
    assert await tab.evaluate("() => document.activeElement?.dataset.testid") == "own-part", "its button is gone"
    for _ in range(20):
        await tab.page.reload()
        await tab.click("show-recordings")
        line = tab.page.get_by_test_id("own-part")
        await expect(line).to_be_visible(timeout=SOON)
        if await line.get_attribute("data-part") == "destroyed":
            break
        await tab.page.wait_for_timeout(1000)  # somebody who looks again; the last look decides
    await part_is(tab, "destroyed")
    await looks_right(tab, "home-destroyed")
    assert tab.problems == []


async def clinician_keeps(tab: ChromiumTab, server: Server) -> None:
    await enter(tab, server, "clinician", f"/recordings/{RECORDING}")
    await tab.page.get_by_role("tab", name="About").click(timeout=SOON)
    await part_is(tab, "recorded")
    assert set(await tab.evaluate(PLAYED)) == {DOCTOR, HELPER} and PATIENT not in await tab.evaluate(PLAYED)
    await tab.click("verify")
    await expect(tab.page.get_by_test_id("verified-destroyed")).to_contain_text("Anna Beispiel", timeout=SOON)
    await looks_right(tab, "review-about")
    await tab.click("withdraw")
    await tab.wait("withdraw-keep")
    await looks_right(tab, "review-withdraw")
    await tab.click("withdraw-keep")
    await part_is(tab, "kept")
    assert tab.problems == []
