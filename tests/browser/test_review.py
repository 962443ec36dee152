"""Reviewing a recording in Chromium and Firefox: found, played in step, searched, marked, verified; by keys, at every size."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, Tab, chromium, eventually, open_chromium_tab, open_firefox_tab
from tests.browser.prepared import prepare
from tests.browser.recorded import DOCTOR, HELPER, PATIENT, RECORDING, Recorded, furnish_recording
from tests.browser.recorded_acts import SECONDS as ACTS
from tests.browser.server import Server, start_server, stop_server
from tests.browser.test_home import ANNA
from tests.browser.test_home import enter as enter_home

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACE = f"/recordings/{RECORDING}"
SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))
DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""  # in its new size
SMALL = """() => [...document.querySelectorAll('main button, main select, main input, main summary')]
 .filter((one) => one.checkVisibility() && !["range", "checkbox"].includes(one.type))
 .filter((one) => one.getBoundingClientRect().height < 23.5)
 .map((one) => one.outerHTML.slice(0, 80))"""
# Seconds on the recording's clock that each playing picture shows, by lane; and how far they are apart at most.
SEEN = f"""async () => {{ window.parts ??= (await (await fetch("/api/v1{PLACE}")).json()).recording.segments;
const shown = [...document.querySelectorAll(".review-tile video")].map((video) => {{
 const part = window.parts.find((one) => video.src.endsWith(one.id));
 const lane = video.closest("[data-lane]").dataset.lane;
 return {{lane, at: part.start_ms / 1000 + video.currentTime, paused: video.paused, width: video.videoWidth}}; }});
const times = shown.filter((one) => !one.paused).map((one) => one.at);
return {{shown, playing: times.length, apart: times.length ? Math.max(...times) - Math.min(...times) : 0}}; }}"""
# Ten looks in a second: how many play, and how far they are apart.
LOOKS = f"""async () => {{ const seen = {SEEN}; const looks = [];
for (let look = 0; look < 10; look += 1) {{ const {{ playing, apart }} = await seen(); looks.push({{ playing, apart }});
 await new Promise((done) => setTimeout(done, 100)); }} return looks; }}"""
NOW = """() => Number(document.querySelector('[data-testid="position"]').getAttribute("aria-valuenow"))"""
WITHHELD = f"""() => document.querySelector('[data-lane="{PATIENT}:main"]').dataset.state === "gap" """
TEXT = """() => document.querySelector('[data-testid="TESTID"]')?.innerText ?? "" """
APART = 0.08  # seconds the pictures of different people may be apart
LOADED = 60.0  # seconds: what reads whole recordings yields to everything else on a busy machine


@dataclass(frozen=True)
class Product:
    """A server with a recording."""

    server: Server
    recorded: Recorded


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """One server for all of this file."""
    folder = tmp_path_factory.mktemp("review")
    recorded = await furnish_recording(await prepare(folder))
    server = await start_server(folder)
    try:
        yield Product(server, recorded)
    finally:
        await stop_server(server)


async def enter(tab: Tab, server: Server, role: str, place: str) -> None:
    """Signed in, at a page."""
    email, password = server.account(role)
    await tab.goto(server.base_url + "/sign-in")
    await tab.fill("login-email", email)
    await tab.fill("login-password", password)
    await tab.click("login-submit")
    await tab.wait(".rail")
    await tab.goto(server.base_url + place)


async def ready(tab: Tab, pictures: int) -> None:
    """Wait until so many pictures are there."""

    async def there() -> bool:
        shown = (await tab.evaluate(SEEN))["shown"]
        return sum(one["width"] > 0 for one in shown) >= pictures

    await tab.wait("player")
    await eventually(there, LOADED)


async def at_second(tab: Tab, least: int) -> int:
    """Wait until the position is at least there."""

    async def passed() -> int:
        now = int(await tab.evaluate(NOW))
        return now if now >= least else 0

    return int(await eventually(passed, LOADED))


async def go_to(tab: Tab, second: int) -> None:
    """By a link, as another page would."""
    await tab.evaluate(f"() => {{ location.hash = '#t={second}'; }}")
    await at_second(tab, second)


async def in_step(tab: Tab, people: int) -> None:
    """Everybody plays, and stays together for a while."""

    async def together() -> bool:
        looks = await tab.evaluate(LOOKS)
        return all(one["playing"] == people and one["apart"] <= APART for one in looks)

    await eventually(together, LOADED)


async def watched_in_step(tab: Tab) -> None:
    """Play, jump to a gap, through it, and to the end of somebody's stay."""
    await ready(tab, 2)
    await tab.click("play")
    await in_step(tab, 2)
    await go_to(tab, 12)
    await in_step(tab, 3)
    await go_to(tab, 38)
    await eventually(lambda: tab.evaluate(WITHHELD), LOADED)
    assert "without consent" in await tab.evaluate(TEXT.replace("TESTID", "not-recorded"))
    await tab.press("k")
    await eventually(lambda: tab.evaluate("() => [...document.querySelectorAll('video')].every((one) => one.paused)"))
    before = int(await tab.evaluate(NOW))
    await tab.press("j")
    await eventually(lambda: tab.evaluate(f"() => ({NOW})() === {before - 15}"))
    await tab.press("End")
    await at_second(tab, 100)
    assert await tab.evaluate("() => document.querySelectorAll('.review-tile:not([hidden])').length") == 2


@pytest.mark.alone  # three decoders keep in step to 80 ms only where nothing else takes the machine
async def test_pictures_play_in_step_in_chromium(product: Product) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, viewport={"width": 1280, "height": 860})
        await enter(tab, product.server, "clinician", PLACE)
        await watched_in_step(tab)
        assert tab.problems == []


@pytest.mark.alone  # three decoders keep in step to 80 ms only where nothing else takes the machine
async def test_pictures_play_in_step_in_firefox(product: Product) -> None:
    tab = await open_firefox_tab(width=1280, height=860)
    try:
        await enter(tab, product.server, "clinician", PLACE)
        await watched_in_step(tab)
        await accessible(tab, "the player in Firefox")
    finally:
        await tab.close()


async def test_a_recording_is_found_and_reviewed_by_keys_alone(product: Product) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, viewport={"width": 1440, "height": 900})
        await enter(tab, product.server, "reviewer", "/recordings")
        page = tab.page
        await tab.wait("recording")
        await page.keyboard.press("Tab")  # the skip link
        await page.keyboard.press("Enter")
        await tabbed(tab, "recordings-text")
        await page.keyboard.type("beispiel")
        await expect(page.locator('[data-testid="recording"]')).to_have_text("Anna Beispiel")
        await tabbed(tab, "recording")
        await page.keyboard.press("Enter")
        await ready(tab, 2)
        await page.keyboard.press("?")
        await tab.wait("keys-dialog")
        await page.keyboard.press("Escape")
        await page.keyboard.press("k")
        await at_second(tab, 2)
        await page.keyboard.press("m")
        await expect(page.locator('[data-testid="marker-dialog"] [data-testid="marker-text"]')).to_be_focused(timeout=15_000)
        await page.keyboard.type("Breathes fast")
        await page.keyboard.press("Enter")
        await expect(page.locator('[data-testid="marker"]')).to_have_count(2)
        await page.keyboard.press("End")
        await page.keyboard.press("p")
        await expect(page.locator('[data-testid="marker"][aria-current]')).to_contain_text("Pale")
        assert int(await tab.evaluate(NOW)) == 9
        await page.focus('[data-testid="position"]')
        for key in ("Home", "ArrowRight", "PageUp", "ArrowLeft"):
            await page.keyboard.press(key)
        assert int(await tab.evaluate(NOW)) == 60
        await page.focus('[data-testid="remove-marker"]')
        await page.keyboard.press("Enter")
        await expect(page.locator('[data-testid="marker"]')).to_have_count(1)
        await page.click('.toast button:has-text("Undo")')
        await expect(page.locator('[data-testid="marker"]')).to_have_count(2)
        assert tab.problems == []


async def tabbed(tab: ChromiumTab, testid: str, most: int = 40) -> None:
    """Go on by Tab until this has the focus."""
    for _ in range(most):
        if await tab.evaluate("() => document.activeElement?.dataset?.testid ?? ''") == testid:
            return
        await tab.page.keyboard.press("Tab")
    raise AssertionError(f"{testid} cannot be reached by Tab")


async def test_a_moment_is_opened_by_its_link_and_the_chat_is_searched(product: Product) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, viewport={"width": 1440, "height": 900})
        await enter(tab, product.server, "clinician", PLACE + "#t=1:04")
        await ready(tab, 4)
        assert int(await tab.evaluate(NOW)) == 64
        await tab.wait("marker")  # what happened is there as well
        assert await tab.evaluate("() => document.querySelector('.review-stage').dataset.main") == f"{DOCTOR}:screen"
        await tab.page.keyboard.press("/")
        await tab.page.keyboard.type("mude")
        await expect(tab.page.locator(".note--hit")).to_have_count(1)
        await tab.page.keyboard.press("Enter")
        await eventually(lambda: tab.evaluate(f"() => ({NOW})() === 44"))
        await accessible(tab, "the chat, searched")
        await tab.page.evaluate("location.hash = '#t=12'")
        await eventually(lambda: tab.evaluate(f"() => ({NOW})() === 12"))
        await tab.page.locator(f'[data-lane="{HELPER}:main"] [data-testid="pin-person"]').click()
        assert await tab.evaluate("() => document.querySelector('.review-stage').dataset.main") == f"{HELPER}:main"
        await tab.page.get_by_role("tab", name="Events").click()
        await expect(tab.page.locator('[data-testid="event"]', has_text="Ines Übersetz left")).to_have_count(1)
        await accessible(tab, "events")
        await acts_are_told(tab)
        await tab.page.get_by_role("tab", name="Figures").click()
        await tab.wait("plots")
        await accessible(tab, "figures")
        assert tab.problems == []


async def acts_are_told(tab: ChromiumTab) -> None:
    """What was done beside talking: signs on the timeline, lines to narrow and follow by keys, the picture itself."""
    page = tab.page
    signs = page.locator('[data-testid="act-sign"]')
    kinds = " ".join([await one.get_attribute("data-kinds") or "" for one in await signs.all()]).split()
    assert sorted(set(kinds)) == ["drawing", "handover", "instruction", "ring", "still", "vital"]
    told = page.locator('[data-testid="event"]')
    for text in ("Press hard on the wound", "drew on the picture: Anna Beispiel (2 shapes)", "Blood pressure: 120/80 mmHg"):
        await expect(told.filter(has_text=text)).to_have_count(1)
    await expect(told.filter(has_text="Light on (not confirmed)")).to_have_count(1)
    await expect(told.filter(has_text="Wound is closed")).to_have_count(1)
    for text in ("called for Trauma", "It rang at Dr. Clara Amsel (Trauma)", "(Trauma) accepted the call"):
        await expect(told.filter(has_text=text)).to_have_count(1)
    await page.select_option('[data-testid="event-kind"]', "drawing")
    await told.first.locator(".note__jump").click()
    await page.click('[data-testid="show-drawings"]')
    over = page.locator('[data-testid="tile-drawing"]')
    await expect(over.locator("[data-shape]")).to_have_count(2, timeout=LOADED * 1000)
    await eventually(lambda: tab.evaluate("() => document.querySelector('.review-tile__drawing img')?.naturalWidth === 640"))
    await page.click('[data-testid="show-drawings"]')
    await expect(over).to_have_count(0)
    await page.click('[data-testid="act-drawing"]')
    drawn = page.get_by_role("img", name="Picture of Anna Beispiel, frozen by Dr. Clara Amsel: 2 shapes")
    await expect(drawn).to_be_visible(timeout=LOADED * 1000)
    await expect(page.locator('[data-testid="drawing-dialog"] [data-shape]')).to_have_count(2)
    await accessible(tab, "a drawing of the visit")
    await page.keyboard.press("Escape")
    await expect(page.locator('[data-testid="drawing-dialog"]')).to_have_count(0)
    await page.select_option('[data-testid="event-kind"]', "still")
    await expect(told).to_have_count(2)  # and not the one taken while she was not recorded
    await expect(told.nth(1)).to_contain_text("deleted since")
    await told.first.locator(".note__jump").focus()
    await page.keyboard.press("Enter")
    await eventually(lambda: tab.evaluate(f"() => ({NOW})() === {ACTS['kept']}"))
    await eventually(lambda: tab.evaluate("() => document.querySelector('.note__still img')?.naturalWidth === 160"))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await eventually(lambda: tab.evaluate("() => document.querySelector('[data-testid=still-image]')?.naturalWidth === 640"))
    await accessible(tab, "a picture of the visit")
    await page.keyboard.press("Escape")
    await expect(page.locator('[data-testid="still-picture"]')).to_have_count(0)
    assert await tab.evaluate("() => document.activeElement.dataset.testid") == "act-still"
    await page.select_option('[data-testid="event-kind"]', "")


async def test_it_is_reviewed_verified_and_its_erasing_asked_and_taken_back(product: Product) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, viewport={"width": 1440, "height": 900})
        await enter(tab, product.server, "reviewer", PLACE)
        await ready(tab, 2)
        await tab.page.get_by_role("tab", name="About").click()
        await tab.page.select_option('[data-testid="status"]', "signed_off")
        await expect(tab.page.locator('.review__head [data-testid="review-status"]')).to_have_text("Signed off")
        await tab.fill("new-tag", "Teaching")
        await tab.page.keyboard.press("Enter")
        await expect(tab.page.locator(".about .tag")).to_have_text("teaching")
        await expect(tab.page.locator('[data-testid="viewer"]').filter(has_text="watched").first).to_be_visible()
        await tab.click("verify")
        await tab.wait("verified", timeout=LOADED)
        await accessible(tab, "verified")
        await tab.click("erase-recording")
        await tab.fill("erase-reason", "too short")
        await tab.click("erase-go")
        await expect(tab.page.locator(".field__error")).to_have_count(1)
        await tab.fill("erase-reason", "The patient asked for it in writing")
        await accessible(tab, "asking to erase")
        await tab.click("erase-go")
        await tab.wait("cancel-erase")
        await accessible(tab, "erasing is asked")
        await tab.click("cancel-erase")
        await expect(tab.page.locator('[data-testid="erase-asked"]')).to_have_count(0)
        await tab.click("hold-recording")
        await tab.fill("hold-reason", "A claim of the insurance")
        await tab.click("hold-go")
        await tab.wait("hold")
        await tab.click("hold-recording")
        await tab.fill("release-reason", "The claim is settled")
        await tab.click("release-go")
        await expect(tab.page.locator('[data-testid="hold"]')).to_have_count(0)
        async with tab.page.expect_download() as begun:
            await tab.click("download")
            await tab.fill("download-reason", "For the insurance, as agreed")
            await tab.click("download-go")
        assert (await begun.value).suggested_filename.endswith(".zip")
        assert tab.problems == []


async def test_every_size_both_themes_and_german(product: Product) -> None:
    async with chromium() as browser:
        for locale, scheme in (("en-GB", "light"), ("de-DE", "dark")):
            options: dict[str, Any] = {"locale": locale, "color_scheme": scheme, "reduced_motion": "reduce"}
            tab = await open_chromium_tab(browser, **options)
            await enter(tab, product.server, "reviewer", "/recordings")
            await tab.wait("recording")
            await looks_right(tab, f"the list, {locale}")
            await tab.fill("recordings-text", "qqqq")
            await tab.wait("recordings-none")
            await looks_right(tab, f"nothing found, {locale}")
            await tab.goto(product.server.base_url + PLACE + "#t=44")
            await ready(tab, 2)
            if locale == "de-DE":
                await tab.page.get_by_role("tab", name="Ereignisse").click()
                await tab.wait("act-still")
            await looks_right(tab, f"the player, {locale}")
            await tab.goto(product.server.base_url + "/recordings/rec_nobody")
            await tab.wait("no-permission")
            await looks_right(tab, f"no such recording, {locale}")
            assert tab.problems == [], locale


async def looks_right(tab: ChromiumTab, name: str) -> None:
    """At every width: nothing sideways, nothing too small to press, nothing axe-core objects to."""
    for width, height in SIZES:
        await tab.page.set_viewport_size({"width": width, "height": height})
        await tab.evaluate(DRAWN)
        assert await tab.evaluate(SIDEWAYS) == 0, f"{name} at {width}"
        assert await tab.evaluate(SMALL) == [], f"{name} at {width}"
        await accessible(tab, f"{name} at {width} px")


async def test_one_who_may_not_sees_nothing(product: Product) -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser)
        await enter(tab, product.server, "dispatcher", PLACE)
        await tab.wait("no-permission")
        assert "Anna" not in await tab.page.locator("body").inner_text()
        assert tab.problems == []


async def test_the_patient_sees_who_watched(product: Product) -> None:
    async with chromium() as browser:
        doctor, tab = await open_chromium_tab(browser), await open_chromium_tab(browser, viewport={"width": 390, "height": 844})
        await enter(doctor, product.server, "clinician", PLACE)
        await ready(doctor, 2)
        await enter_home(tab, product.server, ANNA)
        await tab.click("show-recordings")
        await expect(tab.page.locator('[data-testid="own-recording"]')).to_have_count(1)
        await tab.page.locator('[data-testid="own-recording"] summary').click()
        await expect(tab.page.locator('[data-testid="watcher"]').first).to_contain_text("Dr.")
        await accessible(tab, "recordings on Home")
        assert doctor.problems == [] and tab.problems == []


async def test_a_changed_byte_is_named(product: Product) -> None:
    """Last: it damages what the others watch."""
    largest = max((product.recorded.directory / "segments").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    largest.write_bytes(content)
    async with chromium() as browser:
        tab = await open_chromium_tab(browser, viewport={"width": 1440, "height": 900})
        await enter(tab, product.server, "reviewer", PLACE)
        await tab.wait("player")
        await tab.page.get_by_role("tab", name="About").click()
        await tab.click("verify")
        await tab.wait("not-whole", timeout=LOADED)
        await expect(tab.page.locator('[data-testid="not-whole"]')).to_contain_text("Dr. Clara Amsel")
        await accessible(tab, "not whole")
        assert tab.problems == []
