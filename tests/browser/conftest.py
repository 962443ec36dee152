"""One running product for the journeys of a module."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server


@pytest_asyncio.fixture(loop_scope="function")
async def server(tmp_path: pathlib.Path) -> AsyncIterator[Server]:
    """A fresh demo server for one test."""
    running = await start_prepared_server(tmp_path)
    try:
        yield running
    finally:
        await stop_server(running)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(180))
