"""What can be asked of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.errors import InvalidInput

MAX_PAGE = 100  # rows


def _groups() -> dict[str, frozenset[str]]:
    """Acts by the word before the point."""
    found: dict[str, set[str]] = {}
    for action in AuditAction:
        found.setdefault(action.value.partition(".")[0], set()).add(action.value)
    return {name: frozenset(actions) for name, actions in sorted(found.items())}


GROUPS: Mapping[str, frozenset[str]] = _groups()


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What rows must have; None asks for nothing. Newest first, below the row `before`."""

    actor: str | None = None  # id of a user, a seat, a patient or "system"
    object_id: str | None = None  # any id; of a patient or a session also what belongs to it
    group: str | None = None  # one of GROUPS
    outcome: AuditOutcome | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included
    before: int | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        """Raises InvalidInput for an unknown group or a range that ends before it begins."""
        if self.group is not None and self.group not in GROUPS:
            raise InvalidInput("There is no such group of acts.", field="group")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise InvalidInput("The time ends before it begins.", field="until")

    @property
    def actions(self) -> tuple[str, ...]:
        """The acts of the group, sorted; empty for all."""
        return tuple(sorted(GROUPS[self.group])) if self.group is not None else ()

    @property
    def about(self) -> str | None:
        """The id this search is about, for the row that records it."""
        return self.object_id or self.actor


@dataclass(frozen=True, slots=True)
class PersonName:
    """A member of staff as audit pages show it."""

    id: str
    name: str
    role: str
