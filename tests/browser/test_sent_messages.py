"""What an admin is told became of messages: delivered and when, not delivered, unknown; never what was in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.browser.browsers import ChromiumTab, chromium
from tests.browser.server import Server
from tests.browser.test_admin import admin_tab, faults, go

DATABASE = "telemed.sqlite3"
AT = "2026-11-22T09:3{}:00.000000Z"
WORDS = {
    "en-US": ["Sent", "Delivered", "Not delivered", "Unknown: it may have arrived"],
    "de-DE": ["Gesendet", "Zugestellt", "Nicht zugestellt", "Unklar: kann angekommen sein"],
}
STATES = (("sent", ""), ("delivered", ""), ("failed", "undeliverable"), ("unknown", ""))
COLUMNS = (
    "id, organisation_id, medium, recipient, template, language, details, about_id, state, attempts, error, gateway_id,"
    " dedupe_key, created_at, due_at, expires_at, finished_at"
)


def put(database: Path) -> None:
    """One SMS in each of these states, as rows of the running server."""
    canary = json.dumps({"sealed": "canary"})
    with closing(sqlite3.connect(database, timeout=10)) as raw, raw:
        (clinic,) = raw.execute("SELECT id FROM organisation").fetchone()
        for number, (state, error) in enumerate(STATES):
            at = AT.format(number)
            one = (f"out_{number}", clinic, "sms", "+49301234567", "visit_link", "en", canary, "lnk_1", state, 1, error, "gw")
            times = (f"k{number}", at, at, at, at)
            raw.execute(f"INSERT INTO outbox ({COLUMNS}) VALUES ({', '.join('?' * 17)})", one + times)  # noqa: S608 - constants


async def test_every_end_has_its_word_and_reports_their_time(server: Server) -> None:
    put(server.var / DATABASE)
    async with chromium() as browser:
        for locale, words in WORDS.items():
            tab = await admin_tab(browser, server, locale=locale)
            await go(tab, server, "messages")
            await every_end_has_its_word(tab, words)


async def every_end_has_its_word(tab: ChromiumTab, words: Sequence[str]) -> None:
    """One row for each message, and nothing of what was in it."""
    rows = tab.page.locator("[data-testid=admin-outbox] tbody tr")
    await rows.first.wait_for()
    shown = [await row.inner_text() for row in reversed(await rows.all())]
    assert len(shown) == len(STATES)
    for text, word in zip(shown, words, strict=True):
        assert word in text.replace("\n", " "), text
    times = [await row.locator("time").count() for row in reversed(await rows.all())]
    assert times == [1, 2, 2, 1], "when it was made, and when the gateway reported it"
    page = await tab.page.content()
    assert "canary" not in page and "1234567" not in page
    assert await faults(tab) == [] and tab.problems == []
