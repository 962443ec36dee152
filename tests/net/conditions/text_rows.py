"""How soon a letter is read at the other end of a long way, and that none is lost or said twice."""

from __future__ import annotations

import json
import pathlib
import statistics

from tests.browser.browsers import eventually
from tests.net.call_page import CallPage
from tests.net.conditions.case import Case
from tests.net.conditions.link import CLEAN, Impairment
from tests.net.conditions.verdict import Verdict

PROBE = (pathlib.Path(__file__).parent / "live_text.js").read_text()
FAR = Impairment(delay=0.15)  # each way: a round trip of 300 ms
LIMIT = 0.5  # seconds, of 95 letters in 100
SPACING = 110  # milliseconds between two letters on average, from half to one and a half of it: nobody types faster for long
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WHOLE = "nothing lost, nothing twice"


async def letters_at_300_ms(here: Case, letters: int, browser: str) -> Verdict:
    """Both write at once, each `letters` long."""
    wanted = "95 of 100 letters read <= 500 ms after they were typed, none lost or twice"
    verdict = Verdict(f"real-time text, 300 ms, {browser}", wanted)
    await here.link.set(FAR)
    pages = {"from the phone": (here.call.patient, here.call.doctor), "from the doctor": (here.call.doctor, here.call.patient)}
    for page, _ in pages.values():
        await page.tab.evaluate(f"() => ({PROBE})()")
    whole = True
    for way, (writer, reader) in pages.items():
        delays, same = await read_along(writer, reader, letters)
        whole = whole and same
        verdict.seconds(f"{way} 95 % within", statistics.quantiles(delays, n=20)[-1], LIMIT)
        verdict.tell(f"half within {statistics.median(delays):.2f} s, all within {max(delays):.2f} s")
    verdict.holds(WHOLE, whole)
    await here.link.set(CLEAN)
    return verdict


async def read_along(writer: CallPage, reader: CallPage, letters: int) -> tuple[list[float], bool]:
    """One writes; returns each letter's delay in seconds, and whether the message is what was typed, once."""
    text = "".join(LETTERS[number % len(LETTERS)] for number in range(letters))
    await reader.tab.evaluate("() => { textBook.begin(); return true; }")
    before = await reader.tab.evaluate("() => textBook.said()")
    typed = await writer.tab.evaluate(f"() => textBook.type({json.dumps(text)}, {SPACING})")

    async def all_there() -> bool:
        return bool(await reader.tab.evaluate("() => textBook.longest") == text)

    await eventually(all_there, 10.0)
    seen = await reader.tab.evaluate("() => textBook.seen")
    await writer.tab.evaluate("() => { textBook.send(); return true; }")

    async def said() -> list[str]:
        return list(await reader.tab.evaluate("() => textBook.said()"))[len(before) :]

    await eventually(said, 10.0)
    return [(at - begun) / 1000 for begun, at in zip(typed, seen, strict=True)], await said() == [text]
