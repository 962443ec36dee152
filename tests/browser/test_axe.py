"""The eyes of the other tests: colours are looked at when they have faded in, and what moves for ever keeps nobody waiting."""

from __future__ import annotations

from tests.browser.axe import accessible, at_rest, faults
from tests.browser.browsers import chromium, open_chromium_tab

PAGE = """<!doctype html><html lang="en"><title>One button</title><style>
button { background: #fff; color: #ddd; transition: all 400ms }
button::after { content: "!"; color: #ddd; transition: color 800ms }
button.shown, button.shown::after { color: #000 }
i { animation: turn 1s infinite } b { animation: turn 1s paused } @keyframes turn { to { opacity: 0.9 } }
</style><main><h1>One button</h1><i>for ever</i> <b>held</b> <button>Yes</button></main>"""
# As a page does that keeps its state in signals: the press is seen in the next frame only.
PRESS = """() => { requestAnimationFrame(() => requestAnimationFrame(() => {
 document.querySelector("button").classList.add("shown"); })); }"""
COLOURS = """() => ["", "::after"].map((part) => getComputedStyle(document.querySelector("button"), part).color)"""


async def test_a_page_is_looked_at_when_it_has_come_to_rest() -> None:
    async with chromium() as browser:
        tab = await open_chromium_tab(browser)
        await tab.page.set_content(PAGE)
        assert [fault.split(":")[0] for fault in await faults(tab)] == ["color-contrast"], "it sees what is at fault"
        await tab.evaluate(PRESS)
        await at_rest(tab)
        assert await tab.evaluate(COLOURS) == ["rgb(0, 0, 0)"] * 2
        assert await faults(tab) == []
        await accessible(tab, "one button")
