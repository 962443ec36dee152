"""Rules about rights: nothing a path names escapes the question whose it is, and docs/rights.md says what the table says."""

from __future__ import annotations

import re
from pathlib import Path

from telemed.care import permission_table, reach
from telemed.care.rights_document import rights_document
from telemed.signaling.schemas import CALL_COMMANDS, STAFF_COMMANDS
from telemed.store.repositories.break_glass import _STATEMENTS
from telemed.web.route import PARAMETERS
from telemed.web.routes import ROUTES


def test_everything_a_path_names_is_guarded() -> None:
    for route in ROUTES:
        assert reach.is_known(re.findall(r"\{(\w+)\}", route.path)), f"{route.path}: give it a place in care/reach.py"
    kinds = (reach.GUARDED, reach.UNIFORM, reach.PARTS, reach.PLAIN)
    assert len(frozenset().union(*kinds)) == sum(len(kind) for kind in kinds), "each stands in one"
    assert set(PARAMETERS) <= frozenset().union(*kinds)
    assert set(_STATEMENTS) == reach.GUARDED, "the store knows the owner of each"


def test_the_document_of_rights_is_current() -> None:
    written = (Path(__file__).resolve().parents[2] / "docs" / "rights.md").read_text("utf-8")
    assert written == rights_document(), "run: python -m telemed.care.rights_document > docs/rights.md"


def test_every_route_and_event_stands_in_the_table() -> None:
    assert {f"{route.method} {route.path}": route.action for route in ROUTES} == dict(permission_table.ROUTES)
    commands = {f"/call {name}" for name in CALL_COMMANDS} | {f"/staff {name}" for name in STAFF_COMMANDS}
    assert commands | {"/call connect", "/staff connect"} == set(permission_table.EVENTS)
