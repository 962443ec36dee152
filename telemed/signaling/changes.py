"""What changed between two views of the same viewer, as stream events (protocol sections 2.4 and 2.5). Pure.

Every event a recipient gets is the difference of two projections made for that recipient: nothing reaches a stream that the
projection does not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

View = Mapping[str, Any]
Change = tuple[str, dict[str, Any] | None]  # None: the value is not there any more


@dataclass(frozen=True, slots=True)
class _Rows:
    """A list in a view: `field`, how its rows are told apart, and the event types for a row that came or changed, or went."""

    field: str
    key: tuple[str, ...]
    event: str
    gone: str


_CALL_VALUES = (
    ("session", "session"),
    ("policy", "policy"),
    ("recording", "recording"),
    ("scene", "scene"),
    ("incident", "incident"),
    ("queue", "queue"),
    ("frame", "frame"),
    ("you", "you"),
)
_CALL_ROWS = (
    _Rows("participants", ("id",), "participant", "participant_gone"),
    _Rows("moves", ("request_id",), "move", "move_gone"),
    _Rows("positions", ("participant_id", "sequence"), "position", "position_gone"),
    _Rows("instructions", ("id",), "instruction", "instruction_gone"),
    _Rows("stills", ("id",), "still", "still_gone"),
)
_STAFF_ROWS = (
    _Rows("waiting", ("participant_id",), "waiting", "waiting_gone"),
    _Rows("sessions", ("id",), "session_row", "session_gone"),
    _Rows("queues", ("id",), "queue", "queue_gone"),
    _Rows("entries", ("id",), "entry", "entry_gone"),
    _Rows("follow_ups", ("id",), "follow_up", "follow_up_gone"),
    _Rows("tasks", ("kind", "session_id"), "task", "task_gone"),
    _Rows("pages", ("id",), "page", "page_gone"),
    _Rows("handovers", ("id",), "handover", "handover_gone"),
    _Rows("incidents", ("id",), "incident", "incident_gone"),
)
_STAFF_COUNTS = ("follow_ups_more",)  # the event has the name of the field


def call_changes(before: View, after: View) -> list[Change]:
    """The events that turn the `/call` view `before` into `after`; chat only grows and is told by its sequence instead."""
    *values, you = [_value_changes(field, event, before, after) for field, event in _CALL_VALUES]
    changes = [change for value in values for change in value]
    for rows in _CALL_ROWS:
        changes.extend(_row_changes(rows, before, after))
    return changes + you  # last: who is told to be let in knows by then whom to receive, and asks once


def staff_changes(before: View, after: View) -> list[Change]:
    """The events that turn the `/staff` view `before` into `after`."""
    changes = [change for rows in _STAFF_ROWS for change in _row_changes(rows, before, after)]
    counts = ((name, before.get(name, 0), after.get(name, 0)) for name in _STAFF_COUNTS)
    return changes + [(name, {"count": now}) for name, old, now in counts if now != old]


def _value_changes(field: str, event: str, before: View, after: View) -> list[Change]:
    old, new = before.get(field), after.get(field)
    if old == new:
        return []
    return [(event, dict(new) if new is not None else None)]


def _row_changes(rows: _Rows, before: View, after: View) -> Iterator[Change]:
    old = {_key(rows, row): row for row in before.get(rows.field, ())}
    new = {_key(rows, row): row for row in after.get(rows.field, ())}
    for key, row in new.items():
        if old.get(key) != row:
            yield rows.event, dict(row)
    for key in old:
        if key not in new:
            yield rows.gone, dict(zip(rows.key, key, strict=True))


def _key(rows: _Rows, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in rows.key)
