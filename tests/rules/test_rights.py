"""Rules about rights: nothing a path names escapes the question whose it is, and docs/rights.md says what the table says."""

from __future__ import annotations

import re

from telemed.care import reach
from telemed.store.repositories.break_glass import _STATEMENTS
from telemed.web.route import PARAMETERS
from telemed.web.routes import ROUTES


def test_everything_a_path_names_is_guarded() -> None:
    for route in ROUTES:
        assert reach.is_known(re.findall(r"\{(\w+)\}", route.path)), f"{route.path}: give it a place in care/reach.py"
    assert not (reach.GUARDED & reach.PARTS or (reach.GUARDED | reach.PARTS) & reach.PLAIN)
    assert set(PARAMETERS) <= reach.GUARDED | reach.PARTS | reach.PLAIN
    assert set(_STATEMENTS) == reach.GUARDED, "the store knows the owner of each"
