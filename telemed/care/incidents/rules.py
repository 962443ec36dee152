"""Who may receive whom in a visit of an incident, how PINs are counted, and what the caller may be asked. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from telemed.care.incidents.records import AccessRecord, InstructionRecord
from telemed.care.incidents.words import InstructionKind
from telemed.errors import Gone, InvalidInput, NotAllowed

MAX_WRONG_PINS = 5
_WORDS = {
    InstructionKind.CAMERA: frozenset({"rear", "front"}),
    InstructionKind.LIGHT: frozenset({"on", "off"}),
}
MAX_ZOOM = 10.0


def check_pin(access: AccessRecord, is_right: bool, holds_seat: bool, now: datetime) -> AccessRecord:
    """Return the access after one try, to be kept before anything is refused. Raises Gone `pin_locked` when it was locked.

    `holds_seat`: this device came in by the PIN before. A lock that others brought about does not shut it out.
    """
    if is_right and (holds_seat or access.locked_at is None):
        return access
    if access.locked_at is not None:
        raise Gone("This link is locked.", code="pin_locked")
    wrong = access.wrong_pins + 1
    return replace(access, wrong_pins=wrong, locked_at=now if wrong >= MAX_WRONG_PINS else None)


def refuse_pin(access: AccessRecord) -> None:
    """Say that the PIN was wrong, or that this was the last try. Always raises."""
    if access.locked_at is not None:
        raise Gone("This link is locked.", code="pin_locked")
    raise NotAllowed("This is not the PIN.", code="wrong_pin")


def check_value(kind: InstructionKind, value: str | float | None) -> str:
    """Return the value as it is kept. Raises InvalidInput when this kind cannot have it."""
    if kind in _WORDS:
        if isinstance(value, str) and value in _WORDS[kind]:
            return value
    elif kind is InstructionKind.ZOOM:
        if isinstance(value, int | float) and 1.0 <= value <= MAX_ZOOM:
            return f"{value:g}"
    elif value is None:
        return ""
    raise InvalidInput("This cannot be asked for in this way.", field="value")


def replaced_by(kind: InstructionKind, before: InstructionRecord) -> bool:
    """Whether an instruction that stands gives way to a new one of `kind`."""
    return before.cleared_at is None and before.kind is kind
