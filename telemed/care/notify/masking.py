"""A recipient as an admin may see it: enough to recognise one's own address, too little to learn a patient's."""

from __future__ import annotations

from telemed.care.notify.records import Medium

_SHOWN_DIGITS = 2


def masked(medium: Medium, recipient: str) -> str:
    """Return `a…@…`, with the last label of the domain alone, or the last two digits of a number; "" for one that was wiped."""
    if not recipient:
        return ""
    if medium is Medium.SMS:
        return "…" + recipient[-_SHOWN_DIGITS:]
    local, _, domain = recipient.rpartition("@")
    return f"{local[:1]}…@….{domain.rpartition('.')[2]}" if "." in domain else f"{local[:1]}…@…"
