"""Networks that change, delay and fall silent: fixtures of a running product and a visit in it."""

from __future__ import annotations

import pytest

from tests.media.conftest import http, server, visit

__all__ = ["http", "server", "visit"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/net" in str(item.path) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(180))
