"""One running product and one browser of a kind for the journeys of a module, unless a test asks for an untouched product."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pytest_asyncio import is_async_test

from tests.browser.browsers import keeping_browsers
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def kept_browsers() -> AsyncIterator[None]:
    """What `chromium` gives is started once for a module; every test has fresh profiles in it."""
    async with keeping_browsers():
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A demo server for all of a module."""
    running = await start_prepared_server(tmp_path_factory.mktemp("product"))
    try:
        yield running
    finally:
        await stop_server(running)


@pytest_asyncio.fixture(loop_scope="module")
async def untouched_server(tmp_path: pathlib.Path) -> AsyncIterator[Server]:
    """A fresh demo server for one test."""
    running = await start_prepared_server(tmp_path)
    try:
        yield running
    finally:
        await stop_server(running)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """The module's demo server, on which other tests have been before and people of theirs still wait; a fresh one for tests
    with the mark `own_server`: they count what is there, change what all others see, or end parts of it. A test that is tried
    again has a fresh one too: what it made the first time must not fail it the second."""
    own = request.node.get_closest_marker("own_server") is not None or getattr(request.node, "execution_count", 1) > 1
    return request.getfixturevalue("untouched_server" if own else "shared_server")  # type: ignore[no-any-return]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(180))
            if is_async_test(item):  # a browser and a server that are kept belong to one loop
                item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)
