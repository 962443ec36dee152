"""One product for all attacks, checked after each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.hostile.product import Attacker, Product, attacked_product, attacker


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The running product with its two ordinary calls."""
    with attacked_product(tmp_path_factory.mktemp("hostile")) as product:
        yield product


@pytest.fixture
def product(served: Product) -> Iterator[Product]:
    """The product during one attack; fails the test if anybody else noticed it."""
    served.mark()
    yield served
    served.assert_unharmed()


@pytest_asyncio.fixture
async def mallory(product: Product) -> AsyncIterator[Attacker]:
    """Somebody with bad intentions and, where a test needs them, honest means."""
    async with attacker(product) as opened:
        yield opened
