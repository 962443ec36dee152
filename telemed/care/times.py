"""Times as clients read them."""

from __future__ import annotations

from datetime import UTC, datetime

Mark = tuple[datetime, str]  # how far a list was read: time and id of the row that was last


def iso_utc(at: datetime) -> str:
    """Return ISO 8601 UTC with milliseconds and `Z` (protocol.md). Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(at: datetime | None) -> str | None:
    """`iso_utc`, or None for None."""
    return None if at is None else iso_utc(at)
