"""Kinds of kept answers: no two events share one, or an id used twice would get the answer to something else. And they hold no
words: those are kept once, where they belong."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.adapters.signaling.world import World

WORDY = ("body", "brief", "text", "reason", "name", "patient_name", "unit")
_events: dict[str, str] = {}  # by kind, of all tests of this process


def check_kind(world: World, command: str, event: str) -> None:
    """The answer to this command is of a kind of its own."""
    with closing(sqlite3.connect(world.path)) as database:
        ((kind, ack),) = database.execute("SELECT kind, ack FROM command_ack WHERE command_id = ?", (command,)).fetchall()
    assert kind
    assert [word for word in WORDY if f'"{word}"' in ack] == []
    assert _events.setdefault(kind, event) == event
