"""What a setting is about: the `subject` of a change, and who may be told of it in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telemed.care.clinic.records import SettingChange, SiteRecord
from telemed.care.notify.records import Medium
from telemed.care.records import OrganisationRecord
from telemed.errors import Conflict, InvalidInput

Setting = Mapping[str, Any]  # the whole of one setting, as a change keeps it


class Kind(StrEnum):
    """What can be set."""

    ORGANISATION = "organisation"
    SITE = "site"
    POLICY = "policy"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Subject:
    """One setting. `key` is an id or a name; of a template `<name>:<language>:<medium>`."""

    kind: Kind
    key: str

    @property
    def text(self) -> str:
        """As a change keeps it."""
        return f"{self.kind.value}:{self.key}"

    @property
    def template(self) -> tuple[str, str, Medium]:
        """Name, language and medium of a template."""
        name, language, medium = self.key.split(":")
        return name, language, Medium(medium)

    @classmethod
    def of_template(cls, name: str, language: str, medium: Medium) -> Subject:
        """The wording of one message."""
        return cls(Kind.TEMPLATE, f"{name}:{language}:{medium.value}")

    @classmethod
    def read(cls, text: str) -> Subject:
        """From what a change keeps. Raises InvalidInput for what only another version knows."""
        kind, _, key = text.partition(":")
        try:
            return cls(Kind(kind), key)
        except ValueError:
            raise InvalidInput("This setting is not known.", field="subject") from None


def of_clinic(clinic: OrganisationRecord) -> Setting:
    """The clinic's details as a change keeps them."""
    return {"name": clinic.name, "phone": clinic.phone, "emergency_number": clinic.emergency_number}


def of_site(site: SiteRecord) -> Setting:
    """A site as a change keeps it."""
    return {"name": site.name, "phone": site.phone, "closed": site.closed_at is not None}


def before_it(change: SettingChange, latest: SettingChange | None, present: Setting | None) -> Setting | None:
    """What to set in order to take a change back. `latest`: the last change of the same setting.

    Raises Conflict `changed_since` when the setting is no longer as this change left it.
    """
    if latest is None or latest.id != change.id or present != change.after:
        raise Conflict("This was changed again since.", code="changed_since")
    if change.before is None and change.after is not None and Subject.read(change.subject).kind is Kind.SITE:
        return {**change.after, "closed": True}  # a site that was there is never deleted: visits may name it
    return change.before
