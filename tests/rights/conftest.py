"""A house for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.rights.house import House
from tests.rights.house import house as opened


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Two organisations, two sites, one server."""
    async with opened(tmp_path) as built:
        yield built
