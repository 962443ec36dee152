"""Ten seconds without a network, for many pages at once: what is typed and pressed meanwhile is the test's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.browser.browsers import ChromiumTab, FirefoxTab

CUT_SECONDS = 10.0


@contextlib.asynccontextmanager
async def cut_off(*tabs: ChromiumTab | FirefoxTab) -> AsyncIterator[None]:
    """None of these pages, nor others of their profiles, has a network for ten seconds, or as long as the block takes."""
    for tab in tabs:
        await _set_offline(tab, True)
    enough = asyncio.create_task(asyncio.sleep(CUT_SECONDS))  # what is shown is how long the cut lasts
    try:
        yield
        await enough
    finally:
        enough.cancel()
    for tab in tabs:
        await _set_offline(tab, False)


async def _set_offline(tab: ChromiumTab | FirefoxTab, is_offline: bool) -> None:
    await (tab.context if isinstance(tab, ChromiumTab) else tab).set_offline(is_offline)
